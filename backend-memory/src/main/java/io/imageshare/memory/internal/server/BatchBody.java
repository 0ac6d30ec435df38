package io.imageshare.memory.internal.server;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of the batch calls ({@code ims-api.md} sections 1.1 to 1.3). */
final class BatchBody {
  private BatchBody() {}

  /** Reads what the owner asks for. */
  static ShareRequest slice(Action action, byte[] body) {
    WireDocuments.Batch batch = read(body, WireDocuments.Batch.class);
    Set<String> images = ids("images", batch.images());
    Set<Recipient> recipients = new LinkedHashSet<>();
    if (batch.projects() != null || (batch.domains() == null && batch.organizations() == null)) {
      add(Recipient.Type.PROJECT, "projects", batch.projects(), recipients);
    }
    if (batch.domains() != null) {
      add(Recipient.Type.DOMAIN, "domains", batch.domains(), recipients);
    }
    if (batch.organizations() != null) {
      add(Recipient.Type.ORGANIZATION, "organizations", batch.organizations(), recipients);
    }
    return slice(action, images, recipients, "");
  }

  private static void add(
      Recipient.Type type,
      String field,
      @Nullable List<@Nullable String> ids,
      Set<Recipient> recipients) {
    ids(field, ids).forEach(id -> recipients.add(recipient(type, id)));
  }

  private static ShareRequest slice(
      Action action, Set<String> images, Set<Recipient> recipients, String vault) {
    try {
      ShareRequest slice = new ShareRequest(action, images, recipients, vault);
      checkArgument(slice.images().equals(images), "blanks around it");
      return slice;
    } catch (IllegalArgumentException e) {
      throw WireErrorException.service("IMG.0066", "The image ID is invalid: " + e.getMessage());
    }
  }

  /** Reads what a recipient decides. */
  static ShareRequest decision(byte[] body) {
    WireDocuments.Decision decision = read(body, WireDocuments.Decision.class);
    String project = decision.projectId();
    if (project == null || project.isEmpty()) {
      throw invalid("project_id is missing.");
    }
    Action action = decision.action();
    if (action == null) {
      throw invalid("status is neither accepted nor rejected.");
    }
    Set<Recipient> recipient = Set.of(recipient(Recipient.Type.PROJECT, project));
    return slice(action, ids("images", decision.images()), recipient, decision.vault());
  }

  private static <T> T read(byte[] body, Class<T> type) {
    if (body.length == 0) {
      throw WireErrorException.service("IMG.0007", "The request body is empty.");
    }
    return WireDocuments.read(body, type)
        .orElseThrow(() -> invalid("The request body is no document of this call."));
  }

  private static Set<String> ids(String field, @Nullable List<@Nullable String> named) {
    if (named == null || named.isEmpty()) {
      throw invalid(field + " is missing or empty.");
    }
    Set<String> ids = new LinkedHashSet<>();
    for (String id : named) {
      if (id == null) {
        throw invalid(field + " has an entry that is not a string.");
      }
      ids.add(id);
    }
    return ids;
  }

  /** A recipient by its id; refused in the service's words if it is none. */
  static Recipient recipient(Recipient.Type type, String id) {
    try {
      Recipient recipient = new Recipient(type, id);
      // The library takes them off for its callers; what comes over the wire is as it is.
      checkArgument(recipient.id().equals(id), "blanks around it");
      return recipient;
    } catch (IllegalArgumentException e) {
      throw WireErrorException.service("IMG.0067", "The project ID is invalid: " + e.getMessage());
    }
  }

  private static WireErrorException invalid(String message) {
    return WireErrorException.service("IMG.0001", message);
  }
}
