package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whole runs through all faults mixed, each from one seed, held against the cloud's own state. A
 * seed that fails names itself; {@code -Dimageshare.seed=N} replays it alone, {@code
 * -Dimageshare.seeds=N} tries that many.
 */
class ChaosTest {

  @Test
  void theReportIsTrueForEveryPairThroughAllFaults() {
    String one = System.getProperty("imageshare.seed", "");
    LongStream seeds =
        one.isEmpty()
            ? LongStream.range(0, Long.getLong("imageshare.seeds", 2000))
            : LongStream.of(Long.parseLong(one));
    seeds.forEach(ChaosTest::check);
  }

  private static void check(long seed) {
    ChaosScenario scenario = new ChaosScenario(seed);
    try {
      new ChaosTest.Truth(scenario, scenario.run()).check();
    } catch (Throwable e) {
      fail("seed " + seed + " (-Dimageshare.seed=" + seed + " replays it): " + e, e);
    }
  }

  /** A report held against the cloud. */
  private record Truth(ChaosScenario scenario, ShareReport report) {

    void check() {
      checkOutcomes();
      checkWritesAfterLoss();
      checkFlow();
      checkOpenJobs();
    }

    private void checkOutcomes() {
      Set<Member> there = scenario.cloud.members();
      boolean share = scenario.request.action() == Action.SHARE;
      Set<Member> seen = new HashSet<>();
      List<Outcome> outcomes = report.outcomes().toList();
      for (Outcome outcome : outcomes) {
        Member member = outcome.member();
        assertTrue(seen.add(member), "two outcomes for " + member);
        boolean asAsked = there.contains(member) == share;
        if (outcome instanceof Outcome.Done) {
          assertTrue(asAsked, "not true: " + outcome);
        } else if (outcome instanceof Outcome.Failed failed) {
          assertTrue(!asAsked || isNotSent(failed), "not true: " + outcome);
          assertTrue(isBad(member) || isNotSent(failed), "no bad id: " + outcome);
        } else if (outcome instanceof Outcome.Unknown unknown) {
          assertTrue(mayBeUnknown(unknown), "should be known: " + outcome);
        }
      }
      assertEquals(scenario.request.pairs(), outcomes.size());
    }

    private boolean isNotSent(Outcome.Failed failed) {
      return scenario.cutShort && failed.reason().kind() == Reason.Kind.NOT_SENT;
    }

    private boolean isBad(Member member) {
      return scenario.badImages.contains(member.image())
          || scenario.badProjects.contains(member.recipient().id());
    }

    private boolean mayBeUnknown(Outcome.Unknown unknown) {
      Member member = unknown.member();
      return scenario.cutShort
          || (!scenario.lists() && touched(member, Fault.LostAnswer.class))
          || (!scenario.lists() && touched(member, Fault.LostRequest.class))
          || touched(member, Fault.StuckJob.class)
          || touched(member, Fault.NeverAnswered.class)
          || lastingLag(member);
    }

    private boolean touched(Member member, Class<? extends Fault> fault) {
      Set<String> jobs = new HashSet<>();
      for (Call call : scenario.cloud.calls()) {
        boolean struck = call.faults().stream().anyMatch(fault::isInstance);
        if (holds(call.slice(), member)) {
          jobs.add(call.job());
          if (struck) {
            return true;
          }
        } else if (struck && (call.id().equals(member.image()) || jobs.contains(call.id()))) {
          return true;
        }
      }
      return false;
    }

    /**
     * A pair whose image is never listed truly is asked for until the end; and a bad id that goes
     * along is never refused if its job does the rest and says no more than that it ended well.
     */
    private boolean lastingLag(Member member) {
      return scenario.cloud.calls().stream()
          .filter(call -> isBad(member) || names(call.slice(), member.image()))
          .flatMap(call -> call.faults().stream())
          .anyMatch(
              fault ->
                  fault instanceof Fault.ListLag lag
                      && lag.lag().compareTo(Duration.ofDays(1)) > 0);
    }

    private static boolean names(@Nullable ShareRequest slice, String image) {
      return slice != null && slice.images().contains(image);
    }

    private static boolean holds(@Nullable ShareRequest slice, Member member) {
      return slice != null
          && names(slice, member.image())
          && slice.recipients().contains(member.recipient());
    }

    /** No pair is sent again after a lost answer unless its image was read in between. */
    private void checkWritesAfterLoss() {
      List<Call> calls = scenario.cloud.calls();
      for (Call lost : scenario.lost()) {
        Instant known =
            lost.answered() != null
                ? lost.answered()
                : lost.begun().plus(scenario.flow.callTimeout());
        for (Call later : calls.subList(calls.indexOf(lost) + 1, calls.size())) {
          if (later.slice() != null) {
            checkReadBetween(lost, known, later, later.slice());
          }
        }
      }
    }

    private void checkReadBetween(Call lost, Instant known, Call later, ShareRequest again) {
      ShareRequest slice = requireNonNull(lost.slice());
      if (again.recipients().stream().noneMatch(slice.recipients()::contains)) {
        return;
      }
      for (String image : again.images()) {
        if (slice.images().contains(image)) {
          assertTrue(
              scenario.cloud.calls().stream()
                  .anyMatch(
                      call ->
                          call.kind() == Call.Kind.MEMBERS
                              && call.id().equals(image)
                              && !call.begun().isBefore(known)
                              && call.answered() != null
                              && call.reason() == null
                              && !call.answered().isAfter(later.begun())),
              image + " was sent again after a lost answer without a reading");
        }
      }
    }

    private void checkFlow() {
      List<Call> calls = scenario.cloud.calls();
      long interval = (long) (1e9 / scenario.flow.callsPerSecond());
      List<Instant> unanswered = new ArrayList<>();
      for (int n = 0; n < calls.size(); n++) {
        Instant begun = calls.get(n).begun();
        if (n > 0) {
          long gap = Duration.between(calls.get(n - 1).begun(), begun).toNanos();
          assertTrue(gap >= interval, "two calls within " + gap + " ns");
        }
        unanswered.removeIf(end -> !end.isAfter(begun));
        Instant end = calls.get(n).answered();
        Instant timeout = begun.plus(scenario.flow.callTimeout());
        unanswered.add(end == null || end.isAfter(timeout) ? timeout : end);
        assertTrue(
            unanswered.size() <= scenario.flow.concurrentCalls(),
            unanswered.size() + " calls at once");
      }
    }

    /** A place is taken from the submit to the look that shows the job's end, at the least. */
    private void checkOpenJobs() {
      List<Instant> open = new ArrayList<>();
      Map<String, Instant> seen = looksThatShowTheEnd();
      for (Call call : scenario.cloud.calls()) {
        if (call.kind() == Call.Kind.SUBMIT) {
          open.removeIf(end -> !end.isAfter(call.begun()));
          open.add(seen.getOrDefault(call.job(), call.begun()));
          assertTrue(open.size() <= scenario.flow.openJobs(), open.size() + " jobs open");
        }
      }
    }

    private Map<String, Instant> looksThatShowTheEnd() {
      Map<String, Instant> ends = new HashMap<>();
      for (Job job : scenario.cloud.jobs()) {
        if (job.end() != null) {
          ends.put(job.id(), job.end());
        }
      }
      Map<String, Instant> seen = new HashMap<>();
      for (Call call : scenario.cloud.calls()) {
        Instant end = ends.get(call.id());
        if (end != null && call.answered() != null && !call.answered().isBefore(end)) {
          seen.putIfAbsent(call.id(), call.begun());
        }
      }
      return seen;
    }
  }
}
