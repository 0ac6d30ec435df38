package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The failure of a call to a backend: a {@link Reason}, and how long to wait before a repeat. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reason reason;

  /** The least time that the service asks to wait; zero if it does not ask. */
  private final Duration retryAfter;

  /**
   * A failure after which the service does not ask to wait.
   *
   * @param reason why the call failed
   */
  public BackendException(Reason reason) {
    this(reason, Duration.ZERO, null);
  }

  /**
   * A failure after which the service asks to wait.
   *
   * @param reason why the call failed
   * @param retryAfter the least time that the service asks to wait; zero if it does not ask
   * @throws IllegalArgumentException if {@code retryAfter} is negative
   */
  public BackendException(Reason reason, Duration retryAfter) {
    this(reason, retryAfter, null);
  }

  /**
   * A failure with its cause.
   *
   * @param reason why the call failed
   * @param retryAfter the least time that the service asks to wait; zero if it does not ask
   * @param cause the underlying exception, or null
   * @throws IllegalArgumentException if {@code retryAfter} is negative
   */
  public BackendException(Reason reason, Duration retryAfter, @Nullable Throwable cause) {
    super(reason.toString(), cause);
    this.reason = reason;
    this.retryAfter = requireNonNull(retryAfter, "retryAfter");
    checkArgument(!retryAfter.isNegative(), "retryAfter: %s is negative", retryAfter);
  }

  /** {@return why the call failed} */
  public Reason reason() {
    return reason;
  }

  /**
   * {@return the least time that the service asks to wait before the call is repeated; zero if it
   * does not ask}
   */
  public Duration retryAfter() {
    return retryAfter;
  }
}
