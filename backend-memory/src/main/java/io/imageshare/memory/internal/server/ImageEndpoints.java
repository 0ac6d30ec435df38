package io.imageshare.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Route.Visit;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The calls about images ({@code ims-api.md} section 1, rows 13 to 15). */
final class ImageEndpoints {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final String MEMBER_STATUS = "member_status";
  private static final Set<String> NO_FIELDS =
      Set.of("limit", "marker", "sort_key", "sort_dir", MEMBER_STATUS);

  private final MemoryBackend cloud;

  // A cloud does not keep when an image was registered.
  private final Instant since;

  ImageEndpoints(MemoryBackend cloud, Instant since) {
    this.cloud = cloud;
    this.since = since;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v2/cloudimages", this::list),
        new Route("GET", "/v2/images/{image_id}", visit -> done(show(visit))),
        new Route("GET", "/v1/cloudimages/quota", visit -> done(quota(visit))),
        new Route("GET", "/v1/{project_id}/cloudimages/quota", visit -> done(quota(visit))));
  }

  private static CompletionStage<WireAnswer> done(String document) {
    return CompletableFuture.completedFuture(WireAnswer.json(OK, document));
  }

  private CompletionStage<WireAnswer> list(Visit visit) {
    boolean decided =
        visit.request().query().stream().anyMatch(asked -> asked.name().equals(MEMBER_STATUS));
    return cloud
        .front
        .images(decided ? Call.Kind.IMAGES : Call.Kind.DESCRIBE, visit.caller())
        .thenApply(images -> WireAnswer.json(OK, page(images, visit.request().query())));
  }

  private String page(List<Cloud.Sight> images, List<WireRequest.Parameter> query) {
    Page page = Page.plain(query);
    List<ObjectNode> matching =
        images.stream()
            .filter(image -> ofStatus(image.status(), query))
            .map(this::told)
            .filter(image -> query.stream().allMatch(parameter -> matches(image, parameter)))
            .toList();
    return WireDocuments.images(
        page.first(page.after(matching, image -> image.path("id").asText())));
  }

  /** Unless asked for others, a recipient is shown what it has accepted; an owner has no status. */
  private static boolean ofStatus(
      @Nullable MemberStatus status, List<WireRequest.Parameter> query) {
    List<String> asked =
        query.stream()
            .filter(parameter -> parameter.name().equals(MEMBER_STATUS))
            .map(WireRequest.Parameter::value)
            .toList();
    return asked.isEmpty()
        ? status == null || status == MemberStatus.ACCEPTED
        : status != null && asked.contains(WireDocuments.word(status));
  }

  /** A field that is absent matches nothing. */
  private static boolean matches(ObjectNode image, WireRequest.Parameter parameter) {
    return NO_FIELDS.contains(parameter.name())
        || image.path(parameter.name()).asText("").equals(parameter.value());
  }

  private String show(Visit visit) {
    String id = visit.variable("image_id");
    return cloud
        .front
        .show(
            (service, now) ->
                Optional.ofNullable(service.image(id, visit.caller(), now)).map(this::told))
        .orElseThrow(
            () ->
                new RefusedException(
                    Refusal.ofNative(NOT_FOUND, "The image does not exist: " + id + ".")))
        .toString();
  }

  private ObjectNode told(Cloud.Sight image) {
    return WireDocuments.image(image, since);
  }

  private String quota(Visit visit) {
    Recipient caller = visit.caller();
    // What one was given does not count.
    long images =
        cloud.front.show(
            (service, now) ->
                service.images(caller, now).stream().filter(i -> i.status() == null).count());
    return WireDocuments.quotas(Math.toIntExact(images), cloud.membersPerImage());
  }
}
