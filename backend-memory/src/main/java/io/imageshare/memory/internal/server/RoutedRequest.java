package io.imageshare.memory.internal.server;

import io.imageshare.Recipient;
import java.util.Map;

/**
 * A request at its endpoint.
 *
 * @param isNative whether the endpoint is one of those under /v2/images
 * @param variables the values of the names in the endpoint's path
 * @param caller the project it comes from
 */
record RoutedRequest(
    WireRequest request, boolean isNative, Map<String, String> variables, Recipient caller) {

  String variable(String name) {
    return variables.getOrDefault(name, "");
  }
}
