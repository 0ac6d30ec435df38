package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.imageshare.ShareRequest;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request, before it is signed.
 *
 * @param purpose what it is for
 * @param method the HTTP method
 * @param endpoint where it goes, as {@link Endpoint} left it
 * @param path the encoded path
 * @param query the encoded query, sorted; empty: none
 * @param body the body, of which nobody moves the position; empty: none
 * @param subject the id it asks about; empty when there is none
 * @param slice what a submit asks for, else null
 */
record ApiRequest(
    Purpose purpose,
    String method,
    URI endpoint,
    String path,
    String query,
    ByteBuffer body,
    String subject,
    @Nullable ShareRequest slice) {
  private static final ByteBuffer NO_BODY = ByteBuffer.allocate(0);

  /** With a project's id and an image's; only a longer one has to be made room for. */
  private static final int LONGEST_PATH = 120;

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  /** What a call is for; it decides what a failure means. */
  enum Purpose {
    SUBMIT,
    POLL,
    LIST,
    LOGIN
  }

  static ApiRequest read(Purpose purpose, URI endpoint, String path, String query, String subject) {
    return new ApiRequest(purpose, "GET", endpoint, path, query, NO_BODY, subject, null);
  }

  /** Whether it may change something when it is sent. */
  boolean write() {
    return purpose == Purpose.SUBMIT;
  }

  URI uri() {
    return URI.create(endpoint + path + (query.isEmpty() ? "" : "?" + query));
  }

  @Override
  public String toString() {
    return method + " " + path;
  }

  /** Segments joined to an encoded path. */
  static String path(String... segments) {
    StringBuilder path = new StringBuilder(LONGEST_PATH);
    for (String segment : segments) {
      path.append('/').append(encode(segment));
    }
    return path.toString();
  }

  /** An encoded query, sorted by name as the signature wants it. */
  static String query(Map<String, String> parameters) {
    Map<String, String> encoded = new TreeMap<>();
    parameters.forEach((name, value) -> encoded.put(encode(name), encode(value)));
    return encoded.entrySet().stream()
        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
        .collect(Collectors.joining("&"));
  }

  /** RFC 3986 with only the unreserved characters kept: what the signature is made of. */
  static String encode(String text) {
    // Ids hold nothing else, and the JDK's encoder goes through every text several times.
    return plain(text) ? text : escape(text);
  }

  private static boolean plain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (UNRESERVED.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static String escape(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }
}
