package io.imageshare.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One HTTP request as it came. */
final class WireRequest {
  private final String method;
  private final String target;
  private final Map<String, String> headers;
  private final byte[] body;
  private final boolean tooLarge;

  /**
   * A request.
   *
   * @param target path and query, not decoded
   * @param headers by lower-case name
   * @param body the bytes without their framing; empty when they were too many
   * @param tooLarge whether the body was over the limit
   */
  WireRequest(
      String method, String target, Map<String, String> headers, byte[] body, boolean tooLarge) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.body = body;
    this.tooLarge = tooLarge;
  }

  /** One name and value of a query, decoded. */
  record Parameter(String name, String value) {}

  String method() {
    return method;
  }

  String target() {
    return target;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** The bytes themselves, which nobody changes. */
  byte[] body() {
    return body;
  }

  boolean tooLarge() {
    return tooLarge;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The segments of the path, decoded. */
  List<String> segments() {
    return Arrays.stream(path().split("/", -1)).skip(1).map(Percent::decode).toList();
  }

  /** The query, decoded, in the order it came. */
  List<Parameter> query() {
    int from = target.indexOf('?');
    List<Parameter> query = new ArrayList<>();
    if (from >= 0) {
      for (String part : target.substring(from + 1).split("&", -1)) {
        int equal = part.indexOf('=');
        String name = equal < 0 ? part : part.substring(0, equal);
        String value = equal < 0 ? "" : part.substring(equal + 1);
        if (!part.isEmpty()) {
          query.add(new Parameter(form(name), form(value)));
        }
      }
    }
    return query;
  }

  private static String form(String text) {
    return Percent.decode(text.replace('+', ' '));
  }

  /** Whether the connection serves another request after this one. */
  boolean keepsAlive() {
    return !header("connection").toLowerCase(Locale.ROOT).contains("close");
  }
}
