package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Joiner;
import com.google.common.escape.Escaper;
import com.google.common.net.PercentEscaper;
import io.imageshare.BackendException;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareRequest;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request to the API, before it is signed.
 *
 * @param purpose what it is for
 * @param method the HTTP method
 * @param endpoint where it goes, as {@link Endpoint} normalized it
 * @param path the encoded path
 * @param query the encoded query, sorted; empty: none
 * @param body the JSON body; empty: none
 * @param subject the id it asks about; empty when there is none
 * @param slice what a submit asks for, else null
 */
record ApiRequest(
    Purpose purpose,
    String method,
    URI endpoint,
    String path,
    String query,
    String body,
    String subject,
    @Nullable ShareRequest slice) {
  /** Keeps the unreserved characters of RFC 3986 only, as the signature wants it. */
  private static final Escaper ESCAPER = new PercentEscaper("-._~", false);

  /** What a request is for; it decides what a failure means. */
  enum Purpose {
    SUBMIT,
    POLL,
    LIST,
    LOGIN
  }

  static ApiRequest read(Purpose purpose, URI endpoint, String path, String query, String subject) {
    return new ApiRequest(purpose, "GET", endpoint, path, query, "", subject, null);
  }

  /** Whether it may change something when it is sent. */
  boolean write() {
    return purpose == Purpose.SUBMIT;
  }

  /** What it has in common with all that differ from it only in the id they ask about. */
  String kind() {
    String id = subject.isEmpty() ? "" : encode(subject);
    return method + " " + (id.isEmpty() ? path : path.replace("/" + id, "/*"));
  }

  URI uri() {
    return URI.create(endpoint + path + (query.isEmpty() ? "" : "?" + query));
  }

  @Override
  public String toString() {
    return method + " " + path;
  }

  /**
   * Joins segments to an encoded path.
   *
   * @throws BackendException if one of them means another place than itself
   */
  static String path(String... segments) {
    StringBuilder path = new StringBuilder();
    for (String segment : segments) {
      if (segment.equals(".") || segment.equals("..")) {
        throw ErrorTranslation.exception(
            Kind.INVALID, "\"%s\" is a step in a path; an id is needed".formatted(segment));
      }
      path.append('/').append(encode(segment));
    }
    return path.toString();
  }

  /** An encoded query, sorted by name as the signature wants it. */
  static String query(Map<String, String> parameters) {
    Map<String, String> encoded = new TreeMap<>();
    parameters.forEach((name, value) -> encoded.put(encode(name), encode(value)));
    return Joiner.on('&').withKeyValueSeparator('=').join(encoded);
  }

  static String encode(String text) {
    // The escaper refuses an unpaired surrogate; in UTF-8 it becomes a question mark.
    return ESCAPER.escape(new String(text.getBytes(UTF_8), UTF_8));
  }
}
