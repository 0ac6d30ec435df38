package io.imageshare.memory.internal.cloud;

import io.imageshare.Job;
import io.imageshare.memory.Fault;
import io.imageshare.memory.Unknowns.Detail;
import io.imageshare.memory.Unknowns.Naming;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One job, from INIT through RUNNING to its end. Everything random is drawn when it begins. */
final class SimulatedJob {
  private static final Duration LONGEST_INIT = Duration.ofMillis(300);

  private final Plan plan;
  private final Instant running;
  private final Instant end;
  private @Nullable Job last;

  /**
   * What is fixed when a job begins.
   *
   * @param jobFault the fault that decides how it runs and ends, or null
   * @param undone the pairs that fault leaves undone, in the order of images and then of recipients
   * @param faults every fault that struck it
   */
  record Plan(
      String id,
      Operation operation,
      Instant begin,
      Duration duration,
      Naming naming,
      Detail detail,
      Duration listLag,
      @Nullable Fault jobFault,
      BitSet undone,
      List<Fault> faults) {}

  SimulatedJob(Plan plan) {
    this.plan = plan;
    Duration half = plan.duration().dividedBy(2);
    running = plan.begin().plus(half.compareTo(LONGEST_INIT) < 0 ? half : LONGEST_INIT);
    end = plan.begin().plus(plan.duration());
  }

  Plan plan() {
    return plan;
  }

  Instant end() {
    return end;
  }

  boolean ends() {
    return !(plan.jobFault() instanceof Fault.StuckJob);
  }

  void finish(Job last) {
    this.last = last;
  }

  Job poll(Instant now) {
    if (last != null) {
      return last;
    }
    boolean init = now.isBefore(running);
    Job.Status status = init ? Job.Status.INIT : Job.Status.RUNNING;
    double progress = init ? 0 : progress(now);
    return new Job(
        plan.id(),
        plan.operation().jobType(),
        status,
        plan.begin(),
        null,
        progress,
        null,
        List.of());
  }

  private double progress(Instant now) {
    double part =
        (double) Duration.between(running, now).toNanos()
            / Math.max(1, Duration.between(running, end).toNanos());
    // A stuck job outlasts its duration, and only the end counts as 1.
    return Math.min(.99, part);
  }
}
