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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** One run, from its first start to its report, over several processes that may die. */
final class MultiProcessRun {
  static final String RUN = "nightly";

  private final Timekeeper time = Timekeeper.virtual();
  private final SharedJournal journal = new SharedJournal(time);
  private final FaultScenario scenario;
  private final MemoryBackend cloud;
  private final ReportChecker checker;
  private final ShareRequest request;
  private Instant begun = Instant.MIN;
  private int sent;

  /** The jobs whose id was in the journal when a process died. */
  private final Set<String> known = new HashSet<>();

  MultiProcessRun(FaultScenario scenario) {
    this.scenario = scenario;
    request = scenario.request();
    cloud = scenario.cloud(time);
    checker = new ReportChecker(cloud, request);
  }

  /** One process: starts or resumes the run, and lives until the run ends or it is killed. */
  ShareRun runProcess(KillSwitch process, boolean resume) throws InterruptedException {
    CrashingBackend backend = new CrashingBackend(cloud, process, this::checkWritten);
    return runProcess(process, backend, journal.seenBy("process", process), resume);
  }

  private ShareRun runProcess(
      KillSwitch process, CrashingBackend backend, Journal seen, boolean resume)
      throws InterruptedException {
    ShareWorkflow workflow = scenario.workflow(backend).journal(seen).build();
    ShareRun run = begin(workflow, process, resume);
    while (!run.report().isDone() && !process.isDead()) {
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
          case MEMBERS, IMAGES, DESCRIBE -> true;
        };
    assertTrue(written, () -> kind + " before it was written: " + about);
    sent += kind == Call.Kind.SUBMIT ? 1 : 0;
  }

  private ShareRun begin(ShareWorkflow workflow, KillSwitch process, boolean resume) {
    if (resume && !journal.isEmpty()) {
      try {
        List<ShareRun> resumed = workflow.resume();
        if (!resumed.isEmpty()) {
          return resumed.get(0);
        }
      } catch (IllegalStateException e) {
        // In virtual time a journal that never answers a dead process is an error at once.
        assertTrue(process.isDead(), () -> "not dead, and not resumed: " + e);
        return new NeverStartedRun();
      }
    }
    try {
      return workflow.start(RUN, request);
    } catch (IllegalStateException e) {
      assertTrue(process.isDead(), () -> "not dead, and not started: " + e);
      return new NeverStartedRun();
    }
  }

  void crashAndResume(List<Long> deaths, ShareReport expected) throws InterruptedException {
    for (int death = 0; death < deaths.size(); death++) {
      KillSwitch process = new KillSwitch(deaths.get(death));
      runProcess(process, death > 0);
      if (journal.isEmpty() || lines().stream().anyMatch(line -> line.contains("Over"))) {
        known.clear();
        sent = 0;
        begun = time.now(); // anew: it died after it had finished, or before it had begun
      } else {
        remember(lines());
      }
      time.sleep(Duration.ofMillis(700));
    }
    ShareReport report = runProcess(KillSwitch.never(), true).report().join();
    check(report, expected);
    assertTrue(journal.isEmpty(), "a finished run is still in the journal");
  }

  /**
   * Two processes: before its next task, the first stands still for longer than the silence, and
   * goes on while the second has the run. Their clocks differ, too.
   *
   * @param task after how many tasks; one that it never comes to: it does not stand still
   */
  TwoOwners pauseAndTakeOver(long task) throws InterruptedException {
    journal.withoutLocks();
    List<String> stray = new ArrayList<>();
    ProcessTime its = new ProcessTime(time, Duration.ofSeconds(90));
    its.pauseAt(task, Duration.ofSeconds(95));
    ShareRun run = owner("first", stray).time(its).build().start(RUN, request);
    try (ShareWorkflow second =
        owner("second", stray).takeOver(Duration.ofSeconds(10), 1).build()) {
      ShareReport told = run.report().join();
      remember(lines());
      for (int seconds = 0; seconds < 1000 && !journal.isEmpty(); seconds++) {
        time.sleep(Duration.ofSeconds(1));
      }
      assertEquals(List.of(), stray, "written by who did not have the run");
      ShareReport report = second.report(RUN).orElseThrow();
      return new TwoOwners(report, its.tasks(), told.ending() == Ending.STOPPED);
    }
  }

  /**
   * What two owners came to.
   *
   * @param tasks of the first
   * @param lost whether the first lost the run
   */
  record TwoOwners(ShareReport report, long tasks, boolean lost) {}

  private ShareWorkflow.Builder owner(String name, List<String> stray) {
    return scenario
        .workflow(CrashingBackend.ownedBy(name, cloud, journal, RUN, stray))
        .journal(journal.seenBy(name, KillSwitch.never()));
  }

  /** What is in the journal. */
  List<String> lines() {
    return journal.lines(RUN);
  }

  /** Another process goes on with what is left of the journal. */
  void resume(Journal left, List<String> lines, ShareReport expected) throws InterruptedException {
    remember(lines);
    KillSwitch process = KillSwitch.never();
    CrashingBackend backend = new CrashingBackend(cloud, process);
    check(runProcess(process, backend, left, true).report().join(), expected);
  }

  private void remember(List<String> lines) {
    for (Call call : cloud.calls()) {
      if (!call.job().isEmpty() && lines.stream().anyMatch(line -> line.contains(call.job()))) {
        known.add(call.job());
      }
    }
  }

  /** The report is what an undisturbed one was, and says what is true. */
  void check(ShareReport report, ShareReport expected) {
    checkTruth(report, expected);
    checkJobs(report);
  }

  private void checkTruth(ShareReport report, ShareReport expected) {
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(request.pairs(), report.counts().total());
    Predicate<Member> asAsked = checker.asAsked();
    for (Outcome outcome : report.outcomes().toList()) {
      Outcome before = expected.outcome(outcome.member());
      boolean isAsAsked = asAsked.test(outcome.member());
      if (outcome instanceof Outcome.Done done) {
        assertTrue(isAsAsked, () -> "not true: " + outcome);
        assertFalse(done.already() && wasSent(done.member()), () -> "this run did it: " + outcome);
      } else if (outcome instanceof Outcome.Failed) {
        assertFalse(isAsAsked, () -> "not true: " + outcome);
      }
      boolean mayNotKnow =
          scenario == FaultScenario.NO_LISTING && outcome instanceof Outcome.Unknown;
      assertTrue(
          before.getClass() == outcome.getClass() || mayNotKnow,
          () -> "was " + before + ", is " + outcome);
    }
  }

  private boolean wasSent(Member member) {
    return checker.submits(member).stream()
        .anyMatch(call -> !call.job().isEmpty() && !call.begun().isBefore(begun));
  }

  /** No job is forgotten, and no pair sent again while a job that has it is open. */
  private void checkJobs(ShareReport report) {
    Set<String> reported =
        report.jobs().stream().map(submitted -> submitted.job().id()).collect(Collectors.toSet());
    known.forEach(job -> assertTrue(reported.contains(job), () -> "forgotten: " + job));
    checker.checkNothingIsSentTwice();
  }
}
