package io.imageshare.internal.table;

import io.imageshare.Reason;

/** One side of the table of a run. */
public enum Side {
  IMAGES(Reason.Kind.INVALID_IMAGE),
  RECIPIENTS(Reason.Kind.INVALID_RECIPIENT);

  private final Reason.Kind invalid;

  Side(Reason.Kind invalid) {
    this.invalid = invalid;
  }

  /** What a call is refused as for an id of this side. */
  public Reason.Kind invalid() {
    return invalid;
  }

  public Side other() {
    return this == IMAGES ? RECIPIENTS : IMAGES;
  }
}
