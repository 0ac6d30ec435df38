package io.imageshare.examples.glance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Glance, called as one project. Safe for use by any thread; its methods block. */
final class GlanceClient {
  /** How many ids fit into the query of one call. */
  private static final int DESCRIBED_AT_ONCE = 50;

  private final Keystone keystone;
  private final Exchange http;
  private Keystone.@Nullable Session session;

  GlanceClient(OpenStackCloud cloud, Exchange http) {
    this.keystone = new Keystone(cloud, http);
    this.http = http;
  }

  /** Makes a project a member of an image. */
  Job share(String image, String project) {
    String body = JsonNodeFactory.instance.objectNode().put("member", project).toString();
    Exchange.Answer answer = call("POST", members(image), body);
    // Glance counts first: a full image refuses also a member that it has.
    boolean done =
        (answer.status() == 200 && answer.json().has("member_id"))
            || (answer.status() == 409 && isGlance(answer))
            || (answer.status() == 413
                && isGlance(answer)
                && list(image).containsKey(Recipient.project(project)));
    return job(done, image, answer);
  }

  /** Ends the membership of a project. */
  Job unshare(String image, String project) {
    Exchange.Answer answer = call("DELETE", members(image) + "/" + project, null);
    // Glance answers 404 whether it does not know the image or only the member.
    boolean done =
        answer.status() == 204
            || (answer.status() == 404 && isGlance(answer) && !image(image).isMissingNode());
    return job(done, image, answer);
  }

  /** Accepts or rejects an image as this client's project. */
  Job decide(String image, MemberStatus status) {
    String body = JsonNodeFactory.instance.objectNode().put("status", word(status)).toString();
    Exchange.Answer answer = call("PUT", members(image) + "/" + session().project(), body);
    return job(answer.status() == 200 && answer.json().has("member_id"), image, answer);
  }

  private Job job(boolean done, String image, Exchange.Answer answer) {
    if (!done) {
      throw refusal(image, answer);
    }
    // What the operators of a cloud find a call by in their logs.
    String id = answer.header("X-Openstack-Request-Id");
    return Job.succeeded(id.isBlank() ? "done" : id);
  }

  /** The members of an image; Glance has no pages of them. */
  Map<Recipient, MemberStatus> list(String image) {
    Exchange.Answer answer = call("GET", members(image), null);
    JsonNode listed = answer.json().path("members");
    if (answer.status() != 200 || !listed.isArray()) {
      throw refusal(image, answer);
    }
    Map<Recipient, MemberStatus> members = new LinkedHashMap<>();
    listed.forEach(
        member ->
            members.put(
                Recipient.project(member.path("member_id").asText()),
                status(member.path("status").asText())));
    return members;
  }

  private static MemberStatus status(String word) {
    for (MemberStatus status : MemberStatus.values()) {
      if (word(status).equals(word)) {
        return status;
      }
    }
    return MemberStatus.UNKNOWN;
  }

  private static String word(MemberStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** The images of others to which this client's project has a status. */
  Set<String> images(MemberStatus status) {
    Set<String> ids = new LinkedHashSet<>();
    pages(
        "visibility=shared&member_status=" + word(status),
        image -> {
          // Glance lists the project's own images among them.
          if (!isOwn(image)) {
            ids.add(image.path("id").asText());
          }
        });
    return ids;
  }

  /** Those of the images that this client's project sees in its list. */
  Map<String, Image> describe(Collection<String> images) {
    Map<String, Image> described = new LinkedHashMap<>();
    List<String> ids = new ArrayList<>(images);
    for (int from = 0; from < ids.size(); from += DESCRIBED_AT_ONCE) {
      List<String> some = ids.subList(from, Math.min(from + DESCRIBED_AT_ONCE, ids.size()));
      pages(
          "id=" + encoded("in:" + String.join(",", some)),
          image -> described.put(image.path("id").asText(), description(image)));
    }
    described.keySet().retainAll(images);
    return described;
  }

  private Image description(JsonNode image) {
    Image.Obstacle obstacle =
        switch (image.path("visibility").asText()) {
          case "public", "community" -> Image.Obstacle.PUBLIC;
          default -> isOwn(image) ? Image.Obstacle.NONE : Image.Obstacle.FOREIGN;
        };
    return new Image(
        image.path("name").asText(""),
        image.path("owner").asText(""),
        image.path("status").asText(""),
        false,
        Image.Sharing.UNKNOWN,
        obstacle);
  }

  private boolean isOwn(JsonNode image) {
    return image.path("owner").asText().equals(session().project());
  }

  /** Reads a list of images to its last page, whatever number of them Glance puts on one. */
  private void pages(String query, Consumer<JsonNode> reader) {
    Set<String> markers = new LinkedHashSet<>();
    String page = query;
    while (true) {
      Exchange.Answer answer = call("GET", "/v2/images?" + page, null);
      JsonNode images = answer.json().path("images");
      if (answer.status() != 200 || !images.isArray()) {
        throw refusal(answer);
      }
      images.forEach(reader);
      if (!answer.json().has("next") || images.isEmpty()) {
        return;
      }
      String last = images.get(images.size() - 1).path("id").asText();
      if (!markers.add(last)) {
        throw answer.refusal(Kind.UNAVAILABLE, "a page of images leads to itself");
      }
      page = query + "&marker=" + encoded(last);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String members(String image) {
    return "/v2/images/" + image + "/members";
  }

  /** An image as this client's project sees it, or a missing node. */
  private JsonNode image(String id) {
    Exchange.Answer answer = call("GET", "/v2/images/" + id, null);
    if (answer.status() == 200 || (answer.status() == 404 && isGlance(answer))) {
      return answer.json().has("id") ? answer.json() : JsonNodeFactory.instance.missingNode();
    }
    throw refusal(answer);
  }

  /** Whether Glance itself refused, and not something on the way, which knows no image. */
  private static boolean isGlance(Exchange.Answer answer) {
    return answer.json().has("title") && answer.json().has("code");
  }

  private BackendException refusal(String image, Exchange.Answer answer) {
    if (answer.status() == 403 && isGlance(answer)) {
      // Of one image, or of all that this user may do?
      JsonNode seen = image(image);
      String visibility = seen.path("visibility").asText();
      if (!visibility.equals("shared")) {
        return answer.refusal(
            Kind.INVALID_IMAGE, "it is " + visibility + ", and only shared images have members");
      }
      if (!isOwn(seen)) {
        return answer.refusal(Kind.INVALID_IMAGE, "it is owned by " + seen.path("owner").asText());
      }
    }
    return refusal(answer);
  }

  private static BackendException refusal(Exchange.Answer answer) {
    int status = answer.status();
    if (status / 100 == 3) {
      return answer.refusal(Kind.UNSUPPORTED, "no Glance v2 there, or a redirect");
    }
    if (status == 401) {
      return answer.refusal(Kind.UNAUTHENTICATED, "Glance refuses a new token");
    }
    if (status == 429) {
      return answer.refusal(Kind.THROTTLED, "too fast");
    }
    if (!isGlance(answer) || status / 100 == 5) {
      return answer.refusal(answer.openKind(), "not known whether Glance was asked");
    }
    return answer.refusal(
        switch (status) {
          case 403 -> Kind.FORBIDDEN;
          case 404 -> Kind.INVALID_IMAGE;
          case 405 -> Kind.UNSUPPORTED;
          case 413 -> Kind.QUOTA;
          default -> Kind.INVALID;
        },
        "Glance refuses");
  }

  /** Makes a call, once more with a new token if Glance refuses the one there is. */
  private Exchange.Answer call(String method, String path, @Nullable String body) {
    Keystone.Session before = session();
    Exchange.Answer answer = send(before, method, path, body);
    return answer.status() == 401 ? send(renewed(before), method, path, body) : answer;
  }

  private Exchange.Answer send(
      Keystone.Session session, String method, String path, @Nullable String body) {
    return http.send(
        !method.equals("GET"),
        method,
        URI.create(session.glance() + path),
        Map.of("X-Auth-Token", session.token()),
        body);
  }

  private synchronized Keystone.Session session() {
    Keystone.Session known = session;
    if (known == null) {
      known = keystone.login();
      session = known;
    }
    return known;
  }

  private synchronized Keystone.Session renewed(Keystone.Session refused) {
    if (refused.equals(session)) {
      session = null;
    }
    return session();
  }

  /** Glance decodes a path before it takes it apart, so that no other id can be asked for. */
  static String plain(Kind kind, String id) {
    if (!id.matches("[\\w-]+")) {
      throw new BackendException(new Reason(kind, "", "no id that Glance takes: " + id));
    }
    return id;
  }
}
