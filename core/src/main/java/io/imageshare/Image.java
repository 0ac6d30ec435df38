package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Visible;

/**
 * A description of an image: what matters for sharing, besides its members.
 *
 * @param name its name; empty if the service reports none
 * @param owner the project that owns it; empty if the service reports none
 * @param status the service's own status, such as {@code active}; empty if it reports none
 * @param whole whether it is a full-server image, which can be shared with 10 recipients
 * @param sharing whether it has members
 * @param obstacle what prevents sharing it
 */
public record Image(
    String name, String owner, String status, boolean whole, Sharing sharing, Obstacle obstacle) {

  /** What the service tells of an image's members without listing them. */
  public enum Sharing {
    /** It has members, or had some. */
    SHARED,
    /**
     * It has no member. A share does not list it before it writes, only afterwards. A member that
     * was there all the same is asked for once more, and the report cannot say that it was there
     * ({@link Outcome.Done#already}). So a backend says this only if the service does; that it says
     * so for a while after the first share does no harm.
     */
    UNSHARED,
    /** Not told: only the listing shows it. */
    UNKNOWN
  }

  /**
   * What prevents sharing an image. The engine then fails the pairs of a share without a submit, so
   * a backend reports an obstacle only if the service would certainly refuse.
   */
  public enum Obstacle {
    /** No obstacle is known. */
    NONE,
    /** Another project owns it. */
    FOREIGN,
    /** It is public, so that everybody has it. */
    PUBLIC,
    /** It is encrypted, and the service does not share such images. */
    ENCRYPTED,
    /** It is not ready, for example still being created. It may be shared later. */
    UNREADY
  }

  /** Checks that no part is null. */
  public Image {
    requireNonNull(name, "name");
    requireNonNull(owner, "owner");
    requireNonNull(status, "status");
    requireNonNull(sharing, "sharing");
    requireNonNull(obstacle, "obstacle");
  }

  /** Its parts; control characters and the like are escaped as in {@link Reason#toString}. */
  @Override
  public String toString() {
    return Visible.of(
        "Image[name=%s, owner=%s, status=%s, whole=%s, sharing=%s, obstacle=%s]"
            .formatted(name, owner, status, whole, sharing, obstacle));
  }
}
