package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;
import static java.util.Objects.requireNonNull;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares whole runs, by time, calls and outcomes, with what people write by hand. */
final class RunComparison {
  private static final int SEEDS = 40;

  /** With faults, a job is slow by a minute in nearly half of the runs. */
  private static final int SEEDS_WITH_FAULTS = 600;

  private static final int FEWER_SEEDS = 5;
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

  private static final ShareRequest POSSIBLE =
      ShareRequest.share(
          REQUEST.images(),
          ids("project-", 0, SIDE).stream().filter(id -> !id.equals(BAD)).toList());

  /**
   * What stands in the way.
   *
   * @param bar the seconds that imageshare may take
   */
  private record Scenario(String name, String label, CallLimit limit, boolean faults, double bar) {}

  private static final CallLimit TEN_PER_SECOND =
      new CallLimit(10, Duration.ofSeconds(1), /* slides= */ false);
  private static final CallLimit TWENTY_PER_SECOND =
      new CallLimit(20, Duration.ofSeconds(1), /* slides= */ true);
  private static final CallLimit PER_MINUTE =
      new CallLimit(100, Duration.ofMinutes(1), /* slides= */ false);

  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario("No faults, no limit", "none", CallLimit.NONE, false, 6),
          new Scenario("10 calls per second", "10/s", TEN_PER_SECOND, false, 15),
          new Scenario(
              "20 calls per second, sliding", "20/s", TWENTY_PER_SECOND, false, Double.NaN),
          new Scenario("100 calls per minute", "100/min", PER_MINUTE, false, 85),
          new Scenario("Faults", "faults", CallLimit.NONE, true, 42),
          new Scenario("Faults and 10 calls per second", "faults, 10/s", TEN_PER_SECOND, true, 58),
          new Scenario(
              "Faults and 20 calls per second, sliding",
              "faults, 20/s",
              TWENTY_PER_SECOND,
              true,
              Double.NaN),
          new Scenario(
              "Faults and 100 calls per minute", "faults, 100/min", PER_MINUTE, true, 150));

  /** A way to share all pairs, which returns what it believes of each. */
  private interface Way {
    Belief share(Site site) throws InterruptedException;
  }

  /**
   * A client to compare.
   *
   * @param few whether a few seeds are enough
   * @param asynchronous whether there are jobs to poll
   */
  private record Client(String name, boolean few, boolean asynchronous, Way way) {
    int seeds(Scenario scenario) {
      return few ? FEWER_SEEDS : scenario.faults() ? SEEDS_WITH_FAULTS : SEEDS;
    }

    static Client of(String name, Way way) {
      return new Client(name, false, true, way);
    }

    static Client less(String name, Way way) {
      return new Client(name, true, true, way);
    }
  }

  private static final Client OURS = Client.of("imageshare", site -> ours(site, b -> b));

  private static final Client BOUND =
      Client.of("all-knowing (bound)", site -> belief(new AllKnowing(site, rate()).share()));

  private static final List<Client> CAREFUL =
      List.of(
          Client.of("careful loop, one call at a time", site -> careful(site, 1)),
          Client.of("careful loop, eight at once", site -> careful(site, 8)));

  private static final List<Client> OTHER_SETTINGS =
      List.of(
          Client.less("imageshare, 10 x 10", site -> ours(site, RunComparison::small)),
          Client.less("imageshare, 10 x 10, wide", site -> ours(site, b -> wide(small(b)))));

  private static final List<Client> CARELESS =
      List.of(
          Client.less("loop, one by one (model)", site -> threads(site, 1, 10)),
          Client.less("loop, 16 threads (model)", site -> threads(site, 16, 10)),
          Client.less("loop, submit all (model)", site -> submitAll(site, 1)),
          Client.less("loop, submit all, 5 tries (model)", site -> submitAll(site, 5)),
          new Client("one call per pair (model)", true, false, site -> threads(site, 1, 1)));

  private static final List<Client> CLIENTS =
      Stream.of(List.of(OURS), CAREFUL, List.of(BOUND), OTHER_SETTINGS, CARELESS)
          .flatMap(List::stream)
          .toList();

  private final Results results;
  private final Map<String, List<@Nullable Double>> seconds = new LinkedHashMap<>();
  private final Map<String, List<@Nullable Double>> wrongPairs = new LinkedHashMap<>();

  RunComparison(Results results) {
    this.results = results;
  }

  private static ShareWorkflow.Builder small(ShareWorkflow.Builder builder) {
    return builder.limits(new BatchLimits(10, 10, 100));
  }

  private static ShareWorkflow.Builder wide(ShareWorkflow.Builder builder) {
    return builder.flow(
        FlowPolicy.defaults().callsPerSecond(200).concurrentCalls(64).openJobs(100));
  }

  private static double rate() {
    return FlowPolicy.defaults().callsPerSecond();
  }

  private static Belief ours(Site site, UnaryOperator<ShareWorkflow.Builder> settings) {
    ShareWorkflow.Builder builder = ShareWorkflow.builder(site.gateway()).seed(site.seed());
    try (ShareWorkflow workflow = settings.apply(builder).build()) {
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

  private static Belief belief(Set<Member> done) {
    Belief belief = new Belief();
    done.forEach(belief::done);
    return belief;
  }

  private static Belief careful(Site site, int callsAtOnce) throws InterruptedException {
    return belief(new CarefulLoop(site.gateway(), REQUEST, callsAtOnce).share());
  }

  private static Belief threads(Site site, int threads, int side) throws InterruptedException {
    PollingLoop loop = new PollingLoop(site.gateway(), 1);
    site.cloud().time().await(loop.threads(threads, slices(side)));
    return loop.belief();
  }

  private static Belief submitAll(Site site, int tries) throws InterruptedException {
    PollingLoop loop = new PollingLoop(site.gateway(), tries);
    site.cloud().time().await(loop.submitThenPoll(slices(10)));
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
        mean over %d seeds, and the seconds of the worst of them; with faults the mean is over %d, as a slow job of a minute
        strikes in nearly half of those runs, and the worst is that of the first %d. imageshare runs with its defaults. The
        careful loop is `CarefulLoop`, the best that we could write by hand. Ten images go together: it lists each, submits
        what is missing in one call, with pairs that are there already among it where that saves calls, halves what is
        refused for an id until the bad one stands alone, polls every second, and begins again until the listings show that
        nothing is missing. A call refused as too much or as unavailable it makes again after the time asked for, or a
        second. It makes one call at a time, or eight, and knows no rate.

        The bound is `AllKnowing`: a client that knows all that the simulated cloud knows, and keeps to what a truthful
        client has to keep to. It surveys, by one description, before the first write; submits 1,000 pairs at most; has a
        pair in one job at a time, and asks for none that is there; proves each image by a listing, once its last job has
        ended and the listing shows it; starts %s calls per second at most, evenly spaced, as the defaults of imageshare
        do, and none that the limit would refuse. It asks for no bad id, never polls, and repeats at once what a fault
        refused or lost. So it makes as few calls as the faults let it, and each of them as early as it can. As the faults
        are drawn in the order of the calls, it is a bound of the mean, not of each seed; and it is none of a client that
        makes more calls per second, where nothing limits them, or asks again for pairs that are there.

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

        The bars: at most 0.75 of the time of the best loop that shares every pair and reports it correctly, at most 1.5
        times the bound, no more calls than the careful loop, so many seconds in the mean and three times as many with the
        worst seed, nothing missing, nothing reported wrongly.
        """
            .formatted(
                SIDE,
                SIDE,
                SEEDS,
                SEEDS_WITH_FAULTS,
                SEEDS,
                number(rate()),
                FEWER_SEEDS,
                INTENSITY));
    double missingOrWrong = 0;
    for (Scenario scenario : SCENARIOS) {
      Map<Client, RunScore> scores = scores(scenario);
      bars(scenario, scores);
      missingOrWrong += score(scores, OURS).missingOrWrong();
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
          CLIENTS.stream().map(c -> score(scores, c).cells(c.name())).toList());
    }
    results.atMost("whole runs, all tables: pairs missing or reported wrongly", 0, missingOrWrong);
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

  private Map<Client, RunScore> scores(Scenario scenario) throws InterruptedException {
    Map<Client, RunScore> scores = new HashMap<>();
    for (Client client : CLIENTS) {
      RunScore score = RunScore.ZERO;
      double worst = 0;
      for (int seed = 0; seed < client.seeds(scenario); seed++) {
        score = score.plus(run(scenario, client, seed));
        worst = seed < SEEDS ? score.worst() : worst;
      }
      score = score.over(client.seeds(scenario), worst);
      scores.put(client, score);
      double wrong = score.missingOrWrong();
      seconds
          .computeIfAbsent(client.name(), n -> new ArrayList<>())
          .add(wrong > 0 ? null : score.seconds());
      wrongPairs
          .computeIfAbsent(client.name(), n -> new ArrayList<>())
          .add(wrong > 0 ? wrong : null);
    }
    return scores;
  }

  private static RunScore score(Map<Client, RunScore> scores, Client client) {
    return requireNonNull(scores.get(client));
  }

  private void bars(Scenario scenario, Map<Client, RunScore> scores) {
    RunScore ours = score(scores, OURS);
    double bestLoop =
        Stream.of(CAREFUL, CARELESS)
            .flatMap(List::stream)
            .map(client -> score(scores, client))
            .filter(score -> score.missingOrWrong() == 0)
            .mapToDouble(RunScore::seconds)
            .min()
            .orElseThrow();
    double fewestCalls =
        CAREFUL.stream().mapToDouble(client -> score(scores, client).calls()).min().orElseThrow();
    String runs = "whole runs, " + scenario.label() + ": ";
    results.atMost(runs + "time, best loop that is right = 1", .75, ours.seconds() / bestLoop);
    results.atMost(runs + "time, bound = 1", 1.5, ours.seconds() / score(scores, BOUND).seconds());
    results.atMost(runs + "calls, careful loop = 1", 1, ours.calls() / fewestCalls);
    if (!Double.isNaN(scenario.bar())) {
      results.atMost(runs + "seconds", scenario.bar(), ours.seconds());
      results.atMost(runs + "seconds of the worst seed", 3 * scenario.bar(), ours.worst());
    }
  }

  private static RunScore run(Scenario scenario, Client client, int seed)
      throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    List<Duration> durations = new ArrayList<>();
    MemoryBackend.Builder builder =
        MemoryBackend.builder().time(time).images(REQUEST.images()).latency(LATENCY).seed(seed);
    builder.jobsTake(
        random -> {
          double seconds = client.asynchronous() ? 2.3 * Math.exp(.3 * random.nextGaussian()) : 0;
          durations.add(Duration.ofNanos((long) (1e9 * seconds)));
          return durations.get(durations.size() - 1);
        });
    if (scenario.faults()) {
      builder.chaos(client.asynchronous() ? FAULTS : CALL_FAULTS).badProjects(BAD);
    }
    MemoryBackend cloud = builder.build();
    Throttle throttle = scenario.limit().throttle();
    MemberBackend gateway = ThrottledBackend.all(cloud, LATENCY, throttle);
    ShareRequest possible = scenario.faults() ? POSSIBLE : REQUEST;
    Site site = new Site(cloud, gateway, scenario.limit(), possible, durations, seed);
    long start = time.nanoTime();
    Belief belief = client.way().share(site);
    double elapsed = (time.nanoTime() - start) / 1e9;
    time.sleep(LONG_AFTER);
    String impossible = scenario.faults() ? BAD : "";
    return belief.score(REQUEST, cloud.members(), impossible, elapsed, throttle);
  }
}
