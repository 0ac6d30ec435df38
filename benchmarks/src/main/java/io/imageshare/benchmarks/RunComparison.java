package io.imageshare.benchmarks;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.Outcome;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.benchmarks.RunScore.Belief;
import io.imageshare.memory.CarefulLoop;
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

/** Compares whole runs, by time, calls and outcomes, with what people write by hand. */
final class RunComparison {
  private static final int SEEDS = 40;
  private static final int CARELESS_SEEDS = 5;
  private static final int SIDE = 100;
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final Duration LONG_AFTER = Duration.ofHours(1);
  private static final String BAD = "project-13";
  private static final double INTENSITY = .3;
  private static final Chaos FAULTS = Chaos.passing(INTENSITY);

  /** The faults of calls, without those of jobs. */
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
          new Scenario("No faults, no limit", "none", RunComparison::unlimited, false),
          new Scenario("10 calls per second", "10/s", RunComparison::tenPerSecond, false),
          new Scenario(
              "20 calls per second, sliding", "20/s", RunComparison::twentyPerSecond, false),
          new Scenario("100 calls per minute", "100/min", RunComparison::perMinute, false),
          new Scenario("Faults", "faults", RunComparison::unlimited, true),
          new Scenario(
              "Faults and 10 calls per second", "faults, 10/s", RunComparison::tenPerSecond, true),
          new Scenario(
              "Faults and 20 calls per second, sliding",
              "faults, 20/s",
              RunComparison::twentyPerSecond,
              true),
          new Scenario(
              "Faults and 100 calls per minute",
              "faults, 100/min",
              RunComparison::perMinute,
              true));

  /** A way to share all pairs, which returns what it believes of each. */
  private interface Way {
    Belief share(MemberBackend cloud, int seed) throws InterruptedException;
  }

  /**
   * A client to compare.
   *
   * @param seeds over how many its results are averaged
   * @param asynchronous whether there are jobs to poll
   */
  private record Client(String name, int seeds, boolean asynchronous, Way way) {}

  private static final List<Client> CLIENTS =
      List.of(
          new Client("imageshare", SEEDS, true, (c, seed) -> ours(c, seed, b -> b)),
          new Client("careful loop, one call at a time", SEEDS, true, (c, seed) -> careful(c, 1)),
          new Client("careful loop, eight at once", SEEDS, true, (c, seed) -> careful(c, 8)),
          careless("imageshare, 10 x 10", true, (c, seed) -> ours(c, seed, RunComparison::small)),
          careless(
              "imageshare, 10 x 10, wide", true, (c, seed) -> ours(c, seed, b -> wide(small(b)))),
          careless("loop, one by one (model)", true, (c, seed) -> threads(c, 1, 10)),
          careless("loop, 16 threads (model)", true, (c, seed) -> threads(c, 16, 10)),
          careless("loop, submit all (model)", true, (c, seed) -> submitAll(c, 1)),
          careless("loop, submit all, 5 tries (model)", true, (c, seed) -> submitAll(c, 5)),
          careless("one call per pair (model)", false, (c, seed) -> threads(c, 1, 1)));

  private static Client careless(String name, boolean asynchronous, Way way) {
    return new Client(name, CARELESS_SEEDS, asynchronous, way);
  }

  private final Results results;
  private final Map<String, List<@Nullable Double>> seconds = new LinkedHashMap<>();
  private final Map<String, List<@Nullable Double>> wrongPairs = new LinkedHashMap<>();

  RunComparison(Results results) {
    this.results = results;
  }

  private static Throttle unlimited() {
    return Throttle.fixed(Integer.MAX_VALUE, Duration.ofDays(1), 0, false);
  }

  private static Throttle tenPerSecond() {
    return Throttle.fixed(10, Duration.ofSeconds(1), 0, false);
  }

  private static Throttle twentyPerSecond() {
    return Throttle.sliding(20, Duration.ofSeconds(1), false);
  }

  private static Throttle perMinute() {
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

  private static Belief careful(MemberBackend cloud, int callsAtOnce) throws InterruptedException {
    Belief belief = new Belief();
    new CarefulLoop(cloud, REQUEST, callsAtOnce).share().forEach(belief::done);
    return belief;
  }

  private static Belief threads(MemberBackend cloud, int threads, int side)
      throws InterruptedException {
    PollingLoop loop = new PollingLoop(cloud, 1);
    cloud.time().await(loop.threads(threads, slices(side)));
    return loop.belief();
  }

  private static Belief submitAll(MemberBackend cloud, int tries) throws InterruptedException {
    PollingLoop loop = new PollingLoop(cloud, tries);
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
        %d images with %d projects, 40 ms per call, jobs of 2.3 s (lognormal, sigma 0.3), in virtual time: exact counts,
        mean over %d seeds, and the seconds of the worst of them. imageshare runs with its defaults. The careful loop is
        `CarefulLoop`, the best that we can write by hand: ten images go together; it lists each, submits what is missing
        in one call, halves what is refused for an id until the bad one stands alone, polls every second, repeats what is
        refused as too much or unavailable after the time asked for or a second, and begins again until the listings show
        that nothing is missing. It makes one call at a time, or eight, and knows no rate.

        The other rows are means over %d seeds. imageshare runs with slices of 10 x 10, then also with 200 calls per
        second, 64 at the same time, and 100 open jobs. The other loops are models of what people write with the vendor's
        client. They submit slices of 10 x 10, poll at once and then every second, and take an exception for a failure:
        one slice after the other, the same in 16 threads, all submits before the first poll, and the latter with up to 5
        tries of each call, a second apart. One call per pair is what the API of openstack4j forces; there are no jobs
        then.

        A rate limit refuses calls over the limit of a window, and does not count them; the window is a fixed one unless
        it says sliding. The faults are those of `Chaos.passing(%s)`: lost answers, slow jobs, jobs that do part of their
        work, listings that lag, temporary refusals; in addition, one project does not exist in the region. "Not shared"
        are pairs that could be shared and are not, "reported wrongly" are pairs that are not as reported at the end,
        "unknown" are pairs reported as unknown.
        """
            .formatted(SIDE, SIDE, SEEDS, CARELESS_SEEDS, INTENSITY));
    for (Scenario scenario : SCENARIOS) {
      results.text("### " + scenario.name());
      results.table(
          List.of(
              "client",
              "seconds",
              "worst",
              "calls",
              "throttled",
              "not shared",
              "reported wrongly",
              "unknown"),
          rows(scenario));
    }
    List<String> groups = SCENARIOS.stream().map(Scenario::label).toList();
    results.chart(
        "runs-seconds",
        "Time of runs with every pair shared and reported correctly",
        Charts.bars(
            "Time of runs with every pair shared and reported correctly",
            "virtual seconds",
            1,
            groups,
            seconds));
    results.chart(
        "runs-wrong",
        "Pairs not shared or reported wrongly",
        Charts.bars(
            "Of 10,000 pairs, not shared or reported wrongly (no bar: none)",
            "pairs",
            1,
            groups,
            wrongPairs));
  }

  private List<List<String>> rows(Scenario scenario) throws InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (Client client : CLIENTS) {
      RunScore score = RunScore.ZERO;
      for (int seed = 0; seed < client.seeds(); seed++) {
        score = score.plus(run(scenario, client, seed));
      }
      score = score.over(client.seeds());
      rows.add(score.cells(client.name()));
      double wrong = score.missingOrWrong();
      seconds
          .computeIfAbsent(client.name(), n -> new ArrayList<>())
          .add(wrong > 0 ? null : score.seconds());
      wrongPairs
          .computeIfAbsent(client.name(), n -> new ArrayList<>())
          .add(wrong > 0 ? wrong : null);
    }
    return rows;
  }

  private static RunScore run(Scenario scenario, Client client, int seed)
      throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend.Builder builder =
        MemoryBackend.builder().time(time).images(REQUEST.images()).latency(LATENCY).seed(seed);
    builder.jobsTake(
        random ->
            Duration.ofNanos(
                client.asynchronous() ? (long) (2.3e9 * Math.exp(.3 * random.nextGaussian())) : 0));
    if (scenario.faults()) {
      builder.chaos(client.asynchronous() ? FAULTS : CALL_FAULTS).badProjects(BAD);
    }
    MemoryBackend cloud = builder.build();
    Throttle throttle = scenario.throttle().get();
    MemberBackend gateway = ThrottledBackend.all(cloud, LATENCY, throttle);
    long start = time.nanoTime();
    Belief belief = client.way().share(gateway, seed);
    double elapsed = (time.nanoTime() - start) / 1e9;
    time.sleep(LONG_AFTER);
    String impossible = scenario.faults() ? BAD : "";
    return belief.score(REQUEST, cloud.members(), impossible, elapsed, throttle);
  }
}
