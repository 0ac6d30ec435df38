package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One request, from its first start to its report, over several processes. */
final class MultiProcessRun {
  static final String RUN = "nightly";

  private final Timekeeper time = Timekeeper.virtual();
  private final SharedJournal journal = new SharedJournal(time);
  private final FaultScenario trouble;
  private final MemoryBackend cloud;
  private final ReportChecker witness;
  private final ShareRequest request;
  private Instant begun = Instant.MIN;
  private int sent;

  /** The jobs whose id was in the journal when a process died. */
  private final Set<String> known = new HashSet<>();

  MultiProcessRun(FaultScenario trouble) {
    this.trouble = trouble;
    request = trouble.request();
    cloud = trouble.cloud(time);
    witness = new ReportChecker(cloud, request);
  }

  /** One process: starts or resumes the run, and lives until it is over or the fuse blows. */
  ShareRun live(KillSwitch fuse, boolean resume) throws InterruptedException {
    CrashingBackend backend = new CrashingBackend(cloud, fuse, this::checkWritten);
    return live(backend, journal.seenBy("process", fuse), resume);
  }

  private ShareRun live(CrashingBackend backend, Journal seen, boolean resume)
      throws InterruptedException {
    KillSwitch fuse = backend.fuse();
    ShareWorkflow workflow = trouble.workflow(backend).journal(seen).build();
    ShareRun run = begin(workflow, fuse, resume);
    while (!run.report().isDone() && !fuse.isBlown()) {
      time.sleep(Duration.ofMillis(100));
    }
    return run;
  }

  /** What a call is about is in the journal before the call is made. */
  private void checkWritten(Call.Kind kind, String about) {
    List<String> lines = journal.allLines(RUN);
    boolean written =
        switch (kind) {
          case SUBMIT -> lines.stream().filter(line -> line.contains("Intent")).count() > sent;
          case JOB -> lines.stream().anyMatch(line -> line.contains(about));
          case MEMBERS, IMAGES, DESCRIBE -> true;
        };
    assertTrue(written, () -> kind + " before it was written: " + about);
    sent += kind == Call.Kind.SUBMIT ? 1 : 0;
  }

  private ShareRun begin(ShareWorkflow workflow, KillSwitch fuse, boolean resume) {
    if (resume && !journal.isEmpty()) {
      try {
        List<ShareRun> resumed = workflow.resume();
        if (!resumed.isEmpty()) {
          return resumed.get(0);
        }
      } catch (IllegalStateException e) {
        // In virtual time a journal that never answers a dead process is seen at once.
        assertTrue(fuse.isBlown(), () -> "not dead, and not resumed: " + e);
        return new NeverStartedRun();
      }
    }
    try {
      return workflow.start(RUN, request);
    } catch (IllegalStateException e) {
      assertTrue(fuse.isBlown(), () -> "not dead, and not started: " + e);
      return new NeverStartedRun();
    }
  }

  void dieAndResume(List<Long> deaths, ShareReport expected) throws InterruptedException {
    for (int death = 0; death < deaths.size(); death++) {
      KillSwitch fuse = new KillSwitch(deaths.get(death));
      live(fuse, death > 0);
      if (journal.isEmpty() || lines().stream().anyMatch(line -> line.contains("Over"))) {
        known.clear();
        sent = 0;
        begun = time.now(); // anew: it died after it had finished, or before it had begun
      } else {
        remember(lines());
      }
      time.sleep(Duration.ofMillis(700));
    }
    ShareReport report = live(KillSwitch.none(), true).report().join();
    checkTruth(report, expected);
    checkJobs(report);
    assertTrue(journal.isEmpty(), "a finished run is still in the journal");
  }

  /** What is in the journal. */
  List<String> lines() {
    return journal.allLines(RUN);
  }

  /** Another process goes on with what is left of the journal. */
  void goOn(Journal left, List<String> lines, ShareReport expected) throws InterruptedException {
    remember(lines);
    CrashingBackend backend = new CrashingBackend(cloud, KillSwitch.none(), (kind, about) -> {});
    ShareReport report = live(backend, left, true).report().join();
    checkTruth(report, expected);
    checkJobs(report);
  }

  private void remember(List<String> lines) {
    for (Call call : cloud.calls()) {
      if (!call.job().isEmpty() && lines.stream().anyMatch(line -> line.contains(call.job()))) {
        known.add(call.job());
      }
    }
  }

  private void checkTruth(ShareReport report, ShareReport expected) {
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(request.pairs(), report.counts().total());
    for (Outcome outcome : report.outcomes().toList()) {
      Outcome before = expected.outcome(outcome.member());
      boolean asAsked = witness.isAsAsked(outcome.member());
      if (outcome instanceof Outcome.Done done) {
        assertTrue(asAsked, "not true: " + outcome);
        assertFalse(done.already() && wasSent(done.member()), "this run did it: " + outcome);
      } else if (outcome instanceof Outcome.Failed) {
        assertFalse(asAsked, "not true: " + outcome);
      }
      boolean mayNotKnow =
          trouble == FaultScenario.NO_LISTING && outcome instanceof Outcome.Unknown;
      assertTrue(
          before.getClass() == outcome.getClass() || mayNotKnow,
          () -> "was " + before + ", is " + outcome);
    }
  }

  private boolean wasSent(Member member) {
    return witness.submits(member).stream()
        .anyMatch(call -> !call.job().isEmpty() && !call.begun().isBefore(begun));
  }

  /** No job is forgotten, and no pair sent again while a job that has it is open. */
  private void checkJobs(ShareReport report) {
    Set<String> told =
        report.jobs().stream().map(watched -> watched.job().id()).collect(Collectors.toSet());
    known.forEach(job -> assertTrue(told.contains(job), "forgotten: " + job));
    witness.checkNothingIsSentTwice();
  }
}
