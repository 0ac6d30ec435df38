package io.imageshare.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.MemberStatus;
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
    if (!asked.domains().isEmpty() || !asked.organizations().isEmpty()) {
      throw refused("IMG.0105", "Sharing with accounts or organizations is not supported here.");
    }
    Set<Recipient> recipients = new LinkedHashSet<>();
    for (String project : texts("projects", asked.projects())) {
      recipients.add(recipient(project));
    }
    return slice(action, images, recipients);
  }

  private static ShareRequest slice(Action action, Set<String> images, Set<Recipient> recipients) {
    try {
      return new ShareRequest(action, images, recipients);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0066", "The image ID is invalid: " + e.getMessage());
    }
  }

  /** Reads what a recipient says. */
  static Work.Decision decision(byte[] body) {
    WireDocuments.Decided decided = WireDocuments.decided(document(body));
    if (decided.project().isEmpty()) {
      throw refused("IMG.0001", "project_id is missing.");
    }
    Recipient recipient = recipient(decided.project());
    // A slice checks the ids of images; what it would do does not matter.
    Set<String> images =
        slice(Action.SHARE, texts("images", decided.images()), Set.of(recipient)).images();
    MemberStatus status = decided.status();
    if (status == null) {
      throw refused("IMG.0001", "status is neither accepted nor rejected.");
    }
    return new Work.Decision(images, recipient, status, decided.vault());
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

  /** A project by its id, as a refusal of the service if it is none. */
  static Recipient recipient(String project) {
    try {
      return Recipient.project(project);
    } catch (IllegalArgumentException e) {
      throw refused("IMG.0067", "The project ID is invalid: " + e.getMessage());
    }
  }

  private static RefusedException refused(String code, String message) {
    return new RefusedException(Refusal.service(code, message));
  }
}
