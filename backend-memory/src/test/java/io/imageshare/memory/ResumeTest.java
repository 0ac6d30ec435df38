package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  private final Timekeeper time = Timekeeper.virtual();
  private final SharedJournal journal = new SharedJournal(time);
  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .time(time)
          .images(ids("image-", 4))
          .latency(Duration.ofMillis(40))
          .jobsTake(Duration.ofSeconds(30))
          .build();
  private final ShareRequest request = ShareRequest.share(ids("image-", 4), ids("project-", 6));

  private ShareWorkflow.Builder workflow(KillSwitch process) {
    return ShareWorkflow.builder(new CrashingBackend(cloud, process))
        .journal(journal.seenBy("me", process))
        .limits(new BatchLimits(2, 3, 6))
        .deadline(Duration.ofHours(1))
        .seed(7);
  }

  private long submits() {
    return cloud.calls().stream().filter(call -> call.kind() == Call.Kind.SUBMIT).count();
  }

  /** A process that begins the run, and dies after a while. */
  private void beginAndDie(Duration after) throws InterruptedException {
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    workflow(process).build().start("nightly", request);
    time.sleep(after);
    process.kill();
  }

  @Test
  void resumeNeedsAJournal() {
    try (ShareWorkflow without = ShareWorkflow.over(cloud)) {
      String message = assertThrows(IllegalStateException.class, without::resume).getMessage();
      assertTrue(String.valueOf(message).contains(".journal("), message);
    }
  }

  @Test
  void theSameIdContinuesOneRun() {
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      ShareRun run = workflow.start("nightly", request);
      assertSame(run, workflow.start("nightly", request));
      ShareRequest other = ShareRequest.share(List.of("image-0"), List.of("project-0"));
      String refused =
          assertThrows(IllegalArgumentException.class, () -> workflow.start("nightly", other))
              .getMessage();
      assertTrue(String.valueOf(refused).contains("nightly is not finished"), refused);
      assertThrows(IllegalArgumentException.class, () -> workflow.start("../etc", request));
      assertTrue(run.report().join().allDone());
      assertEquals(4, submits());
      assertTrue(journal.isEmpty());
    }
  }

  @Test
  void anotherRequestUnderTheIdOfADeadRunIsRefused() throws InterruptedException {
    beginAndDie(Duration.ofSeconds(5));
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      ShareRequest other = ShareRequest.share(List.of("image-0"), List.of("project-0"));
      assertThrows(IllegalArgumentException.class, () -> workflow.start("nightly", other));
      assertTrue(workflow.start("nightly", request).report().join().allDone());
      assertEquals(4, submits());
    }
  }

  @Test
  void closedRunsAreResumedUnderOtherLimits() throws InterruptedException {
    ShareWorkflow first = workflow(KillSwitch.never()).build();
    ShareRun run = first.start(request);
    time.sleep(Duration.ofSeconds(5));
    first.close();
    assertEquals(Ending.CLOSED, run.report().join().ending());
    try (ShareWorkflow second =
        workflow(KillSwitch.never()).limits(new BatchLimits(1, 1, 1)).build()) {
      List<ShareRun> resumed = second.resume();
      assertEquals(List.of(run.id()), resumed.stream().map(ShareRun::id).toList());
      ShareReport report = resumed.get(0).report().join();
      assertTrue(report.allDone());
      assertEquals(4, report.jobs().size());
      assertEquals(4, submits());
      assertEquals(0, report.outcomes().filter(o -> ((Outcome.Done) o).already()).count());
      assertEquals(List.of(), second.resume());
    }
  }

  @Test
  void jobsStayThoseOfTheirRecipientsWhateverTheOrderOfTypes() throws InterruptedException {
    MemoryBackend unlisted =
        Samples.cloud(time, 1)
            .jobsTake(Duration.ofSeconds(30))
            .unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED))
            .build();
    unlisted.inject(new Fault.StuckJob());
    Recipient domain = Recipient.domain("domain-1");
    Recipient project = Recipient.project("project-1");
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    mixed(unlisted, process)
        .start(
            ShareRequest.builder().images("image-0").recipients(List.of(domain, project)).build());
    time.sleep(Duration.ofSeconds(5));
    assertEquals(2, Samples.calls(unlisted, Call.Kind.SUBMIT).size());
    process.kill();
    try (ShareWorkflow second = mixed(unlisted, KillSwitch.never())) {
      ShareReport report = second.resume().get(0).report().join();
      Set<Member> shared = unlisted.members();
      assertEquals(1, shared.size());
      assertEquals(2, Samples.calls(unlisted, Call.Kind.SUBMIT).size());
      for (Recipient recipient : List.of(domain, project)) {
        Member member = new Member("image-0", recipient);
        assertEquals(
            shared.contains(member), report.outcome(member) instanceof Outcome.Done, "" + report);
      }
    }
  }

  private ShareWorkflow mixed(MemoryBackend cloud, KillSwitch process) {
    return ShareWorkflow.builder(new CrashingBackend(cloud, process))
        .journal(journal.seenBy("me", process))
        .limits(new BatchLimits(1, 1, 1))
        .seed(7)
        .build();
  }

  @Test
  void aCancelledRunIsFinished() {
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      ShareRun run = workflow.start(request);
      run.cancel();
      run.report().join();
      assertEquals(List.of(), workflow.resume());
    }
  }

  @Test
  void aRunWhoseOwnerMayBeAliveIsLeftAlone() throws InterruptedException {
    journal.withoutLocks();
    beginAndDie(Duration.ofSeconds(5));
    time.sleep(Duration.ofSeconds(50));
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      assertEquals(List.of(), workflow.resume());
      assertThrows(IllegalStateException.class, () -> workflow.start("nightly", request));
      time.sleep(Duration.ofSeconds(15));
      assertTrue(workflow.resume().get(0).report().join().allDone());
    }
  }

  @Test
  void aLiveRunWritesEveryTwentySeconds() throws InterruptedException {
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      ShareRun run = workflow.start("nightly", request);
      time.sleep(Duration.ofSeconds(3));
      // Not until the report is there: what is finished leaves the journal a moment before that.
      while (!journal.isEmpty()) {
        Instant written = journal.written("nightly");
        assertTrue(Duration.between(written, time.now()).compareTo(Duration.ofSeconds(20)) < 0);
        time.sleep(Duration.ofSeconds(1));
      }
      assertTrue(run.report().join().allDone());
    }
  }

  @Test
  void whoIsFencedSendsNothingMore() throws InterruptedException {
    journal.withoutLocks();
    ShareWorkflow first = workflow(KillSwitch.never()).flow(one()).build();
    ShareRun fenced = first.start("nightly", request);
    time.sleep(Duration.ofSeconds(5));
    journal.takeAway("nightly");
    ShareReport report = fenced.report().join();
    assertEquals(Ending.STOPPED, report.ending());
    String why = report.reason().orElseThrow().message();
    assertTrue(why.startsWith("this process lost the run"), why);
    assertTrue(why.contains("another process"), why);
    assertEquals(1, submits());
    assertEquals(6, report.counts().unknown(), "its one job is watched by the other");
    assertEquals(18, report.counts().failed());
    assertTrue(report.failed().allMatch(f -> f.reason().kind() == Reason.Kind.NOT_SENT));
    assertFalse(journal.isEmpty(), "it is another's");
  }

  private static FlowPolicy one() {
    return FlowPolicy.defaults().openJobs(1);
  }

  @Test
  void aResumedRunIsClosedThoughItsJournalNeverAnswers() throws InterruptedException {
    beginAndDie(Duration.ofSeconds(5));
    Journal silent =
        new ForwardingJournal(journal.seenBy("me", KillSwitch.never())) {
          @Override
          public CompletionStage<Boolean> append(
              String run, long epoch, long first, List<String> entries) {
            return new CompletableFuture<>();
          }
        };
    ShareRun resumed;
    Instant closing;
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).journal(silent).build()) {
      resumed = workflow.resume().get(0);
      time.sleep(Duration.ofSeconds(1));
      closing = time.now();
    }
    Duration took = Duration.between(closing, time.now());
    assertTrue(took.compareTo(Duration.ofSeconds(30)) <= 0, took::toString);
    ShareReport report = resumed.report().join();
    assertEquals(Ending.CLOSED, report.ending());
    assertEquals(0, report.counts().done());
  }

  @Test
  void afterTheDeadlineNothingIsWritten() throws InterruptedException {
    beginAndDie(Duration.ofSeconds(5));
    time.sleep(Duration.ofHours(2));
    int before = cloud.calls().size();
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).build()) {
      ShareReport report = workflow.resume().get(0).report().join();
      assertEquals(Ending.DEADLINE, report.ending());
      assertTrue(report.allDone(), "the jobs went on while nobody looked");
      List<Call> calls = cloud.calls().subList(before, cloud.calls().size());
      assertEquals(4, calls.stream().filter(c -> c.kind() == Call.Kind.JOB).count());
      assertEquals(4, calls.stream().filter(c -> c.kind() == Call.Kind.MEMBERS).count());
      assertEquals(8, calls.size());
      assertEquals(List.of(), workflow.resume());
    }
  }

  @Test
  void aJobThatIsTakenUpHoldsItsPlace() throws InterruptedException {
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    workflow(process).flow(one()).build().start("nightly", request);
    time.sleep(Duration.ofSeconds(5));
    process.kill();
    assertEquals(1, submits());
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).flow(one()).build()) {
      assertTrue(workflow.resume().get(0).report().join().allDone());
    }
    assertEquals(4, submits());
    assertEquals(1, mostOpen());
  }

  @Test
  void whatIsUnderWayIsNotRefusedByALowerLimit() throws InterruptedException {
    beginAndDie(Duration.ofSeconds(5));
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).membersPerImage(2).build()) {
      assertTrue(workflow.resume().get(0).report().join().allDone());
    }
  }

  @Test
  void theTimeItWasDeadIsNoJobsDuration() throws InterruptedException {
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    workflow(process).flow(one()).build().start("nightly", request);
    time.sleep(Duration.ofSeconds(5));
    process.kill();
    time.sleep(Duration.ofMinutes(40));
    Instant resumed = time.now();
    cloud.inject(new Fault.LostRequest());
    try (ShareWorkflow workflow = workflow(KillSwitch.never()).flow(one()).build()) {
      assertTrue(workflow.resume().get(0).report().join().allDone());
      Duration took = Duration.between(resumed, time.now());
      assertTrue(took.compareTo(Duration.ofMinutes(6)) < 0, took.toString());
    }
  }

  @Test
  void aJobThatSucceededWithARemarkIsNoFailureToWhoResumes() throws InterruptedException {
    Reason remark = new Reason(Reason.Kind.UNAVAILABLE, "", "slow today");
    MemberBackend remarking =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Job> job(String id) {
            return super.job(id).thenApply(job -> job.ended() ? remarked(job) : job);
          }

          private Job remarked(Job job) {
            return new Job(
                job.id(),
                job.type(),
                job.status(),
                job.begin(),
                job.end(),
                job.progress(),
                remark,
                job.results());
          }
        };
    ShareWorkflow.Builder builder =
        ShareWorkflow.builder(remarking)
            .journal(journal.seenBy("me", KillSwitch.never()))
            .limits(new BatchLimits(2, 3, 6))
            .flow(one())
            .seed(7);
    try (ShareWorkflow first = builder.build()) {
      first.start("nightly", request);
      time.sleep(Duration.ofSeconds(45));
    }
    try (ShareWorkflow second = builder.build()) {
      ShareReport report = second.resume().get(0).report().join().requireAllDone();
      assertEquals(
          List.of(Job.Status.SUCCESS),
          report.jobs().stream().map(made -> made.job().status()).distinct().toList());
    }
  }

  @Test
  void twoThreadsThatStartOneIdGetOneRun() throws Exception {
    MemoryBackend real = MemoryBackend.builder().anyImage().jobsTake(Duration.ZERO).build();
    try (ShareWorkflow workflow = ShareWorkflow.over(real)) {
      CountDownLatch together = new CountDownLatch(1);
      List<CompletableFuture<ShareRun>> started = new ArrayList<>();
      for (int n = 0; n < 8; n++) {
        CompletableFuture<ShareRun> run = new CompletableFuture<>();
        started.add(run);
        new Thread(
                () -> {
                  try {
                    together.await();
                    run.complete(workflow.start("nightly", request));
                  } catch (InterruptedException | RuntimeException e) {
                    run.completeExceptionally(e);
                  }
                })
            .start();
      }
      together.countDown();
      ShareRun first = started.get(0).join();
      for (CompletableFuture<ShareRun> run : started) {
        assertSame(first, run.join());
      }
      assertTrue(first.report().get().allDone());
    }
  }

  @Test
  void closingDoesNotWaitForAJournalThatNeverAnswers() throws InterruptedException {
    Journal seen = journal.seenBy("me", KillSwitch.never());
    Journal mute = scripted(seen, () -> submits() == 4, new CompletableFuture<>());
    ShareWorkflow workflow =
        ShareWorkflow.builder(cloud).journal(mute).limits(new BatchLimits(2, 3, 6)).build();
    ShareRun run = workflow.start(request);
    time.sleep(Duration.ofSeconds(5));
    Instant closing = time.now();
    workflow.close();
    assertEquals(Ending.CLOSED, run.report().join().ending());
    Duration took = Duration.between(closing, time.now());
    assertTrue(took.compareTo(Duration.ofSeconds(10)) <= 0, took.toString());
  }

  @Test
  void writesThatAreNotedFirstPassTheGateAsBefore() {
    try (ShareWorkflow workflow =
        workflow(KillSwitch.never()).limits(new BatchLimits(1, 1, 1)).build()) {
      assertTrue(workflow.start(request).report().join().allDone());
    }
    List<Call> calls = cloud.calls();
    for (int n = 1; n < calls.size(); n++) {
      Duration gap = Duration.between(calls.get(n - 1).begun(), calls.get(n).begun());
      assertTrue(
          gap.compareTo(Duration.ofSeconds(1).dividedBy(30)) >= 0, "call " + n + " after " + gap);
    }
    assertEquals(24, submits());
    assertEquals(20, mostOpen());
  }

  /** The most jobs that were open at once. */
  private long mostOpen() {
    return cloud.jobs().stream()
        .mapToLong(job -> open(requireNonNull(job.begin())))
        .max()
        .orElse(0);
  }

  private long open(Instant at) {
    return cloud.jobs().stream()
        .filter(job -> !requireNonNull(job.begin()).isAfter(at))
        .filter(job -> job.end() == null || job.end().isAfter(at))
        .count();
  }

  @Test
  void aJournalThatNeverAnswersStopsTheRun() {
    CompletableFuture<Void> never = new CompletableFuture<>();
    assertEquals(
        Ending.STOPPED,
        runWith(scripted(journal.seenBy("me", KillSwitch.never()), () -> true, never)));
    assertEquals(0, submits());
  }

  @Test
  void aJournalThatFailsStopsTheRun() {
    CompletionStage<Void> full =
        CompletableFuture.failedFuture(new IOException("no space left on device"));
    assertEquals(
        Ending.STOPPED,
        runWith(scripted(journal.seenBy("me", KillSwitch.never()), () -> submits() == 2, full)));
    assertEquals(2, submits());
  }

  private Ending runWith(Journal broken) {
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud).journal(broken).limits(new BatchLimits(2, 3, 6)).build()) {
      return workflow.run(request).ending();
    }
  }

  /** A journal whose appends get another answer from some point on. */
  private static Journal scripted(
      Journal journal, BooleanSupplier when, CompletionStage<Void> answer) {
    return new ForwardingJournal(journal) {
      @Override
      public CompletionStage<Boolean> append(
          String run, long epoch, long first, List<String> entries) {
        return when.getAsBoolean()
            ? answer.thenApply(nothing -> false)
            : super.append(run, epoch, first, entries);
      }

      @Override
      public CompletionStage<Void> release(String run, long epoch) {
        return when.getAsBoolean() ? answer : super.release(run, epoch);
      }
    };
  }

  @Test
  void theDirectoryWorksInVirtualTime(@TempDir Path path) throws InterruptedException {
    ShareWorkflow first = ShareWorkflow.builder(cloud).journal(Journal.directory(path)).build();
    ShareRun run = first.start(request);
    time.sleep(Duration.ofSeconds(5));
    first.close();
    try (ShareWorkflow second =
        ShareWorkflow.builder(cloud).journal(Journal.directory(path)).build()) {
      ShareRun resumed = second.resume().get(0);
      assertEquals(run.id(), resumed.id());
      assertTrue(resumed.report().join().allDone());
      assertEquals(1, submits());
    }
  }
}
