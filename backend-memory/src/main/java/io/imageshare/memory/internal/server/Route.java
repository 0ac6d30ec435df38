package io.imageshare.memory.internal.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of the service.
 *
 * @param path its path as {@code ims-api.md} spells it, such as {@code
 *     /v1/{project_id}/jobs/{job_id}}
 * @param endpoint what answers there
 */
record Route(String method, String path, Endpoint endpoint) {

  /** What answers a request. */
  interface Endpoint {
    CompletionStage<WireResponse> answer(RoutedRequest request);
  }

  /** Whether it is one of those under /v2/images. */
  boolean isNative() {
    return path.startsWith("/v2/images/");
  }

  /** The values of the names in the path, or null: the request is for another path. */
  @Nullable Map<String, String> match(WireRequest request) {
    List<String> pattern = WireRequest.segments(path);
    List<String> segments = request.segments();
    if (segments.size() != pattern.size()) {
      return null;
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < pattern.size(); i++) {
      String part = pattern.get(i);
      if (part.startsWith("{")) {
        variables.put(part.substring(1, part.length() - 1), segments.get(i));
      } else if (!part.equals(segments.get(i))) {
        return null;
      }
    }
    return variables;
  }
}
