package io.imageshare.memory;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.Recipient;
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
 * @param told the pairs the results call done
 * @param flaws what is wrong with each pair, or null
 * @param failure why the job FAILs, or null: it SUCCEEDs
 */
record Ending(BitSet done, BitSet told, List<@Nullable Flaw> flaws, @Nullable Reason failure) {

  static Ending of(SimulatedJob.Plan plan, List<@Nullable Flaw> flaws, Unknowns unknowns) {
    Flaw first = flaws.stream().filter(Objects::nonNull).findFirst().orElse(null);
    BitSet done = new BitSet(flaws.size());
    if (first == null || unknowns.checks() != Checks.IN_JOB_ALL_OR_NOTHING) {
      for (int pair = 0; pair < flaws.size(); pair++) {
        done.set(pair, flaws.get(pair) == null);
      }
    }
    BitSet told = (BitSet) done.clone();
    done.andNot(plan.spoiled());
    if (plan.fate() instanceof Fault.PartialFail) {
      return new Ending(done, done, flaws, generic(plan));
    }
    boolean fails = unknowns.partial() == Partial.FAIL_IF_ANY || told.isEmpty();
    Reason failure = first != null && fails ? first.in(plan.naming()) : null;
    return new Ending(done, told, flaws, failure);
  }

  private static Reason generic(SimulatedJob.Plan plan) {
    return Flaw.generic(plan.work().action()).in(plan.naming());
  }

  Job look(SimulatedJob.Plan plan, Instant end) {
    Job job =
        failure == null ? Job.succeeded(plan.id()).progress(1) : Job.failed(plan.id(), failure);
    return job.type(plan.work().jobType()).begin(plan.begin()).end(end).results(results(plan));
  }

  private List<Job.Result> results(SimulatedJob.Plan plan) {
    return switch (plan.detail()) {
      case ABSENT -> List.of();
      case WITHOUT_RECIPIENT -> plan.work().isTold() ? perImage(plan) : List.of();
      case PER_PAIR -> perPair(plan);
    };
  }

  private List<Job.Result> perImage(SimulatedJob.Plan plan) {
    int recipients = plan.work().recipients().size();
    List<Job.Result> results = new ArrayList<>();
    for (String image : plan.work().images()) {
      int from = results.size() * recipients;
      boolean all = told.nextClearBit(from) >= from + recipients;
      results.add(new Job.Result(image, null, all, null));
    }
    return results;
  }

  private List<Job.Result> perPair(SimulatedJob.Plan plan) {
    List<Job.Result> results = new ArrayList<>(flaws.size());
    for (String image : plan.work().images()) {
      for (Recipient recipient : plan.work().recipients()) {
        int pair = results.size();
        boolean succeeded = told.get(pair);
        results.add(
            new Job.Result(image, recipient, succeeded, succeeded ? null : why(plan, pair)));
      }
    }
    return results;
  }

  private Reason why(SimulatedJob.Plan plan, int pair) {
    Flaw flaw = flaws.get(pair);
    return flaw == null ? generic(plan) : flaw.in(plan.naming());
  }
}
