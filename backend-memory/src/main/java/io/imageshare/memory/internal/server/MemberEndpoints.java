package io.imageshare.memory.internal.server;

import static io.imageshare.memory.internal.server.WireErrorException.ofNative;
import static io.imageshare.memory.internal.server.WireErrorException.service;
import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.net.HttpURLConnection.HTTP_CONFLICT;
import static java.net.HttpURLConnection.HTTP_FORBIDDEN;
import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_NO_CONTENT;
import static java.net.HttpURLConnection.HTTP_OK;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.internal.cloud.CallPipeline;
import io.imageshare.memory.internal.cloud.ImageView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The calls about members and their jobs ({@code ims-api.md} section 1, rows 1 to 12). */
final class MemberEndpoints {
  private final CallPipeline cloud;

  // A cloud does not keep when a member was added.
  private final Instant since;

  MemberEndpoints(CallPipeline cloud, Instant since) {
    this.cloud = cloud;
    this.since = since;
  }

  List<Route> routes() {
    String batch = "/v1/cloudimages/members";
    String members = "/v1/{project_id}/cloudimages/{image_id}/members";
    String nativeMembers = "/v2/images/{image_id}/members";
    return List.of(
        new Route("POST", batch, request -> share(Action.SHARE, request)),
        new Route("PUT", batch, this::decide),
        new Route("DELETE", batch, request -> share(Action.UNSHARE, request)),
        new Route("GET", "/v1/{project_id}/jobs/{job_id}", request -> job(request, true)),
        new Route("GET", "/v1/cloudimages/job/{job_id}", request -> job(request, false)),
        new Route("GET", members, this::list),
        new Route("GET", members + "/{member_id}", this::show),
        new Route("GET", nativeMembers, this::list),
        new Route("POST", nativeMembers, this::add),
        new Route("GET", nativeMembers + "/{member_id}", this::show),
        new Route("PUT", nativeMembers + "/{member_id}", this::update),
        new Route("DELETE", nativeMembers + "/{member_id}", this::remove));
  }

  private CompletionStage<WireResponse> share(Action action, RoutedRequest request) {
    checkOwner(request);
    return submit(BatchBody.slice(action, request.request().body()));
  }

  private boolean isOwner(RoutedRequest request) {
    return request.caller().equals(cloud.owner());
  }

  private void checkOwner(RoutedRequest request) {
    if (!isOwner(request)) {
      throw service("IMG.0047", "Only the owner of the image may do this.");
    }
  }

  /**
   * Lets a native call go on that changes members, or lists them.
   *
   * @param verb what the call would do, as Glance words it
   * @param allowed whether the caller may do it, provided that it sees the image
   */
  private void check(RoutedRequest request, String verb, boolean allowed) {
    String id = request.variable("image_id");
    ImageView image = cloud.image(id, request.caller());
    if (image == null && !isOwner(request) && !allowed) {
      throw unknownImage(id);
    }
    boolean open = image != null && image.image().obstacle() == Image.Obstacle.PUBLIC;
    if (open || !allowed) {
      throw ofNative(HTTP_FORBIDDEN, "Not allowed to " + verb + " members for image " + id + ".");
    }
  }

  private static WireErrorException unknownImage(String id) {
    return ofNative(HTTP_NOT_FOUND, "Image " + id + " not found.");
  }

  private static WireErrorException unknownMember(String id, String image) {
    return ofNative(
        HTTP_NOT_FOUND, id + " not found in the member list of the image " + image + ".");
  }

  private CompletionStage<WireResponse> decide(RoutedRequest request) {
    ShareRequest decision = BatchBody.decision(request.request().body());
    if (!decision.recipients().contains(request.caller())) {
      throw isOwner(request)
          ? service("IMG.0047", "Only the recipient itself may accept or reject.")
          : service("IMG.0030", "The project ID does not match the credentials.");
    }
    return submit(decision);
  }

  private CompletionStage<WireResponse> submit(ShareRequest slice) {
    return cloud
        .submit(slice)
        .thenApply(job -> WireResponse.json(HTTP_OK, WireDocuments.jobId(job)));
  }

  private CompletionStage<WireResponse> job(RoutedRequest request, boolean results) {
    return cloud
        .job(request.variable("job_id"), request.caller())
        .thenApply(job -> WireResponse.json(HTTP_OK, WireDocuments.job(job, results)));
  }

  private CompletionStage<WireResponse> list(RoutedRequest request) {
    String image = request.variable("image_id");
    Page page = Page.of(request.request().query());
    if (request.isNative()) {
      check(request, "list", true);
    }
    return members(request)
        .thenApply(members -> WireResponse.json(HTTP_OK, page(page, image, members)));
  }

  /** The members of an image that the caller sees: the owner all of them, a member itself. */
  private CompletionStage<Map<Recipient, MemberStatus>> members(RoutedRequest request) {
    if (!request.isNative()) {
      checkOwner(request);
    }
    String image = request.variable("image_id");
    return cloud
        .members(image)
        .thenApply(members -> isOwner(request) ? members : own(request.caller(), image, members));
  }

  private static Map<Recipient, MemberStatus> own(
      Recipient caller, String image, Map<Recipient, MemberStatus> members) {
    MemberStatus status = members.get(caller);
    if (status == null) {
      throw unknownImage(image);
    }
    return Map.of(caller, status);
  }

  private Object page(Page page, String image, Map<Recipient, MemberStatus> members) {
    List<Entry<Recipient, MemberStatus>> rest =
        page.after(members.entrySet(), entry -> entry.getKey().id());
    List<Entry<Recipient, MemberStatus>> shown = page.first(rest);
    return WireDocuments.members(
        shown.stream()
            .map(entry -> WireDocuments.member(image, entry.getKey(), entry.getValue(), since))
            .toList(),
        shown.size() < rest.size() ? Page.marker(rest.get(shown.size() - 1).getKey().id()) : null);
  }

  private CompletionStage<WireResponse> show(RoutedRequest request) {
    String id = request.variable("member_id");
    Recipient recipient = BatchBody.recipient(Recipient.Type.PROJECT, id);
    return members(request)
        .thenApply(
            members -> {
              MemberStatus status = members.get(recipient);
              if (status == null) {
                throw request.isNative()
                    ? unknownMember(id, request.variable("image_id"))
                    : service("IMG.0121", "The member does not exist: " + id + ".");
              }
              return member(request, recipient, status);
            });
  }

  private WireResponse member(RoutedRequest request, Recipient recipient, MemberStatus status) {
    return WireResponse.json(
        HTTP_OK, WireDocuments.member(request.variable("image_id"), recipient, status, since));
  }

  private CompletionStage<WireResponse> add(RoutedRequest request) {
    String id =
        WireDocuments.read(request.request().body(), WireDocuments.Addition.class)
            .map(WireDocuments.Addition::member)
            .orElse("");
    if (id.isEmpty()) {
      throw ofNative(HTTP_BAD_REQUEST, "Member to be added not specified");
    }
    check(request, "create", isOwner(request));
    return change(Action.SHARE, request, id)
        .thenApply(
            changed -> {
              if (!changed) {
                String image = request.variable("image_id");
                throw ofNative(HTTP_CONFLICT, "Member " + id + " is duplicated for image " + image);
              }
              return member(request, Recipient.project(id), MemberStatus.PENDING);
            });
  }

  private CompletionStage<WireResponse> update(RoutedRequest request) {
    WireDocuments.Decision decision =
        WireDocuments.read(request.request().body(), WireDocuments.Decision.class)
            .filter(read -> read.status() != null)
            .orElseThrow(() -> ofNative(HTTP_BAD_REQUEST, "Status not specified"));
    check(request, "update", !isOwner(request));
    String image = request.variable("image_id");
    if (!request.caller().id().equals(request.variable("member_id"))) {
      throw unknownMember(request.variable("member_id"), image);
    }
    if (decision.action() == null) {
      throw cloud.image(image, request.caller()) == null
          ? unknownImage(image)
          : ofNative(HTTP_BAD_REQUEST, "Status must be \"accepted\" or \"rejected\".");
    }
    boolean accepts = decision.action() == Action.ACCEPT;
    ShareRequest pair =
        new ShareRequest(
            accepts ? Action.ACCEPT : Action.REJECT,
            Set.of(request.variable("image_id")),
            Set.of(request.caller()),
            decision.vault());
    MemberStatus status = accepts ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
    return cloud.change(pair).thenApply(changed -> member(request, request.caller(), status));
  }

  private CompletionStage<WireResponse> remove(RoutedRequest request) {
    check(request, "delete", isOwner(request));
    String id = request.variable("member_id");
    return change(Action.UNSHARE, request, id)
        .thenApply(
            changed -> {
              if (!changed) {
                throw unknownMember(id, request.variable("image_id"));
              }
              return WireResponse.empty(HTTP_NO_CONTENT);
            });
  }

  private CompletionStage<Boolean> change(Action action, RoutedRequest request, String project) {
    try {
      return cloud.change(
          new ShareRequest(
              action, Set.of(request.variable("image_id")), Set.of(Recipient.project(project))));
    } catch (IllegalArgumentException e) {
      throw ofNative(HTTP_BAD_REQUEST, "The member is missing or invalid: " + e.getMessage());
    }
  }
}
