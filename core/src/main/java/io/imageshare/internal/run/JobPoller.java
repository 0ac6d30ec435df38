package io.imageshare.internal.run;

import static com.google.common.collect.Comparators.max;
import static com.google.common.collect.Comparators.min;
import static io.imageshare.internal.time.Durations.seconds;

import io.imageshare.Job;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.internal.poll.JobObservations;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.time.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When one job is polled, and for how long. Times are nanoseconds of the monotonic clock. */
final class JobPoller {
  /** Ten of them, the default, outlast an outage of a minute. */
  private static final PollPolicy.Intervals AFTER_ERRORS =
      new PollPolicy.Intervals(Duration.ofSeconds(1), 2, Duration.ofSeconds(12));

  private final PollPolicy policy;
  private final RandomGenerator random;
  private final JobObservations observations;
  private final long began;
  private final boolean fromTheStart;
  private int polls;
  private int errors;

  /**
   * @param began when the job was submitted
   * @param fromTheStart whether this process has watched it since
   */
  JobPoller(
      PollPolicy policy,
      PollSchedule schedule,
      RandomGenerator random,
      long began,
      boolean fromTheStart) {
    this.policy = policy;
    this.random = random;
    this.began = began;
    this.fromTheStart = fromTheStart;
    observations = new JobObservations(schedule);
  }

  /** Whether this process has watched the job since it was submitted. */
  boolean isFromTheStart() {
    return fromTheStart;
  }

  Duration age(long now) {
    return Duration.ofNanos(now - began);
  }

  /** How long to wait for the next poll, or for the time to ask {@link #isWorth}. */
  Duration next(long now, Duration atLeast) {
    Duration due =
        policy
            .intervals()
            .map(intervals -> jittered(intervals, polls))
            .orElseGet(() -> learned(now));
    polls++;
    Duration left = policy.patience().minus(age(now));
    return min(max(due, atLeast), max(left, Duration.ZERO));
  }

  private Duration learned(long now) {
    double age = seconds(age(now));
    return Duration.ofNanos((long) Math.ceil((observations.nextPoll(age) - age) * 1e9));
  }

  /** Give or take a tenth: many jobs submitted together are not polled together for ever. */
  private Duration jittered(PollPolicy.Intervals intervals, int poll) {
    double nanos = Backoff.nanos(intervals.first(), intervals.factor(), intervals.cap(), poll);
    return Duration.ofNanos((long) (nanos * (0.9 + 0.2 * random.nextDouble())));
  }

  /** Whether a poll is worth its call now. */
  boolean isWorth(long now) {
    return policy.intervals().isPresent()
        || isSpent(now)
        || observations.isWorthPolling(seconds(age(now)));
  }

  /** Whether the job was watched for as long as one is. */
  boolean isSpent(long now) {
    return age(now).compareTo(policy.patience()) >= 0;
  }

  /** A poll that was asked then was answered. */
  void polled(Job job, long at) {
    errors = 0;
    double asked = seconds(age(at));
    if (fromTheStart && !job.ended()) {
      observations.running(asked, job.progress());
    } else if (fromTheStart) {
      observations.ended(asked, lasted(job));
    }
  }

  private static double lasted(Job end) {
    return end.begin() == null || end.end() == null
        ? Double.NaN
        : seconds(Duration.between(end.begin(), end.end()));
  }

  /** The job is polled no more. */
  void expired() {
    observations.unwatched();
  }

  /**
   * A poll failed, whatever was wrong: that never ends the watch at once.
   *
   * @return how long to wait at least for the next; null: too many failed in a row
   */
  @Nullable Duration failed(Reason reason, Duration retryAfter) {
    if (reason.kind() == Reason.Kind.THROTTLED) {
      return retryAfter;
    }
    errors++;
    if (errors >= policy.errors()) {
      return null;
    }
    // The schedule says when a poll is worth its call, not when the service works again.
    return max(retryAfter, jittered(AFTER_ERRORS, errors - 1));
  }

  int errors() {
    return errors;
  }
}
