package io.imageshare.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest.Action;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The service's JSON: every field name of the server stands here. */
final class WireDocuments {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private static final DateTimeFormatter MILLIS = utc("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
  private static final DateTimeFormatter SECONDS = utc("yyyy-MM-dd'T'HH:mm:ss'Z'");
  private static final DateTimeFormatter MICROS = utc("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");

  private static final Map<Integer, String> ELEMENTS =
      Map.of(
          400, "badRequest",
          401, "unauthorized",
          403, "forbidden",
          404, "itemNotFound",
          409, "conflictingRequest",
          413, "overLimit",
          429, "overLimit",
          503, "serviceUnavailable");

  private WireDocuments() {}

  private static DateTimeFormatter utc(String pattern) {
    return DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC);
  }

  /** What a batch call asks for, as it came. */
  record Asked(JsonNode images, JsonNode projects, JsonNode domains, JsonNode organizations) {}

  /** Reads a body; an empty one is missing, and so is one that is not JSON. */
  static JsonNode read(byte[] body) {
    try {
      return MAPPER.readTree(new String(body, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  static Asked asked(JsonNode document) {
    return new Asked(
        document.path("images"),
        document.path("projects"),
        document.path("domains"),
        document.path("organizations"));
  }

  /**
   * What a recipient says, as it came.
   *
   * @param action ACCEPT or REJECT, or null: the document says neither
   * @param vault empty when it names none
   */
  record Decided(JsonNode images, String project, @Nullable Action action, String vault) {}

  static Decided decided(JsonNode document) {
    Action action =
        switch (document.path("status").asText("")) {
          case "accepted" -> Action.ACCEPT;
          case "rejected" -> Action.REJECT;
          default -> null;
        };
    return new Decided(
        document.path("images"),
        document.path("project_id").asText(""),
        action,
        document.path("vault_id").asText(""));
  }

  /** The project a native call adds; empty when it names none. */
  static String added(JsonNode document) {
    return document.path("member").asText("");
  }

  /** Who asks for a token; null when the document does not say. */
  static Access.@Nullable User user(JsonNode document) {
    JsonNode user = document.at("/auth/identity/password/user");
    JsonNode domain = user.at("/domain/name");
    boolean complete =
        domain.isTextual() && user.path("name").isTextual() && user.path("password").isTextual();
    return complete
        ? new Access.User(
            domain.textValue(), user.path("name").textValue(), user.path("password").textValue())
        : null;
  }

  /** The project a token is asked for; each is empty when the document does not name it so. */
  record Scope(String name, String id) {}

  static Scope scope(JsonNode document) {
    JsonNode project = document.at("/auth/scope/project");
    return new Scope(project.path("name").asText(""), project.path("id").asText(""));
  }

  static String token(Gatekeeper.Token token, String name) {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode body = root.putObject("token");
    body.put("expires_at", MICROS.format(token.expires()));
    body.put("issued_at", MICROS.format(token.issued()));
    body.putArray("methods").add("password");
    body.putObject("project").put("id", token.project()).put("name", name);
    return root.toString();
  }

  static String jobId(Job job) {
    return MAPPER.createObjectNode().put("job_id", job.id()).toString();
  }

  /** ShowJob tells of results, ShowJobProgress does not. */
  static String job(Job job, boolean results) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("job_id", job.id());
    root.put("job_type", job.type());
    root.put("begin_time", time(job.begin()));
    root.put("end_time", time(job.end()));
    root.put("status", job.status().name());
    blame(root, job.reason());
    ObjectNode entities = root.putObject("entities");
    if (results && job.ended()) {
      ArrayNode array = entities.putArray("results");
      job.results().forEach(result -> result(array.addObject(), result));
    } else {
      progress(entities, job.progress());
    }
    return root.toString();
  }

  private static void progress(ObjectNode entities, double progress) {
    if (progress == 1) {
      // The service writes a whole as an integer.
      entities.put("process_percent", 1);
    } else if (!Double.isNaN(progress)) {
      entities.put("process_percent", progress);
    }
    entities.put("current_task", "");
  }

  private static void result(ObjectNode node, Job.Result result) {
    node.put("image_id", result.image());
    Recipient recipient = result.recipient();
    if (recipient != null) {
      node.put("project_id", recipient.id());
    }
    node.put("status", result.succeeded() ? "success" : "failed");
    if (result.reason() != null) {
      blame(node, result.reason());
    }
  }

  private static void blame(ObjectNode node, @Nullable Reason reason) {
    node.put("error_code", reason == null || reason.code().isEmpty() ? null : reason.code());
    node.put("fail_reason", reason == null ? null : reason.message());
  }

  private static String time(@Nullable Instant time) {
    return time == null ? "" : MILLIS.format(time);
  }

  static String word(MemberStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  static ObjectNode member(String image, Recipient recipient, MemberStatus status, Instant since) {
    ObjectNode member =
        MAPPER
            .createObjectNode()
            .put("status", word(status))
            .put("created_at", SECONDS.format(since))
            .put("updated_at", SECONDS.format(since))
            .put("image_id", image)
            .put("member_id", recipient.id())
            .put("schema", "/v2/schemas/member")
            .put("member_type", recipient.type().name().toLowerCase(Locale.ROOT));
    return recipient.type() == Recipient.Type.ORGANIZATION
        ? member.put("urn", recipient.id())
        : member;
  }

  static String members(List<ObjectNode> members, @Nullable String nextMarker) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putArray("members").addAll(members);
    root.put("schema", "/v2/schemas/members");
    ObjectNode page = root.putObject("page_info");
    if (nextMarker != null) {
      page.put("next_marker", nextMarker);
    }
    page.put("current_count", members.size());
    return root.toString();
  }

  static ObjectNode image(Cloud.Sight image, Instant since) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("id", image.id()).put("name", image.told().name());
    node.put("owner", image.told().owner()).put("status", image.told().status());
    Image.Obstacle obstacle = image.told().obstacle();
    boolean open = obstacle == Image.Obstacle.PUBLIC;
    boolean own = image.status() == null && obstacle != Image.Obstacle.FOREIGN;
    node.put("visibility", open ? "public" : own ? "private" : "shared");
    // Once shared, the owner's own image says so too.
    node.put("__imagetype", open ? "gold" : own && !image.shared() ? "private" : "shared");
    if (obstacle == Image.Obstacle.ENCRYPTED) {
      node.put("__system__cmkid", "key-1");
    }
    if (image.told().whole()) {
      node.put("__whole_image", "true");
    }
    node.put("protected", false).put("min_disk", 40);
    node.put("created_at", SECONDS.format(since)).put("updated_at", SECONDS.format(since));
    return node.put("schema", "/v2/schemas/image");
  }

  static String images(List<ObjectNode> images) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putArray("images").addAll(images);
    return root.toString();
  }

  static String quotas(int images, int membersPerImage) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode resources = root.putObject("quotas").putArray("resources");
    quota(resources, "image", images, Math.max(images, 1000));
    quota(resources, "image_member", 0, membersPerImage);
    return root.toString();
  }

  private static void quota(ArrayNode resources, String type, int used, int quota) {
    ObjectNode node = resources.addObject().put("type", type).put("used", used);
    node.put("quota", quota).put("min", 1).put("max", quota);
  }

  /** An error of the identity service, which has a shape of its own. */
  static WireAnswer identityError(int status, String message) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putObject("error").put("code", status).put("message", message);
    return WireAnswer.json(status, root.toString());
  }

  static WireAnswer error(Refusal refusal, ErrorShape shape, String requestId) {
    return switch (shape) {
      case ERROR_OBJECT ->
          json(
              refusal,
              root ->
                  root.putObject("error")
                      .put("message", refusal.message())
                      .put("code", refusal.code()));
      case FLAT ->
          json(
              refusal,
              root ->
                  root.put("error_msg", refusal.message())
                      .put("error_code", refusal.code())
                      .put("request_id", requestId));
      case OPENSTACK ->
          json(
              refusal,
              root ->
                  root.putObject(element(refusal))
                      .put("message", refusal.message())
                      .put("code", refusal.status()));
      case XML -> WireAnswer.of(refusal.status(), "application/xml", xml(refusal));
      case EMPTY -> WireAnswer.empty(refusal.status());
    };
  }

  private static WireAnswer json(Refusal refusal, Consumer<ObjectNode> fill) {
    ObjectNode root = MAPPER.createObjectNode();
    fill.accept(root);
    return WireAnswer.json(refusal.status(), root.toString());
  }

  private static String xml(Refusal refusal) {
    String message = refusal.message().replace("&", "&amp;").replace("<", "&lt;");
    String element = element(refusal);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s code=\"%d\"><message>%s</message></%s>\n"
        .formatted(element, refusal.status(), message, element);
  }

  private static String element(Refusal refusal) {
    return ELEMENTS.getOrDefault(refusal.status(), "computeFault");
  }
}
