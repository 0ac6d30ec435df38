package io.imageshare.memory;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One HTTP answer, or that there is none. */
final class WireAnswer {
  static final WireAnswer RESET = new WireAnswer(0, Map.of(), new byte[0]);
  private static final int NO_CONTENT = 204;

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  private WireAnswer(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  int bodyLength() {
    return body.length;
  }

  /** Whether the connection is reset instead. */
  boolean resets() {
    return status == 0;
  }

  static WireAnswer json(int status, String document) {
    return of(status, "application/json", document);
  }

  static WireAnswer of(int status, String type, String text) {
    return new WireAnswer(
        status, Map.of("Content-Type", type), text.getBytes(StandardCharsets.UTF_8));
  }

  static WireAnswer empty(int status) {
    return new WireAnswer(status, Map.of(), new byte[0]);
  }

  WireAnswer header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new WireAnswer(status, more, body);
  }

  /** The answer on the wire, in one piece: in two the second would wait for the first's receipt. */
  byte[] bytes(boolean keepAlive, boolean withBody) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
    headers.forEach((name, value) -> line(head, name, value));
    if (status != NO_CONTENT) {
      line(head, "Content-Length", Integer.toString(body.length));
    }
    line(head, "Connection", keepAlive ? "keep-alive" : "close");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    if (withBody) {
      bytes.writeBytes(body);
    }
    return bytes.toByteArray();
  }

  private static void line(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
