package io.imageshare.http;

import java.net.http.HttpHeaders;

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

  HttpHeaders headers() {
    return headers;
  }

  /** A header's first value; empty when there is none. */
  String header(String name) {
    return headers.firstValue(name).orElse("").strip();
  }

  byte[] body() {
    return body;
  }
}
