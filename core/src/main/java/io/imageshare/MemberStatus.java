package io.imageshare;

/** The decision of a recipient about an image shared with it ({@code ims-api.md} section 1.5). */
public enum MemberStatus {
  /** Shared, not decided yet. */
  PENDING,
  /** The recipient accepted. */
  ACCEPTED,
  /** The recipient rejected it, and may still accept it. */
  REJECTED,
  /** Not reported, or a status that this library does not know. */
  UNKNOWN
}
