package io.imageshare.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Route.Visit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The calls about members and their jobs ({@code ims-api.md} section 1, rows 1 to 12). */
final class MemberEndpoints {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final MemoryBackend cloud;

  // A cloud does not keep when a member was added.
  private final Instant since;

  MemberEndpoints(MemoryBackend cloud, Instant since) {
    this.cloud = cloud;
    this.since = since;
  }

  List<Route> routes() {
    String batch = "/v1/cloudimages/members";
    String members = "/v1/{project_id}/cloudimages/{image_id}/members";
    String glance = "/v2/images/{image_id}/members";
    return List.of(
        new Route("POST", batch, visit -> submit(Action.SHARE, visit)),
        new Route("PUT", batch, visit -> answering()),
        new Route("DELETE", batch, visit -> submit(Action.UNSHARE, visit)),
        new Route("GET", "/v1/{project_id}/jobs/{job_id}", visit -> job(visit, true)),
        new Route("GET", "/v1/cloudimages/job/{job_id}", visit -> job(visit, false)),
        new Route("GET", members, this::list),
        new Route("GET", members + "/{member_id}", this::show),
        new Route("GET", glance, this::list),
        new Route("POST", glance, this::add),
        new Route("GET", glance + "/{member_id}", this::show),
        new Route("PUT", glance + "/{member_id}", visit -> answering()),
        new Route("DELETE", glance + "/{member_id}", this::remove));
  }

  private CompletionStage<WireAnswer> submit(Action action, Visit visit) {
    return cloud
        .submit(slice(action, visit.request().body()))
        .thenApply(job -> WireAnswer.json(OK, WireDocuments.jobId(job)));
  }

  private static ShareRequest slice(Action action, byte[] body) {
    if (body.length == 0) {
      throw refused("IMG.0007", "The request body is empty.");
    }
    WireDocuments.Asked asked = WireDocuments.asked(WireDocuments.read(body));
    Set<String> images = texts("images", asked.images());
    if (!asked.domains().isEmpty() || !asked.organizations().isEmpty()) {
      throw refused("IMG.0105", "Sharing with accounts or organizations is not supported here.");
    }
    Set<Recipient> recipients = new LinkedHashSet<>();
    for (String project : texts("projects", asked.projects())) {
      recipients.add(recipient(project));
    }
    try {
      return new ShareRequest(action, images, recipients);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0066", "The image ID is invalid: " + e.getMessage());
    }
  }

  private static Set<String> texts(String field, JsonNode array) {
    Set<String> texts = new LinkedHashSet<>();
    for (JsonNode text : array) {
      if (!text.isTextual()) {
        throw refused("IMG.0001", field + " holds something that is not a string.");
      }
      texts.add(text.textValue());
    }
    if (!array.isArray() || texts.isEmpty()) {
      throw refused("IMG.0001", field + " is missing or empty.");
    }
    return texts;
  }

  private static Recipient recipient(String project) {
    try {
      return Recipient.project(project);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0067", "The project ID is invalid: " + e.getMessage());
    }
  }

  private static RefusedException refused(String code, String message) {
    return new RefusedException(Refusal.service(code, message));
  }

  /** Accepting and rejecting is for recipients, and the cloud answers to the owner only. */
  private static CompletionStage<WireAnswer> answering() {
    throw refused("IMG.0105", "Accepting and rejecting is not supported here.");
  }

  private CompletionStage<WireAnswer> job(Visit visit, boolean results) {
    return cloud
        .job(visit.variable("job_id"))
        .thenApply(job -> WireAnswer.json(OK, WireDocuments.job(job, results)));
  }

  private CompletionStage<WireAnswer> list(Visit visit) {
    String image = visit.variable("image_id");
    Page page = Page.of(visit.request().query());
    return cloud
        .members(image)
        .thenApply(members -> WireAnswer.json(OK, page(page, image, members)));
  }

  private String page(Page page, String image, Map<Recipient, MemberStatus> members) {
    List<ObjectNode> shown = new ArrayList<>();
    List<Map.Entry<Recipient, MemberStatus>> rest =
        page.after(members.entrySet(), entry -> entry.getKey().id());
    for (Map.Entry<Recipient, MemberStatus> entry : page.first(rest)) {
      shown.add(WireDocuments.member(image, entry.getKey().id(), entry.getValue(), since));
    }
    boolean more = rest.size() > shown.size();
    String last = more ? rest.get(shown.size() - 1).getKey().id() : null;
    return WireDocuments.members(shown, last == null ? null : Page.marker(last));
  }

  private CompletionStage<WireAnswer> show(Visit visit) {
    String image = visit.variable("image_id");
    String id = visit.variable("member_id");
    return cloud.members(image).thenApply(members -> member(visit, id, members.get(recipient(id))));
  }

  private WireAnswer member(Visit visit, String id, @Nullable MemberStatus status) {
    if (status == null) {
      String message = "The member does not exist: " + id + ".";
      throw visit.ofNative() ? notSo(NOT_FOUND, message) : refused("IMG.0121", message);
    }
    String image = visit.variable("image_id");
    return WireAnswer.json(OK, WireDocuments.member(image, id, status, since).toString());
  }

  private CompletionStage<WireAnswer> add(Visit visit) {
    String image = visit.variable("image_id");
    String id = WireDocuments.added(WireDocuments.read(visit.request().body()));
    return change(Action.SHARE, image, id)
        .thenApply(
            changed -> {
              if (!changed) {
                throw notSo(CONFLICT, "The member exists already: " + id + ".");
              }
              return WireAnswer.json(
                  OK, WireDocuments.member(image, id, MemberStatus.PENDING, since).toString());
            });
  }

  private CompletionStage<WireAnswer> remove(Visit visit) {
    String id = visit.variable("member_id");
    return change(Action.UNSHARE, visit.variable("image_id"), id)
        .thenApply(
            changed -> {
              if (!changed) {
                throw notSo(NOT_FOUND, "The member does not exist: " + id + ".");
              }
              return WireAnswer.empty(NO_CONTENT);
            });
  }

  private CompletionStage<Boolean> change(Action action, String image, String project) {
    try {
      Set<Recipient> recipients = Set.of(Recipient.project(project));
      return cloud.front.change(new ShareRequest(action, Set.of(image), recipients));
    } catch (IllegalArgumentException e) {
      throw notSo(BAD_REQUEST, "The member is missing or invalid: " + e.getMessage());
    }
  }

  private static RefusedException notSo(int status, String message) {
    return new RefusedException(Refusal.ofNative(status, message));
  }
}
