package io.imageshare.memory.internal.server;

import com.google.common.primitives.Ints;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The part of a listing that is asked for ({@code ims-api.md} section 1.5). Pages follow the order
 * of ids, so that an entry added or removed between two pages hides no other.
 *
 * @param limit how many at most
 * @param after the id to begin after; empty: from the beginning
 */
record Page(int limit, String after) {
  private static final int DEFAULT_LIMIT = 500;
  private static final int HIGHEST_LIMIT = 1000;

  /** The page of a listing of members: its marker is encoded. */
  static Page of(List<WireRequest.Parameter> query) {
    Page page = plain(query);
    try {
      byte[] after = Base64.getDecoder().decode(page.after);
      return new Page(page.limit, new String(after, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw refused("marker is not Base64.");
    }
  }

  /** The page of a listing of images: its marker is an id. */
  static Page plain(List<WireRequest.Parameter> query) {
    int limit = DEFAULT_LIMIT;
    String after = "";
    for (WireRequest.Parameter parameter : query) {
      if (parameter.name().equals("limit")) {
        limit = limit(parameter.value());
      } else if (parameter.name().equals("marker")) {
        after = parameter.value();
      }
    }
    return new Page(limit, after);
  }

  private static int limit(String text) {
    Integer limit = Ints.tryParse(text);
    if (limit == null || limit < 1 || limit > HIGHEST_LIMIT) {
      throw refused("limit is not a number from 1 to 1000.");
    }
    return limit;
  }

  private static WireErrorException refused(String message) {
    return WireErrorException.service("IMG.0001", message);
  }

  static String marker(String id) {
    return Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.UTF_8));
  }

  /** All that comes after the page's marker, in order. */
  <T> List<T> after(Collection<T> all, Function<T, String> id) {
    return all.stream()
        .filter(each -> id.apply(each).compareTo(after) > 0)
        .sorted(Comparator.comparing(id))
        .toList();
  }

  <T> List<T> first(List<T> rest) {
    return rest.subList(0, Math.min(limit, rest.size()));
  }
}
