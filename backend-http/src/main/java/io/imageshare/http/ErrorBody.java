package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Ascii;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, in any of the shapes of {@code ims-api.md} section 3.1.
 *
 * @param code the service's code; empty when there is none
 * @param message the service's message as it came; empty when there is none
 * @param requestId the request's id; empty when it is not given
 * @param bare not of the service's making: no body, a web page, plain text, or JSON of another
 *     shape. It comes from whatever is in front of the service, and is no verdict of the service
 */
record ErrorBody(String code, String message, String requestId, boolean bare) {
  private static final int LONGEST = 600;
  private static final int MOST = 256 << 10;
  private static final int HEAD = 4096;
  private static final int WORDS = 200;
  // Of OpenStack's services for a path that they do not know.
  private static final String NO_PATH = "The resource could not be found";
  private static final Pattern CODE = Pattern.compile("\\w{1,32}\\.[\\w.]{1,32}");
  // <itemNotFound code="404"><message>...: OpenStack's errors as XML, and no web page.
  private static final Pattern FAULT =
      Pattern.compile("(?s)(<\\?xml[^>]*>\\s*)?<\\w+\\s[^>]*\\bcode\\s*=\\s*[\"']?\\d{3}\\b.*");
  private static final Pattern LONG =
      Pattern.compile("(?i)header( or cookie| fields?)?( is| are)? (too large|exceeds)");
  private static final Pattern STYLE = Pattern.compile("(?is)<(script|style)\\b.*?</\\1>");
  private static final Pattern TAGS = Pattern.compile("<[^>]*>");
  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cc}\\u2028\\u2029]+");

  static ErrorBody read(ApiResponse response) {
    if (response.ok()) {
      return answer(response);
    }
    JsonNode root = Wire.object(response.body());
    ErrorBody body = root.isObject() ? json(root) : text(response);
    String header = response.header("X-Request-Id");
    return header.isEmpty() ? body : new ErrorBody(body.code, body.message, header, body.bare);
  }

  /** What is no error: the service writes JSON, and what cannot be read of it is still JSON. */
  private static ErrorBody answer(ApiResponse response) {
    return new ErrorBody(
        "", head(response.body()), response.header("X-Request-Id"), !response.isObject());
  }

  private static ErrorBody json(JsonNode root) {
    JsonNode error = find(root);
    if (error == null) {
      return new ErrorBody("", root.toString(), Wire.text(root, Wire.REQUEST_ID), true);
    }
    // Much that is not the service writes a message, and no more, at the top.
    boolean bare =
        error.equals(root)
            && Wire.text(root, Wire.ERROR_CODE).isEmpty()
            && Wire.text(root, Wire.ERROR_MSG).isEmpty()
            && (Wire.text(root, Wire.CODE).isEmpty() || Wire.text(root, Wire.MESSAGE).isEmpty());
    String code = either(error, Wire.ERROR_CODE, Wire.CODE);
    String message = either(error, Wire.ERROR_MSG, Wire.MESSAGE);
    if (message.isEmpty()) {
      message = root.toString();
    }
    // Only a code with a dot is the service's; native ones repeat the status ("403 Forbidden").
    boolean own = CODE.matcher(code).matches();
    return new ErrorBody(own ? code : "", message, Wire.text(root, Wire.REQUEST_ID), bare);
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
    String body = head(response.body()).strip();
    boolean fault = FAULT.matcher(body.substring(0, Math.min(HEAD, body.length()))).matches();
    return new ErrorBody("", body, "", !fault);
  }

  /** The beginning of a body as text: more than is searched for secrets, and then shown. */
  private static String head(byte[] body) {
    return new String(body, 0, Math.min(MOST, body.length), UTF_8);
  }

  /**
   * Whether this says that there is no such endpoint, rather than that what was asked for is not
   * there: Glance and the gateway answer both by a 404 with a body.
   */
  boolean tellsOfNoEndpoint(int status) {
    return switch (status) {
      case 404 ->
          bare
              || message.contains(NO_PATH)
              || ErrorCodes.gateway(code).equals(ErrorCodes.UNPUBLISHED);
      case 405, 501 -> code.isEmpty();
      default -> false;
    };
  }

  /**
   * Whether the headers of the request are too long for whoever answered, as a long token makes
   * them: nginx has a status of its own for it, and sends 400 with these words.
   */
  boolean tellsOfLongHeaders(int status) {
    return status == 431
        || status == 494
        || (status == 400 && bare && LONG.matcher(message).find());
  }

  /** The first words of a page; what must be hidden is hidden before. */
  static String words(String page) {
    String head = page.substring(0, Math.min(HEAD, page.length()));
    String words = clean(STYLE.matcher(head).replaceAll(" "));
    return words.isEmpty() ? "an empty page" : "\"" + Ascii.truncate(words, WORDS, "...") + "\"";
  }

  /** On one line, without tags, and not too long; what must be hidden is hidden before. */
  static String clean(String text) {
    // Cut before the patterns are applied: on megabytes of "<" they would take for ever.
    String head = text.substring(0, Math.min(HEAD, text.length()));
    String line = BLANKS.matcher(TAGS.matcher(head).replaceAll(" ")).replaceAll(" ").strip();
    return Ascii.truncate(line, LONGEST, "...");
  }
}
