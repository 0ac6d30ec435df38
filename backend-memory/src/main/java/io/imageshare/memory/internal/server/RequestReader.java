package io.imageshare.memory.internal.server;

import com.google.common.io.ByteStreams;
import com.google.common.primitives.Longs;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the requests of one connection, with sized and with chunked bodies. */
final class RequestReader {
  /** The size that a body may have ({@code ims-api.md} section 1). */
  static final int BODY_LIMIT = 12 << 20;

  private static final int HEAD_LIMIT = 64 << 10;

  // Reads on up to here, so that the client gets its 413 and not a reset.
  private static final int DISCARD_LIMIT = 64 << 20;

  private final BufferedInputStream in;
  private final OutputStream out;
  private int headBytes;

  RequestReader(InputStream in, OutputStream out) {
    this.in = new BufferedInputStream(in);
    this.out = out;
  }

  /** Waits for the first byte of a request; false when the client has closed. */
  boolean awaitRequest() throws IOException {
    in.mark(1);
    boolean available = in.read() >= 0;
    in.reset();
    return available;
  }

  /** Discards what comes, until the client closes. */
  @SuppressWarnings("CheckReturnValue") // the number of bytes
  void drain() throws IOException {
    ByteStreams.exhaust(in);
  }

  WireRequest read() throws IOException {
    headBytes = 0;
    String[] first = line().split(" ", -1);
    if (first.length != 3 || !first[2].startsWith("HTTP/1.") || !first[1].startsWith("/")) {
      throw new ProtocolException("not a request line");
    }
    Map<String, String> headers = headers();
    if (headers.containsKey("transfer-encoding") && headers.containsKey("content-length")) {
      // Whoever stands between may take the other one, and find another request in the body.
      throw new ProtocolException("both Transfer-Encoding and Content-Length");
    }
    if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    Body body = new Body();
    if (headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT).contains("chunk")) {
      chunks(body);
    } else {
      body.take(number(headers.getOrDefault("content-length", "0"), 10));
    }
    return new WireRequest(first[0], first[1], headers, body.bytes(), body.tooLarge());
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new ProtocolException("not a header: no name before a colon");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
    return headers;
  }

  private void chunks(Body body) throws IOException {
    long size;
    do {
      String line = line();
      int extension = line.indexOf(';');
      size = number(extension < 0 ? line : line.substring(0, extension), 16);
      body.take(size);
      headBytes = 0;
      // The end of a chunk is an empty line; the end of all is that of the trailers.
      if (size > 0 && !line().isEmpty()) {
        throw new ProtocolException("a chunk is longer than it says");
      }
    } while (size > 0);
    headers();
  }

  private static long number(String text, int radix) throws IOException {
    Long number = Longs.tryParse(text.strip(), radix);
    if (number == null || number < 0) {
      throw new ProtocolException("not a size: " + text);
    }
    return number;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the client closed in the middle of a request");
      }
      if (++headBytes > HEAD_LIMIT) {
        throw new ProtocolException("the headers are over " + HEAD_LIMIT + " bytes");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** The bytes of a body, kept up to the limit. */
  private final class Body {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long size;

    void take(long length) throws IOException {
      byte[] buffer = new byte[8192];
      for (long left = length; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new EOFException("the client closed in the middle of a body");
        }
        left -= read;
        size += read;
        if (size > DISCARD_LIMIT) {
          throw new ProtocolException("the body is over " + DISCARD_LIMIT + " bytes");
        }
        if (!tooLarge()) {
          kept.write(buffer, 0, read);
        }
      }
    }

    boolean tooLarge() {
      return size > BODY_LIMIT;
    }

    byte[] bytes() {
      return tooLarge() ? new byte[0] : kept.toByteArray();
    }
  }
}
