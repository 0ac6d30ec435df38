package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_NO_CONTENT;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One HTTP response, or a reset of the connection instead. */
final class WireResponse {
  static final WireResponse RESET = new WireResponse(0, Map.of(), "");

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  private WireResponse(int status, Map<String, String> headers, String body) {
    this(status, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private WireResponse(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  int bodyLength() {
    return body.length;
  }

  boolean isReset() {
    return status == 0;
  }

  static WireResponse json(int status, Object document) {
    return of(status, "application/json", WireDocuments.write(document));
  }

  static WireResponse of(int status, String type, String text) {
    return new WireResponse(status, Map.of("Content-Type", type), text);
  }

  static WireResponse empty(int status) {
    return new WireResponse(status, Map.of(), "");
  }

  WireResponse header(String name, String value) {
    ImmutableMap<String, String> all =
        ImmutableMap.<String, String>builder().putAll(headers).put(name, value).buildOrThrow();
    return new WireResponse(status, all, body);
  }

  /** The response on the wire, in one piece: a second one would wait for the first's receipt. */
  byte[] bytes(boolean keepAlive, boolean withBody) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
    headers.forEach((name, value) -> line(head, name, value));
    if (status != HTTP_NO_CONTENT) {
      line(head, "Content-Length", Integer.toString(body.length));
    }
    line(head, "Connection", keepAlive ? "keep-alive" : "close");
    byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    return withBody ? Bytes.concat(bytes, body) : bytes;
  }

  private static void line(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
