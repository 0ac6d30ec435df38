package io.imageshare;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How jobs are watched: when a look is due, for how long, and how many failed looks in a row are
 * borne.
 *
 * @param first the wait before the first look
 * @param factor what each wait is multiplied by to give the next, at least 1
 * @param cap the longest wait
 * @param patience how long one job is watched; then comes one last look, and what is still open is
 *     Unknown
 * @param errors how many looks at one job may fail in a row before it is no longer watched;
 *     throttled ones are not counted
 */
public record PollPolicy(
    Duration first, double factor, Duration cap, Duration patience, int errors) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public PollPolicy {
    if (first.isNegative() || first.isZero() || cap.compareTo(first) < 0 || !(factor >= 1)) {
      throw new IllegalArgumentException(
          "poll: first %s, factor %s, cap %s; waits must be positive and must not shrink"
              .formatted(first, factor, cap));
    }
    if (patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("patience: " + patience + "; it must be positive");
    }
    if (errors < 1) {
      throw new IllegalArgumentException("errors: " + errors + "; it must be at least 1");
    }
  }

  /**
   * A look every so often.
   *
   * @param interval the time between looks
   * @return the policy, with a patience of 15 minutes and 10 errors
   */
  public static PollPolicy fixed(Duration interval) {
    return backoff(interval, 1, interval);
  }

  /**
   * Looks that grow rarer. {@code backoff(1 s, 1.5, 10 s)} is a workflow's default: the documented
   * samples of jobs last 0.6 to 2.4 s ({@code ims-api.md} section 2), so the first two looks find
   * most ends, and a long job costs six looks a minute.
   *
   * @param first the wait before the first look
   * @param factor what each wait is multiplied by to give the next
   * @param cap the longest wait
   * @return the policy, with a patience of 15 minutes, several hundred times the longest sample,
   *     and 10 errors
   */
  public static PollPolicy backoff(Duration first, double factor, Duration cap) {
    return new PollPolicy(first, factor, cap, Duration.ofMinutes(15), 10);
  }

  /**
   * The same with another patience.
   *
   * @param patience how long one job is watched
   * @return a changed copy
   */
  public PollPolicy patience(Duration patience) {
    return new PollPolicy(first, factor, cap, patience, errors);
  }

  /**
   * The same with another number of errors.
   *
   * @param errors how many looks at one job may fail in a row
   * @return a changed copy
   */
  public PollPolicy errors(int errors) {
    return new PollPolicy(first, factor, cap, patience, errors);
  }

  /**
   * The wait before look number {@code look}, counted from 0, give or take a tenth: many jobs
   * submitted together are not looked at together for ever.
   */
  Duration delay(int look, RandomGenerator random) {
    double nanos = Math.min((double) cap.toNanos(), first.toNanos() * Math.pow(factor, look));
    return Duration.ofNanos((long) (nanos * (0.9 + 0.2 * random.nextDouble())));
  }
}
