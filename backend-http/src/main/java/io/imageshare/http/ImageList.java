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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a project sees of images, as blocking calls ({@code ims-api.md} section 1.7). */
final class ImageList {
  /** What the service takes unless told. */
  private static final int A_PAGE = 500;

  /** A listing longer than this does not end by itself. */
  private static final int MOST_PAGES = 1000;

  /** A project's own images and the public ones fit into fewer; and it is not worth more. */
  private static final int MOST_PAGES_TO_DESCRIBE = 10;

  private final URI endpoint;
  private final AuthenticatedClient caller;

  ImageList(URI endpoint, AuthenticatedClient caller) {
    this.endpoint = endpoint;
    this.caller = caller;
  }

  /** The images that were shared with the caller, and to which it said this. */
  Set<String> decided(MemberStatus status) {
    Map<String, String> query = new HashMap<>();
    query.put("member_status", status.name().toLowerCase(Locale.ROOT));
    query.put("visibility", "shared");
    query.put("__imagetype", "shared");
    Pages pages = new Pages(query);
    while (pages.hasNext()) {
      if (pages.read == MOST_PAGES) {
        throw NetworkErrors.of(Kind.INTERNAL, "the list of images does not end");
      }
      pages.next();
    }
    return Collections.unmodifiableSet(pages.seen);
  }

  /**
   * What is told of images. One is asked for by its id; several are looked for among all that the
   * caller sees, a page of which tells of hundreds for the price of one, those of others and the
   * public ones among them.
   *
   * @param project whose images are shared; null: nobody knows
   * @param sharesEncrypted whether the service may share encrypted images
   */
  Map<String, Image> describe(
      Set<String> images, @Nullable String project, boolean sharesEncrypted) {
    Map<String, String> query = new HashMap<>();
    if (images.size() == 1) {
      query.put(Wire.ID, images.iterator().next());
    }
    Map<String, Image> told = new LinkedHashMap<>();
    Pages pages = new Pages(query);
    while (pages.hasNext() && pages.read < MOST_PAGES_TO_DESCRIBE && told.size() < images.size()) {
      for (ImagePage.Entry entry : pages.next()) {
        if (images.contains(entry.id())) {
          told.put(entry.id(), entry.image(project, sharesEncrypted));
        }
      }
    }
    return told;
  }

  /** The pages of one query, one after another. */
  private final class Pages {
    private final Map<String, String> query;
    private final Set<String> seen = new HashSet<>();
    private boolean over;
    private int read;

    Pages(Map<String, String> query) {
      this.query = query;
      query.put("limit", Integer.toString(A_PAGE));
    }

    boolean hasNext() {
      return !over;
    }

    List<ImagePage.Entry> next() {
      List<ImagePage.Entry> page = read();
      read++;
      boolean more = seen.addAll(page.stream().map(ImagePage.Entry::id).toList());
      // The limit is documented, so that a shorter page is the last; and so is one without news.
      over = page.size() < A_PAGE || !more;
      if (!over) {
        query.put(Wire.MARKER, page.get(page.size() - 1).id());
      }
      return page;
    }

    private List<ImagePage.Entry> read() {
      String path = ApiRequest.path("v2", "cloudimages");
      Exchange reply =
          caller.call(ApiRequest.read(Purpose.LIST, endpoint, path, ApiRequest.query(query), ""));
      if (!reply.answer().ok()) {
        throw caller.refusal(reply);
      }
      List<ImagePage.Entry> page = ImagePage.read(reply.answer().body());
      if (page == null) {
        throw caller.unreadable(reply, "the answer does not list images");
      }
      return page;
    }
  }
}
