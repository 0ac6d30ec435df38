package io.imageshare;

import static java.util.Objects.requireNonNull;

/**
 * A description of an image: what matters for sharing, besides its members.
 *
 * @param name its name; empty if the service reports none
 * @param owner the project that owns it; empty if the service reports none
 * @param status the service's own status, such as {@code active}; empty if it reports none
 * @param whole whether it is a full-server image, which can be shared with 10 recipients
 * @param obstacle what prevents sharing it
 */
public record Image(String name, String owner, String status, boolean whole, Obstacle obstacle) {

  /**
   * What prevents sharing an image. The engine then fails the pairs of a share without a submit, so
   * a backend reports an obstacle only if the service would certainly refuse.
   */
  public enum Obstacle {
    /** No obstacle is known. */
    NONE("", ""),
    /** Another project owns it. */
    FOREIGN("it belongs to another project", "the owner must share it"),
    /** It is public, so that everybody has it. */
    PUBLIC("it is public", "only a private image can be shared"),
    /** It is encrypted, and the service does not share such images. */
    ENCRYPTED("it is encrypted", "share a copy that is not"),
    /** It is not ready, for example still being created. It may be shared later. */
    UNREADY("it is not ready", "ask again when its status is active");

    private final String wrong;
    private final String right;

    Obstacle(String wrong, String right) {
      this.wrong = wrong;
      this.right = right;
    }
  }

  private static final int MEMBERS_OF_WHOLE = 10;

  /** Checks that no part is null. */
  public Image {
    requireNonNull(name, "name");
    requireNonNull(owner, "owner");
    requireNonNull(status, "status");
    requireNonNull(obstacle, "obstacle");
  }

  /**
   * The most recipients of this image.
   *
   * @param others the limit for images that are not full-server images
   * @return 10 for a full-server image unless the limit is lower, else the limit
   */
  public int membersOf(int others) {
    return whole ? Math.min(MEMBERS_OF_WHOLE, others) : others;
  }

  /**
   * The reason for the failed pairs of an image with an obstacle.
   *
   * @return an {@link Reason.Kind#INVALID_IMAGE} that says what is wrong and what would be right
   */
  public Reason refusal() {
    String told =
        switch (obstacle) {
          case FOREIGN -> owner.isEmpty() ? "" : " (" + owner + ")";
          case UNREADY -> status.isEmpty() ? "" : " (" + status + ")";
          default -> "";
        };
    return new Reason(
        Reason.Kind.INVALID_IMAGE,
        "",
        "the image%s cannot be shared: %s%s; %s"
            .formatted(
                name.isEmpty() ? "" : " \"" + name + "\"", obstacle.wrong, told, obstacle.right));
  }
}
