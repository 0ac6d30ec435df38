package io.imageshare.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The names of the wire's JSON fields, and how its words are read: a number for a string and the
 * reverse, null, absent and empty are all taken ({@code ims-api.md} sections 1 to 3).
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
  static final String IMAGE_ID = "image_id";
  static final String PROJECT_ID = "project_id";
  static final String MORE_CODE = "addition_error_code";
  static final String MORE_MSG = "addition_error_msg";
  static final String IMAGES = "images";
  static final String ID = "id";
  static final String MEMBERS = "members";
  static final String MEMBER_ID = "member_id";
  static final String MEMBER_TYPE = "member_type";
  static final String URN = "urn";
  static final String PAGE = "page_info";
  static final String NEXT = "next_marker";
  static final String MARKER = "marker";
  static final String CODE = "code";
  static final String MESSAGE = "message";
  static final String REQUEST_ID = "request_id";
  static final String ERROR = "error";

  // What is no JSON, or says a thing twice, is no answer: read leniently, a cut or mixed-up listing
  // would look like one without members.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final String NEW_TIME = "0000-00-00T00:00:00.000Z";
  private static final DateTimeFormatter OLD_TIME =
      DateTimeFormatter.ofPattern("dd-MMM-uuuu HH:mm:ss:SSS", Locale.ENGLISH);

  private Wire() {}

  /** A JSON object, or a missing node when it is none. */
  static JsonNode object(byte[] body) {
    try {
      JsonNode root = MAPPER.readTree(body);
      return root.isObject() ? root : MissingNode.getInstance();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** A field's text, whatever scalar it is; empty when null, absent, blank or no scalar. */
  static String text(JsonNode parent, String field) {
    JsonNode value = parent.path(field);
    return value.isValueNode() && !value.isNull() ? value.asText().strip() : "";
  }

  /** A field's time in either of the service's formats, or null. */
  static @Nullable Instant time(JsonNode parent, String field) {
    String text = text(parent, field);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return newTime(text);
    } catch (DateTimeException e) {
      return oldTime(text);
    }
  }

  private static Instant newTime(String text) {
    // Instant.parse takes 2 KB, and a look with its two times no more than 25.
    return isNewTime(text)
        ? LocalDateTime.of(
                part(text, 0, 4),
                part(text, 5, 7),
                part(text, 8, 10),
                part(text, 11, 13),
                part(text, 14, 16),
                part(text, 17, 19),
                part(text, 20, 23) * NANOS_PER_MILLI)
            .toInstant(ZoneOffset.UTC)
        : Instant.parse(text);
  }

  private static boolean isNewTime(String text) {
    if (text.length() != NEW_TIME.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char wanted = NEW_TIME.charAt(i);
      char is = text.charAt(i);
      if (wanted == '0' ? is < '0' || is > '9' : is != wanted) {
        return false;
      }
    }
    return true;
  }

  private static int part(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
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
    try {
      return Double.parseDouble(text(parent, field));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** The body of a batch call. */
  static ByteBuffer batch(ShareRequest slice) {
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
    return bytes(root);
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
  static ByteBuffer login(
      String domain, String user, String password, String project, boolean projectIsId) {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode auth = root.putObject("auth");
    ObjectNode identity = auth.putObject("identity");
    identity.putArray("methods").add("password");
    ObjectNode who = identity.putObject("password").putObject("user");
    who.put("name", user).put("password", password).putObject("domain").put("name", domain);
    auth.putObject("scope").putObject("project").put(projectIsId ? "id" : "name", project);
    return bytes(root);
  }

  private static ByteBuffer bytes(JsonNode root) {
    try {
      return ByteBuffer.wrap(MAPPER.writeValueAsBytes(root));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** When a token expires, or null when the answer does not say. */
  static @Nullable Instant tokenExpiry(byte[] body) {
    return time(object(body).path("token"), "expires_at");
  }
}
