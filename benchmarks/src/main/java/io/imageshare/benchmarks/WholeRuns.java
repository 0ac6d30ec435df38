package io.imageshare.benchmarks;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.Outcome;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.benchmarks.Score.Belief;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.Throttle;
import io.imageshare.memory.ThrottledBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Whole runs, calls and time and what became of the pairs: ours beside what people write. */
final class WholeRuns {
  private static final int SEEDS = 5;
  private static final int SIDE = 100;
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final Duration LONG_AFTER = Duration.ofHours(1);
  private static final String BAD = "project-13";
  private static final double INTENSITY = .3;
  private static final Chaos FAULTS = Chaos.passing(INTENSITY);

  /** The faults of calls without those of jobs. */
  private static final Chaos CALL_FAULTS =
      FAULTS
          .rate(new Fault.SlowJob(Duration.ofMinutes(1)), 0)
          .rate(new Fault.PartialFail(), 0)
          .rate(new Fault.HollowSuccess(), 0);

  private static final ShareRequest REQUEST =
      ShareRequest.share(ids("image-", 0, SIDE), ids("project-", 0, SIDE));

  private record Scenario(String name, String label, Supplier<Throttle> throttle, boolean faults) {}

  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario("Nothing in the way", "free", WholeRuns::open, false),
          new Scenario("10 calls a second", "10/s", WholeRuns::brisk, false),
          new Scenario("100 calls a minute", "100/min", WholeRuns::slow, false),
          new Scenario("Faults", "faults", WholeRuns::open, true),
          new Scenario("Faults and 10 calls a second", "faults, 10/s", WholeRuns::brisk, true),
          new Scenario("Faults and 100 calls a minute", "faults, 100/min", WholeRuns::slow, true));

  /** Shares it all, and tells what it takes each pair for. */
  private interface Way {
    Belief share(MemberBackend cloud, int seed) throws InterruptedException;
  }

  /**
   * Someone who shares.
   *
   * @param asynchronous whether there are jobs to be watched
   */
  private record Contender(String name, boolean asynchronous, Way way) {}

  private static final List<Contender> CONTENDERS =
      List.of(
          new Contender("imageshare", true, (c, seed) -> ours(c, seed, b -> b)),
          new Contender("imageshare, 10 x 10", true, (c, seed) -> ours(c, seed, WholeRuns::small)),
          new Contender(
              "imageshare, 10 x 10, wide", true, (c, seed) -> ours(c, seed, b -> wide(small(b)))),
          new Contender("loop, one by one (model)", true, (c, seed) -> threads(c, 1, 10)),
          new Contender("loop, 16 threads (model)", true, (c, seed) -> threads(c, 16, 10)),
          new Contender("loop, submit all (model)", true, (c, seed) -> submitAll(c, 1)),
          new Contender("loop, submit all, 5 tries (model)", true, (c, seed) -> submitAll(c, 5)),
          new Contender("one call per pair (model)", false, (c, seed) -> threads(c, 1, 1)));

  private final Results results;
  private final Map<String, List<@Nullable Double>> seconds = new LinkedHashMap<>();
  private final Map<String, List<@Nullable Double>> bad = new LinkedHashMap<>();

  WholeRuns(Results results) {
    this.results = results;
  }

  private static Throttle open() {
    return Throttle.fixed(Integer.MAX_VALUE, Duration.ofDays(1), 0, false);
  }

  private static Throttle brisk() {
    return Throttle.fixed(10, Duration.ofSeconds(1), 0, false);
  }

  private static Throttle slow() {
    return Throttle.fixed(100, Duration.ofMinutes(1), 0, false);
  }

  private static ShareWorkflow.Builder small(ShareWorkflow.Builder builder) {
    return builder.limits(new BatchLimits(10, 10, 100));
  }

  private static ShareWorkflow.Builder wide(ShareWorkflow.Builder builder) {
    return builder.flow(
        FlowPolicy.defaults().callsPerSecond(200).concurrentCalls(64).openJobs(100));
  }

  private static Belief ours(
      MemberBackend cloud, int seed, UnaryOperator<ShareWorkflow.Builder> settings) {
    try (ShareWorkflow workflow = settings.apply(ShareWorkflow.builder(cloud).seed(seed)).build()) {
      Belief belief = new Belief();
      workflow
          .run(REQUEST)
          .outcomes()
          .forEach(
              outcome -> {
                if (outcome instanceof Outcome.Done) {
                  belief.done(outcome.member());
                } else if (outcome instanceof Outcome.Unknown) {
                  belief.unknown(outcome.member());
                }
              });
      return belief;
    }
  }

  private static Belief threads(MemberBackend cloud, int threads, int side)
      throws InterruptedException {
    Loop loop = new Loop(cloud, 1);
    cloud.time().await(loop.threads(threads, slices(side)));
    return loop.belief();
  }

  private static Belief submitAll(MemberBackend cloud, int tries) throws InterruptedException {
    Loop loop = new Loop(cloud, tries);
    cloud.time().await(loop.submitThenPoll(slices(10)));
    return loop.belief();
  }

  private static List<ShareRequest> slices(int side) {
    List<ShareRequest> slices = new ArrayList<>();
    for (int i = 0; i < SIDE; i += side) {
      for (int p = 0; p < SIDE; p += side) {
        slices.add(ShareRequest.share(ids("image-", i, i + side), ids("project-", p, p + side)));
      }
    }
    return slices;
  }

  private static List<String> ids(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> prefix + i).toList();
  }

  void write() throws IOException, InterruptedException {
    results.heading("Whole runs");
    results.text(
        """
        %d images with %d projects, 40 ms a call, jobs of 2.3 s (lognormal, sigma 0.3), in virtual time: exact
        counts, mean over %d seeds. Ours runs with its defaults, then with slices of 10 x 10 as the loops send, then
        also allowed 200 calls a second, 64 at once, and 100 open jobs. The loops are models of what people write with the vendor's client; they send
        slices of 10 x 10, look at once and then every second, and take a call that throws for a failure: one
        slice after the other, 16 threads, all submits before the first look, and that with every call that throws
        made up to 5 times, a second apart. One call
        per pair is what the API of openstack4j forces; there is no job then. A throttle refuses what is over its
        limit in a fixed window, and does not count it. The faults are those of `Chaos.passing(%s)`: lost answers,
        slow jobs, jobs that do part of their work, listings that lag, passing refusals; and one project is unknown
        to the region. "Not shared" are pairs that could be and are not, "wrongly told" are pairs that are not what
        the contender says at its end, "unknown" those it says it does not know.
        """
            .formatted(SIDE, SIDE, SEEDS, INTENSITY));
    for (Scenario scenario : SCENARIOS) {
      results.text("### " + scenario.name());
      results.table(
          List.of("who", "seconds", "calls", "too fast", "not shared", "wrongly told", "unknown"),
          rows(scenario));
    }
    List<String> groups = SCENARIOS.stream().map(Scenario::label).toList();
    results.chart(
        "runs-seconds",
        "Time of a run that left nothing undone and told nothing wrong",
        Charts.bars(
            "Time of a run that left nothing undone and told nothing wrong",
            "virtual seconds",
            1,
            groups,
            seconds));
    results.chart(
        "runs-wrong",
        "Pairs not shared or wrongly told",
        Charts.bars(
            "Of 10,000 pairs, not shared or wrongly told (no bar: none)", "pairs", 1, groups, bad));
  }

  private List<List<String>> rows(Scenario scenario) throws InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (Contender contender : CONTENDERS) {
      Score score = Score.ZERO;
      for (int seed = 0; seed < SEEDS; seed++) {
        score = score.plus(run(scenario, contender, seed));
      }
      score = score.over(SEEDS);
      rows.add(score.cells(contender.name()));
      double spoiled = score.spoiled();
      seconds
          .computeIfAbsent(contender.name(), n -> new ArrayList<>())
          .add(spoiled > 0 ? null : score.seconds());
      bad.computeIfAbsent(contender.name(), n -> new ArrayList<>())
          .add(spoiled > 0 ? spoiled : null);
    }
    return rows;
  }

  private static Score run(Scenario scenario, Contender contender, int seed)
      throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend.Builder builder =
        MemoryBackend.builder().time(time).images(REQUEST.images()).latency(LATENCY).seed(seed);
    builder.jobsTake(
        random ->
            Duration.ofNanos(
                contender.asynchronous()
                    ? (long) (2.3e9 * Math.exp(.3 * random.nextGaussian()))
                    : 0));
    if (scenario.faults()) {
      builder.chaos(contender.asynchronous() ? FAULTS : CALL_FAULTS).badProjects(BAD);
    }
    MemoryBackend cloud = builder.build();
    Throttle throttle = scenario.throttle().get();
    MemberBackend gateway = ThrottledBackend.all(cloud, LATENCY, throttle);
    long began = time.nanoTime();
    Belief belief = contender.way().share(gateway, seed);
    double lasted = (time.nanoTime() - began) / 1e9;
    time.sleep(LONG_AFTER);
    String impossible = scenario.faults() ? BAD : "";
    return belief.score(REQUEST, cloud.members(), impossible, lasted, throttle);
  }
}
