package io.imageshare;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.table.Visible;

/**
 * Why a call, a job or a pair failed: the kind, which the engine decides by, and the service's own
 * code and message.
 *
 * @param kind what the engine decides by
 * @param code the service's code, such as {@code IMG.0027}; empty if there is none
 * @param message the service's message, for people; never holds a secret
 */
public record Reason(Kind kind, String code, String message) {

  /**
   * What the engine decides by. A backend translates the service's codes into a kind; the engine
   * knows kinds, never codes.
   */
  public enum Kind {
    /** A rate limit was exceeded; the call had no effect. The engine slows down and repeats it. */
    THROTTLED,
    /** The call certainly had no effect, such as a refused connection. The engine repeats it. */
    UNAVAILABLE,
    /** The call may or may not have taken effect. The engine reads the members to find out. */
    LOST,
    /** An image of the request is wrong: not found, foreign, not shareable, busy. */
    INVALID_IMAGE,
    /** A recipient of the request is wrong: not found, in another region, the owner itself. */
    INVALID_RECIPIENT,
    /** An image or a recipient of the request is wrong, and the service does not say which. */
    INVALID,
    /** A limit of the image or of the account is reached. */
    QUOTA,
    /** The credentials were refused, after the backend's one renewal. The run stops. */
    UNAUTHENTICATED,
    /** The caller has no right to make this call. */
    FORBIDDEN,
    /** The backend or the service does not support this call. */
    UNSUPPORTED,
    /** A bug, or an answer that cannot be read. */
    INTERNAL,
    /** Set by the engine: the run ended before this pair was sent. Asking again is safe. */
    NOT_SENT
  }

  /** Checks that no part is null. */
  public Reason {
    requireNonNull(kind, "kind");
    requireNonNull(code, "code");
    requireNonNull(message, "message");
  }

  /**
   * Kind, code and message for terminals and logs: reports, events and exceptions show a reason
   * like this. Control and format characters and separators of lines are escaped, a line feed as
   * {@code \n}, as the service could move the cursor or forge lines with them.
   */
  @Override
  public String toString() {
    return Visible.of(
        kind + (code.isEmpty() ? "" : " " + code) + (message.isEmpty() ? "" : ": " + message));
  }
}
