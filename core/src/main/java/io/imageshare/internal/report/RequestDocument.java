package io.imageshare.internal.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.Ids;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The request as the API's own JSON document, read strictly: a typing error must not lose ids. */
public final class RequestDocument {
  private static final String IMAGES = "images";
  private static final String ACTION = "action";
  private static final String VAULT = "vault_id";
  private static final List<String> FIELDS =
      Stream.concat(
              Stream.of(IMAGES),
              Stream.concat(
                  Stream.of(Recipient.Type.values()).map(RequestDocument::field),
                  Stream.of(ACTION, VAULT)))
          .toList();

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private RequestDocument() {}

  public static ShareRequest read(String json) {
    JsonNode root = parse(json);
    if (!root.isObject()) {
      throw wrong("document", "an object with \"images\" and \"projects\"", root);
    }
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw new IllegalArgumentException(
            "%s: not a field of this document; it has %s"
                .formatted(name, String.join(", ", FIELDS)));
      }
    }
    return new ShareRequest(
        action(root.path(ACTION)), ids(root, IMAGES), recipients(root), vault(root.path(VAULT)));
  }

  private static String field(Recipient.Type type) {
    return type.name().toLowerCase(Locale.ROOT) + "s";
  }

  /** Of all types; projects must be among the fields where no others are. */
  private static Set<Recipient> recipients(JsonNode root) {
    Set<Recipient> recipients = new LinkedHashSet<>();
    boolean others =
        root.has(field(Recipient.Type.DOMAIN)) || root.has(field(Recipient.Type.ORGANIZATION));
    for (Recipient.Type type : Recipient.Type.values()) {
      if (root.has(field(type)) || (type == Recipient.Type.PROJECT && !others)) {
        for (String id : ids(root, field(type))) {
          recipients.add(new Recipient(type, Ids.check(field(type), id)));
        }
      }
    }
    return recipients;
  }

  private static String vault(JsonNode node) {
    if (!node.isMissingNode() && !node.isTextual()) {
      throw wrong(VAULT, "an id as a string", node);
    }
    return node.asText("");
  }

  public static String write(ShareRequest request) {
    return tree(request).toString();
  }

  public static ObjectNode tree(ShareRequest request) {
    ObjectNode root = MAPPER.createObjectNode();
    if (request.action() != Action.SHARE) {
      root.put(ACTION, word(request.action()));
    }
    ArrayNode images = root.putArray(IMAGES);
    request.images().forEach(images::add);
    for (Recipient recipient : request.recipients()) {
      root.withArray(field(recipient.type())).add(recipient.id());
    }
    if (!request.vault().isEmpty()) {
      root.put(VAULT, request.vault());
    }
    return root;
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("document: not JSON: " + e.getMessage(), e);
    }
  }

  private static Action action(JsonNode node) {
    if (node.isMissingNode()) {
      return Action.SHARE;
    }
    for (Action action : Action.values()) {
      if (node.isTextual() && node.textValue().equals(word(action))) {
        return action;
      }
    }
    throw wrong(ACTION, "\"share\", \"unshare\", \"accept\" or \"reject\"", node);
  }

  private static String word(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  private static Set<String> ids(JsonNode root, String field) {
    JsonNode array = root.path(field);
    if (!array.isArray()) {
      throw wrong(field, "an array of ids", array);
    }
    Set<String> ids = new LinkedHashSet<>();
    for (int i = 0; i < array.size(); i++) {
      JsonNode id = array.path(i);
      if (!id.isTextual()) {
        throw wrong(field + "[" + i + "]", "an id as a string", id);
      }
      ids.add(id.textValue());
    }
    if (ids.isEmpty()) {
      throw new IllegalArgumentException(field + ": none given; at least one is needed");
    }
    return ids;
  }

  private static IllegalArgumentException wrong(String field, String right, JsonNode found) {
    String what =
        found.isMissingNode()
            ? "nothing"
            : found.getNodeType().name().toLowerCase(Locale.ROOT)
                + (found.isContainerNode() ? "" : " " + found);
    return new IllegalArgumentException("%s: expected %s, found %s".formatted(field, right, what));
  }
}
