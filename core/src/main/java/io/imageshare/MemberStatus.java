package io.imageshare;

/** What a recipient has said to an image shared with it ({@code ims-api.md} section 1.5). */
public enum MemberStatus {
  /** Shared, not answered yet. */
  PENDING,
  /** The recipient accepted. */
  ACCEPTED,
  /** The recipient declined; it may still change its mind. */
  REJECTED,
  /** Not told, or a word this library does not know. */
  UNKNOWN
}
