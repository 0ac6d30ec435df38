package io.imageshare.http;

import com.google.common.base.Ascii;
import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Bodies that come encoded, though every request asks for them as they are. */
final class ContentEncoding {
  private ContentEncoding() {}

  /**
   * The decoded body; as it came where it is not encoded, or not as its header says.
   *
   * @param limit how many decoded bytes are read at most
   */
  static byte[] decode(HttpHeaders headers, byte[] body, int limit) {
    String encoding = Ascii.toLowerCase(headers.firstValue("Content-Encoding").orElse("").strip());
    InputStream encoded = new ByteArrayInputStream(body);
    try {
      return switch (encoding) {
        case "gzip", "x-gzip" -> read(new GZIPInputStream(encoded), limit);
        case "deflate" -> inflated(encoded, body, limit);
        default -> body;
      };
    } catch (IOException e) {
      return body;
    }
  }

  private static byte[] read(InputStream decoded, int limit) throws IOException {
    try (decoded) {
      return ByteStreams.limit(decoded, limit).readAllBytes();
    }
  }

  /** Some servers leave out the header of zlib that the standard asks for. */
  private static byte[] inflated(InputStream encoded, byte[] body, int limit) throws IOException {
    boolean zlib =
        body.length > 1 && (body[0] & 0x0f) == 8 && ((body[0] << 8) + (body[1] & 0xff)) % 31 == 0;
    Inflater inflater = new Inflater(!zlib);
    try {
      return read(new InflaterInputStream(encoded, inflater), limit);
    } finally {
      inflater.end(); // the stream ends only one of its own
    }
  }
}
