package io.imageshare.http;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.http.ApiRequest.Purpose;
import io.imageshare.http.AuthenticatedClient.Exchange;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The lists of images that a project can see, as blocking calls ({@code ims-api.md} section 1.7).
 */
final class ImageList {
  private static final int PAGE_SIZE = 500;

  /** A listing longer than this does not end by itself. */
  private static final int MAX_PAGES = 1000;

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
  Set<String> withStatus(MemberStatus status, @Nullable String project) {
    Map<String, String> query = new HashMap<>();
    query.put("member_status", status.name().toLowerCase(Locale.ROOT));
    query.put("visibility", "shared");
    query.put(Wire.IMAGE_TYPE, "shared");
    Set<String> images = new HashSet<>();
    Pages pages = new Pages(query);
    while (pages.hasNext()) {
      if (pages.read == MAX_PAGES) {
        throw ErrorTranslation.exception(Kind.INTERNAL, "the list of images does not end");
      }
      for (ImagePage.Entry image : pages.next()) {
        if (!image.isOwnedBy(project)) {
          images.add(image.id());
        }
      }
    }
    return Collections.unmodifiableSet(images);
  }

  /**
   * A project's own images, in the service's order.
   *
   * @param filter takes those that are wanted
   */
  Set<String> own(String project, boolean sharesEncrypted, Predicate<HttpBackend.OwnImage> filter) {
    Map<String, String> query = new HashMap<>();
    query.put("owner", project);
    Set<String> own = new LinkedHashSet<>();
    Pages pages = new Pages(query);
    while (pages.hasNext()) {
      if (pages.read == MAX_PAGES) {
        throw ErrorTranslation.exception(Kind.INTERNAL, "the list of images does not end");
      }
      for (ImagePage.Entry entry : pages.next()) {
        // A deployment that ignores the query tells of the images of others, too.
        if (entry.isOf(project) && filter.test(entry.own(project, sharesEncrypted))) {
          own.add(entry.id());
        }
      }
    }
    return Collections.unmodifiableSet(own);
  }

  /**
   * The service's description of images. One image is queried by its id; several are searched for
   * in the list of all that the project can see, public ones and those of others included: a page
   * of it describes hundreds for the price of one.
   *
   * @param project that owns the images; null: not known
   * @param sharesEncrypted whether the service may share encrypted images
   */
  Map<String, Image> describe(
      Set<String> images, @Nullable String project, boolean sharesEncrypted) {
    Map<String, String> query = new HashMap<>();
    if (images.size() == 1) {
      query.put(Wire.ID, images.iterator().next());
    }
    Map<String, Image> described = new LinkedHashMap<>();
    Pages pages = new Pages(query);
    while (pages.hasNext()
        && pages.read < MAX_PAGES_TO_DESCRIBE
        && described.size() < images.size()) {
      for (ImagePage.Entry entry : pages.next()) {
        if (images.contains(entry.id())) {
          described.put(entry.id(), entry.image(project, sharesEncrypted));
        }
      }
    }
    return described;
  }

  /** The pages of one query, one after another. */
  private final class Pages {
    private final Map<String, String> query;
    private final Set<String> seen = new HashSet<>();
    private boolean last;
    private int read;

    Pages(Map<String, String> query) {
      this.query = query;
      query.put("limit", Integer.toString(PAGE_SIZE));
    }

    boolean hasNext() {
      return !last;
    }

    List<ImagePage.Entry> next() {
      List<ImagePage.Entry> page = read();
      read++;
      boolean more = seen.addAll(page.stream().map(ImagePage.Entry::id).toList());
      // A shorter page than the limit is the last, and so is one without new images.
      last = page.size() < PAGE_SIZE || !more;
      if (!last) {
        query.put(Wire.MARKER, page.get(page.size() - 1).id());
      }
      return page;
    }

    private List<ImagePage.Entry> read() {
      String path = ApiRequest.path("v2", "cloudimages");
      Exchange exchange =
          client.send(ApiRequest.read(Purpose.LIST, endpoint, path, ApiRequest.query(query), ""));
      if (!exchange.response().ok()) {
        throw client.error(exchange);
      }
      List<ImagePage.Entry> page = ImagePage.read(exchange.response().body());
      if (page == null) {
        throw client.unreadable(exchange, "the answer does not list images");
      }
      return page;
    }
  }
}
