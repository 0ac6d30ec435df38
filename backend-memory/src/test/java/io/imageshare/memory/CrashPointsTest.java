package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs whose process dies before or after each append to the journal and each call in turn, and
 * again while they are resumed: the truth at the end is the same.
 */
class CrashPointsTest {
  private static final String RUN = "nightly";

  /** What goes wrong in a run besides crashes. */
  private enum Trouble {
    NONE,
    LOST_ANSWERS,
    BAD_IDS,
    PARTIAL_FAILURES,
    UNAVAILABLE,
    LAG,
    NO_LISTING,
    UNSHARE
  }

  @TestFactory
  List<DynamicTest> everyPoint() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Trouble trouble : Trouble.values()) {
      tests.add(DynamicTest.dynamicTest(trouble.name(), () -> everyPoint(trouble)));
    }
    return tests;
  }

  private static void everyPoint(Trouble trouble) throws InterruptedException {
    Life whole = new Life(trouble);
    Fuse counter = Fuse.none();
    ShareReport expected = whole.live(counter, false).report().join();
    assertTrue(counter.passed() > 50, "too few points to mean anything: " + counter.passed());
    Random random = new Random(7);
    for (long point = 0; point < counter.passed(); point++) {
      check(trouble, expected, List.of(point));
      check(trouble, expected, List.of(point, (long) random.nextInt(100)));
      check(
          trouble, expected, List.of(point, (long) random.nextInt(40), (long) random.nextInt(40)));
    }
  }

  private static void check(Trouble trouble, ShareReport expected, List<Long> deaths) {
    try {
      new Life(trouble).dieAndResume(deaths, expected);
    } catch (Throwable e) {
      fail(trouble + ", dead after " + deaths + " points: " + e, e);
    }
  }

  /** One request, from its first start to its report, over several processes. */
  private static final class Life {
    private final Timekeeper time = Timekeeper.virtual();
    private final SharedJournal journal = new SharedJournal(time);
    private final Trouble trouble;
    private final MemoryBackend cloud;
    private final ShareRequest request;
    private Instant begun = Instant.MIN;
    private int sent;

    /** The jobs whose id was in the journal when a process died. */
    private final Set<String> known = new HashSet<>();

    Life(Trouble trouble) {
      this.trouble = trouble;
      request =
          ShareRequest.builder()
              .action(trouble == Trouble.UNSHARE ? Action.UNSHARE : Action.SHARE)
              .images(ids("image-", 4))
              .projects(ids("project-", 6))
              .build();
      cloud = cloud();
    }

    private MemoryBackend cloud() {
      MemoryBackend.Builder builder =
          MemoryBackend.builder()
              .time(time)
              .images(ids("image-", trouble == Trouble.BAD_IDS ? 3 : 4))
              .latency(Duration.ofMillis(40))
              .jobsTake(Duration.ofSeconds(3))
              .seed(7);
      switch (trouble) {
        case BAD_IDS -> builder.badProjects("project-4");
        case LAG -> builder.unknowns(Unknowns.defaults().listLag(Duration.ofSeconds(3)));
        case NO_LISTING ->
            builder.unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED));
        case UNSHARE -> {
          for (String image : ids("image-", 4)) {
            for (String project : ids("project-", 6)) {
              builder.member(image, Recipient.project(project), MemberStatus.ACCEPTED);
            }
          }
        }
        default -> {}
      }
      MemoryBackend built = builder.build();
      switch (trouble) {
        case LOST_ANSWERS -> {
          built.inject(new Fault.LostAnswer());
          built.inject(new Fault.LostRequest());
        }
        case PARTIAL_FAILURES -> built.inject(new Fault.PartialFail(), 2);
        case UNAVAILABLE -> built.inject(new Fault.Unavailable(), 3);
        default -> {}
      }
      return built;
    }

    /** One process: starts or resumes the run, and lives until it is over or the fuse blows. */
    ShareRun live(Fuse fuse, boolean resume) throws InterruptedException {
      ShareWorkflow workflow =
          ShareWorkflow.builder(new MortalBackend(cloud, fuse, this::checkWritten))
              .journal(journal.seenBy("process", fuse))
              .limits(new BatchLimits(2, 3, 6))
              .flow(FlowPolicy.defaults().openJobs(2))
              .poll(PollPolicy.backoff(Duration.ofMillis(1), 8, Duration.ofSeconds(1)))
              .seed(3)
              .build();
      ShareRun run = begin(workflow, fuse, resume);
      while (!run.report().isDone() && !fuse.isBlown()) {
        time.sleep(Duration.ofMillis(100));
      }
      return run;
    }

    /** What a call is about is in the journal before the call is made. */
    private void checkWritten(Call.Kind kind, String about) {
      List<String> lines = journal.lines(RUN);
      boolean written =
          switch (kind) {
            case SUBMIT -> lines.stream().filter(line -> line.contains("Intent")).count() > sent;
            case JOB -> lines.stream().anyMatch(line -> line.contains(about));
            case MEMBERS -> true;
          };
      assertTrue(written, () -> kind + " before it was written: " + about);
      sent += kind == Call.Kind.SUBMIT ? 1 : 0;
    }

    private ShareRun begin(ShareWorkflow workflow, Fuse fuse, boolean resume) {
      if (resume && !journal.isEmpty()) {
        try {
          List<ShareRun> resumed = workflow.resume();
          if (!resumed.isEmpty()) {
            return resumed.get(0);
          }
        } catch (IllegalStateException e) {
          // In virtual time a journal that never answers a dead process is seen at once.
          assertTrue(fuse.isBlown(), () -> "not dead, and not resumed: " + e);
          return new DeadRun();
        }
      }
      try {
        return workflow.start(RUN, request);
      } catch (IllegalStateException e) {
        assertTrue(fuse.isBlown(), () -> "not dead, and not started: " + e);
        return new DeadRun();
      }
    }

    void dieAndResume(List<Long> deaths, ShareReport expected) throws InterruptedException {
      for (int death = 0; death < deaths.size(); death++) {
        Fuse fuse = new Fuse(deaths.get(death));
        live(fuse, death > 0);
        if (journal.isEmpty()) {
          known.clear();
          sent = 0;
          begun = time.now(); // anew: it died after it had finished, or before it had begun
        }
        for (Call call : cloud.calls()) {
          if (!call.job().isEmpty()
              && journal.lines(RUN).stream().anyMatch(line -> line.contains(call.job()))) {
            known.add(call.job());
          }
        }
        time.sleep(Duration.ofMillis(700));
      }
      ShareReport report = live(Fuse.none(), true).report().join();
      checkTruth(report, expected);
      checkJobs(report);
      assertTrue(journal.isEmpty(), "a finished run is still in the journal");
    }

    private void checkTruth(ShareReport report, ShareReport expected) {
      assertEquals(Ending.COMPLETE, report.ending());
      assertEquals(request.pairs(), report.count(Outcome.class));
      Set<Member> there = cloud.members();
      for (Outcome outcome : report.outcomes().toList()) {
        Outcome before = expected.outcome(outcome.member());
        boolean asAsked = there.contains(outcome.member()) == (trouble != Trouble.UNSHARE);
        if (outcome instanceof Outcome.Done done) {
          assertTrue(asAsked, "not true: " + outcome);
          assertFalse(done.already() && wasSent(done.member()), "this run did it: " + outcome);
        } else if (outcome instanceof Outcome.Failed) {
          assertFalse(asAsked, "not true: " + outcome);
        }
        boolean mayNotKnow = trouble == Trouble.NO_LISTING && outcome instanceof Outcome.Unknown;
        assertTrue(
            before.getClass() == outcome.getClass() || mayNotKnow,
            () -> "was " + before + ", is " + outcome);
      }
    }

    private boolean wasSent(Member member) {
      return submits().stream()
          .anyMatch(
              call ->
                  !call.job().isEmpty()
                      && !call.begun().isBefore(begun)
                      && slice(call).images().contains(member.image())
                      && slice(call).recipients().contains(member.recipient()));
    }

    private static ShareRequest slice(Call submit) {
      return requireNonNull(submit.slice());
    }

    private List<Call> submits() {
      return cloud.calls().stream().filter(call -> call.kind() == Call.Kind.SUBMIT).toList();
    }

    /** No job is forgotten, and no pair sent again while a job that has it is open. */
    private void checkJobs(ShareReport report) {
      Set<String> told =
          report.jobs().stream().map(watched -> watched.job().id()).collect(Collectors.toSet());
      Map<String, Instant> ends = new HashMap<>();
      cloud.jobs().forEach(job -> ends.put(job.id(), job.end() == null ? Instant.MAX : job.end()));
      known.forEach(job -> assertTrue(told.contains(job), "forgotten: " + job));
      List<Call> submits = submits();
      for (Call first : submits) {
        for (Call later : submits.subList(submits.indexOf(first) + 1, submits.size())) {
          boolean shared =
              !Collections.disjoint(slice(first).images(), slice(later).images())
                  && !Collections.disjoint(slice(first).recipients(), slice(later).recipients());
          assertTrue(
              !shared || !later.begun().isBefore(ends.getOrDefault(first.job(), Instant.MIN)),
              () -> "sent again while its job was under way: " + later);
        }
      }
    }
  }
}
