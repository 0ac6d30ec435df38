package io.imageshare;

import static java.util.Objects.requireNonNull;

/**
 * What a service tells of an image besides who has it, as far as it matters for sharing.
 *
 * @param name its name; empty when the service tells none
 * @param owner the project that owns it; empty when the service tells none
 * @param status the service's word for how it is, such as {@code active}; empty when it tells none
 * @param whole whether it is a full-server image, which takes 10 recipients
 * @param obstacle what stands in the way of sharing it
 */
public record Image(String name, String owner, String status, boolean whole, Obstacle obstacle) {

  /**
   * What stands in the way of sharing an image. With one, the pairs of a share fail without a
   * write; so a backend names one only where the service would certainly refuse.
   */
  public enum Obstacle {
    /** Nothing that is known. */
    NONE("", ""),
    /** Another project owns it. */
    FOREIGN("it belongs to another project", "the owner must share it"),
    /** Everybody has it. */
    PUBLIC("it is public", "only a private image can be shared"),
    /** It is encrypted, and the service does not share such images. */
    ENCRYPTED("it is encrypted", "share a copy that is not"),
    /** It is being made, say, and not yet to be had. It may be shared later. */
    UNREADY("it is not ready", "ask again when its status is active");

    private final String wrong;
    private final String right;

    Obstacle(String wrong, String right) {
      this.wrong = wrong;
      this.right = right;
    }
  }

  private static final int MEMBERS_OF_WHOLE = 10;

  /** Checks that all are there. */
  public Image {
    requireNonNull(name, "name");
    requireNonNull(owner, "owner");
    requireNonNull(status, "status");
    requireNonNull(obstacle, "obstacle");
  }

  /** How many recipients it takes, where others take so many. */
  public int membersOf(int others) {
    return whole ? Math.min(MEMBERS_OF_WHOLE, others) : others;
  }

  /** Why it cannot be shared: what is wrong, and what would be right. */
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
