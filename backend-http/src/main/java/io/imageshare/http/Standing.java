package io.imageshare.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key, a token, or of whoever gives them out: nothing yet, accepted, or refused.
 * Until it is accepted, one call at a time tries it; once it is refused, none does.
 */
final class Standing {
  private boolean accepted;
  private boolean tried;
  private @Nullable Reason refusal;
  private Instant until = Instant.MIN;

  /**
   * Begins a call; waits while another one tries what nobody has accepted yet, at most for the time
   * limit of a request. Each call that began is followed by {@link #end}.
   *
   * @return whether it may be sent: it was not refused meanwhile
   * @throws BackendException if its time is over
   */
  synchronized boolean begin(Transport transport) {
    Instant now = transport.clock().instant();
    long end = transport.ticker().read() + transport.timeout().toNanos();
    long left = transport.timeout().toNanos();
    try {
      while (left > 0 && tried && !accepted && !isRefused(now)) {
        NANOSECONDS.timedWait(this, left);
        left = end - transport.ticker().read();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NetworkErrors.closed(false);
    }
    if (isRefused(now)) {
      return false;
    }
    if (left <= 0) {
      throw ErrorTranslation.exception(
          Reason.Kind.UNAVAILABLE,
          "not sent: other calls tried these credentials, one at a time, and had no answer in time");
    }
    tried = true;
    return true;
  }

  /**
   * Ends a call.
   *
   * @param answered whether what it was made with was accepted; not, if it was refused or nobody
   *     answered
   */
  synchronized void end(boolean answered, Instant now) {
    accepted |= answered && !isRefused(now);
    tried = false;
    notifyAll();
  }

  /** Remembers a refusal until then, unless there is one already. */
  synchronized void refuse(Reason reason, Instant end, Instant now) {
    if (!isRefused(now)) {
      refusal = reason;
      until = end;
      accepted = false;
    }
    notifyAll();
  }

  synchronized boolean isRefused(Instant now) {
    return now.isBefore(until);
  }

  /** The last refusal; a new exception for each call, as calls share no stack trace. */
  synchronized BackendException refusal() {
    Reason reason = refusal;
    if (reason == null) {
      throw new IllegalStateException("not refused");
    }
    return new BackendException(reason, Duration.ZERO);
  }
}
