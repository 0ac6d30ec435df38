package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.internal.time.Durations;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How jobs are polled: when, for how long, and how many failed polls in a row are tolerated.
 * Immutable; the methods with a parameter return a changed copy.
 */
public final class PollPolicy {
  /**
   * Polls at intervals that do not depend on how long jobs last. Each wait is varied at random by
   * up to a tenth, so that jobs submitted together are not always polled together.
   *
   * @param first the wait before the first poll
   * @param factor what each wait is multiplied by to give the next, at least 1
   * @param cap the longest wait
   */
  public record Intervals(Duration first, double factor, Duration cap) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a wait is not positive, or waits would shrink
     */
    public Intervals {
      Durations.positive("first", first);
      Durations.positive("cap", cap);
      checkArgument(
          cap.compareTo(first) >= 0 && factor >= 1,
          "poll: first %s, factor %s, cap %s; waits must not shrink",
          first,
          factor,
          cap);
    }
  }

  private record Terms(
      @Nullable Intervals intervals, @Nullable Duration pollCost, Duration patience, int errors) {
    Terms {
      Durations.positive("patience", patience);
      checkArgument(errors >= 1, "errors: %s; it must be at least 1", errors);
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
   * Polls adaptively, from observed job durations; the default of a workflow. All jobs of a
   * workflow share one schedule. It learns from the begin and end that the service reports, or else
   * from the polls that found jobs running and ended. It starts from the documented samples, which
   * last 0.6 to 2.4 s ({@code ims-api.md} section 2), and follows when jobs become longer or
   * shorter.
   *
   * <p>Each poll weighs its cost against the waiting it saves. The cost of a poll is small while
   * the rate limit lets every call start at once: half the time between two calls for each open
   * job. It is ten times as high at least while calls wait, and a fifth of either while a submit
   * waits for a job to end. {@link #pollCost(Duration)} fixes it.
   *
   * @return the policy, with a patience of 15 minutes, which is several hundred times the longest
   *     sample, and 10 errors, which outlast an outage of a minute
   */
  public static PollPolicy adaptive() {
    return of(null);
  }

  /**
   * {@return a policy that polls at a fixed interval, with a patience of 15 minutes and 10 errors}
   *
   * @param interval the time between polls
   * @throws IllegalArgumentException if the interval is not positive
   */
  public static PollPolicy fixed(Duration interval) {
    return backoff(interval, 1, interval);
  }

  /**
   * Polls at growing intervals.
   *
   * @param first the wait before the first poll
   * @param factor what each wait is multiplied by to give the next, at least 1
   * @param cap the longest wait
   * @return the policy, with a patience of 15 minutes and 10 errors
   * @throws IllegalArgumentException if a number is out of range
   */
  public static PollPolicy backoff(Duration first, double factor, Duration cap) {
    return of(new Intervals(first, factor, cap));
  }

  /**
   * {@return a copy with another patience}
   *
   * @param patience how long one job is polled; after one last poll, pairs that are still open are
   *     Unknown
   * @throws IllegalArgumentException if it is not positive
   */
  public PollPolicy patience(Duration patience) {
    return new PollPolicy(new Terms(terms.intervals, terms.pollCost, patience, terms.errors));
  }

  /**
   * {@return a copy with another number of errors}
   *
   * @param errors how many polls of one job may fail in a row before polling ends, 1 s after the
   *     first at least and up to 12 s after the later ones; throttled polls do not count
   * @throws IllegalArgumentException if it is less than 1
   */
  public PollPolicy errors(int errors) {
    return new PollPolicy(new Terms(terms.intervals, terms.pollCost, terms.patience, errors));
  }

  /**
   * {@return a copy with a fixed cost of a poll: at 1 s, one more poll is as bad as one more second
   * of waiting} A high cost gives few polls, a low cost short waits.
   *
   * @param pollCost the cost of one poll in seconds of waiting
   * @throws IllegalArgumentException if it is not positive
   * @throws IllegalStateException if this policy is not adaptive
   */
  public PollPolicy pollCost(Duration pollCost) {
    Durations.positive("pollCost", pollCost);
    if (terms.intervals != null) {
      throw new IllegalStateException(
          this + " has fixed intervals; only PollPolicy.adaptive() has a poll cost");
    }
    return new PollPolicy(new Terms(null, pollCost, terms.patience, terms.errors));
  }

  /** {@return how long one job is polled, from the submit to the last poll} */
  public Duration patience() {
    return terms.patience;
  }

  /** {@return how many polls of one job that fail in a row end its polling} */
  public int errors() {
    return terms.errors;
  }

  /** {@return the intervals between polls; empty if the policy is adaptive} */
  public Optional<Intervals> intervals() {
    return Optional.ofNullable(terms.intervals);
  }

  /**
   * {@return the fixed cost of one poll in seconds of waiting; empty if it follows from the calls
   * that a poll delays}
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
