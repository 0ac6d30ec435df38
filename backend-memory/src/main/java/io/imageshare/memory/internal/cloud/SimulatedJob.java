package io.imageshare.memory;

import io.imageshare.Job;
import io.imageshare.memory.Unknowns.Detail;
import io.imageshare.memory.Unknowns.Naming;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One job on its way through INIT and RUNNING to its end. All of its chances are drawn before. */
final class SimulatedJob {
  private static final Duration LONGEST_INIT = Duration.ofMillis(300);

  private final Plan plan;
  private final Instant running;
  private final Instant end;
  private @Nullable Job last;

  /**
   * What is settled when a job begins.
   *
   * @param spoiled the pairs a fault leaves undone, in the order of images and then of recipients
   * @param faults what struck it
   */
  record Plan(
      String id,
      Work work,
      Instant begin,
      Duration takes,
      Naming naming,
      Detail detail,
      Duration listLag,
      @Nullable Fault fate,
      BitSet spoiled,
      List<Fault> faults) {}

  SimulatedJob(Plan plan) {
    this.plan = plan;
    Duration half = plan.takes().dividedBy(2);
    running = plan.begin().plus(half.compareTo(LONGEST_INIT) < 0 ? half : LONGEST_INIT);
    end = plan.begin().plus(plan.takes());
  }

  Plan plan() {
    return plan;
  }

  Instant end() {
    return end;
  }

  boolean ends() {
    return !(plan.fate() instanceof Fault.StuckJob);
  }

  void ended(Job last) {
    this.last = last;
  }

  Job look(Instant now) {
    if (last != null) {
      return last;
    }
    boolean init = now.isBefore(running);
    Job.Status status = init ? Job.Status.INIT : Job.Status.RUNNING;
    double progress = init ? 0 : progress(now);
    return new Job(
        plan.id(), plan.work().jobType(), status, plan.begin(), null, progress, null, List.of());
  }

  private double progress(Instant now) {
    double part =
        (double) Duration.between(running, now).toNanos()
            / Math.max(1, Duration.between(running, end).toNanos());
    // A stuck job goes past its time, and only the end is a whole.
    return Math.min(.99, part);
  }
}
