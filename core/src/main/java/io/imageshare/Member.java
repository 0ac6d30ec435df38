package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Visible;

/**
 * One image with one recipient: the unit every outcome is about.
 *
 * @param image the image's id
 * @param recipient the recipient it is, or is not, shared with
 */
public record Member(String image, Recipient recipient) {

  /** Checks that no part is null. */
  public Member {
    requireNonNull(image, "image");
    requireNonNull(recipient, "recipient");
  }

  /** Both ids for terminals and logs: escaped as {@link Reason#toString} is. */
  @Override
  public String toString() {
    return Visible.of(image) + " with " + recipient;
  }
}
