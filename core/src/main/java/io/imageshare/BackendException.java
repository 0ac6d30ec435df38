package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a backend says that a call went wrong: a {@link Reason}, and how long to wait. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reason reason;

  /** The least time the service asks to wait; zero: it asks nothing. */
  private final Duration retryAfter;

  /**
   * A failure without a wait asked for.
   *
   * @param reason why the call went wrong
   */
  public BackendException(Reason reason) {
    this(reason, Duration.ZERO, null);
  }

  /**
   * A failure.
   *
   * @param reason why the call went wrong
   * @param retryAfter the least time the service asks to wait; zero: it asks nothing
   * @throws IllegalArgumentException if {@code retryAfter} is negative
   */
  public BackendException(Reason reason, Duration retryAfter) {
    this(reason, retryAfter, null);
  }

  /**
   * A failure with the exception behind it.
   *
   * @param reason why the call went wrong
   * @param retryAfter the least time the service asks to wait; zero: it asks nothing
   * @param cause the exception behind it, or null
   * @throws IllegalArgumentException if {@code retryAfter} is negative
   */
  public BackendException(Reason reason, Duration retryAfter, @Nullable Throwable cause) {
    super(reason.toString(), cause);
    this.reason = reason;
    this.retryAfter = requireNonNull(retryAfter, "retryAfter");
    if (retryAfter.isNegative()) {
      throw new IllegalArgumentException("retryAfter: " + retryAfter + " is negative");
    }
  }

  /**
   * Why the call went wrong.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The least time the service asks to wait before the call is made again.
   *
   * @return the time; zero when it asked nothing
   */
  public Duration retryAfter() {
    return retryAfter;
  }
}
