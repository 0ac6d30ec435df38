package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How jobs are watched: when a look is due, for how long, and how many failed looks in a row are
 * borne. A value: each of its methods that changes something returns a changed copy.
 */
public final class PollPolicy {
  /**
   * Polls at times that do not depend on how long jobs last. Each wait is varied by up to a tenth,
   * so that jobs submitted together are not polled together for ever.
   *
   * @param first the wait before the first poll
   * @param factor what each wait is multiplied by to give the next, at least 1
   * @param cap the longest wait
   */
  public record Intervals(Duration first, double factor, Duration cap) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a wait is not positive, or waits would shrink
     */
    public Intervals {
      if (first.isNegative() || first.isZero() || cap.compareTo(first) < 0 || !(factor >= 1)) {
        throw new IllegalArgumentException(
            "poll: first %s, factor %s, cap %s; waits must be positive and must not shrink"
                .formatted(first, factor, cap));
      }
    }
  }

  private record Terms(
      @Nullable Intervals intervals, @Nullable Duration pollCost, Duration patience, int errors) {
    Terms {
      positive("patience", patience);
      if (errors < 1) {
        throw new IllegalArgumentException("errors: " + errors + "; it must be at least 1");
      }
    }
  }

  private final Terms terms;

  private PollPolicy(Terms terms) {
    this.terms = terms;
  }

  private static PollPolicy of(@Nullable Intervals intervals) {
    return new PollPolicy(new Terms(intervals, null, Duration.ofMinutes(15), 10));
  }

  /**
   * PollTimes where they are worth most, a workflow's default. One schedule for all jobs of a
   * workflow learns how long jobs last: from what the service tells of begin and end, else from the
   * looks that found them running and ended. It begins with the documented samples, which last 0.6
   * to 2.4 s ({@code ims-api.md} section 2), and follows when jobs begin to take longer or shorter.
   *
   * <p>What a look is worth follows from what it displaces: next to nothing while calls pass the
   * gate at once, and while calls queue there, what the queue makes jobs wait. {@link
   * #pollCost(Duration)} pins it.
   *
   * @return the policy, with a patience of 15 minutes, several hundred times the longest sample,
   *     and 10 errors
   */
  public static PollPolicy adaptive() {
    return of(null);
  }

  /**
   * A look every so often.
   *
   * @param interval the time between looks
   * @return the policy, with a patience of 15 minutes and 10 errors
   * @throws IllegalArgumentException if the interval is not positive
   */
  public static PollPolicy fixed(Duration interval) {
    return backoff(interval, 1, interval);
  }

  /**
   * PollTimes that grow rarer, whatever jobs do.
   *
   * @param first the wait before the first look
   * @param factor what each wait is multiplied by to give the next, at least 1
   * @param cap the longest wait
   * @return the policy, with a patience of 15 minutes and 10 errors
   * @throws IllegalArgumentException if a number is out of range
   */
  public static PollPolicy backoff(Duration first, double factor, Duration cap) {
    return of(new Intervals(first, factor, cap));
  }

  /**
   * The same with another patience.
   *
   * @param patience how long one job is watched; then comes one last look, and what is still open
   *     is Unknown
   * @return a changed copy
   * @throws IllegalArgumentException if it is not positive
   */
  public PollPolicy patience(Duration patience) {
    return new PollPolicy(new Terms(terms.intervals, terms.pollCost, patience, terms.errors));
  }

  /**
   * The same with another number of errors.
   *
   * @param errors how many looks at one job may fail in a row before it is no longer watched;
   *     throttled ones are not counted
   * @return a changed copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public PollPolicy errors(int errors) {
    return new PollPolicy(new Terms(terms.intervals, terms.pollCost, terms.patience, errors));
  }

  /**
   * The same with a pinned price: at 1 s, one look more is taken to be as bad as a second more of
   * waiting. A high price makes few looks, a low one short waits.
   *
   * @param pollCost what one look is worth in seconds of waiting
   * @return a changed copy
   * @throws IllegalArgumentException if it is not positive
   * @throws IllegalStateException if this policy is not adaptive, and so has no use for a price
   */
  public PollPolicy pollCost(Duration pollCost) {
    positive("pollCost", pollCost);
    if (terms.intervals != null) {
      throw new IllegalStateException(
          this + " looks at fixed times; only PollPolicy.adaptive() weighs looks against waiting");
    }
    return new PollPolicy(new Terms(null, pollCost, terms.patience, terms.errors));
  }

  private static void positive(String name, Duration duration) {
    if (requireNonNull(duration, name).isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + ": " + duration + "; it must be positive");
    }
  }

  /**
   * How long one job is watched.
   *
   * @return the time from submit to the last look
   */
  public Duration patience() {
    return terms.patience;
  }

  /**
   * How many looks at one job may fail in a row.
   *
   * @return the number at which it is no longer watched
   */
  public int errors() {
    return terms.errors;
  }

  /**
   * When polls are due.
   *
   * @return the intervals; empty where the times are learned
   */
  public Optional<Intervals> intervals() {
    return Optional.ofNullable(terms.intervals);
  }

  /**
   * What one poll is worth in seconds of waiting.
   *
   * @return the cost; empty where it follows from the calls that a poll displaces
   */
  public Optional<Duration> pollCost() {
    return Optional.ofNullable(terms.pollCost);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PollPolicy policy && policy.terms.equals(terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  @Override
  public String toString() {
    Intervals intervals = terms.intervals;
    String polls =
        intervals == null
            ? "adaptive" + (terms.pollCost == null ? "" : ", poll cost " + terms.pollCost)
            : "first %s, factor %s, cap %s"
                .formatted(intervals.first, intervals.factor, intervals.cap);
    return "PollPolicy[%s, patience %s, errors %d]".formatted(polls, terms.patience, terms.errors);
  }
}
