package io.imageshare.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Image;
import io.imageshare.Image.Obstacle;
import io.imageshare.Image.Sharing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One page of a project's images ({@code ims-api.md} section 1.7). */
final class ImagePage {
  /** The documented statuses of images that cannot be shared yet or any more. */
  private static final Set<String> UNREADY = Set.of("queued", "saving", "deleted", "killed");

  private static final String PUBLIC = "public";
  private static final String PRIVATE = "private";
  private static final String SHARED = "shared";

  private ImagePage() {}

  /** One image of a page. */
  record Entry(String id, JsonNode fields) implements Listing.Entry {
    @Override
    public String key() {
      return id;
    }

    /**
     * Its description.
     *
     * @param project that owns the images; null: not known
     * @param sharesEncrypted whether the service may share encrypted images
     */
    Image image(@Nullable String project, boolean sharesEncrypted) {
      return new Image(
          Wire.visible(text("name")),
          Wire.visible(text("owner")),
          Wire.visible(text(Wire.STATUS)),
          text("__whole_image").equalsIgnoreCase("true"),
          sharing(),
          obstacle(project, sharesEncrypted));
    }

    /**
     * As its owner sees it.
     *
     * @param project that owns it
     */
    HttpBackend.OwnImage own(String project, boolean sharesEncrypted) {
      Set<String> tags = new LinkedHashSet<>();
      fields.path("tags").forEach(tag -> tags.add(tag.asText()));
      Instant created = Wire.time(fields, "created_at");
      return new HttpBackend.OwnImage(
          id,
          image(project, sharesEncrypted),
          text("virtual_env_type"),
          tags,
          created == null ? Instant.MAX : created);
    }

    /** Whether it belongs to a project; null: not known which. */
    boolean isOf(@Nullable String project) {
      return project != null && Wire.same(text("owner"), project);
    }

    /** Once it was shared, its owner is told so, too. */
    private Sharing sharing() {
      return switch (text(Wire.IMAGE_TYPE)) {
        case PRIVATE -> Sharing.UNSHARED;
        case SHARED -> Sharing.SHARED;
        default -> Sharing.UNKNOWN;
      };
    }

    private Obstacle obstacle(@Nullable String project, boolean sharesEncrypted) {
      String visibility = text("visibility");
      if (visibility.equals(PUBLIC)) {
        return Obstacle.PUBLIC;
      }
      // Its own image is private to its owner, at least until it is shared.
      boolean foreign = project != null && !isOf(project);
      if (foreign && !text("owner").isEmpty() && visibility.equals(SHARED)) {
        return Obstacle.FOREIGN;
      }
      if (UNREADY.contains(text(Wire.STATUS).toLowerCase(Locale.ROOT))) {
        return Obstacle.UNREADY;
      }
      boolean encrypted = !text("__system__cmkid").isEmpty();
      return encrypted && !sharesEncrypted ? Obstacle.ENCRYPTED : Obstacle.NONE;
    }

    private String text(String field) {
      return Wire.text(fields, field);
    }
  }

  /** The page, or null when this is not a page of images. */
  static Listing.@Nullable Page<Entry> read(byte[] body) {
    JsonNode root = Wire.object(body);
    JsonNode images = root.path(Wire.IMAGES);
    String next = Wire.next(root);
    if (!images.isArray() || next == null) {
      return null;
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode image : images) {
      String id = Wire.id(image, Wire.ID);
      if (id.isEmpty()) {
        return null;
      }
      entries.add(new Entry(id, image));
    }
    // Glance names the first page, and the next where there is one. This service names neither: the
    // page after an image is asked for, which is the way to find out whether there is one.
    boolean names = !next.isEmpty() || root.has(Wire.FIRST_PAGE) || entries.isEmpty();
    String marker = names ? next : entries.get(entries.size() - 1).id();
    return new Listing.Page<>(entries, marker, body.length);
  }
}
