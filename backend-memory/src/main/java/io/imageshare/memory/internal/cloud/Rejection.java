package io.imageshare.memory.internal.cloud;

import static io.imageshare.Reason.Kind.FORBIDDEN;
import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static io.imageshare.Reason.Kind.LOST;
import static io.imageshare.Reason.Kind.QUOTA;

import io.imageshare.BatchLimits;
import io.imageshare.Image.Obstacle;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.Unknowns.Naming;
import org.jspecify.annotations.Nullable;

/**
 * Why a call or a pair is refused, before {@link Unknowns.Naming} words it ({@code ims-api.md}
 * section 3.3).
 *
 * @param kind what the engine decides by
 * @param code the service's code
 * @param text the service's message without the id
 * @param id the id concerned, or empty
 */
record Rejection(Reason.Kind kind, String code, String text, String id) {

  static Rejection tooBig(BatchLimits limits) {
    return new Rejection(INVALID, "IMG.0001", "The request is over " + limits, "");
  }

  static Rejection image(String image) {
    return ofImage("IMG.0027", "The image does not exist", image);
  }

  /** Why an image cannot be shared, or null. */
  static @Nullable Rejection obstacle(Obstacle obstacle, String image) {
    return switch (obstacle) {
      case NONE -> null;
      case FOREIGN -> ofImage("IMG.0106", "The image is owned by another tenant", image);
      case PUBLIC -> ofImage("IMG.0089", "A public image cannot be shared", image);
      case ENCRYPTED -> ofImage("IMG.0098", "An encrypted image cannot be shared", image);
      case UNREADY -> ofImage("IMG.0046", "The image is not available", image);
    };
  }

  static Rejection forbidden(String image) {
    return new Rejection(
        FORBIDDEN, "IMG.0026", "The user has no permission to change the image's members", image);
  }

  private static Rejection ofImage(String code, String text, String image) {
    return new Rejection(INVALID_IMAGE, code, text, image);
  }

  static Rejection recipient(Recipient recipient) {
    return new Rejection(
        INVALID_RECIPIENT, "IMG.0108", "The tenant does not exist in this region", recipient.id());
  }

  static Rejection severalRecipients() {
    return new Rejection(
        INVALID, "IMG.0001", "A call that accepts or rejects is of one project", "");
  }

  static Rejection ownProject(Recipient owner) {
    return new Rejection(
        INVALID_RECIPIENT, "IMG.0076", "The image cannot be shared with its owner", owner.id());
  }

  static Rejection full(String image) {
    return new Rejection(
        QUOTA, "IMG.0088", "The number of shares of the image is at its limit", image);
  }

  /** The failure of a pair that the service gives no reason for. */
  static Rejection failedPair(Action action) {
    return switch (action) {
      case SHARE -> new Rejection(LOST, "IMG.0112", "Failed to add the member", "");
      case UNSHARE -> new Rejection(LOST, "IMG.0113", "Failed to delete the member", "");
      case ACCEPT, REJECT -> new Rejection(LOST, "IMG.0061", "Failed to update the member", "");
    };
  }

  static Rejection missingVault(String image) {
    return new Rejection(
        INVALID, "IMG.0184", "The vault for the full-server image does not exist", image);
  }

  /** The reason in the service's words. */
  Reason reason(Naming naming) {
    boolean aboutAnId = kind == INVALID_IMAGE || kind == INVALID_RECIPIENT;
    if (naming == Naming.NOTHING && aboutAnId) {
      return new Reason(INVALID, "IMG.0001", "The request is invalid.");
    }
    boolean named = naming == Naming.NAMED_SIDE && !id.isEmpty();
    return new Reason(kind, code, named ? text + ": " + id + "." : text + ".");
  }
}
