package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.internal.time.Durations;
import java.time.Duration;

/**
 * How calls that had no effect are repeated: exponential backoff with full jitter, no shorter than
 * the service asks, and one budget of repeats for all runs of a workflow. Calls that exceeded a
 * rate limit of the service are not covered: they are repeated after the wait that the service asks
 * for, or once a later call of their kind was taken, as soon as the learned rate permits.
 *
 * @param attempts how often a call is made in all, at least 1; throttled attempts do not count
 * @param first the upper bound of the first wait; it doubles with each repeat
 * @param cap the highest upper bound
 * @param budget how many repeats a workflow may make in a row; every successful call adds a fifth
 *     of a repeat, up to this number. Once it is spent, the service is taken to be away: a call
 *     that would be repeated fails instead, after the last and longest wait
 * @param maxRetryAfter the longest wait that is believed when the service asks for one; a longer
 *     one is cut to this, and logged as a warning
 */
public record RetryPolicy(
    int attempts, Duration first, Duration cap, int budget, Duration maxRetryAfter) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RetryPolicy {
    checkArgument(attempts >= 1, "attempts: %s; it must be at least 1", attempts);
    Durations.positive("first", first);
    Durations.positive("cap", cap);
    checkArgument(cap.compareTo(first) >= 0, "backoff: %s to %s; it must grow", first, cap);
    checkArgument(budget >= 0, "budget: %s; it must be at least 0", budget);
    Durations.positive("maxRetryAfter", maxRetryAfter);
  }

  /**
   * The defaults: 5 attempts, waits of 1 s doubling to 20 s, a budget of 100, waits of up to 5
   * minutes where the service asks. Five attempts with full jitter outlast a fault of about 8 s on
   * average, such as a restart behind a load balancer; the budget prevents a storm of repeats
   * during an outage; and five minutes is the longest that the service is known to lock anything
   * ({@code ims-api.md} section 3.4), so that a longer wait is rather a wrong number in a header.
   *
   * @return the policy
   */
  public static RetryPolicy defaults() {
    return new RetryPolicy(
        5, Duration.ofSeconds(1), Duration.ofSeconds(20), 100, Duration.ofMinutes(5));
  }

  /**
   * {@return a copy with another number of attempts}
   *
   * @param attempts how often a call is made in all; 1 for no repeats
   */
  public RetryPolicy attempts(int attempts) {
    return new RetryPolicy(attempts, first, cap, budget, maxRetryAfter);
  }

  /**
   * {@return a copy with other waits}
   *
   * @param first the upper bound of the first wait
   * @param cap the highest upper bound
   */
  public RetryPolicy backoff(Duration first, Duration cap) {
    return new RetryPolicy(attempts, first, cap, budget, maxRetryAfter);
  }

  /**
   * {@return a copy with another budget}
   *
   * @param budget how many repeats a workflow may make in a row
   */
  public RetryPolicy budget(int budget) {
    return new RetryPolicy(attempts, first, cap, budget, maxRetryAfter);
  }

  /**
   * {@return a copy that believes other waits}
   *
   * @param maxRetryAfter the longest wait that is believed when the service asks for one
   */
  public RetryPolicy maxRetryAfter(Duration maxRetryAfter) {
    return new RetryPolicy(attempts, first, cap, budget, maxRetryAfter);
  }
}
