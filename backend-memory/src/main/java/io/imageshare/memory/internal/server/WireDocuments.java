package io.imageshare.memory.internal.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.google.common.html.HtmlEscapers;
import com.google.common.xml.XmlEscapers;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.internal.cloud.ImageView;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The service's JSON: every field name of the server is here. */
final class WireDocuments {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

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

  private static final Map<Integer, String> TITLES =
      Map.of(
          400, "Bad Request",
          401, "Unauthorized",
          403, "Forbidden",
          404, "Not Found",
          405, "Method Not Allowed",
          409, "Conflict",
          413, "Request Entity Too Large",
          429, "Too Many Requests",
          503, "Service Unavailable");

  private static final String GLANCE_PAGE =
      """
      <html>
       <head>
        <title>%1$s</title>
       </head>
       <body>
        <h1>%1$s</h1>
        %2$s<br /><br />



       </body>
      </html>""";

  private WireDocuments() {}

  private static DateTimeFormatter utc(String pattern) {
    return DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC);
  }

  static String write(Object document) {
    try {
      return MAPPER.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document of the server cannot be written", e);
    }
  }

  /** Reads a body; empty when it is no document of this type. */
  static <T> Optional<T> read(byte[] body, Class<T> type) {
    try {
      return Optional.ofNullable(MAPPER.readValue(new String(body, StandardCharsets.UTF_8), type));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  // Requests

  /** What the owner asks for; null: not named. */
  record Batch(
      @Nullable List<@Nullable String> images,
      @Nullable List<@Nullable String> projects,
      @Nullable List<@Nullable String> domains,
      @Nullable List<@Nullable String> organizations) {}

  /** What a recipient decides, in a batch call or a native one; null: not named. */
  record Decision(
      @Nullable List<@Nullable String> images,
      @Nullable String projectId,
      @Nullable String status,
      @Nullable String vaultId) {

    /** ACCEPT or REJECT, or null: the status is neither. */
    @Nullable Action action() {
      if (status == null) {
        return null;
      }
      return switch (status) {
        case "accepted" -> Action.ACCEPT;
        case "rejected" -> Action.REJECT;
        default -> null;
      };
    }

    /** The vault of who accepts: who rejects needs none, and may name one. */
    String vault() {
      return vaultId == null || action() != Action.ACCEPT ? "" : vaultId;
    }
  }

  /** The project that a native call adds; null: not named. */
  record Addition(@Nullable String member) {}

  /**
   * Who asks for a token, and for which project.
   *
   * @param user null: not named in full
   * @param projectId empty: not named
   * @param projectName empty: not named
   */
  record TokenRequest(ServerSettings.@Nullable User user, String projectId, String projectName) {

    static TokenRequest read(byte[] body) {
      JsonNode document =
          WireDocuments.read(body, JsonNode.class).orElseGet(MAPPER::createObjectNode);
      JsonNode user = document.at("/auth/identity/password/user");
      JsonNode project = document.at("/auth/scope/project");
      String domain = user.at("/domain/name").textValue();
      String name = user.path("name").textValue();
      String password = user.path("password").textValue();
      return new TokenRequest(
          domain == null || name == null || password == null
              ? null
              : new ServerSettings.User(domain, name, password),
          project.path("id").asText(""),
          project.path("name").asText(""));
    }
  }

  // Responses

  static Object token(Authenticator.Token token, String name) {
    record Project(String id, String name) {}
    record Body(String expiresAt, String issuedAt, List<String> methods, Project project) {}
    return Map.of(
        "token",
        new Body(
            MICROS.format(token.expires()),
            MICROS.format(token.issued()),
            List.of("password"),
            new Project(token.project(), name)));
  }

  static Object jobId(Job job) {
    return Map.of("job_id", job.id());
  }

  private record JobDocument(
      String jobId,
      String jobType,
      String beginTime,
      String endTime,
      String status,
      @Nullable String errorCode,
      @Nullable String failReason,
      Entities entities) {}

  @JsonInclude(Include.NON_NULL)
  private record Entities(
      @Nullable List<ResultDocument> results,
      @Nullable Number processPercent,
      @Nullable String currentTask) {}

  @JsonInclude(Include.NON_NULL)
  private record ResultDocument(
      String imageId,
      @Nullable String projectId,
      String status,
      @Nullable String errorCode,
      @Nullable String failReason) {}

  /** ShowJob has results, ShowJobProgress does not. */
  static Object job(Job job, boolean results) {
    return new JobDocument(
        job.id(),
        job.type(),
        time(job.begin()),
        time(job.end()),
        job.status().name(),
        code(job.reason()),
        message(job.reason()),
        results && job.ended()
            ? new Entities(job.results().stream().map(WireDocuments::result).toList(), null, null)
            : new Entities(null, percent(job.progress()), ""));
  }

  private static @Nullable Number percent(double progress) {
    if (Double.isNaN(progress)) {
      return null;
    }
    // The service writes a whole as an integer.
    return progress == 1 ? (Number) 1 : (Number) progress;
  }

  private static ResultDocument result(Job.Result result) {
    Recipient recipient = result.recipient();
    return new ResultDocument(
        result.image(),
        recipient == null ? null : recipient.id(),
        result.succeeded() ? "success" : "failed",
        code(result.reason()),
        message(result.reason()));
  }

  private static @Nullable String code(@Nullable Reason reason) {
    return reason == null || reason.code().isEmpty() ? null : reason.code();
  }

  private static @Nullable String message(@Nullable Reason reason) {
    return reason == null ? null : reason.message();
  }

  private static String time(@Nullable Instant time) {
    return time == null ? "" : MILLIS.format(time);
  }

  static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @JsonInclude(Include.NON_NULL)
  private record MemberDocument(
      String status,
      String createdAt,
      String updatedAt,
      String imageId,
      String memberId,
      String schema,
      String memberType,
      @Nullable String urn) {}

  static Object member(String image, Recipient recipient, MemberStatus status, Instant since) {
    return new MemberDocument(
        lowerCase(status),
        SECONDS.format(since),
        SECONDS.format(since),
        image,
        recipient.id(),
        "/v2/schemas/member",
        lowerCase(recipient.type()),
        recipient.type() == Recipient.Type.ORGANIZATION ? recipient.id() : null);
  }

  static Object members(List<?> members, @Nullable String nextMarker) {
    @JsonInclude(Include.NON_NULL)
    record PageInfo(@Nullable String nextMarker, int currentCount) {}
    record Members(List<?> members, String schema, PageInfo pageInfo) {}
    return new Members(members, "/v2/schemas/members", new PageInfo(nextMarker, members.size()));
  }

  @JsonInclude(Include.NON_NULL)
  private record ImageDocument(
      String id,
      String name,
      String owner,
      String status,
      String visibility,
      @JsonProperty("__imagetype") @Nullable String imageType,
      @JsonProperty("__system__cmkid") @Nullable String keyId,
      @JsonProperty("__whole_image") @Nullable String wholeImage,
      @JsonProperty("protected") boolean isProtected,
      int minDisk,
      String createdAt,
      String updatedAt,
      String schema) {}

  /** An image as a tree, whose fields can be filtered by. */
  static ObjectNode image(ImageView view, Instant since) {
    Image image = view.image();
    boolean open = image.obstacle() == Image.Obstacle.PUBLIC;
    boolean own = view.status() == null && image.obstacle() != Image.Obstacle.FOREIGN;
    return MAPPER.valueToTree(
        new ImageDocument(
            view.id(),
            image.name(),
            image.owner(),
            image.status(),
            open ? "public" : own && !isShared(image) ? "private" : "shared",
            open ? "gold" : view.status() == null ? ownType(image.sharing()) : "shared",
            image.obstacle() == Image.Obstacle.ENCRYPTED ? "key-1" : null,
            image.whole() ? "true" : null,
            false,
            40,
            SECONDS.format(since),
            SECONDS.format(since),
            "/v2/schemas/image"));
  }

  private static boolean isShared(Image image) {
    return image.sharing() == Image.Sharing.SHARED;
  }

  /** Once shared, the owner's own image is told to be so, too. */
  private static @Nullable String ownType(Image.Sharing sharing) {
    return switch (sharing) {
      case SHARED -> "shared";
      case UNSHARED -> "private";
      case UNKNOWN -> null;
    };
  }

  static Object images(List<ObjectNode> images) {
    return Map.of("images", images);
  }

  static Object quotas(int images, int membersPerImage) {
    record Quota(String type, int used, int quota, int min, int max) {}
    int most = Math.max(images, 1000);
    return Map.of(
        "quotas",
        Map.of(
            "resources",
            List.of(
                new Quota("image", images, most, 1, most),
                new Quota("image_member", 0, membersPerImage, 1, membersPerImage))));
  }

  /** An error of the identity service, which has a shape of its own. */
  static WireResponse identityError(int status, String message) {
    record Body(int code, String message) {}
    return WireResponse.json(status, Map.of("error", new Body(status, message)));
  }

  static WireResponse error(WireError error, ErrorShape shape, String requestId) {
    record ErrorObject(String message, String code) {}
    record Flat(String errorMsg, String errorCode, String requestId) {}
    record OpenStack(String message, int code) {}
    return switch (shape) {
      case ERROR_OBJECT ->
          WireResponse.json(
              error.status(), Map.of("error", new ErrorObject(error.message(), error.code())));
      case FLAT ->
          WireResponse.json(error.status(), new Flat(error.message(), error.code(), requestId));
      case OPENSTACK ->
          WireResponse.json(
              error.status(),
              Map.of(element(error), new OpenStack(error.message(), error.status())));
      case GLANCE -> glance(error, "application/json");
      case XML -> WireResponse.of(error.status(), "application/xml", xml(error));
      case EMPTY -> WireResponse.empty(error.status());
    };
  }

  /** An error of Glance, in the shape that a request accepts. */
  static WireResponse glance(WireError error, String accept) {
    record Body(String message, String code, String title) {}
    String title = TITLES.getOrDefault(error.status(), "Error");
    String code = error.status() + " " + title;
    if (accept.contains("json")) {
      return WireResponse.json(
          error.status(), new Body(error.message() + "<br /><br />\n\n\n", code, title));
    }
    if (accept.contains("text/html") || accept.contains("*/*")) {
      String text = HtmlEscapers.htmlEscaper().escape(error.message());
      return WireResponse.of(
          error.status(), "text/html; charset=UTF-8", GLANCE_PAGE.formatted(code, text));
    }
    return WireResponse.of(
        error.status(), "text/plain; charset=UTF-8", code + "\n\n" + error.message() + "\n\n   ");
  }

  private static String xml(WireError error) {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <%1$s code="%2$d"><message>%3$s</message></%1$s>
        """
        .formatted(
            element(error),
            error.status(),
            XmlEscapers.xmlContentEscaper().escape(error.message()));
  }

  private static String element(WireError error) {
    return ELEMENTS.getOrDefault(error.status(), "computeFault");
  }
}
