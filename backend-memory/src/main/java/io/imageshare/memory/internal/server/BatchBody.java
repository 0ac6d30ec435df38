package io.imageshare.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the bodies of the batch calls ask for ({@code ims-api.md} sections 1.1 to 1.3). */
final class BatchBody {
  private BatchBody() {}

  /** Reads what the owner asks for. */
  static ShareRequest slice(Action action, byte[] body) {
    WireDocuments.Asked asked = WireDocuments.asked(document(body));
    Set<String> images = texts("images", asked.images());
    Set<Recipient> recipients = new LinkedHashSet<>();
    boolean others = !asked.domains().isMissingNode() || !asked.organizations().isMissingNode();
    if (!asked.projects().isMissingNode() || !others) {
      add(Recipient.Type.PROJECT, "projects", asked.projects(), recipients);
    }
    if (!asked.domains().isMissingNode()) {
      add(Recipient.Type.DOMAIN, "domains", asked.domains(), recipients);
    }
    if (!asked.organizations().isMissingNode()) {
      add(Recipient.Type.ORGANIZATION, "organizations", asked.organizations(), recipients);
    }
    return slice(action, images, recipients, "");
  }

  private static void add(
      Recipient.Type type, String field, JsonNode ids, Set<Recipient> recipients) {
    texts(field, ids).forEach(id -> recipients.add(recipient(type, id)));
  }

  private static ShareRequest slice(
      Action action, Set<String> images, Set<Recipient> recipients, String vault) {
    try {
      return new ShareRequest(action, images, recipients, vault);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0066", "The image ID is invalid: " + e.getMessage());
    }
  }

  /** Reads what a recipient says. */
  static ShareRequest decision(byte[] body) {
    WireDocuments.Decided decided = WireDocuments.decided(document(body));
    if (decided.project().isEmpty()) {
      throw refused("IMG.0001", "project_id is missing.");
    }
    Action action = decided.action();
    if (action == null) {
      throw refused("IMG.0001", "status is neither accepted nor rejected.");
    }
    // Who rejects needs no vault, and may name one.
    String vault = action == Action.ACCEPT ? decided.vault() : "";
    Set<Recipient> recipient = Set.of(recipient(Recipient.Type.PROJECT, decided.project()));
    return slice(action, texts("images", decided.images()), recipient, vault);
  }

  private static JsonNode document(byte[] body) {
    if (body.length == 0) {
      throw refused("IMG.0007", "The request body is empty.");
    }
    return WireDocuments.read(body);
  }

  private static Set<String> texts(String field, JsonNode array) {
    Set<String> texts = new LinkedHashSet<>();
    for (JsonNode text : array) {
      if (!text.isTextual()) {
        throw refused("IMG.0001", field + " holds something that is not a string.");
      }
      texts.add(text.textValue());
    }
    if (!array.isArray() || texts.isEmpty()) {
      throw refused("IMG.0001", field + " is missing or empty.");
    }
    return texts;
  }

  /** A recipient by its id, or a refusal of the service if it is none. */
  static Recipient recipient(Recipient.Type type, String id) {
    try {
      return new Recipient(type, id);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0067", "The project ID is invalid: " + e.getMessage());
    }
  }

  private static RefusedException refused(String code, String message) {
    return new RefusedException(Refusal.service(code, message));
  }
}
