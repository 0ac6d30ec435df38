package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Ascii;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of an error, in any of the shapes A to H of {@code ims-api.md} section 3.1.
 *
 * @param code the service's code; empty when there is none
 * @param message the service's message as it came; empty when there is none
 * @param requestId the request's id; empty when it is not given
 * @param bare not of the service's making: no body, a web page, or plain text. It may come from
 *     whatever is in front of the service
 */
record ErrorBody(String code, String message, String requestId, boolean bare) {
  private static final int LONGEST = 600;
  private static final int HEAD = 4096;
  private static final Pattern CODE = Pattern.compile("\\w{1,32}\\.[\\w.]{1,32}");
  private static final Pattern TAGS = Pattern.compile("<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cc}\\u2028\\u2029]+");

  static ErrorBody read(ApiResponse response) {
    JsonNode root = Wire.object(response.body());
    ErrorBody body = root.isObject() ? json(root) : text(response);
    String header = response.header("X-Request-Id");
    return header.isEmpty() ? body : new ErrorBody(body.code, body.message, header, body.bare);
  }

  private static ErrorBody json(JsonNode root) {
    JsonNode error = find(root);
    if (error == null) {
      return new ErrorBody("", root.toString(), Wire.text(root, Wire.REQUEST_ID), false);
    }
    String code = either(error, Wire.ERROR_CODE, Wire.CODE);
    String message = either(error, Wire.ERROR_MSG, Wire.MESSAGE);
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

  private static ErrorBody text(ApiResponse response) {
    String body = new String(response.body(), UTF_8).strip();
    String head = body.substring(0, Math.min(HEAD, body.length())).toLowerCase(Locale.ROOT);
    boolean xml = head.startsWith("<") && !head.contains("<html");
    return new ErrorBody("", body, "", !xml);
  }

  /** On one line, without tags, and not too long; what must be hidden is hidden before. */
  static String clean(String text) {
    // Cut before the patterns are applied: on megabytes of "<" they would take for ever.
    String head = text.substring(0, Math.min(HEAD, text.length()));
    String line = BLANKS.matcher(TAGS.matcher(head).replaceAll(" ")).replaceAll(" ").strip();
    return Ascii.truncate(line, LONGEST, "...");
  }
}
