package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.share;
import static io.imageshare.memory.Samples.workflow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.PollPolicy;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much of what a throttle allows is used, and how little is refused: its limit is not told. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ThrottleTest {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  private final Timekeeper time = Timekeeper.virtual();

  private ShareWorkflow.Builder impatient(MemoryBackend cloud, Throttle throttle, Set<Kind> kinds) {
    return workflow(new ThrottledBackend(cloud, ofMillis(40), throttle, kinds))
        .limits(new BatchLimits(1, 100, 100))
        .flow(FlowPolicy.defaults().callsPerSecond(60).openJobs(100))
        .deadline(throttle.window().multipliedBy(60));
  }

  private void runAgainst(Throttle throttle, int images, Duration latency) throws Exception {
    ThrottledBackend.sixtyWindows(throttle, time, images, latency);
    assertTrue(throttle.refused() > 0, "the throttle was never felt");
  }

  private void assertBar(double used, double refused, Throttle throttle, long start, String what) {
    double share = throttle.used(time.nanoTime() - start);
    assertTrue(share >= used, what + ": " + share + " used");
    assertTrue(throttle.refusedLate() <= refused, what + ": " + throttle.refusedLate());
  }

  private void assertFixed(int limit, Duration window) throws Exception {
    for (double turn : new double[] {0, .37, .8}) {
      for (boolean counts : new boolean[] {true, false}) {
        assertFixed(limit, window, turn, counts, ofMillis(40));
      }
    }
  }

  private void assertFixed(
      int limit, Duration window, double turn, boolean counts, Duration latency) throws Exception {
    Throttle throttle = Throttle.fixed(limit, window, turn, counts);
    long start = time.nanoTime();
    runAgainst(throttle, limit * 26, latency);
    assertBar(.88, .06, throttle, start, turn + " " + counts);
  }

  @Test
  void tenAMinute() throws Exception {
    assertFixed(10, ofMinutes(1));
  }

  @Test
  void aHundredAMinute() throws Exception {
    assertFixed(100, ofMinutes(1));
  }

  @Test
  void twentyASecond() throws Exception {
    assertFixed(20, ofSeconds(1));
  }

  @Test
  void otherLimitsAndOtherLatencies() throws Exception {
    assertFixed(5, ofSeconds(10), .37, true, ofMillis(1));
    assertFixed(10, ofMinutes(1), 0, true, ofMillis(500));
    assertFixed(300, ofMinutes(1), .8, false, ofMillis(250));
  }

  @Test
  void windowsThatSlide() throws Exception {
    for (boolean counts : new boolean[] {true, false}) {
      for (int limit : new int[] {10, 100}) {
        Throttle throttle = Throttle.sliding(limit, ofMinutes(1), counts);
        long start = time.nanoTime();
        runAgainst(throttle, limit * 26, ofMillis(40));
        assertBar(.75, .06, throttle, start, limit + " a minute, " + counts);
      }
      Throttle throttle = Throttle.sliding(20, ofSeconds(1), counts);
      long start = time.nanoTime();
      runAgainst(throttle, 500, ofMillis(40));
      assertBar(.75, .06, throttle, start, "20 a second, " + counts);
    }
  }

  @Test
  void twentyASecondWhoseAnswersTakeHalfASecond() throws Exception {
    for (boolean counts : new boolean[] {true, false}) {
      for (Throttle throttle :
          List.of(
              Throttle.fixed(20, ofSeconds(1), .37, counts),
              Throttle.fixed(20, ofSeconds(1), .37, counts).tells(),
              Throttle.sliding(20, ofSeconds(1), counts))) {
        Timekeeper own = Timekeeper.virtual();
        long start = own.nanoTime();
        ThrottledBackend.sixtyWindows(throttle, own, 520, ofMillis(500));
        double used = throttle.used(own.nanoTime() - start);
        assertTrue(used >= .85, counts + ": " + used + " used");
        assertTrue(throttle.refusedLate() <= .06, counts + ": " + throttle.refusedLate());
      }
    }
  }

  @Test
  void aWindowThatIsReported() throws Exception {
    Throttle throttle = Throttle.fixed(100, ofMinutes(1), .37, true).tells();
    long start = time.nanoTime();
    runAgainst(throttle, 2600, ofMillis(40));
    assertBar(.95, .02, throttle, start, "told");
  }

  @Test
  void aLimitThatChanges() throws Exception {
    for (int later : new int[] {50, 200}) {
      MemoryBackend cloud = Samples.cloud(time, 5000).latency(ofMillis(40)).build();
      Throttle throttle = Throttle.fixed(100, ofMinutes(1), .37, true);
      long start = time.nanoTime();
      impatient(cloud, throttle, ALL).build().start(share(5000, 1));
      time.sleep(ofMinutes(30));
      throttle.becomes(later, time.nanoTime() - start);
      time.sleep(ofMinutes(30));
      assertBar(.88, .06, throttle, start, "later " + later);
    }
  }

  @Test
  void twoClientsShareALimit() throws Exception {
    Throttle throttle = Throttle.fixed(100, ofMinutes(1), .37, true);
    long start = time.nanoTime();
    MemoryBackend one = Samples.cloud(time, 2500).latency(ofMillis(40)).build();
    MemoryBackend other = Samples.cloud(time, 2500).latency(ofMillis(60)).build();
    impatient(one, throttle, ALL).build().start(share(2500, 1));
    impatient(other, throttle, ALL).build().start(share(2500, 1));
    time.sleep(ofMinutes(60));
    assertBar(.88, .06, throttle, start, "together");
    long less = Math.min(one.calls().size(), other.calls().size());
    assertTrue(less >= throttle.taken() / 5, "one got " + less + " of " + throttle.taken());
  }

  @Test
  void theNextRunKnowsWhatTheLastOneLearned() {
    MemoryBackend cloud = Samples.cloud(time, 300).latency(ofMillis(40)).build();
    Throttle throttle = Throttle.fixed(100, ofMinutes(1), .37, true);
    ShareWorkflow workflow = impatient(cloud, throttle, ALL).build();
    workflow.run(share(300, 1)).requireAllDone();
    long refused = throttle.refused();
    workflow.run(share(300, 2)).requireAllDone();
    assertTrue(throttle.refused() < 1.5 * refused, throttle.refused() + " after " + refused);
  }

  @Test
  void whatTheThrottleDoesNotCountIsSlowedForAWhileOnly() {
    for (Kind throttled : List.of(Kind.SUBMIT, Kind.MEMBERS)) {
      double slowed = 0;
      for (double turn : new double[] {0, .37, .8}) {
        Timekeeper own = Timekeeper.virtual();
        MemoryBackend cloud = Samples.cloud(own, 60).latency(ofMillis(40)).build();
        Throttle throttle = Throttle.fixed(10, ofMinutes(1), turn, true);
        Instant start = own.now();
        impatient(cloud, throttle, Set.of(throttled)).build().run(share(60, 1)).requireAllDone();
        double minutes = Duration.between(start, own.now()).toMillis() / 60_000.0;
        slowed += minutes / (calls(cloud, throttled).size() / 10.0) / 3;
        assertTrue(throttle.refused() <= 60, turn + ": " + throttle.refused() + " refused");
      }
      assertTrue(slowed <= 1.6, throttled + ": " + slowed + " times the minutes needed");
    }
  }

  @Test
  void aCallThatWaitsLongHoldsUpNoOther() throws Exception {
    MemoryBackend cloud = Samples.cloud(time, 50).latency(Duration.ZERO).build();
    cloud.inject(new Fault.Throttled(ofSeconds(60), Fault.Throttled.Style.GATEWAY).on(Kind.SUBMIT));
    ShareWorkflow workflow = workflow(cloud).build();
    workflow.start(share(1, 1));
    time.sleep(ofSeconds(2));
    ShareRun other = workflow.start(share(50, 1));
    time.sleep(ofSeconds(20));
    assertTrue(other.report().isDone(), other.progress().toString());
  }

  @Test
  void aLongWaitThatSeveralCallsAreAskedForHoldsUpNoOtherKind() throws Exception {
    MemoryBackend cloud = Samples.cloud(time, 50).latency(ofMillis(40)).build();
    Fault longWait = new Fault.Throttled(ofMinutes(5), Fault.Throttled.Style.GATEWAY);
    cloud.inject(longWait.on(Kind.SUBMIT), 3);
    ShareWorkflow workflow = workflow(cloud).limits(new BatchLimits(1, 1, 1)).build();
    ShareRun run = workflow.start(share(3, 1));
    time.sleep(ofSeconds(5));
    assertEquals(3, calls(cloud, Kind.SUBMIT).size());
    int before = calls(cloud, Kind.MEMBERS).size();
    workflow.start(ShareRequest.unshare(Samples.ids("image-", 50), List.of("project-9")));
    time.sleep(ofSeconds(10));
    assertTrue(calls(cloud, Kind.MEMBERS).size() > before, "no listing within 10 s");
    time.await(run.report()).requireAllDone();
  }

  @Test
  void aPollThatIsDueWaitsForNoWriteThatWaited() {
    MemoryBackend cloud =
        Samples.cloud(time, 60).latency(Duration.ZERO).jobsTake(ofSeconds(1)).build();
    workflow(cloud)
        .limits(new BatchLimits(1, 1, 1))
        .flow(FlowPolicy.defaults().callsPerSecond(2).openJobs(60))
        .poll(PollPolicy.fixed(ofSeconds(5)))
        .build()
        .run(share(60, 1))
        .requireAllDone();
    List<Call> submits = calls(cloud, Kind.SUBMIT);
    List<Call> polls = calls(cloud, Kind.JOB);
    assertEquals(60, polls.size());
    for (int i = 0; i < polls.size(); i++) {
      Instant due = submits.get(i).begun().plusSeconds(5);
      Instant made = polls.get(i).begun();
      long before =
          submits.stream().filter(s -> s.begun().isAfter(due) && s.begun().isBefore(made)).count();
      assertTrue(before <= 1, "poll " + i + " waited for " + before + " writes");
    }
  }

  @Test
  void aThrottleAboveThePolicyChangesNothing() {
    MemoryBackend cloud = Samples.cloud(time, 100).latency(ofMillis(40)).build();
    Throttle throttle = Throttle.fixed(61, ofSeconds(1), .37, true);
    impatient(cloud, throttle, ALL).build().run(share(100, 1)).requireAllDone();
    MemoryBackend free = Samples.cloud(time, 100).latency(ofMillis(40)).build();
    impatient(free, throttle, Set.of()).build().run(share(100, 1)).requireAllDone();
    assertEquals(0, throttle.refused());
    assertEquals(sinceTheFirst(free), sinceTheFirst(cloud));
  }

  private static List<Duration> sinceTheFirst(MemoryBackend cloud) {
    Instant first = cloud.calls().get(0).begun();
    return cloud.calls().stream().map(call -> Duration.between(first, call.begun())).toList();
  }

  @Test
  void oneOddRefusalSlowsNothing() {
    for (Fault odd :
        List.of(
            new Fault.Throttled(),
            new Fault.Throttled(Duration.ZERO, Fault.Throttled.Style.TASKS))) {
      MemoryBackend cloud = Samples.cloud(time, 200).latency(ofMillis(40)).build();
      cloud.inject(odd.on(Kind.SUBMIT));
      workflow(cloud).limits(new BatchLimits(1, 1, 1)).build().run(share(200, 1)).requireAllDone();
      List<Call> submits = calls(cloud, Kind.SUBMIT);
      Duration all = Duration.between(submits.get(0).begun(), submits.get(200).begun());
      assertFalse(all.compareTo(ofSeconds(65)) > 0, "took " + all);
    }
  }

  @Test
  void refusalsByChanceSlowARunByAtMostAQuarter() {
    double without = seconds(Chaos.none());
    double with = seconds(Chaos.none().rate(new Fault.Throttled(), .1));
    assertTrue(with <= 1.25 * without, with + " s instead of " + without);
  }

  private static double seconds(Chaos chaos) {
    Duration sum = Duration.ZERO;
    for (int seed = 0; seed < 40; seed++) {
      Timekeeper own = Timekeeper.virtual();
      MemoryBackend cloud =
          Samples.cloud(own, 100).latency(ofMillis(40)).chaos(chaos).seed(seed).build();
      Instant start = own.now();
      ShareWorkflow.builder(cloud).seed(seed).build().run(share(100, 100)).requireAllDone();
      sum = sum.plus(Duration.between(start, own.now()));
    }
    return sum.toMillis() / 1000.0;
  }
}
