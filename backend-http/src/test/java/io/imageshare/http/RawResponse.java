package io.imageshare.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A response as it is on the wire, byte by byte. */
final class RawResponse {
  private static final String LENGTH = "Content-Length";

  private final List<String> head;
  private final byte[] body;

  /**
   * An answer of any bytes.
   *
   * @param head the status line and the header lines
   * @param body what follows them, whatever the head says of it
   */
  RawResponse(List<String> head, byte[] body) {
    this.head = head;
    this.body = body;
  }

  List<String> head() {
    return head;
  }

  byte[] body() {
    return body;
  }

  /** What a server answers; it closes the connection then, and the answer says nothing of that. */
  static RawResponse ask(URI server, String method, String target, String body) {
    String head =
        "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            .formatted(method, target, server.getAuthority(), body.getBytes(UTF_8).length);
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.getOutputStream().write((head + body).getBytes(UTF_8));
      return read(socket.getInputStream().readAllBytes()).without("Connection");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RawResponse read(byte[] wire) {
    String text = new String(wire, ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    return end < 0
        ? new RawResponse(List.of(text), new byte[0])
        : new RawResponse(
            List.of(text.substring(0, end).split("\r\n", -1)),
            text.substring(end + 4).getBytes(ISO_8859_1));
  }

  /** The status, or 0 when it does not stand where it belongs. */
  int status() {
    return head.get(0).matches("(?s)HTTP/1\\...\\d{3}.*")
        ? Integer.parseInt(head.get(0).substring(9, 12))
        : 0;
  }

  /** The same with another status line. */
  RawResponse status(String line) {
    return new RawResponse(Stream.concat(Stream.of(line), head.stream().skip(1)).toList(), body);
  }

  /** The same with another body, and its right length. */
  RawResponse body(byte[] other) {
    return new RawResponse(head, other).without(LENGTH).line(LENGTH + ": " + other.length);
  }

  /** The same without a header. */
  RawResponse without(String name) {
    String start = name.toLowerCase(Locale.ROOT) + ":";
    return new RawResponse(
        head.stream().filter(line -> !line.toLowerCase(Locale.ROOT).startsWith(start)).toList(),
        body);
  }

  /** The same with one more header line. */
  RawResponse line(String line) {
    return new RawResponse(Stream.concat(head.stream(), Stream.of(line)).toList(), body);
  }

  byte[] wire() {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes((String.join("\r\n", head) + "\r\n\r\n").getBytes(ISO_8859_1));
    wire.writeBytes(body);
    return wire.toByteArray();
  }
}
