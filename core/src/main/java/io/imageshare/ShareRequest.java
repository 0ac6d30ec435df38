package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.imageshare.internal.report.RequestDocument;
import io.imageshare.internal.table.Ids;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One action asked for every pair of some images and some recipients. A slice of a request is again
 * a request.
 *
 * <p>Keeps the caller's order, drops duplicates however their ids are spelled, and takes blanks off
 * the ends of ids.
 *
 * @param action what to do
 * @param images the images' ids, at least one
 * @param recipients whom to do it for, at least one; who accepts or rejects is a project
 * @param vault where the copies of full-server images are kept that are accepted; empty: nowhere
 */
public record ShareRequest(
    Action action, Set<String> images, Set<Recipient> recipients, String vault) {

  /** What is asked for every pair. */
  public enum Action {
    /** The recipient is to be a member of the image. */
    SHARE,
    /** The recipient is no longer to be a member of the image. */
    UNSHARE,
    /** The recipient, a project, takes the image that was shared with it. */
    ACCEPT,
    /** The recipient, a project, does not want the image that was shared with it. */
    REJECT;

    /** {@return whether the recipient does it} The images' owner does the others. */
    public boolean isOfRecipient() {
      return this == ACCEPT || this == REJECT;
    }
  }

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there is no image or no recipient, if others than projects
   *     are to accept or reject, if there is a vault and nothing to accept, or if an id is blank,
   *     or holds white space, an invisible character, a quote, a comma or a semicolon, as several
   *     ids joined do; the message names the argument, the place in it and the character
   */
  public ShareRequest {
    requireNonNull(action, "action");
    images = Ids.check("images", images);
    recipients = Ids.checkRecipients("recipients", recipients);
    checkArgument(!images.isEmpty(), "images: none given; at least one is needed");
    checkArgument(!recipients.isEmpty(), "recipients: none given; at least one is needed");
    if (!requireNonNull(vault, "vault").isEmpty()) {
      vault = Ids.check("vault", vault);
      checkArgument(
          action == Action.ACCEPT,
          "vault: %s; only what is accepted is kept in a vault, this is to %s",
          vault,
          action);
    }
    for (Recipient recipient : recipients) {
      checkArgument(
          !action.isOfRecipient() || recipient.type() == Recipient.Type.PROJECT,
          "recipients: %s is of type %s; only a project can %s",
          recipient,
          recipient.type(),
          action);
    }
  }

  /**
   * A request without a vault.
   *
   * @param action what to do
   * @param images the images' ids, at least one
   * @param recipients whom to do it for, at least one
   * @throws IllegalArgumentException as the other constructor
   */
  public ShareRequest(Action action, Set<String> images, Set<Recipient> recipients) {
    this(action, images, recipients, "");
  }

  /**
   * {@return a request that every image be shared with every project}
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @throws IllegalArgumentException if a list is empty or an id is not one id
   */
  public static ShareRequest share(Collection<String> images, Collection<String> projects) {
    return builder().action(Action.SHARE).images(images).projects(projects).build();
  }

  /**
   * {@return a request that no image be shared with any of the projects any longer}
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @throws IllegalArgumentException if a list is empty or an id is not one id
   */
  public static ShareRequest unshare(Collection<String> images, Collection<String> projects) {
    return builder().action(Action.UNSHARE).images(images).projects(projects).build();
  }

  /**
   * {@return a request that every project accept every image, which was shared with it} To be done
   * with the credentials of the projects.
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @throws IllegalArgumentException if a list is empty or an id is not one id
   */
  public static ShareRequest accept(Collection<String> images, Collection<String> projects) {
    return builder().action(Action.ACCEPT).images(images).projects(projects).build();
  }

  /**
   * {@return a request that every project reject every image, which was shared with it} To be done
   * with the credentials of the projects.
   *
   * @param images the images' ids
   * @param projects the projects' ids
   * @throws IllegalArgumentException if a list is empty or an id is not one id
   */
  public static ShareRequest reject(Collection<String> images, Collection<String> projects) {
    return builder().action(Action.REJECT).images(images).projects(projects).build();
  }

  /**
   * {@return the same with a vault} The service wants one where a full-server image is accepted
   * that was made by its backup service; one call has one vault ({@code ims-api.md} section 1.2).
   *
   * @param vault the vault's id
   * @throws IllegalArgumentException if this is not to accept
   */
  public ShareRequest vault(String vault) {
    return new ShareRequest(action, images, recipients, vault);
  }

  /**
   * {@return a builder, for a request put together piece by piece} Its action is SHARE unless
   * named.
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads the API's own document, {@code {"images": [...], "projects": [...], "domains": [...],
   * "organizations": [...]}} with at least one of the last three ({@code ims-api.md} section 1.1).
   * The document does not say what to do with it, the call it is sent with does; so an {@code
   * "action"} of {@code "unshare"}, {@code "accept"} or {@code "reject"} may be added, and without
   * one it asks to share. A {@code "vault_id"} may be added to {@code "accept"}.
   *
   * @param json the document
   * @return the request
   * @throws IllegalArgumentException if the document has another shape; the message names the field
   */
  public static ShareRequest fromJson(String json) {
    return RequestDocument.read(json);
  }

  /**
   * Writes the API's own document, with an {@code "action"} if it is not SHARE.
   *
   * @return the document, which {@link #fromJson} reads back
   */
  public String toJson() {
    return RequestDocument.write(this);
  }

  /** {@return how many pairs this asks for, images times recipients} */
  public long pairs() {
    return (long) images.size() * recipients.size();
  }

  /** Puts a request together. Not safe for use by several threads. */
  public static final class Builder {
    private Action action = Action.SHARE;
    private final Set<String> images = new LinkedHashSet<>();
    private final Set<Recipient> recipients = new LinkedHashSet<>();

    private Builder() {}

    /**
     * What to do; SHARE unless named.
     *
     * @param action the action
     * @return this
     */
    public Builder action(Action action) {
      this.action = requireNonNull(action, "action");
      return this;
    }

    /**
     * Adds images.
     *
     * @param ids the images' ids
     * @return this
     * @throws IllegalArgumentException if an id is not one id
     */
    public Builder images(Collection<String> ids) {
      images.addAll(Ids.check("images", ids));
      return this;
    }

    /**
     * Adds images.
     *
     * @param ids the images' ids
     * @return this
     * @throws IllegalArgumentException if an id is not one id
     */
    public Builder images(String... ids) {
      return images(Arrays.asList(requireNonNull(ids, "images")));
    }

    /**
     * Adds projects.
     *
     * @param ids the projects' ids
     * @return this
     * @throws IllegalArgumentException if an id is not one id
     */
    public Builder projects(Collection<String> ids) {
      Ids.check("projects", ids).forEach(id -> recipients.add(Recipient.project(id)));
      return this;
    }

    /**
     * Adds projects.
     *
     * @param ids the projects' ids
     * @return this
     * @throws IllegalArgumentException if an id is not one id
     */
    public Builder projects(String... ids) {
      return projects(Arrays.asList(requireNonNull(ids, "projects")));
    }

    /**
     * Adds recipients of any type.
     *
     * @param recipients the recipients
     * @return this
     */
    public Builder recipients(Collection<Recipient> recipients) {
      this.recipients.addAll(requireNonNull(recipients, "recipients"));
      return this;
    }

    /**
     * {@return the request}
     *
     * @throws IllegalArgumentException if there is no image or no recipient, or an id is not one id
     */
    public ShareRequest build() {
      return new ShareRequest(action, images, recipients);
    }
  }
}
