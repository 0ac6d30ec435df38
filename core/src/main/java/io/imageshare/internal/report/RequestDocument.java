package io.imageshare.internal.report;

import static com.google.common.base.Preconditions.checkArgument;
import static io.imageshare.internal.report.JsonBinding.MAPPER;
import static io.imageshare.internal.report.JsonBinding.expected;
import static io.imageshare.internal.report.JsonBinding.name;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.table.Ids;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The request as the API's own JSON document, read strictly: a typing error must not lose ids. */
public final class RequestDocument {
  private static final ObjectReader STRICT =
      MAPPER
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** All may be absent, so that a misspelt field is named before the one it is missing for. */
  record Fields(
      @JsonSetter(nulls = Nulls.SET) @Nullable List<String> images,
      @JsonSetter(nulls = Nulls.SET) @Nullable List<String> projects,
      @JsonSetter(nulls = Nulls.SET) @Nullable List<String> domains,
      @JsonSetter(nulls = Nulls.SET) @Nullable List<String> organizations,
      @JsonSetter(nulls = Nulls.SET) @Nullable String action,
      @JsonProperty("vault_id") @JsonSetter(nulls = Nulls.AS_EMPTY) String vault) {

    Set<Recipient> recipients() {
      if (projects == null && domains == null && organizations == null) {
        throw expected("projects", "an array", MissingNode.getInstance());
      }
      Set<Recipient> recipients = new LinkedHashSet<>();
      add(recipients, Recipient.Type.PROJECT, projects);
      add(recipients, Recipient.Type.DOMAIN, domains);
      add(recipients, Recipient.Type.ORGANIZATION, organizations);
      return recipients;
    }

    private static void add(
        Set<Recipient> recipients, Recipient.Type type, @Nullable List<String> ids) {
      if (ids != null) {
        Ids.check(field(type), ids).forEach(id -> recipients.add(new Recipient(type, id)));
        checkArgument(!ids.isEmpty(), "%s: none given; at least one is needed", field(type));
      }
    }
  }

  private RequestDocument() {}

  public static ShareRequest read(String json) {
    JsonNode root;
    try {
      root = STRICT.readTree(requireNonNull(json, "json"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("document: not JSON: " + JsonBinding.notJson(e), e);
    }
    if (!root.isObject()) {
      throw expected("document", "an object with \"images\" and \"projects\"", root);
    }
    Fields fields = JsonBinding.bind("", root, Fields.class, STRICT);
    if (fields.images == null) {
      throw expected("images", "an array", MissingNode.getInstance());
    }
    return new ShareRequest(
        fields.action == null ? Action.SHARE : action(root.path("action")),
        Ids.check("images", fields.images),
        fields.recipients(),
        fields.vault);
  }

  private static Action action(JsonNode node) {
    for (Action action : Action.values()) {
      if (name(action).equals(node.textValue())) {
        return action;
      }
    }
    throw expected("action", "\"share\", \"unshare\", \"accept\" or \"reject\"", node);
  }

  private static String field(Recipient.Type type) {
    return name(type) + "s";
  }

  public static String write(ShareRequest request) {
    return tree(request).toString();
  }

  static ObjectNode tree(ShareRequest request) {
    ObjectNode root = MAPPER.createObjectNode();
    if (request.action() != Action.SHARE) {
      root.put("action", name(request.action()));
    }
    request.images().forEach(root.putArray("images")::add);
    for (Recipient recipient : request.recipients()) {
      root.withArray(field(recipient.type())).add(recipient.id());
    }
    if (!request.vault().isEmpty()) {
      root.put("vault_id", request.vault());
    }
    return root;
  }
}
