package io.imageshare.memory;

import static io.imageshare.memory.Samples.share;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import io.imageshare.memory.MisbehavingBackend.Misbehavior;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Backends and listeners that misbehave: the run ends by its deadline all the same, and reports
 * what it does not know. The hang guard is shorter than the longest wind-down.
 */
@Timeout(value = 25, threadMode = SEPARATE_THREAD)
class NothingHangsTest {
  private static final List<Set<Kind>> CALLS =
      List.of(
          EnumSet.of(Kind.SUBMIT),
          EnumSet.of(Kind.JOB),
          EnumSet.of(Kind.MEMBERS),
          EnumSet.allOf(Kind.class));

  /** A run over a misbehaving backend. */
  private record Attempt(
      MisbehavingBackend backend, ShareWorkflow workflow, ShareRun run, Set<Thread> threads) {

    static Attempt start(MisbehavingBackend backend, Duration deadline, Duration callTimeout) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      ShareWorkflow workflow =
          Samples.workflow(backend)
              .listener(event -> threads.add(Thread.currentThread()))
              .limits(new BatchLimits(1, 2, 2))
              .poll(PollPolicy.fixed(ofMillis(20)))
              .flow(FlowPolicy.defaults().callsPerSecond(500).callTimeout(callTimeout))
              .deadline(deadline)
              .closeTimeout(callTimeout)
              .build();
      return new Attempt(backend, workflow, workflow.start(share(2, 2)), threads);
    }

    /** It ended by its deadline at the latest; only a failure without a message may stop it. */
    void check() {
      check(
          backend.misbehavior == Misbehavior.NAMELESS_FAILURE
              ? Set.of(Ending.FINISHED, Ending.DEADLINE, Ending.STOPPED)
              : Set.of(Ending.FINISHED, Ending.DEADLINE));
    }

    void check(Set<Ending> endings) {
      ShareReport report = run.report().join();
      workflow.close();
      String said = this + ": " + report;
      boolean silent = backend.misbehavior == Misbehavior.NEVER && backend.submitted.isEmpty();
      if (report.ending() == Ending.STOPPED && silent) {
        return; // not even the first call was answered
      }
      if (backend.misbehavior.isHarmless()) {
        assertTrue(report.allDone(), said);
        assertEquals(backend.submitted.size(), report.jobs().size(), said);
        assertEquals(0, report.stats().openJobs(), said);
      }
      assertTrue(endings.contains(report.ending()), said);
      assertEquals(4, report.outcomes().map(Outcome::member).distinct().count(), said);
      Set<Member> there = backend.cloud.members();
      report.outcomes().forEach(outcome -> check(outcome, there, said));
    }

    private void check(Outcome outcome, Set<Member> there, String said) {
      boolean sent = wasSubmitted(outcome.member());
      if (outcome instanceof Outcome.Done) {
        assertTrue(there.contains(outcome.member()), said);
      } else {
        assertEquals(sent, outcome instanceof Outcome.Unknown, () -> outcome + ": " + said);
      }
    }

    private boolean wasSubmitted(Member member) {
      return backend.submitted.stream()
          .anyMatch(
              slice ->
                  slice.images().contains(member.image())
                      && slice.recipients().contains(member.recipient()));
    }

    @Override
    public String toString() {
      return backend.toString();
    }
  }

  private static List<MisbehavingBackend> backends(Timekeeper time, Set<Misbehavior> misbehaviors) {
    List<MisbehavingBackend> backends = new ArrayList<>();
    for (Misbehavior misbehavior : misbehaviors) {
      for (Set<Kind> calls : CALLS) {
        for (boolean effect : List.of(false, true)) {
          MemoryBackend cloud =
              Samples.cloud(time, 2).jobsTake(ofMillis(20)).latency(ofMillis(1)).build();
          backends.add(new MisbehavingBackend(cloud, misbehavior, calls, effect));
        }
      }
    }
    return backends;
  }

  @Test
  void everyMisbehaviorInRealTime() {
    List<Attempt> started = new ArrayList<>();
    for (Misbehavior misbehavior : Misbehavior.values()) {
      Duration deadline = misbehavior.isHarmless() ? Duration.ofMinutes(1) : ofMillis(300);
      Duration timeout = misbehavior.isHarmless() ? Duration.ofMinutes(1) : ofMillis(100);
      for (MisbehavingBackend backend : backends(Timekeeper.system(), EnumSet.of(misbehavior))) {
        started.add(Attempt.start(backend, deadline, timeout));
      }
    }
    for (Attempt attempt : started) {
      attempt.check();
      for (Thread thread : attempt.threads()) {
        assertEquals("imageshare-time", thread.getName(), attempt + " was heard elsewhere");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MANY_THREADS", "INTERRUPTED_THREAD"})
  void everyMisbehaviorInVirtualTime(Misbehavior misbehavior) {
    Duration deadline = Duration.ofMinutes(10);
    Duration timeout = Duration.ofSeconds(20);
    Timekeeper time = Timekeeper.virtual();
    for (MisbehavingBackend backend : backends(time, EnumSet.of(misbehavior))) {
      Instant start = time.now();
      Attempt attempt = Attempt.start(backend, deadline, timeout);
      attempt.check();
      Duration took = Duration.between(start, time.now());
      assertTrue(took.compareTo(deadline.plusSeconds(30)) <= 0, attempt + " took " + took);
    }
  }

  @Test
  void closingWaitsForNoAnswerThatNeverComes() throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    for (MisbehavingBackend backend : backends(time, EnumSet.of(Misbehavior.NEVER))) {
      Attempt attempt = Attempt.start(backend, Duration.ofHours(1), Duration.ofSeconds(20));
      time.sleep(Duration.ofSeconds(5));
      Instant closing = time.now();
      attempt.workflow().close();
      Duration took = Duration.between(closing, time.now());
      assertTrue(took.compareTo(Duration.ofSeconds(20)) <= 0, attempt + " took " + took);
      attempt.check(Set.of(Ending.FINISHED, Ending.CLOSED));
    }
    for (MisbehavingBackend backend :
        backends(Timekeeper.system(), EnumSet.of(Misbehavior.NEVER))) {
      Attempt attempt = Attempt.start(backend, Duration.ofHours(1), ofMillis(100));
      attempt.workflow().close();
      attempt.check(Set.of(Ending.CLOSED));
    }
  }

  // Listeners

  private interface Listener {
    void hears(ShareWorkflow workflow, ShareRun run) throws Exception;
  }

  /** A run with such a listener, and what the listener ran into. */
  private record Listening(ShareWorkflow workflow, ShareRun run, List<Throwable> failures) {

    static Listening start(Timekeeper time, Path path, Listener listener) throws IOException {
      Path journal = Files.createTempDirectory(path, "journal");
      CompletableFuture<Listening> started = new CompletableFuture<>();
      List<Throwable> failures = new CopyOnWriteArrayList<>();
      ShareWorkflow workflow =
          Samples.workflow(Samples.cloud(time, 2).jobsTake(ofMillis(20)).build())
              .journal(Journal.directory(journal))
              .flow(FlowPolicy.defaults().callsPerSecond(500))
              .poll(PollPolicy.fixed(ofMillis(20)))
              .listener(
                  event -> {
                    try {
                      listener.hears(started.join().workflow(), started.join().run());
                    } catch (Exception e) {
                      failures.add(e);
                    }
                  })
              .build();
      started.complete(new Listening(workflow, workflow.start(share(2, 2)), failures));
      return started.join();
    }

    ShareReport report() {
      return run.report().join();
    }
  }

  private static List<Timekeeper> times() {
    return List.of(Timekeeper.system(), Timekeeper.virtual());
  }

  @Test
  void aListenerMayThrowAnything(@TempDir Path path) throws IOException {
    for (Error thrown :
        List.of(
            new StackOverflowError("planted by the test"),
            new AssertionError("planted by the test"),
            new NoClassDefFoundError("planted by the test"))) {
      for (Timekeeper time : times()) {
        Listening listening =
            Listening.start(
                time,
                path,
                (workflow, run) -> {
                  throw thrown;
                });
        assertTrue(listening.report().allDone(), thrown + " " + time);
      }
    }
  }

  @Test
  void aListenerMayStartRuns(@TempDir Path path) throws IOException {
    for (Timekeeper time : times()) {
      List<ShareRun> more = new CopyOnWriteArrayList<>();
      Listening listening =
          Listening.start(
              time,
              path,
              (workflow, run) -> {
                if (more.size() < 5) {
                  more.add(workflow.start(share(2, 2)));
                }
              });
      assertTrue(listening.report().allDone());
      assertEquals(5, more.size());
      more.forEach(run -> assertTrue(run.report().join().allDone()));
      assertEquals(List.of(), listening.failures());
    }
  }

  @Test
  void aListenerMayCancelOrClose(@TempDir Path path) throws IOException {
    for (Timekeeper time : times()) {
      Listening cancelling = Listening.start(time, path, (workflow, run) -> run.cancel());
      assertEquals(Ending.CANCELLED, cancelling.report().ending());
      Listening closing = Listening.start(time, path, (workflow, run) -> workflow.close());
      assertEquals(Ending.CLOSED, closing.report().ending());
      assertEquals(List.of(), cancelling.failures());
      assertEquals(List.of(), closing.failures());
    }
  }

  @Test
  void aListenerMayAsk(@TempDir Path path) throws IOException {
    for (Timekeeper time : times()) {
      Listening asking =
          Listening.start(
              time,
              path,
              (workflow, run) -> {
                assertEquals(4, run.progress().total());
                assertFalse(run.report().isDone());
                CompletableFuture<?> closes = run.report().thenRun(workflow::close);
                CompletableFuture<?> throwing =
                    run.report()
                        .thenRun(
                            () -> {
                              throw new AssertionError("planted by the test");
                            });
                assertFalse(closes.isDone() || throwing.isDone());
                run.report().cancel(true);
              });
      assertTrue(asking.report().allDone());
      assertEquals(List.of(), asking.failures());
    }
  }

  @Test
  void aListenerThatWaitsGetsAnError(@TempDir Path path) throws IOException {
    for (Timekeeper time : times()) {
      List<Listener> waiting =
          List.of(
              (workflow, run) -> run.report().join(),
              (workflow, run) -> run.report().get(),
              (workflow, run) -> run.report().get(1, TimeUnit.HOURS),
              (workflow, run) -> workflow.run(share(1, 1)),
              (workflow, run) -> workflow.start("id", share(1, 1)),
              (workflow, run) -> workflow.resume(),
              (workflow, run) -> time.sleep(Duration.ofHours(1)));
      for (Listener waits : waiting) {
        Listening listening = Listening.start(time, path, waits);
        assertTrue(listening.report().allDone());
        assertFalse(listening.failures().isEmpty());
        for (Throwable failure : listening.failures()) {
          assertInstanceOf(IllegalStateException.class, failure);
          assertTrue(String.valueOf(failure.getMessage()).contains("listener"), failure.toString());
        }
      }
    }
  }
}
