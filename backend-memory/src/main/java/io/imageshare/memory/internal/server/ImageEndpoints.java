package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_OK;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.MemberStatus;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.internal.cloud.CallPipeline;
import io.imageshare.memory.internal.cloud.ImageView;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The calls about images ({@code ims-api.md} section 1, rows 13 to 15). */
final class ImageEndpoints {
  private static final String MEMBER_STATUS = "member_status";
  private static final Set<String> NO_FILTERS =
      Set.of("limit", "marker", "sort_key", "sort_dir", MEMBER_STATUS);

  private final CallPipeline cloud;

  // A cloud does not keep when an image was registered.
  private final Instant since;

  ImageEndpoints(CallPipeline cloud, Instant since) {
    this.cloud = cloud;
    this.since = since;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/v2/cloudimages", this::list),
        new Route("GET", "/v2/images/{image_id}", request -> done(show(request))),
        new Route("GET", "/v1/cloudimages/quota", request -> done(quota(request))),
        new Route("GET", "/v1/{project_id}/cloudimages/quota", request -> done(quota(request))));
  }

  private static CompletionStage<WireResponse> done(Object document) {
    return CompletableFuture.completedFuture(WireResponse.json(HTTP_OK, document));
  }

  private CompletionStage<WireResponse> list(RoutedRequest request) {
    List<WireRequest.Parameter> query = request.request().query();
    Call.Kind kind =
        query.stream().anyMatch(parameter -> parameter.name().equals(MEMBER_STATUS))
            ? Call.Kind.IMAGES
            : Call.Kind.DESCRIBE;
    return cloud
        .visibleImages(kind, request.caller())
        .thenApply(images -> WireResponse.json(HTTP_OK, page(images, query)));
  }

  private Object page(List<ImageView> images, List<WireRequest.Parameter> query) {
    Page page = Page.plain(query);
    List<ObjectNode> matching =
        images.stream()
            .filter(image -> hasStatus(image.status(), query))
            .map(image -> WireDocuments.image(image, since))
            .filter(image -> query.stream().allMatch(parameter -> matches(image, parameter)))
            .toList();
    return WireDocuments.images(
        page.first(page.after(matching, image -> image.path("id").asText())));
  }

  /**
   * Unless asked otherwise, a recipient sees what it has accepted. An owner has no status: Glance
   * lists its images whatever status is asked for.
   */
  private static boolean hasStatus(
      @Nullable MemberStatus status, List<WireRequest.Parameter> query) {
    List<String> asked =
        query.stream()
            .filter(parameter -> parameter.name().equals(MEMBER_STATUS))
            .map(WireRequest.Parameter::value)
            .toList();
    return status == null
        || (asked.isEmpty()
            ? status == MemberStatus.ACCEPTED
            : asked.contains(WireDocuments.lowerCase(status)));
  }

  /** A field that is absent matches nothing. */
  private static boolean matches(ObjectNode image, WireRequest.Parameter parameter) {
    return NO_FILTERS.contains(parameter.name())
        || image.path(parameter.name()).asText("").equals(parameter.value());
  }

  private Object show(RoutedRequest request) {
    String id = request.variable("image_id");
    ImageView image = cloud.image(id, request.caller());
    if (image == null) {
      throw WireErrorException.ofNative(HTTP_NOT_FOUND, "The image does not exist: " + id + ".");
    }
    return WireDocuments.image(image, since);
  }

  private Object quota(RoutedRequest request) {
    return WireDocuments.quotas(cloud.ownedImages(request.caller()), cloud.membersPerImage());
  }
}
