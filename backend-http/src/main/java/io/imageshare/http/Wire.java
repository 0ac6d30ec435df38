package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.primitives.Doubles;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of the API's JSON fields, and how their values are read: a number in place of a string
 * and the reverse, null, absent and empty are all accepted ({@code ims-api.md} sections 1 to 3).
 */
final class Wire {
  static final String JOB_ID = "job_id";
  static final String JOB_TYPE = "job_type";
  static final String STATUS = "status";
  static final String BEGIN = "begin_time";
  static final String END = "end_time";
  static final String ERROR_CODE = "error_code";
  static final String ERROR_MSG = "error_msg";
  static final String FAIL_REASON = "fail_reason";
  static final String ENTITIES = "entities";
  static final String PERCENT = "process_percent";
  static final String RESULTS = "results";
  static final String PARTS = "sub_jobs_result";
  static final String IMAGE_ID = "image_id";
  static final String PROJECT_ID = "project_id";
  static final String MORE_CODE = "addition_error_code";
  static final String MORE_MSG = "addition_error_msg";
  static final String IMAGES = "images";
  static final String IMAGE_TYPE = "__imagetype";
  static final String ID = "id";
  static final String MEMBERS = "members";
  static final String MEMBER_ID = "member_id";
  static final String MEMBER_TYPE = "member_type";
  static final String URN = "urn";
  static final String PAGE = "page_info";
  static final String NEXT = "next_marker";
  static final String MARKER = "marker";
  static final String FIRST_PAGE = "first";
  static final String NEXT_PAGE = "next";
  static final String CODE = "code";
  static final String MESSAGE = "message";
  static final String REQUEST_ID = "request_id";
  static final String ERROR = "error";

  /**
   * Three times those of the largest page, of 500 images: a document of a few megabytes can hold
   * millions of values, which as objects are fifty times as large.
   */
  private static final long MOST_TOKENS = 200_000;

  private static final int FIRST_FIELDS = 5;
  private static final int LONGEST_NAME = 40;

  // Invalid JSON and duplicate fields are errors: read leniently, a truncated or mixed-up listing
  // would look like one without members.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final DateTimeFormatter OLD_TIME =
      DateTimeFormatter.ofPattern("dd-MMM-uuuu HH:mm:ss:SSS", Locale.ENGLISH);

  /** Far longer than any that was seen. */
  private static final int LONGEST_ID = 256;

  private static final int DIGITS = 32;
  private static final CharMatcher HEX =
      CharMatcher.inRange('0', '9').or(CharMatcher.inRange('a', 'f'));

  /** Control, format and separator characters, and what is no character. */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Z}\\s]");

  private static final Set<String> DOTS = Set.of(".", "..");
  private static final Pattern MARKER_OF_LINK = Pattern.compile("[?&]marker=([^&#]+)");

  private Wire() {}

  /** A JSON object, or a missing node when it is none. */
  static JsonNode object(byte[] body) {
    try (JsonParser parser = parser(body)) {
      JsonNode root = MAPPER.readTree(parser);
      return root != null && root.isObject() ? root : MissingNode.getInstance();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** Each token takes a byte at least, so that what is short needs no count. */
  private static JsonParser parser(byte[] body) throws IOException {
    JsonParser parser = MAPPER.createParser(body);
    return body.length > MOST_TOKENS ? new ShortDocument(parser) : parser;
  }

  /** Gives up on a document that is too long. (Jackson can do so, too, but not before 2.18.) */
  private static final class ShortDocument extends JsonParserDelegate {
    private long tokens;

    ShortDocument(JsonParser document) {
      super(document);
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
      tokens++;
      if (tokens > MOST_TOKENS) {
        throw new JsonParseException(this, "more than " + MOST_TOKENS + " tokens");
      }
      return super.nextToken();
    }
  }

  /** The form of a document that cannot be read: the names of its first fields, and no value. */
  static String outline(byte[] body) {
    List<String> names = new ArrayList<>();
    try (JsonParser parser = MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "which is no JSON object";
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (names.size() == FIRST_FIELDS) {
          names.add("...");
          break;
        }
        names.add(Ascii.truncate(parser.currentName(), LONGEST_NAME, "..."));
        parser.nextToken();
        parser.skipChildren();
      }
    } catch (IOException e) {
      names.add("then no JSON");
    }
    return "with the fields " + String.join(", ", names);
  }

  /** A field's text, whatever scalar it is; empty when null, absent, blank or no scalar. */
  static String text(JsonNode parent, String field) {
    JsonNode value = parent.path(field);
    return value.isValueNode() && !value.isNull() ? value.asText().strip() : "";
  }

  /**
   * A field's id; empty when there is none that can be one. It is text of the service's choice that
   * comes into paths, logs and reports: no control, invisible or blank character, not too long, and
   * no segment of a path that means another place.
   */
  static String id(JsonNode parent, String field) {
    String id = text(parent, field);
    return isId(id) ? id : "";
  }

  static boolean isId(String id) {
    return id.length() <= LONGEST_ID && !UNSEEN.matcher(id).find() && !DOTS.contains(id);
  }

  /** The service's text as it may be shown: on one line, without what cannot be seen. */
  static String visible(String text) {
    return UNSEEN.matcher(text).replaceAll(" ").strip();
  }

  /**
   * What an id stands for, however it is spelled: 32 hexadecimal digits are a number, in upper or
   * lower case, with or without the dashes of a UUID ({@code ims-api.md} section 1.9).
   */
  static String key(String id) {
    String digits = Ascii.toLowerCase(id).replace("-", "");
    return digits.length() == DIGITS && HEX.matchesAllOf(digits) ? digits : id;
  }

  /** Whether two ids can be spellings of one. */
  static boolean same(String id, String other) {
    return id.equalsIgnoreCase(other) || key(id).equals(key(other));
  }

  /**
   * The marker of the page after this one: named as such, or in a link as Glance has it, which is
   * not followed. Empty when there is none, null when there is one that cannot be read.
   */
  static @Nullable String next(JsonNode page) {
    String marker = text(page.path(PAGE), NEXT);
    String link = text(page, NEXT_PAGE);
    if (!marker.isEmpty() || link.isEmpty()) {
      return marker;
    }
    Matcher found = MARKER_OF_LINK.matcher(link);
    try {
      return found.find() ? URLDecoder.decode(found.group(1), UTF_8) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A field's time in either of the service's formats, or null. */
  static @Nullable Instant time(JsonNode parent, String field) {
    String text = text(parent, field);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return oldTime(text);
    }
  }

  private static @Nullable Instant oldTime(String text) {
    try {
      return LocalDateTime.parse(text, OLD_TIME).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** A field's number, or NaN. */
  static double number(JsonNode parent, String field) {
    JsonNode value = parent.path(field);
    if (value.isNumber()) {
      return value.doubleValue();
    }
    Double number = Doubles.tryParse(text(parent, field));
    return number == null ? Double.NaN : number;
  }

  /** The body of a batch call. */
  static String batch(ShareRequest slice) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode images = root.putArray(IMAGES);
    slice.images().forEach(images::add);
    switch (slice.action()) {
      case SHARE, UNSHARE -> {
        for (Recipient recipient : slice.recipients()) {
          root.withArray(list(recipient.type())).add(recipient.id());
        }
      }
      case ACCEPT -> decision(root, slice, "accepted");
      case REJECT -> decision(root, slice, "rejected");
    }
    return root.toString();
  }

  private static String list(Recipient.Type type) {
    return switch (type) {
      case PROJECT -> "projects";
      case DOMAIN -> "domains";
      case ORGANIZATION -> "organizations";
    };
  }

  private static void decision(ObjectNode root, ShareRequest slice, String status) {
    slice.recipients().forEach(recipient -> root.put(PROJECT_ID, recipient.id()));
    root.put(STATUS, status);
    if (!slice.vault().isEmpty()) {
      root.put("vault_id", slice.vault());
    }
  }

  /** The body that asks for a token. */
  static String login(
      String domain, String user, String password, String project, boolean projectIsId) {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode auth = root.putObject("auth");
    ObjectNode identity = auth.putObject("identity");
    identity.putArray("methods").add("password");
    ObjectNode who = identity.putObject("password").putObject("user");
    who.put("name", user).put("password", password).putObject("domain").put("name", domain);
    auth.putObject("scope").putObject("project").put(projectIsId ? "id" : "name", project);
    return root.toString();
  }

  /** When a token expires, or null when the response does not say. */
  static @Nullable Instant tokenExpiry(byte[] body) {
    return time(object(body).path("token"), "expires_at");
  }
}
