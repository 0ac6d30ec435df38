package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.RunBusyException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one journal that cannot see whether another is alive. */
class FleetTest {
  private static final String RUN = "nightly";
  private static final ShareRequest REQUEST =
      ShareRequest.share(ids("image-", 4), ids("project-", 3));

  private final Timekeeper time = Timekeeper.virtual();
  private SharedJournal journal = new SharedJournal(time).withoutLocks();
  private MemoryBackend cloud = cloud();

  /** Writes by those who did not have the run. */
  private final List<String> stray = new ArrayList<>();

  @AfterEach
  void onlyTheOwnerWrote() {
    assertEquals(List.of(), stray);
  }

  private MemoryBackend cloud() {
    return Samples.cloud(time, 4).latency(Duration.ofMillis(40)).jobsTake(ofSeconds(10)).build();
  }

  private void anew() {
    journal = new SharedJournal(time).withoutLocks();
    cloud = cloud();
  }

  private Journal seenBy(String process) {
    return journal.seenBy(process, KillSwitch.never());
  }

  /** A process, whose writes must be of a run that it has. */
  private ShareWorkflow.Builder process(String name, Timekeeper its, Journal seen) {
    return ShareWorkflow.builder(CrashingBackend.ownedBy(name, cloud, journal, RUN, stray))
        .time(its)
        .journal(seen)
        .limits(new BatchLimits(1, 3, 3))
        .flow(FlowPolicy.defaults().openJobs(1))
        .seed(7);
  }

  private ShareWorkflow.Builder process(String name) {
    return process(name, time, seenBy(name));
  }

  private int submits() {
    return Samples.calls(cloud, Call.Kind.SUBMIT).size();
  }

  private void waitUntilFinished() throws InterruptedException {
    for (int n = 0; n < 1000 && !journal.isEmpty(); n++) {
      time.sleep(ofSeconds(1));
    }
    assertTrue(journal.isEmpty(), "never finished");
  }

  /** Its clock is 90 s ahead, too. */
  @Test
  void promise16WhoLostItsRunSendsNoWriteOfIt() throws InterruptedException {
    long tasks = tasks();
    int lost = 0;
    for (long task = 0; task < tasks; task++) {
      anew();
      ProcessTime its = new ProcessTime(time, ofSeconds(90)).pauseAt(task, ofSeconds(95));
      ShareRun first = process("first", its, seenBy("first")).build().start(RUN, REQUEST);
      ShareWorkflow second = process("second").takeOver(ofSeconds(10), 1).build();
      ShareReport told = first.report().join();
      waitUntilFinished();
      second.close();
      assertEquals(4, submits(), "paused at " + task);
      ShareReport kept = second.report(RUN).orElseThrow();
      assertTrue(kept.allDone(), "paused at " + task);
      if (told.ending() == Ending.STOPPED) {
        lost++;
        String why = told.reason().orElseThrow().message();
        assertTrue(why.startsWith("this process lost the run"), why);
      } else {
        assertEquals(kept.toString(), told.toString(), "paused at " + task);
      }
    }
    assertTrue(lost > 30, "lost " + lost + " times");
  }

  @Test
  void promise17AReportIsNotLostWithItsProcess() throws InterruptedException {
    KillSwitch counter = KillSwitch.never();
    begin(counter).report().join();
    int finished = 0;
    for (long point = counter.passed() - 12; point <= counter.passed(); point++) {
      anew();
      KillSwitch life = new KillSwitch(point);
      begin(life);
      time.sleep(Duration.ofMinutes(3));
      try (ShareWorkflow other = process("second").build()) {
        finished += journal.isEmpty() ? 1 : 0;
        for (ShareRun run : other.resume()) {
          assertTrue(run.report().join().allDone());
        }
        ShareReport report = other.report(RUN).orElseThrow();
        assertTrue(report.allDone());
        assertEquals(RUN, report.id());
        assertEquals(Optional.empty(), other.report("another"));
      }
    }
    assertTrue(finished > 1, "it died after its run was finished " + finished + " times");
  }

  @Test
  void promise17AReportIsInTheDirectory(@TempDir Path path) {
    try (ShareWorkflow first = in(path)) {
      first.start(RUN, REQUEST).report().join();
    }
    try (ShareWorkflow other = in(path)) {
      ShareReport report = other.report(RUN).orElseThrow();
      assertTrue(report.allDone());
      assertEquals(RUN, report.id());
      assertEquals(Optional.empty(), other.report("another"));
    }
  }

  private ShareWorkflow in(Path path) {
    return ShareWorkflow.builder(cloud).journal(Journal.directory(path)).build();
  }

  private ShareRun begin(KillSwitch life) {
    return ShareWorkflow.builder(new CrashingBackend(cloud, life))
        .journal(journal.seenBy("first", life))
        .limits(new BatchLimits(1, 3, 3))
        .seed(7)
        .build()
        .start(RUN, REQUEST);
  }

  /** It ends while the journal writes what it is about to send, which holds the one slot. */
  @Test
  void aRunThatEndsGivesBackWhatItsNextCallHeld() throws InterruptedException {
    for (Consumer<ShareRun> end : List.<Consumer<ShareRun>>of(r -> {}, ShareRun::cancel)) {
      anew();
      List<ShareRun> first = new ArrayList<>();
      Journal lossy =
          new ForwardingJournal(seenBy("first")) {
            @Override
            public CompletionStage<Boolean> append(
                String run, long epoch, long next, List<String> entries) {
              if (run.equals(RUN) && entries.toString().contains("Intent")) {
                end.accept(first.get(0));
                journal.takeAway(RUN);
              }
              return super.append(run, epoch, next, entries);
            }
          };
      ShareWorkflow workflow =
          ShareWorkflow.builder(cloud)
              .journal(lossy)
              .flow(FlowPolicy.defaults().openJobs(1))
              .build();
      first.add(workflow.start(RUN, REQUEST));
      ShareRun other =
          workflow.start("other", ShareRequest.share(ids("image-", 4), ids("project-", 1)));
      assertTrue(first.get(0).report().join().counts().failed() > 0);
      time.sleep(Duration.ofMinutes(10));
      assertTrue(other.report().isDone(), "it waits for a slot that nobody has");
    }
  }

  /**
   * The zombie stands still before each of its tasks, and wakes up in the midst of the other run.
   */
  @Test
  void anIdIsUsedAgainWhileAZombieLives() throws InterruptedException {
    ShareRequest other = ShareRequest.unshare(REQUEST.images(), ids("project-", 3));
    long tasks = tasks();
    int stopped = 0;
    for (long task = 0; task < tasks; task++) {
      anew();
      ProcessTime its = new ProcessTime(time, ofSeconds(90)).pauseAt(task, ofSeconds(130));
      ShareRun zombie = process("first", its, seenBy("first")).build().start(RUN, REQUEST);
      try (ShareWorkflow second = process("second").takeOver(ofSeconds(10), 1).build()) {
        time.sleep(ofSeconds(1));
        waitUntilFinished();
        int before = submits(); // none if it has claimed the run and not begun it yet
        assertTrue(startWhenFree(second, other).report().join().allDone(), "paused at " + task);
        stopped += zombie.report().join().ending() == Ending.STOPPED ? 1 : 0;
        assertEquals(0, cloud.members().size(), "paused at " + task);
        assertEquals(2 * before, submits(), "paused at " + task);
      }
    }
    assertTrue(stopped > 30, "stopped " + stopped + " times");
  }

  private ShareRun startWhenFree(ShareWorkflow workflow, ShareRequest request)
      throws InterruptedException {
    while (true) {
      try {
        return workflow.start(RUN, request);
      } catch (RunBusyException busy) {
        time.sleep(busy.freeIn().plusMillis(1));
      }
    }
  }

  /** How many tasks a process has that runs the request. */
  private long tasks() {
    anew();
    ProcessTime its = new ProcessTime(time, ofSeconds(90));
    ShareRun run = process("first", its, seenBy("first")).build().start(RUN, REQUEST);
    assertTrue(run.report().join().allDone());
    assertTrue(its.tasks() > 100, "too few to mean anything: " + its.tasks());
    return its.tasks();
  }

  /** The journal is often wrong to both, and their clocks differ by 90 s. */
  @Test
  void twoOwnersFinishWhatACrashAtAnyPointLeaves() throws InterruptedException {
    KillSwitch counter = KillSwitch.never();
    assertTrue(dying(counter, new Random(0)).start(RUN, REQUEST).report().join().allDone());
    assertTrue(counter.passed() > 50, "too few to mean anything: " + counter.passed());
    for (long point = 0; point < counter.passed(); point++) {
      anew();
      Random random = new Random(point);
      KillSwitch life = new KillSwitch(point);
      ShareWorkflow first = dying(life, random);
      try {
        first.start(RUN, REQUEST);
      } catch (IllegalStateException e) {
        assertTrue(life.isDead(), () -> "not dead, and not started: " + e);
      }
      time.sleep(ofSeconds(1));
      ProcessTime ahead = new ProcessTime(time, ofSeconds(90));
      Journal wrong = new WrongJournal(seenBy("second"), random);
      try (ShareWorkflow second =
          process("second", ahead, wrong).takeOver(ofSeconds(10), 1).build()) {
        waitUntilFinished();
        if (second.report(RUN).isEmpty()) {
          startWhenFree(second, REQUEST).report().join(); // it died before it had begun
          waitUntilFinished();
        }
        assertTrue(second.report(RUN).orElseThrow().allDone(), "dead after " + point);
        assertEquals(REQUEST.pairs(), cloud.members().size(), "dead after " + point);
        assertEquals(4, submits(), "dead after " + point);
      }
    }
  }

  private ShareWorkflow dying(KillSwitch life, Random random) {
    Journal wrong = new WrongJournal(journal.seenBy("first", life), random);
    return ShareWorkflow.builder(new CrashingBackend(cloud, life))
        .journal(wrong)
        .limits(new BatchLimits(1, 3, 3))
        .flow(FlowPolicy.defaults().openJobs(1))
        .seed(7)
        .build();
  }

  @Test
  void aJournalThatIsOftenWrongCostsTimeAndNothingElse() throws InterruptedException {
    for (int seed = 0; seed < 40; seed++) {
      anew();
      Journal wrong = new WrongJournal(seenBy("first"), new Random(seed));
      ShareRun run = process("first", time, wrong).build().start(RUN, REQUEST);
      try (ShareWorkflow second = process("second").takeOver(ofSeconds(10), 1).build()) {
        run.report().join();
        waitUntilFinished();
        assertEquals(4, submits(), "seed " + seed);
        assertTrue(second.report(RUN).orElseThrow().allDone(), "seed " + seed);
      }
    }
  }

  /** It is slow, refuses, forgets whom it has answered, and does things twice. */
  private final class WrongJournal extends ForwardingJournal {
    private final Random random;

    WrongJournal(Journal journal, Random random) {
      super(journal);
      this.random = random;
    }

    private <T> CompletionStage<T> wrong(Supplier<CompletionStage<T>> call) {
      IOException broken = new IOException("connection reset");
      return switch (random.nextInt(9)) {
        case 0 -> CompletableFuture.failedFuture(broken);
        case 1 -> call.get().thenCompose(done -> CompletableFuture.failedFuture(broken));
        case 2 -> call.get().thenCompose(done -> call.get());
        case 3 -> call.get().thenCompose(this::slow);
        case 4 -> call.get().thenCompose(done -> new CompletableFuture<>());
        default -> call.get();
      };
    }

    private <T> CompletionStage<T> slow(T answer) {
      CompletableFuture<T> late = new CompletableFuture<>();
      time.schedule(ofSeconds(1 + random.nextInt(40)), () -> late.complete(answer));
      return late;
    }

    @Override
    public CompletionStage<Boolean> append(
        String run, long epoch, long first, List<String> entries) {
      return wrong(() -> super.append(run, epoch, first, entries));
    }

    @Override
    public CompletionStage<Void> finish(String run, long epoch, String report) {
      return wrong(() -> super.finish(run, epoch, report));
    }
  }

  /** For three quarters of a minute. */
  @Test
  void aJournalThatIsAwayCostsAPause() throws InterruptedException {
    boolean[] away = {false};
    Journal restarted =
        new ForwardingJournal(seenBy("first")) {
          @Override
          public CompletionStage<Boolean> append(
              String run, long epoch, long first, List<String> entries) {
            return away[0]
                ? CompletableFuture.failedFuture(new IOException("connection refused"))
                : super.append(run, epoch, first, entries);
          }
        };
    ShareRun run = process("first", time, restarted).build().start(RUN, REQUEST);
    time.sleep(ofSeconds(15));
    away[0] = true;
    time.sleep(ofSeconds(45));
    assertEquals(2, submits());
    away[0] = false;
    assertTrue(run.report().join().allDone());
    assertEquals(4, submits());
  }

  @Test
  void soManyAtMostAreTakenOverAtATime() throws InterruptedException {
    cloud = Samples.cloud(time, 4).jobsTake(Duration.ofMinutes(3)).build();
    KillSwitch life = new KillSwitch(Long.MAX_VALUE / 2);
    ShareWorkflow dead =
        ShareWorkflow.builder(new CrashingBackend(cloud, life))
            .journal(journal.seenBy("dead", life))
            .build();
    for (int n = 0; n < 7; n++) {
      dead.start("run-" + n, ShareRequest.share(ids("image-", 4), List.of("project-" + n)));
    }
    time.sleep(ofSeconds(1));
    life.kill();
    time.sleep(ofSeconds(70));
    ShareWorkflow second =
        ShareWorkflow.builder(cloud).journal(seenBy("second")).takeOver(ofSeconds(5), 2).build();
    List<Long> taken = new ArrayList<>();
    for (int n = 0; n < 1000 && !journal.isEmpty(); n++) {
      time.sleep(ofSeconds(1));
      taken.add(journal.owned("second"));
    }
    assertTrue(journal.isEmpty(), "not all were taken over");
    assertEquals(2, taken.stream().mapToLong(Long::longValue).max().orElse(0));
    second.close();
    assertThrows(
        IllegalArgumentException.class,
        () -> ShareWorkflow.builder(cloud).takeOver(ofSeconds(5), 2).build());
  }

  @Test
  void aRunThatIsRefusedAgainAndAgainCanBeCancelled() {
    cloud.inject(new Fault.Unauthenticated());
    try (ShareWorkflow first = process("first").build()) {
      assertEquals(Ending.STOPPED, first.start(RUN, REQUEST).report().join().ending());
    }
    try (ShareWorkflow second = process("second").build()) {
      cloud.inject(new Fault.Unauthenticated());
      assertEquals(Ending.STOPPED, second.resume().get(0).report().join().ending());
      assertTrue(second.cancel(RUN));
      cloud.inject(new Fault.Unauthenticated());
      assertEquals(Ending.CANCELLED, second.resume().get(0).report().join().ending());
      assertEquals(Ending.CANCELLED, second.report(RUN).orElseThrow().ending());
      assertEquals(List.of(), second.resume());
    }
  }

  @Test
  void anotherProcessCancels() throws InterruptedException {
    ShareRun run = process("first").build().start(RUN, REQUEST);
    time.sleep(ofSeconds(5));
    try (ShareWorkflow second = process("second").build()) {
      assertFalse(second.cancel("another"));
      assertTrue(second.cancel(RUN));
      int sent = submits();
      ShareReport report = run.report().join();
      assertEquals(Ending.CANCELLED, report.ending());
      assertEquals(sent, submits());
      assertFalse(second.cancel(RUN));
      assertEquals(Ending.CANCELLED, second.report(RUN).orElseThrow().ending());
    }
  }

  @Test
  void aRunThatIsReleasedIsFreeAtOnce() throws InterruptedException {
    ShareRun run = process("first").build().start(RUN, REQUEST);
    time.sleep(ofSeconds(5));
    try (ShareWorkflow second = process("second").build()) {
      RunBusyException busy =
          assertThrows(RunBusyException.class, () -> second.start(RUN, REQUEST));
      assertEquals("first", busy.owner());
      assertTrue(busy.freeIn().compareTo(ofSeconds(50)) > 0, busy.toString());
      run.release();
      assertEquals(Ending.CLOSED, run.report().join().ending());
      assertTrue(second.start(RUN, REQUEST).report().join().allDone());
      assertEquals(4, submits());
    }
  }

  @Test
  void whoAsksForARunThatIsJustTakenOverHereGetsIt() throws InterruptedException {
    try (ShareWorkflow first = process("first").build()) {
      first.start(RUN, REQUEST);
      time.sleep(ofSeconds(5));
    }
    Journal slow =
        new ForwardingJournal(seenBy("second")) {
          @Override
          <T> CompletionStage<T> stage(CompletionStage<T> stage) {
            CompletableFuture<T> late = new CompletableFuture<>();
            time.schedule(ofSeconds(1), () -> stage.thenAccept(late::complete));
            return late;
          }
        };
    try (ShareWorkflow second = process("second", time, slow).takeOver(ofSeconds(20), 1).build()) {
      time.sleep(Duration.ofMillis(1500));
      assertTrue(second.start(RUN, REQUEST).report().join().allDone());
      assertEquals(4, submits());
    }
  }

  @Test
  void aRunThatStoppedForItsFailedPairsIsTakenOverByNobody() throws InterruptedException {
    cloud = Samples.cloud(time, 4).badProjects("project-0").build();
    try (ShareWorkflow first = process("first").stopAfterFailures(1).build()) {
      assertEquals(Ending.STOPPED, first.start(RUN, REQUEST).report().join().ending());
      assertTrue(journal.isEmpty(), "it would fail again");
      assertEquals(Ending.STOPPED, first.report(RUN).orElseThrow().ending());
    }
  }
}
