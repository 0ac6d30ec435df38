package io.imageshare.memory.internal.cloud;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.memory.Fault;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.Unknowns.Checks;
import io.imageshare.memory.Unknowns.Partial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a job ends.
 *
 * @param done the pairs that are done, in the order of images and then of recipients
 * @param reported the pairs that the results call done
 * @param rejections why each pair is not done, or null
 * @param failure why the job FAILs, or null: it SUCCEEDs
 */
record JobEnd(
    BitSet done, BitSet reported, List<@Nullable Rejection> rejections, @Nullable Reason failure) {

  static JobEnd of(
      SimulatedJob.Plan plan, List<@Nullable Rejection> rejections, Unknowns unknowns) {
    Rejection first = rejections.stream().filter(Objects::nonNull).findFirst().orElse(null);
    BitSet done = new BitSet(rejections.size());
    if (first == null || unknowns.checks() != Checks.IN_JOB_ALL_OR_NOTHING) {
      for (int pair = 0; pair < rejections.size(); pair++) {
        done.set(pair, rejections.get(pair) == null);
      }
    }
    BitSet reported = (BitSet) done.clone();
    done.andNot(plan.undone());
    if (plan.jobFault() instanceof Fault.PartialFail) {
      return new JobEnd(done, done, rejections, failedPair(plan));
    }
    boolean fails = unknowns.partial() == Partial.FAIL_IF_ANY || reported.isEmpty();
    Reason failure = first != null && fails ? first.reason(plan.naming()) : null;
    return new JobEnd(done, reported, rejections, failure);
  }

  private static Reason failedPair(SimulatedJob.Plan plan) {
    return Rejection.failedPair(plan.operation().action()).reason(plan.naming());
  }

  Job job(SimulatedJob.Plan plan, Instant end) {
    Job job =
        failure == null ? Job.succeeded(plan.id()).progress(1) : Job.failed(plan.id(), failure);
    return job.type(plan.operation().jobType()).begin(plan.begin()).end(end).results(results(plan));
  }

  private List<Job.Result> results(SimulatedJob.Plan plan) {
    return switch (plan.detail()) {
      case ABSENT -> List.of();
      case WITHOUT_RECIPIENT -> plan.operation().reportsImages() ? perImage(plan) : List.of();
      case PER_PAIR -> perPair(plan);
    };
  }

  private List<Job.Result> perImage(SimulatedJob.Plan plan) {
    int recipients = plan.operation().recipients().size();
    List<Job.Result> results = new ArrayList<>();
    for (String image : plan.operation().images()) {
      int from = results.size() * recipients;
      boolean all = reported.nextClearBit(from) >= from + recipients;
      results.add(new Job.Result(image, null, all, null));
    }
    return results;
  }

  private List<Job.Result> perPair(SimulatedJob.Plan plan) {
    List<Job.Result> results = new ArrayList<>(rejections.size());
    for (String image : plan.operation().images()) {
      for (Recipient recipient : plan.operation().recipients()) {
        int pair = results.size();
        boolean succeeded = reported.get(pair);
        results.add(
            new Job.Result(image, recipient, succeeded, succeeded ? null : reason(plan, pair)));
      }
    }
    return results;
  }

  private Reason reason(SimulatedJob.Plan plan, int pair) {
    Rejection rejection = rejections.get(pair);
    return rejection == null ? failedPair(plan) : rejection.reason(plan.naming());
  }
}
