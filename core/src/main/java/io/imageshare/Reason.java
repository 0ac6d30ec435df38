package io.imageshare;

import static java.util.Objects.requireNonNull;

/**
 * Why something went wrong: the service's words, and the one thing the engine decides by.
 *
 * @param kind what the engine decides by
 * @param code the service's code, such as {@code IMG.0027}; empty when it gave none
 * @param message the service's message, for people; never holds a secret
 */
public record Reason(Kind kind, String code, String message) {

  /**
   * What the engine decides by. A backend translates the service's codes into a kind; the engine
   * knows kinds, never codes.
   */
  public enum Kind {
    /** Too fast; the call had no effect. The engine slows down and repeats it. */
    THROTTLED,
    /** The call certainly had no effect, and may be repeated: connection refused, 503 in front. */
    UNAVAILABLE,
    /** The call may or may not have taken effect. The engine reads the members to find out. */
    LOST,
    /** Something on the images' side is wrong: not found, foreign, not shareable, busy. */
    INVALID_IMAGE,
    /** Something on the recipients' side is wrong: not found, other region, the owner itself. */
    INVALID_RECIPIENT,
    /** Something in the request is wrong, and nobody says which side. */
    INVALID,
    /** A limit of the image or of the account is reached. */
    QUOTA,
    /** The credentials were refused, after the backend's one renewal. The run stops. */
    UNAUTHENTICATED,
    /** This caller may not make this call at all. */
    FORBIDDEN,
    /** The backend cannot do this. */
    UNSUPPORTED,
    /** A bug, or an answer nobody can read. */
    INTERNAL,
    /** Given by the engine: the run stopped before this pair was sent. Asking again is safe. */
    NOT_SENT
  }

  /** Checks that all are there. */
  public Reason {
    requireNonNull(kind, "kind");
    requireNonNull(code, "code");
    requireNonNull(message, "message");
  }

  @Override
  public String toString() {
    return kind + (code.isEmpty() ? "" : " " + code) + (message.isEmpty() ? "" : ": " + message);
  }
}
