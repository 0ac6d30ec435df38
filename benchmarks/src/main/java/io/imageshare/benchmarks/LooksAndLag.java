package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.PollPolicy;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.PollingCost;
import io.imageshare.memory.PollingLaw;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;

/** How many looks at a job are paid for how little lag, in virtual time. */
final class LooksAndLag {
  private static final int SEEDS = 20;
  private static final int OPEN = 20;
  private static final double PRICE = 1;
  private static final double[] PRICES = {.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50};
  private static final double[] INTERVALS = {.25, .5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60};

  /** Jobs of a run, the first that counts, and the first that no longer does: few run beside it. */
  private static final int JOBS = 600;

  private static final int LEARNED = 30;
  private static final int TO = 530;

  private static final String OURS = "imageshare";
  private static final String TOLD = "imageshare, told begin and end";

  private final Results results;
  private final List<List<String>> multiples = new ArrayList<>();
  private final Map<String, List<Double>> bars = new LinkedHashMap<>();

  LooksAndLag(Results results) {
    this.results = results;
  }

  void write() throws IOException {
    results.heading("Looks against lag");
    results.text(
        """
        Virtual time, exact counts: %d jobs, %d open at a time, those that count are %d to %d (after the jump:
        %d to %d), mean over %d seeds. A look costs a call; the lag is the time from a job's end to the look
        that finds it. The cost is looks times price plus lag in seconds; the price of a look is 1 s unless the
        curves say otherwise. The oracle knows how long jobs last (not each one) and plans by dynamic programming;
        nothing that learns can do better on average. The best fixed interval is chosen in hindsight for each row.
        The bars: 1.22 times the better of the two on the first seven, 1.4 times the oracle after the jump. The
        service often tells when a job began and ended, but not always, so both are shown. The schedules of others are
        models made from their own stated numbers, marked (model).
        """
            .formatted(JOBS, OPEN, LEARNED + 1, TO, JOBS / 2 + 1, TO, SEEDS));
    List<String> head =
        new ArrayList<>(List.of("jobs last", "oracle's cost", "best fixed", OURS, TOLD));
    Schedule.ALL.forEach(other -> head.add(other.name()));
    PollingLaw.all().forEach(this::compare);
    results.text("Cost per job as a multiple of the oracle's, at a price of 1 s:");
    results.table(head, multiples);
    results.chart(
        "looks-cost",
        "Cost per job as a multiple of the oracle's",
        Charts.bars(
            "Cost per job (looks + seconds of lag) as a multiple of the oracle's",
            "times the oracle's",
            .8,
            PollingLaw.all().stream().map(PollingLaw::name).toList(),
            bars));
    frontier(PollingLaw.TYPICAL, "looks-typical");
    frontier(PollingLaw.WIDE, "looks-wide");
  }

  private void compare(PollingLaw law) {
    double oracle = law.oracle(PRICE).cost(PRICE);
    List<String> row = new ArrayList<>(List.of(law.name(), number(oracle)));
    row.add(multiple("best fixed", law.bestInterval(PRICE) / oracle));
    double untold = ours(law, false, PRICE).cost(PRICE);
    row.add(multiple(OURS, untold / oracle));
    row.add(multiple(TOLD, ours(law, true, PRICE).cost(PRICE) / oracle));
    if (law.drifts()) {
      results.atMost("looks and lag, " + law.name() + ", of the oracle's", 1.4, untold / oracle);
    } else {
      double best = Math.min(oracle, law.bestInterval(PRICE));
      results.atMost("looks and lag, " + law.name() + ", of the better", 1.22, untold / best);
    }
    for (Schedule other : Schedule.ALL) {
      PollingCost watched = others(law, other);
      String lost = watched.lost() > 0 ? ", lost " + Results.percent(watched.lost()) : "";
      row.add(multiple(other.name(), watched.cost(PRICE) / oracle) + lost);
    }
    multiples.add(row);
  }

  private String multiple(String name, double value) {
    bars.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    return number(value);
  }

  private static int from(PollingLaw law) {
    return law.drifts() ? JOBS / 2 : LEARNED;
  }

  /** How long the jobs of one run last, in seconds. */
  private static double[] draw(PollingLaw law, int seed) {
    Random random = new Random(seed);
    Function<RandomGenerator, Duration> jobs = law.jobs(JOBS);
    return DoubleStream.generate(() -> jobs.apply(random).toNanos() / 1e9).limit(JOBS).toArray();
  }

  private static PollingCost ours(PollingLaw law, boolean told, double price) {
    PollPolicy poll = PollPolicy.adaptive().pollCost(Duration.ofNanos(Math.round(price * 1e9)));
    return mean(
        seed -> {
          JobYard yard = new JobYard(Timekeeper.virtual(), draw(law, seed), told);
          try (ShareWorkflow workflow =
              ShareWorkflow.builder(yard)
                  .limits(new BatchLimits(1, 1, 1))
                  .flow(
                      FlowPolicy.defaults()
                          .callsPerSecond(1e6)
                          .concurrentCalls(1000)
                          .openJobs(OPEN))
                  .poll(poll)
                  .seed(seed)
                  .build()) {
            workflow.run(ShareRequest.share(List.of("image"), projects())).requireAllDone();
          }
          return yard.watched(from(law), TO);
        });
  }

  private static PollingCost others(PollingLaw law, Schedule schedule) {
    return mean(
        seed ->
            schedule.watch(Arrays.copyOfRange(draw(law, seed), from(law), TO), new Random(seed)));
  }

  private static PollingCost mean(IntFunction<PollingCost> run) {
    List<PollingCost> runs = IntStream.range(0, SEEDS).mapToObj(run).toList();
    return new PollingCost(
        runs.stream().mapToDouble(PollingCost::polls).average().orElseThrow(),
        runs.stream().mapToDouble(PollingCost::lag).average().orElseThrow(),
        runs.stream().mapToDouble(PollingCost::lost).average().orElseThrow());
  }

  private static List<String> projects() {
    return IntStream.range(0, JOBS).mapToObj(i -> "project-" + i).toList();
  }

  /** What can be had: the curves over all prices and intervals, and where the others stand. */
  private void frontier(PollingLaw law, String file) throws IOException {
    XYChart chart =
        Charts.curves("Jobs: " + law.name(), "looks per job", "lag: seconds from end to notice");
    line(chart, "oracle", DoubleStream.of(PRICES).mapToObj(law::oracle));
    line(
        chart,
        "fixed 0.25 to 60 s",
        DoubleStream.of(INTERVALS).mapToObj(interval -> others(law, Schedule.fixed(interval))));
    line(
        chart,
        OURS,
        DoubleStream.of(PRICES)
            .filter(price -> price >= .1 && price <= 10)
            .mapToObj(price -> ours(law, false, price)));
    for (Schedule other : Schedule.ALL) {
      line(chart, other.name(), Stream.of(others(law, other)));
    }
    results.chart(file, "Looks against lag, jobs " + law.name(), chart);
  }

  private static void line(XYChart chart, String name, Stream<PollingCost> points) {
    List<PollingCost> all = points.toList();
    Charts.line(
        chart,
        name,
        all.stream().map(PollingCost::polls).toList(),
        all.stream().map(PollingCost::lag).toList());
  }
}
