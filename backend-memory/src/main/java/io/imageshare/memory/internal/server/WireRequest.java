package io.imageshare.memory.internal.server;

import com.google.common.base.Splitter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One HTTP request as it came.
 *
 * @param target path and query, not decoded
 * @param headers by lower-case name
 * @param body the bytes without their framing, which nobody changes; empty when they were too many
 * @param tooLarge whether the body was over the limit
 */
@SuppressWarnings("ArrayRecordComponent") // it is never compared
record WireRequest(
    String method, String target, Map<String, String> headers, byte[] body, boolean tooLarge) {
  private static final Splitter SEGMENTS = Splitter.on('/');
  private static final Splitter PARAMETERS = Splitter.on('&').omitEmptyStrings();
  private static final Pattern BARE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(127\\.\\d+\\.\\d+\\.\\d+|\\[::1]|localhost)(:\\d+)?", Pattern.CASE_INSENSITIVE);

  /** One name and value of a query, decoded. */
  record Parameter(String name, String value) {}

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The segments of the path, decoded. */
  List<String> segments() {
    return segments(path()).stream().map(WireRequest::decode).toList();
  }

  static List<String> segments(String path) {
    return SEGMENTS.splitToList(path.substring(1));
  }

  /** The query, decoded, in the order it came. */
  List<Parameter> query() {
    String query = target.substring(Math.min(path().length() + 1, target.length()));
    return PARAMETERS.splitToStream(query).map(WireRequest::parameter).toList();
  }

  private static Parameter parameter(String text) {
    int equal = text.indexOf('=');
    String decoded = text.replace('+', ' ');
    return equal < 0
        ? new Parameter(decode(decoded), "")
        : new Parameter(decode(decoded.substring(0, equal)), decode(decoded.substring(equal + 1)));
  }

  /** Decodes percent-encoding; a percent sign that encodes nothing stands for itself. */
  private static String decode(String text) {
    String encoded = BARE_PERCENT.matcher(text).replaceAll("%25").replace("+", "%2B");
    return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
  }

  /**
   * Whether a program of this machine asks for this server by its address, and not a page that a
   * browser has from elsewhere: such a page names its origin, or, if its name was bound to loopback
   * afterwards, itself as the host.
   */
  boolean isMeantForLoopback() {
    String host = header("host");
    String origin = header("origin");
    return (host.isEmpty() || LOOPBACK.matcher(host).matches())
        && (origin.isEmpty() || origin.equalsIgnoreCase("http://" + host));
  }

  /** Whether the connection serves another request after this one. */
  boolean keepsAlive() {
    return !header("connection").toLowerCase(Locale.ROOT).contains("close");
  }
}
