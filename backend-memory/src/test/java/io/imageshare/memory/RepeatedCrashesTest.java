package io.imageshare.memory;

import static io.imageshare.memory.Samples.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a run has found out and used up before its process died still counts afterwards. */
class RepeatedCrashesTest {
  private static final String RUN = "nightly";

  private final Timekeeper time = Timekeeper.virtual();
  private final SharedJournal journal = new SharedJournal(time);

  /** One process of a run: begins it or goes on with it, and lives until it is over or dead. */
  private ShareRun live(ShareWorkflow.Builder builder, ShareRequest request, KillSwitch process)
      throws InterruptedException {
    ShareWorkflow workflow = builder.journal(journal.seenBy("process", process)).seed(3).build();
    ShareRun run;
    try {
      run = workflow.start(RUN, request);
    } catch (IllegalStateException e) {
      assertTrue(process.isDead(), () -> "not dead, and not started: " + e);
      return new NeverStartedRun();
    }
    while (!run.report().isDone() && !process.isDead()) {
      time.sleep(Duration.ofMillis(100));
    }
    return run;
  }

  @Test
  void noPairIsAskedMoreThanSixTimes() throws InterruptedException {
    for (long points = 10; points < 120; points += 9) {
      diesAgainAndAgain(
          Samples.cloud(time, 4)
              .unknowns(Unknowns.defaults().listLag(Duration.ofDays(1000)))
              .build(),
          points);
      MemoryBackend lossy = Samples.cloud(time, 4).build();
      lossy.inject(new Fault.LostRequest(), 1000);
      diesAgainAndAgain(lossy, points);
    }
  }

  private void diesAgainAndAgain(MemoryBackend cloud, long points) throws InterruptedException {
    ShareRequest request = share(4, 6);
    ReportChecker checker = new ReportChecker(cloud, request);
    boolean over = false;
    for (int lives = 0; !over; lives++) {
      KillSwitch process = lives < 25 ? new KillSwitch(points) : KillSwitch.never();
      CrashingBackend backend = new CrashingBackend(cloud, process);
      ShareRun run = live(FaultScenario.NONE.workflow(backend), request, process);
      over = journal.isEmpty(); // it may die with its last entry
      if (!process.isDead()) {
        assertEquals(24, run.report().join().counts().unknown());
      }
    }
    for (String image : request.images()) {
      for (Recipient recipient : request.recipients()) {
        int asked = checker.submits(new Member(image, recipient)).size();
        assertTrue(asked <= 6, "asked " + asked + " times, by processes of " + points + " points");
      }
    }
    assertTrue(journal.isEmpty(), "a finished run is still in the journal");
  }

  @Test
  void whatIsForbiddenIsNotAskedAgain() throws InterruptedException {
    KillSwitch counter = KillSwitch.never();
    forbidden(counter);
    for (long point = 0; point < counter.passed(); point++) {
      forbidden(new KillSwitch(point));
    }
  }

  /** A run whose first process dies by the process; every write is refused. */
  private void forbidden(KillSwitch process) throws InterruptedException {
    MemoryBackend cloud = Samples.cloud(time, 20).latency(Duration.ofMillis(40)).build();
    Reason reason = new Reason(Reason.Kind.FORBIDDEN, "IMG.0151", "planted by the test");
    cloud.inject(new Fault.Refused(Call.Kind.SUBMIT, reason), 1000);
    forbidden(cloud, process);
    int sent = Samples.calls(cloud, Call.Kind.SUBMIT).size();
    boolean isOver = sent > 0 && journal.isEmpty(); // it may die with its last entry
    ShareReport report = forbidden(cloud, KillSwitch.never()).report().join();
    assertEquals(20, report.failed().filter(f -> f.reason().code().equals("IMG.0151")).count());
    int more = Samples.calls(cloud, Call.Kind.SUBMIT).size() - sent;
    assertTrue(isOver || sent + more <= 12, sent + " and " + more); // eight without a crash
  }

  private ShareRun forbidden(MemoryBackend cloud, KillSwitch process) throws InterruptedException {
    ShareWorkflow.Builder builder =
        ShareWorkflow.builder(new CrashingBackend(cloud, process))
            .limits(new BatchLimits(1, 1, 1))
            .flow(FlowPolicy.defaults().openJobs(1));
    return live(builder, share(20, 1), process);
  }
}
