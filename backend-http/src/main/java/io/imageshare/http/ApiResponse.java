package io.imageshare.http;

import java.net.http.HttpHeaders;
import java.util.Arrays;

/** The service's response to one request; the body up to the limit. */
final class ApiResponse {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  ApiResponse(int status, HttpHeaders headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  int status() {
    return status;
  }

  boolean ok() {
    return status >= 200 && status < 300;
  }

  /** Whether it sends elsewhere. */
  boolean redirects() {
    return (status >= 300 && status <= 303) || status == 307 || status == 308;
  }

  /** The same with the beginning of the body. */
  ApiResponse cut(int bytes) {
    return new ApiResponse(status, headers, Arrays.copyOf(body, Math.min(bytes, body.length)));
  }

  /** A header's first value; empty when there is none. */
  String header(String name) {
    return headers.firstValue(name).orElse("").strip();
  }

  /** Whether the body looks like a JSON object; nothing more of it is read. */
  boolean isObject() {
    for (byte first : body) {
      if (first != ' ' && first != '\t' && first != '\n' && first != '\r') {
        return first == '{';
      }
    }
    return false;
  }

  byte[] body() {
    return body;
  }
}
