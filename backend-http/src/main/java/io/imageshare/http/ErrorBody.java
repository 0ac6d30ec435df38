package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an error says, in any of the shapes A to H of {@code ims-api.md} section 3.1.
 *
 * @param code the service's code; empty when there is none
 * @param message the service's words as they came; empty when there are none
 * @param requestId the request's id; empty when it is not told
 * @param bare nothing of the service's own: no body, a web page, or loose text. It may come from
 *     whatever stands in front
 */
record ErrorBody(String code, String message, String requestId, boolean bare) {
  private static final int LONGEST = 600;
  private static final int HEAD = 4096;
  private static final Pattern CODE = Pattern.compile("\\w{1,32}\\.[\\w.]{1,32}");
  private static final Pattern TAGS = Pattern.compile("<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cc}\\u2028\\u2029]+");

  static ErrorBody read(ApiResponse answer) {
    JsonNode root = Wire.object(answer.body());
    ErrorBody body = root.isObject() ? json(root) : text(answer);
    String header = answer.header("X-Request-Id");
    return header.isEmpty() ? body : new ErrorBody(body.code, body.message, header, body.bare);
  }

  private static ErrorBody json(JsonNode root) {
    JsonNode told = find(root);
    if (told == null) {
      return new ErrorBody("", root.toString(), Wire.text(root, Wire.REQUEST_ID), false);
    }
    String code = either(told, Wire.ERROR_CODE, Wire.CODE);
    String message = either(told, Wire.ERROR_MSG, Wire.MESSAGE);
    if (message.isEmpty()) {
      message = root.toString();
    }
    // Only a code with a dot is the service's; native ones repeat the status ("403 Forbidden").
    boolean own = CODE.matcher(code).matches();
    return new ErrorBody(own ? code : "", message, Wire.text(root, Wire.REQUEST_ID), false);
  }

  /** The outermost object that holds a code or a message, or null. */
  private static @Nullable JsonNode find(JsonNode node) {
    if (!either(node, Wire.ERROR_CODE, Wire.CODE).isEmpty()
        || !either(node, Wire.ERROR_MSG, Wire.MESSAGE).isEmpty()) {
      return node;
    }
    for (JsonNode child : node) {
      JsonNode found = find(child);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static String either(JsonNode node, String field, String other) {
    String text = Wire.text(node, field);
    return text.isEmpty() ? Wire.text(node, other) : text;
  }

  private static ErrorBody text(ApiResponse answer) {
    String body = new String(answer.body(), UTF_8).strip();
    String head = body.substring(0, Math.min(HEAD, body.length())).toLowerCase(Locale.ROOT);
    boolean xml = head.startsWith("<") && !head.contains("<html");
    return new ErrorBody("", body, "", !xml);
  }

  /** On one line, without tags, and not too long; what must be hidden is hidden before. */
  static String clean(String text) {
    // Cut before the patterns see it: on megabytes of "<" they would never end.
    String head = text.substring(0, Math.min(HEAD, text.length()));
    String line = BLANKS.matcher(TAGS.matcher(head).replaceAll(" ")).replaceAll(" ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
