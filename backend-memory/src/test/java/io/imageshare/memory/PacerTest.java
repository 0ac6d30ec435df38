package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.Pacer;
import io.imageshare.Pacer.Snapshot;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several processes at one limit that nobody told them of. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PacerTest {
  private static final int IMAGES = 200;
  private static final Duration JOB = ofSeconds(3);

  /** Processes in front of one throttle. */
  private static final class Fleet {
    final Timekeeper time = Timekeeper.virtual();
    final Instant begun = time.now();
    final SharedPacer pacer = new SharedPacer(time);
    final Throttle throttle;
    final MemoryBackend cloud;
    final List<Timed> backends = new ArrayList<>();
    final List<ShareRun> runs = new ArrayList<>();
    final List<Duration> took = new ArrayList<>();
    FlowPolicy flow = FlowPolicy.defaults();
    private int images;

    Fleet(Throttle throttle, int seed) {
      this.throttle = throttle;
      cloud =
          Samples.cloud(time, 4 * IMAGES).latency(ofMillis(40)).jobsTake(JOB).seed(seed).build();
    }

    /** One more process, with so many images; null: without a pacer. */
    ShareWorkflow start(int count, @Nullable Pacer its, Timekeeper clock) {
      Timed backend = new Timed(ThrottledBackend.all(cloud, ofMillis(40), throttle), time);
      backends.add(backend);
      ShareWorkflow.Builder builder =
          ShareWorkflow.builder(backend)
              .time(clock)
              .seed(backends.size())
              .flow(flow)
              .limits(new BatchLimits(1, 100, 100));
      ShareWorkflow workflow = (its == null ? builder : builder.pacer(its)).build();
      List<String> own = ids("image-", images + count).subList(images, images + count);
      images += count;
      ShareRun run = workflow.start(ShareRequest.share(own, List.of("project-1")));
      runs.add(run);
      CompletableFuture<?> unused =
          run.report().thenRun(() -> took.add(Duration.between(begun, time.now())));
      return workflow;
    }

    Fleet start(int count, @Nullable Pacer its) {
      start(count, its, time);
      return this;
    }

    /** Four processes with so many images each. */
    Fleet four(int count) {
      for (int n = 0; n < 4; n++) {
        start(count, pacer);
      }
      return this;
    }

    /** How long all runs took. */
    Duration end() {
      runs.forEach(run -> run.report().join().requireAllDone());
      return Collections.max(took);
    }

    /** Calls in the second from then on. */
    long calls(Instant from) {
      return backends.stream().mapToLong(b -> b.between(from, from.plusSeconds(1))).sum();
    }

    double refused() {
      return (double) throttle.refused() / (throttle.taken() + throttle.refused());
    }
  }

  /** Keeps the times of calls. */
  private static final class Timed extends ForwardingBackend {
    private final Timekeeper time;
    final List<Instant> calls = new ArrayList<>();

    Timed(MemberBackend backend, Timekeeper time) {
      super(backend);
      this.time = time;
    }

    @Override
    <T> CompletionStage<T> call(
        Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
      calls.add(time.now());
      return call.get();
    }

    long between(Instant from, Instant to) {
      return calls.stream().filter(at -> !at.isBefore(from) && at.isBefore(to)).count();
    }
  }

  /** Counted over a second, in two ways, or over ten. */
  private static Throttle fourASecond(int seed) {
    return switch (seed % 3) {
      case 0 -> Throttle.fixed(4, ofSeconds(1), seed * .17 % 1, true);
      case 1 -> Throttle.sliding(4, ofSeconds(1), false);
      default -> Throttle.fixed(40, ofSeconds(10), seed * .17 % 1, true);
    };
  }

  private static Throttle noLimit() {
    return Throttle.fixed(1000, ofSeconds(1), 0, true);
  }

  private static void assertAtMost(Number bar, Number value, String what) {
    assertTrue(
        value.doubleValue() <= bar.doubleValue(),
        what + ": " + value + ", not " + bar + " at most");
  }

  @Test
  void fourProcessesGetWhatOneGets() {
    double refusedAlone = 0;
    double refused = 0;
    double refusedByTheSecond = 0;
    for (int seed = 0; seed < 12; seed++) {
      Fleet one = new Fleet(fourASecond(seed), seed).start(IMAGES, null);
      Fleet four = new Fleet(fourASecond(seed), seed).four(IMAGES / 4);
      assertAtMost(1.1 * one.end().toMillis(), four.end().toMillis(), "seed " + seed);
      refusedAlone += one.refused() / 12;
      refused += four.refused() / 12;
      refusedByTheSecond += seed % 3 < 2 ? four.refused() / 8 : 0;
    }
    assertAtMost(refusedAlone + .01, refused, "refused");
    assertAtMost(.03, refusedByTheSecond, "refused where calls are counted by the second");
  }

  @Test
  void nobodyStarves() {
    for (int seed = 0; seed < 3; seed++) {
      Fleet fleet = new Fleet(fourASecond(seed), seed).four(IMAGES / 4);
      fleet.end();
      for (Timed backend : fleet.backends) {
        for (int second : new int[] {20, 80}) {
          Instant from = fleet.begun.plusSeconds(second);
          long calls = backend.between(from, from.plusSeconds(60));
          assertTrue(calls >= 40, "seed " + seed + ": " + calls + " of 240 in a minute");
        }
      }
    }
  }

  @Test
  void whatOneDoesNotNeedTheOthersGet() {
    Fleet one = new Fleet(fourASecond(1), 1).start(IMAGES, null);
    Fleet four = new Fleet(fourASecond(1), 1);
    four.start(IMAGES - 30, four.pacer);
    for (int n = 0; n < 3; n++) {
      four.start(10, four.pacer);
    }
    assertAtMost(1.1 * one.end().toMillis(), four.end().toMillis(), "all");
    assertAtMost(60, four.took.get(2).toSeconds(), "those with little to do");
  }

  @Test
  void withoutALimitThePolicyHoldsForAllTogetherAndCallsWaitForNoAnswer() {
    Fleet one = new Fleet(noLimit(), 1).start(IMAGES, null);
    Fleet four = new Fleet(noLimit(), 1).four(IMAGES / 4);
    assertAtMost(1.1 * one.end().toMillis(), four.end().toMillis(), "all");
    for (Instant at = four.begun; four.calls(at) > 0; at = at.plusSeconds(1)) {
      assertAtMost(33, four.calls(at), "calls in a second");
    }
    assertAtMost(four.throttle.taken() / 3, four.pacer.version(), "turns");
  }

  @Test
  void openJobsAreSharedAndNobodyKeepsThem() {
    for (int jobs : new int[] {1, 2, 6}) {
      Fleet fleet = new Fleet(noLimit(), 1);
      fleet.flow = FlowPolicy.defaults().openJobs(jobs);
      fleet.four(10);
      fleet.end();
      List<Instant> begun =
          calls(fleet.cloud, Kind.SUBMIT).stream().map(MemoryBackend.Call::begun).toList();
      for (int n = jobs; n < begun.size(); n++) {
        Duration since = Duration.between(begun.get(n - jobs), begun.get(n));
        assertTrue(since.compareTo(JOB) >= 0, jobs + " jobs, submit " + n + ": " + since);
      }
      double first = fleet.took.get(0).toMillis();
      assertAtMost(2 * first, fleet.took.get(3).toMillis(), jobs + " jobs: the last, not soon");
    }
  }

  /** Each turn meets many others, and takes longer than slots are taken ahead. */
  @Test
  void aPacerThatIsSlowHoldsNobodyUpForEver() {
    for (int way : new int[] {400, 450}) {
      Fleet fleet = new Fleet(fourASecond(0), 1);
      Pacer slow =
          (version, state) -> {
            CompletableFuture<Snapshot> answer = new CompletableFuture<>();
            fleet.time.schedule(
                ofMillis(way),
                () ->
                    fleet
                        .pacer
                        .replace(version, state)
                        .thenAccept(
                            now -> fleet.time.schedule(ofMillis(way), () -> answer.complete(now))));
            return answer;
          };
      for (int n = 0; n < 10; n++) {
        fleet.start(IMAGES / 10, slow);
      }
      assertAtMost(900, fleet.end().toSeconds(), way + " ms: all");
    }
  }

  /** More than one a nanosecond, and one in centuries: times that are equal, or overflow. */
  @Test
  void anyRateThatAPolicyAllowsWillDo() {
    for (double rate : new double[] {2e9, Double.MAX_VALUE}) {
      Fleet fleet = new Fleet(noLimit(), 1);
      fleet.flow = FlowPolicy.defaults().callsPerSecond(rate);
      assertAtMost(60, fleet.four(10).end().toSeconds(), rate + " a second");
    }
    for (double rate : new double[] {1e-10, Double.MIN_VALUE}) {
      Fleet fleet = new Fleet(noLimit(), 1);
      fleet.flow = FlowPolicy.defaults().callsPerSecond(rate);
      fleet.four(1).runs.forEach(run -> run.report().join());
      assertAtMost(4, fleet.cloud.calls().size(), rate + " a second");
    }
  }

  private interface Away {
    CompletionStage<Snapshot> answer(Fleet fleet, long version, String state);
  }

  private static Pacer away(Fleet fleet, Away away, long from, long to) {
    return (version, state) -> {
      long at = Duration.between(fleet.begun, fleet.time.now()).toSeconds();
      return at < from || at >= to
          ? fleet.pacer.replace(version, state)
          : away.answer(fleet, version, state);
    };
  }

  private static CompletionStage<Snapshot> late(Fleet fleet, Snapshot answer) {
    CompletableFuture<Snapshot> late = new CompletableFuture<>();
    fleet.time.schedule(ofSeconds(3), () -> late.complete(answer));
    return late;
  }

  @Test
  void whileThePacerIsAwayEachKeepsToItsShare() throws InterruptedException {
    List<Away> ways =
        List.of(
            (fleet, version, state) -> CompletableFuture.failedFuture(new IOException("reset")),
            (fleet, version, state) -> {
              throw new IllegalStateException("closed");
            },
            (fleet, version, state) -> {
              throw new AssertionError("closed");
            },
            (fleet, version, state) -> new CompletableFuture<>(),
            (fleet, version, state) ->
                CompletableFuture.completedFuture(
                    new Snapshot(7, "what is this?", fleet.time.now())),
            (fleet, version, state) ->
                fleet.pacer.replace(version, state).thenCompose(now -> new CompletableFuture<>()),
            (fleet, version, state) ->
                fleet.pacer.replace(version, state).thenCompose(now -> late(fleet, now)));
    for (Away way : ways) {
      String what = "way " + ways.indexOf(way);
      long refused = 0;
      for (int seed = 0; seed < 4; seed++) {
        Fleet fleet = new Fleet(fourASecond(seed), 1);
        Pacer pacer = away(fleet, way, 60, 120);
        for (int n = 0; n < 4; n++) {
          fleet.start(IMAGES / 4, pacer);
        }
        fleet.time.sleep(ofSeconds(60));
        long taken = fleet.throttle.taken();
        long before = fleet.throttle.refused();
        long version = fleet.pacer.version();
        fleet.time.sleep(ofSeconds(60));
        assertAtMost(fleet.throttle.taken() - taken, .85 * 240, what + ": the bar, taken");
        assertAtMost(4, fleet.pacer.version() - version, what + ": turns");
        refused += fleet.throttle.refused() - before;
        fleet.end();
        assertAtMost(fleet.pacer.version() - version, 100, what + ": the bar, turns after it");
      }
      assertAtMost(.05 * 4 * 240, refused, what + ": refused");
    }
  }

  @Test
  void aPacerThatNeverAnsweredChangesNothingButTheStart() {
    Pacer never = (version, state) -> new CompletableFuture<>();
    Fleet without = new Fleet(noLimit(), 1).start(IMAGES, null);
    Fleet with = new Fleet(noLimit(), 1).start(IMAGES, never);
    assertAtMost(without.end().toMillis() + 1100, with.end().toMillis(), "all");
  }

  @Test
  void whatADeadProcessHadComesBackAfterAMinute() throws InterruptedException {
    Fleet fleet = new Fleet(noLimit(), 1);
    fleet.flow = FlowPolicy.defaults().openJobs(2);
    ProcessTime its = new ProcessTime(fleet.time, Duration.ZERO);
    fleet.start(50, fleet.pacer, its);
    fleet.time.sleep(ofSeconds(20));
    its.pauseAt(its.tasks(), Duration.ofDays(1));
    fleet.runs.clear();
    fleet.start(10, fleet.pacer);
    int before = calls(fleet.cloud, Kind.SUBMIT).size();
    fleet.time.sleep(ofSeconds(55));
    assertEquals(before, calls(fleet.cloud, Kind.SUBMIT).size());
    assertAtMost(100, fleet.end().toSeconds(), "the living one");
  }

  @Test
  void aClockThatIsSetHoldsNobodyUp() throws InterruptedException {
    Fleet one = new Fleet(fourASecond(2), 1).start(IMAGES, null);
    Fleet four = new Fleet(fourASecond(2), 1).four(IMAGES / 4);
    four.time.sleep(ofSeconds(60));
    four.pacer.setBack(Duration.ofHours(1));
    four.time.sleep(ofSeconds(30));
    four.pacer.setBack(Duration.ofHours(-2));
    assertAtMost(1.1 * one.end().toMillis(), four.end().toMillis(), "all");
  }

  @Test
  void whoClosesLeavesTheRestToOthers() throws InterruptedException {
    Fleet fleet = new Fleet(noLimit(), 1);
    fleet.flow = FlowPolicy.defaults().openJobs(2);
    ShareWorkflow closed = fleet.start(50, fleet.pacer, fleet.time);
    fleet.time.sleep(ofSeconds(20));
    closed.close();
    int before = calls(fleet.cloud, Kind.SUBMIT).size();
    fleet.start(10, fleet.pacer);
    fleet.time.sleep(ofMillis(500));
    assertEquals(before + 2, calls(fleet.cloud, Kind.SUBMIT).size());
  }

  /** A second is how long an answer is waited for. */
  @Test
  void nothingIsLeftAfterClose() throws InterruptedException {
    Pacer never = (version, state) -> new CompletableFuture<>();
    for (boolean answers : new boolean[] {true, false}) {
      Fleet fleet = new Fleet(noLimit(), 1);
      ShareWorkflow closed = fleet.start(50, answers ? fleet.pacer : never, fleet.time);
      fleet.time.sleep(ofSeconds(4));
      closed.close();
      Instant at = fleet.time.now();
      assertThrows(
          IllegalStateException.class, () -> fleet.time.await(new CompletableFuture<Boolean>()));
      assertAtMost(1000, Duration.between(at, fleet.time.now()).toMillis(), "something is left");
    }
  }
}
