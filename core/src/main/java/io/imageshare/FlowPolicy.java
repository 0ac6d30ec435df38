package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.internal.time.Durations;
import java.time.Duration;

/**
 * The rate limit, the calls under way and the open jobs of a workflow. It covers all its runs and
 * every call: submits, polls, reads and repeats. With a {@link Pacer}, the rate and the open jobs
 * are those of all workflows on it together.
 *
 * <p>Where the service refuses calls as too many, the workflow learns the service's own limit from
 * when refusals begin and end. From then on all its runs stay just below that limit, and probe for
 * a higher one now and then. A refusal among calls that are taken is no evidence of a limit: it
 * holds back that call only.
 *
 * @param callsPerSecond the highest rate at which calls of any kind start, evenly spaced
 * @param concurrentCalls the most calls that may be unanswered at the same time
 * @param openJobs the most jobs that may be submitted and not ended at the same time
 * @param callTimeout how long a call may stay unanswered; then a submit counts as {@link
 *     Reason.Kind#LOST}, any other call as {@link Reason.Kind#UNAVAILABLE}
 */
public record FlowPolicy(
    double callsPerSecond, int concurrentCalls, int openJobs, Duration callTimeout) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public FlowPolicy {
    checkArgument(
        callsPerSecond > 0 && callsPerSecond < Double.POSITIVE_INFINITY,
        "callsPerSecond: %s; it must be positive",
        callsPerSecond);
    checkArgument(
        concurrentCalls >= 1 && openJobs >= 1,
        "concurrentCalls %s, openJobs %s: each must be at least 1",
        concurrentCalls,
        openJobs);
    Durations.positive("callTimeout", callTimeout);
  }

  /**
   * The defaults: 30 calls per second, 8 calls and 20 jobs at the same time, 150 s for an answer.
   * The gateway's documented limit is 200 calls per second, and 30 is below the largest limit that
   * is known of this vendor, 2,000 a minute; a sequential loop whose calls take 40 ms makes 25.
   * Where the service allows less, the workflow learns it. How many jobs the service runs at once
   * is not documented ({@code ims-api.md} section 4). 150 s is longer than the read timeout of 120
   * s of the vendor's own client.
   *
   * @return the policy
   */
  public static FlowPolicy defaults() {
    return new FlowPolicy(30, 8, 20, Duration.ofSeconds(150));
  }

  /**
   * {@return a copy with another rate}
   *
   * @param callsPerSecond the highest rate at which calls start
   */
  public FlowPolicy callsPerSecond(double callsPerSecond) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * {@return a copy with another limit of calls under way}
   *
   * @param concurrentCalls the most calls that may be unanswered at the same time
   */
  public FlowPolicy concurrentCalls(int concurrentCalls) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * {@return a copy with another limit of open jobs}
   *
   * @param openJobs the most jobs that may be open at the same time
   */
  public FlowPolicy openJobs(int openJobs) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * {@return a copy with another call timeout}
   *
   * @param callTimeout how long a call may stay unanswered
   */
  public FlowPolicy callTimeout(Duration callTimeout) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }
}
