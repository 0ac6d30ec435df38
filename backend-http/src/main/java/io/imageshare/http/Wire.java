package io.imageshare.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.Doubles;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
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
  static final String CODE = "code";
  static final String MESSAGE = "message";
  static final String REQUEST_ID = "request_id";
  static final String ERROR = "error";

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
      return Instant.parse(text);
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
