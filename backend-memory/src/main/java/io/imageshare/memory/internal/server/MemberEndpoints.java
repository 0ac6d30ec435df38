package io.imageshare.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Route.Visit;
import java.time.Instant;
import java.util.ArrayList;
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
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final MemoryBackend cloud;
  private final Recipient owner;

  // A cloud does not keep when a member was added.
  private final Instant since;

  MemberEndpoints(MemoryBackend cloud, Instant since) {
    this.cloud = cloud;
    this.owner = cloud.front.show((service, now) -> service.owner());
    this.since = since;
  }

  List<Route> routes() {
    String batch = "/v1/cloudimages/members";
    String members = "/v1/{project_id}/cloudimages/{image_id}/members";
    String glance = "/v2/images/{image_id}/members";
    return List.of(
        new Route("POST", batch, visit -> share(Action.SHARE, visit)),
        new Route("PUT", batch, this::decide),
        new Route("DELETE", batch, visit -> share(Action.UNSHARE, visit)),
        new Route("GET", "/v1/{project_id}/jobs/{job_id}", visit -> job(visit, true)),
        new Route("GET", "/v1/cloudimages/job/{job_id}", visit -> job(visit, false)),
        new Route("GET", members, this::list),
        new Route("GET", members + "/{member_id}", this::show),
        new Route("GET", glance, this::list),
        new Route("POST", glance, this::add),
        new Route("GET", glance + "/{member_id}", this::show),
        new Route("PUT", glance + "/{member_id}", this::update),
        new Route("DELETE", glance + "/{member_id}", this::remove));
  }

  private CompletionStage<WireAnswer> share(Action action, Visit visit) {
    checkOwner(visit);
    return submit(new Work(BatchBody.slice(action, visit.request().body())));
  }

  /** Refuses who does not own the images. */
  private void checkOwner(Visit visit) {
    if (!visit.caller().equals(owner)) {
      String message = "Only the owner of the image may do this.";
      throw visit.ofNative() ? notSo(FORBIDDEN, message) : refused("IMG.0047", message);
    }
  }

  private static RefusedException refused(String code, String message) {
    return new RefusedException(Refusal.service(code, message));
  }

  private CompletionStage<WireAnswer> decide(Visit visit) {
    Work decision = new Work(BatchBody.decision(visit.request().body()));
    if (!decision.by(owner).equals(visit.caller())) {
      throw visit.caller().equals(owner)
          ? refused("IMG.0047", "Only the recipient itself may accept or reject.")
          : refused("IMG.0030", "The project ID does not match the credentials.");
    }
    return submit(decision);
  }

  private CompletionStage<WireAnswer> submit(Work work) {
    return cloud.front.submit(work).thenApply(job -> WireAnswer.json(OK, WireDocuments.jobId(job)));
  }

  private CompletionStage<WireAnswer> job(Visit visit, boolean results) {
    return cloud
        .front
        .job(visit.variable("job_id"), visit.caller())
        .thenApply(job -> WireAnswer.json(OK, WireDocuments.job(job, results)));
  }

  private CompletionStage<WireAnswer> list(Visit visit) {
    String image = visit.variable("image_id");
    Page page = Page.of(visit.request().query());
    return seen(visit).thenApply(members -> WireAnswer.json(OK, page(page, image, members)));
  }

  /** The members of an image that the caller sees: the owner all of them, a member itself. */
  private CompletionStage<Map<Recipient, MemberStatus>> seen(Visit visit) {
    if (!visit.ofNative()) {
      checkOwner(visit);
    }
    String image = visit.variable("image_id");
    return cloud
        .members(image)
        .thenApply(
            members ->
                visit.caller().equals(owner) ? members : own(visit.caller(), image, members));
  }

  private static Map<Recipient, MemberStatus> own(
      Recipient caller, String image, Map<Recipient, MemberStatus> members) {
    MemberStatus status = members.get(caller);
    if (status == null) {
      throw notSo(NOT_FOUND, "The image does not exist: " + image + ".");
    }
    return Map.of(caller, status);
  }

  private String page(Page page, String image, Map<Recipient, MemberStatus> members) {
    List<ObjectNode> shown = new ArrayList<>();
    List<Map.Entry<Recipient, MemberStatus>> rest =
        page.after(members.entrySet(), entry -> entry.getKey().id());
    for (Map.Entry<Recipient, MemberStatus> entry : page.first(rest)) {
      shown.add(WireDocuments.member(image, entry.getKey(), entry.getValue(), since));
    }
    boolean more = rest.size() > shown.size();
    String last = more ? rest.get(shown.size() - 1).getKey().id() : null;
    return WireDocuments.members(shown, last == null ? null : Page.marker(last));
  }

  private CompletionStage<WireAnswer> show(Visit visit) {
    String id = visit.variable("member_id");
    Recipient recipient = BatchBody.recipient(Recipient.Type.PROJECT, id);
    return seen(visit).thenApply(members -> member(visit, id, members.get(recipient)));
  }

  private WireAnswer member(Visit visit, String id, @Nullable MemberStatus status) {
    if (status == null) {
      String message = "The member does not exist: " + id + ".";
      throw visit.ofNative() ? notSo(NOT_FOUND, message) : refused("IMG.0121", message);
    }
    String image = visit.variable("image_id");
    return WireAnswer.json(
        OK, WireDocuments.member(image, Recipient.project(id), status, since).toString());
  }

  private CompletionStage<WireAnswer> add(Visit visit) {
    checkOwner(visit);
    String image = visit.variable("image_id");
    String id = WireDocuments.added(WireDocuments.read(visit.request().body()));
    return change(Action.SHARE, image, id)
        .thenApply(
            changed -> {
              if (!changed) {
                throw notSo(CONFLICT, "The member exists already: " + id + ".");
              }
              return WireAnswer.json(
                  OK,
                  WireDocuments.member(image, Recipient.project(id), MemberStatus.PENDING, since)
                      .toString());
            });
  }

  private CompletionStage<WireAnswer> update(Visit visit) {
    String image = visit.variable("image_id");
    String id = visit.variable("member_id");
    WireDocuments.Decided asked = WireDocuments.decided(WireDocuments.read(visit.request().body()));
    Action action = asked.action();
    if (!visit.caller().id().equals(id)) {
      throw notSo(FORBIDDEN, "Only the recipient itself may accept or reject.");
    }
    if (action == null) {
      throw notSo(BAD_REQUEST, "status is neither accepted nor rejected.");
    }
    MemberStatus status = action == Action.ACCEPT ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
    String vault = action == Action.ACCEPT ? asked.vault() : "";
    ShareRequest pair = new ShareRequest(action, Set.of(image), Set.of(visit.caller()), vault);
    return cloud
        .front
        .change(new Work(pair))
        .thenApply(
            changed ->
                WireAnswer.json(
                    OK, WireDocuments.member(image, visit.caller(), status, since).toString()));
  }

  private CompletionStage<WireAnswer> remove(Visit visit) {
    checkOwner(visit);
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
      ShareRequest pair = new ShareRequest(action, Set.of(image), recipients);
      return cloud.front.change(new Work(pair));
    } catch (IllegalArgumentException e) {
      throw notSo(BAD_REQUEST, "The member is missing or invalid: " + e.getMessage());
    }
  }

  private static RefusedException notSo(int status, String message) {
    return new RefusedException(Refusal.ofNative(status, message));
  }
}
