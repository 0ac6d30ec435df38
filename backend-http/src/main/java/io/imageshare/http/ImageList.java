package io.imageshare.http;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.SetMultimap;
import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.http.ApiRequest.Purpose;
import io.imageshare.http.AuthenticatedClient.Exchange;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The lists of images that a project can see ({@code ims-api.md} section 1.7). */
final class ImageList {
  private static final int PAGE_SIZE = 500;

  /** A project's own images and the public ones fit into fewer; reading more is not worth it. */
  private static final int MAX_PAGES_TO_DESCRIBE = 10;

  private final URI endpoint;
  private final AuthenticatedClient client;

  ImageList(URI endpoint, AuthenticatedClient client) {
    this.endpoint = endpoint;
    this.client = client;
  }

  /**
   * The images that were shared with the project, and that it gave this status. A service that has
   * the list from Glance puts the project's own shared images into it.
   *
   * @param project that asks; null: not known
   */
  Listing<ImagePage.Entry, Set<String>> withStatus(MemberStatus status, @Nullable String project) {
    Map<String, String> query = new HashMap<>();
    query.put("member_status", status.name().toLowerCase(Locale.ROOT));
    query.put("visibility", "shared");
    query.put(Wire.IMAGE_TYPE, "shared");
    Set<String> images = new HashSet<>();
    return new Listing<>(
        "the list of images with status " + status,
        marker -> page(query, marker),
        entry -> {
          if (!entry.isOf(project)) {
            images.add(entry.id());
          }
        },
        pages -> false,
        Collections.unmodifiableSet(images));
  }

  /**
   * A project's own images, in the service's order.
   *
   * @param filter takes those that are wanted
   */
  Listing<ImagePage.Entry, Set<String>> own(
      String project, boolean sharesEncrypted, Predicate<HttpBackend.OwnImage> filter) {
    Map<String, String> query = Map.of("owner", project);
    Set<String> own = new LinkedHashSet<>();
    return new Listing<>(
        "the list of the project's own images",
        marker -> page(query, marker),
        entry -> {
          // A deployment that ignores the query tells of the images of others, too.
          if (entry.isOf(project) && filter.test(entry.own(project, sharesEncrypted))) {
            own.add(entry.id());
          }
        },
        pages -> false,
        Collections.unmodifiableSet(own));
  }

  /**
   * The service's description of images. One image is queried by its id; several are searched for
   * in the list of all that the project can see, public ones and those of others included: a page
   * of it describes hundreds for the price of one.
   *
   * @param project that owns the images; null: not known
   * @param sharesEncrypted whether the service may share encrypted images
   */
  Listing<ImagePage.Entry, Map<String, Image>> describe(
      Set<String> images, @Nullable String project, boolean sharesEncrypted) {
    Map<String, String> query = new HashMap<>();
    if (images.size() == 1) {
      query.put(Wire.ID, images.iterator().next());
    }
    SetMultimap<String, String> asked = HashMultimap.create();
    images.forEach(image -> asked.put(Wire.key(image), image));
    Map<String, Image> described = new LinkedHashMap<>();
    return new Listing<>(
        "the list of images",
        marker -> page(query, marker),
        entry -> {
          for (String image : asked.get(Wire.key(entry.id()))) {
            described.put(image, entry.image(project, sharesEncrypted));
          }
        },
        pages -> described.size() == images.size() || pages == MAX_PAGES_TO_DESCRIBE,
        described);
  }

  private Listing.Page<ImagePage.Entry> page(Map<String, String> query, String marker) {
    Map<String, String> all = new HashMap<>(query);
    all.put("limit", Integer.toString(PAGE_SIZE));
    if (!marker.isEmpty()) {
      all.put(Wire.MARKER, marker);
    }
    String path = ApiRequest.path("v2", "cloudimages");
    Exchange exchange =
        client.send(ApiRequest.read(Purpose.LIST, endpoint, path, ApiRequest.query(all), ""));
    if (!exchange.response().ok()) {
      throw client.error(exchange);
    }
    Listing.Page<ImagePage.Entry> page = ImagePage.read(exchange.response().body());
    if (page == null) {
      throw client.unreadable(exchange, "the answer does not list images");
    }
    return page;
  }
}
