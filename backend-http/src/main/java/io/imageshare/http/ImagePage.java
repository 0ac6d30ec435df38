package io.imageshare.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of a project's images ({@code ims-api.md} section 1.7). */
final class ImagePage {
  private ImagePage() {}

  /** The images' ids in their order, or null when this is no page of images. */
  static @Nullable List<String> read(byte[] body) {
    JsonNode images = Wire.object(body).path(Wire.IMAGES);
    if (!images.isArray()) {
      return null;
    }
    List<String> ids = new ArrayList<>();
    for (JsonNode image : images) {
      String id = Wire.text(image, Wire.ID);
      if (id.isEmpty()) {
        return null;
      }
      ids.add(id);
    }
    return ids;
  }
}
