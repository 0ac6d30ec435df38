package io.imageshare;

import java.time.Duration;

/**
 * How a call that had no effect is repeated: exponential backoff with full jitter, the service's
 * own wait as a minimum, and one budget of repeats for all runs of a workflow. A call that was
 * refused as too fast does not wait by this: it goes again as soon as the rate that the workflow
 * has learned of the service lets it.
 *
 * @param attempts how often one call is made in all, at least 1; throttled ones are not counted
 * @param first the ceiling of the first wait; it doubles with each repeat
 * @param cap the highest ceiling
 * @param budget how many repeats a workflow may make in a row; every call that is answered gives a
 *     fifth of one back
 */
public record RetryPolicy(int attempts, Duration first, Duration cap, int budget) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + "; it must be at least 1");
    }
    if (first.isNegative() || first.isZero() || cap.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "backoff: " + first + " to " + cap + "; it must be positive and grow");
    }
    if (budget < 0) {
      throw new IllegalArgumentException("budget: " + budget + "; it must be at least 0");
    }
  }

  /**
   * 5 attempts, 1 s doubling to 20 s, a budget of 100. Five attempts with full jitter outlast a
   * fault of some 8 s on average, a restart behind a load balancer; the budget keeps an outage from
   * being met with a storm.
   *
   * @return the defaults
   */
  public static RetryPolicy defaults() {
    return new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(20), 100);
  }

  /**
   * The same with another number of attempts.
   *
   * @param attempts how often one call is made in all; 1 never repeats
   * @return a changed copy
   */
  public RetryPolicy attempts(int attempts) {
    return new RetryPolicy(attempts, first, cap, budget);
  }

  /**
   * The same with other waits.
   *
   * @param first the ceiling of the first wait
   * @param cap the highest ceiling
   * @return a changed copy
   */
  public RetryPolicy backoff(Duration first, Duration cap) {
    return new RetryPolicy(attempts, first, cap, budget);
  }

  /**
   * The same with another budget.
   *
   * @param budget how many repeats a workflow may make in a row
   * @return a changed copy
   */
  public RetryPolicy budget(int budget) {
    return new RetryPolicy(attempts, first, cap, budget);
  }
}
