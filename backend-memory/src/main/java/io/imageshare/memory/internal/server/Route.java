package io.imageshare.memory;

import io.imageshare.Recipient;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of the service.
 *
 * @param path its path as the facts spell it, such as {@code /v1/{project_id}/jobs/{job_id}}
 * @param endpoint what answers there
 */
record Route(String method, String path, Endpoint endpoint) {

  /** What answers a request. */
  interface Endpoint {
    CompletionStage<WireAnswer> answer(Visit visit);
  }

  /**
   * A request at its endpoint.
   *
   * @param ofNative whether the endpoint is one of those under /v2/images
   * @param variables what stands for the names in the path
   * @param caller the project it comes from
   */
  record Visit(
      WireRequest request, boolean ofNative, Map<String, String> variables, Recipient caller) {

    String variable(String name) {
      return variables.getOrDefault(name, "");
    }
  }

  /** Whether it is one of those under /v2/images. */
  boolean ofNative() {
    return path.startsWith("/v2/images/");
  }

  /** What stands for the names in the path, or null when the request goes elsewhere. */
  @Nullable Map<String, String> variables(WireRequest request) {
    List<String> pattern = Arrays.asList(path.substring(1).split("/", -1));
    List<String> segments = request.segments();
    if (!request.method().equals(method) || segments.size() != pattern.size()) {
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
