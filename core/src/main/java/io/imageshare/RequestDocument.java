package io.imageshare;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.ShareRequest.Action;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The request as the API's own JSON document, read strictly: a typing error must not lose ids. */
final class RequestDocument {
  private static final String IMAGES = "images";
  private static final String PROJECTS = "projects";
  private static final String ACTION = "action";
  private static final Set<String> FIELDS = Set.of(IMAGES, PROJECTS, ACTION);

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private RequestDocument() {}

  static ShareRequest read(String json) {
    JsonNode root = parse(json);
    if (!root.isObject()) {
      throw wrong("document", "an object with \"images\" and \"projects\"", root);
    }
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw new IllegalArgumentException(
            "%s: not a field of this document; it has \"images\", \"projects\" and \"action\""
                .formatted(name));
      }
    }
    return ShareRequest.builder()
        .action(action(root.path(ACTION)))
        .images(ids(root, IMAGES))
        .projects(ids(root, PROJECTS))
        .build();
  }

  static String write(ShareRequest request) {
    ObjectNode root = MAPPER.createObjectNode();
    if (request.action() != Action.SHARE) {
      root.put(ACTION, word(request.action()));
    }
    ArrayNode images = root.putArray(IMAGES);
    request.images().forEach(images::add);
    ArrayNode projects = root.putArray(PROJECTS);
    request.recipients().forEach(recipient -> projects.add(recipient.id()));
    return root.toString();
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
    throw wrong(ACTION, "\"share\" or \"unshare\"", node);
  }

  private static String word(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> ids(JsonNode root, String field) {
    JsonNode array = root.path(field);
    if (!array.isArray()) {
      throw wrong(field, "an array of ids", array);
    }
    List<String> ids = new ArrayList<>();
    for (JsonNode id : array) {
      if (!id.isTextual()) {
        throw wrong(field + "[" + ids.size() + "]", "an id as a string", id);
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
