package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

import io.imageshare.internal.time.Durations;
import java.time.Duration;

/**
 * How fast and how much at once, at most. It holds over all runs of a workflow and for every call,
 * whatever retries, looks and surveys want. Where the service says that calls come too fast, a
 * workflow learns from when its refusals begin and end how many it takes and over which time, and
 * from then on keeps just below that, in all its runs; now and then it tries a little more.
 *
 * @param callsPerSecond calls of any kind that may start in a second, evenly spaced
 * @param concurrentCalls calls that may be unanswered at once
 * @param openJobs jobs that may be submitted and not ended at once
 * @param callTimeout how long a call may stay unanswered; then a write counts as lost, a read as
 *     unavailable
 */
public record FlowPolicy(
    double callsPerSecond, int concurrentCalls, int openJobs, Duration callTimeout) {

  /**
   * Checks the numbers.
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
   * 10 calls a second, 8 at once, 20 open jobs, 150 s for an answer. The gateway's documented
   * default is 200 calls a second, real ones are reported far lower, and how many tasks the service
   * runs at once is not documented ({@code ims-api.md} section 4): these keep well below all that
   * is known. 150 s is above the 120 s after which the vendor's own client gives up reading.
   *
   * @return the defaults
   */
  public static FlowPolicy defaults() {
    return new FlowPolicy(10, 8, 20, Duration.ofSeconds(150));
  }

  /**
   * The same with another rate.
   *
   * @param callsPerSecond calls that may start in a second
   * @return a changed copy
   */
  public FlowPolicy callsPerSecond(double callsPerSecond) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * The same with another number of calls at once.
   *
   * @param concurrentCalls calls that may be unanswered at once
   * @return a changed copy
   */
  public FlowPolicy concurrentCalls(int concurrentCalls) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * The same with another number of open jobs.
   *
   * @param openJobs jobs that may be open at once
   * @return a changed copy
   */
  public FlowPolicy openJobs(int openJobs) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }

  /**
   * The same with another time limit for a call.
   *
   * @param callTimeout how long a call may stay unanswered
   * @return a changed copy
   */
  public FlowPolicy callTimeout(Duration callTimeout) {
    return new FlowPolicy(callsPerSecond, concurrentCalls, openJobs, callTimeout);
  }
}
