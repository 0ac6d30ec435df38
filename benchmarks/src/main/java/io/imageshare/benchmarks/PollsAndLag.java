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

/** Measures the trade-off between polls and lag, in virtual time. */
final class PollsAndLag {
  private static final int SEEDS = 20;
  private static final int OPEN = 20;
  private static final double POLL_COST = 1;
  private static final double[] POLL_COSTS = {.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50};
  private static final double[] INTERVALS = {.25, .5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60};

  /** The jobs of a run. */
  private static final int JOBS = 600;

  /** The first job that counts: the ones before are learned from. */
  private static final int FROM = 30;

  /** The first job that no longer counts: few jobs run beside the last ones. */
  private static final int TO = 530;

  private static final String OURS = "imageshare";
  private static final String OURS_WITH_TIMES = "imageshare, times reported";

  private final Results results;
  private final List<List<String>> multiples = new ArrayList<>();
  private final Map<String, List<Double>> bars = new LinkedHashMap<>();

  PollsAndLag(Results results) {
    this.results = results;
  }

  void write() throws IOException {
    results.heading("Polls against lag");
    results.text(
        """
        Virtual time, exact counts: %d jobs, %d open at a time. Jobs %d to %d count (after a change of the durations:
        %d to %d); mean over %d seeds. A poll costs a call; the lag is the time from a job's end to the poll that finds
        it. The cost of a job is the number of its polls times the poll cost, plus its lag in seconds. A poll costs 1 s
        unless a curve says otherwise. The oracle knows the distribution of the durations, but not each duration, and
        plans by dynamic programming; nothing that learns can do better on average. The best fixed interval is chosen in
        hindsight for each row. The bars: 1.22 times the better of the two, and 1.4 times the oracle after a change.
        The service often reports when a job began and ended, but not always, so both cases are shown. The schedules of
        others are models of their own published numbers, marked (model).
        """
            .formatted(JOBS, OPEN, FROM + 1, TO, JOBS / 2 + 1, TO, SEEDS));
    List<String> head =
        new ArrayList<>(
            List.of("job durations", "oracle's cost", "best fixed", OURS, OURS_WITH_TIMES));
    PollingSchedule.ALL.forEach(other -> head.add(other.name()));
    PollingLaw.all().forEach(this::compare);
    results.text("Cost per job as a multiple of the oracle's, at a poll cost of 1 s:");
    results.table(head, multiples);
    results.chart(
        "polls-cost",
        "Cost per job as a multiple of the oracle's",
        Charts.bars(
            "Cost per job (polls + seconds of lag) as a multiple of the oracle's",
            "times the oracle's",
            .8,
            PollingLaw.all().stream().map(PollingLaw::name).toList(),
            bars));
    frontier(PollingLaw.TYPICAL, "polls-typical");
    frontier(PollingLaw.WIDE, "polls-wide");
  }

  private void compare(PollingLaw law) {
    double oracle = law.oracle(POLL_COST).cost(POLL_COST);
    List<String> row = new ArrayList<>(List.of(law.name(), number(oracle)));
    row.add(multiple("best fixed", law.bestInterval(POLL_COST) / oracle));
    double withoutTimes = ours(law, false, POLL_COST).cost(POLL_COST);
    row.add(multiple(OURS, withoutTimes / oracle));
    row.add(multiple(OURS_WITH_TIMES, ours(law, true, POLL_COST).cost(POLL_COST) / oracle));
    if (law.drifts()) {
      results.atMost(
          "polls and lag, " + law.name() + ", relative to the oracle", 1.4, withoutTimes / oracle);
    } else {
      double best = Math.min(oracle, law.bestInterval(POLL_COST));
      results.atMost(
          "polls and lag, " + law.name() + ", relative to the better", 1.22, withoutTimes / best);
    }
    for (PollingSchedule other : PollingSchedule.ALL) {
      PollingCost cost = others(law, other);
      String lost = cost.lost() > 0 ? ", lost " + Results.percent(cost.lost()) : "";
      row.add(multiple(other.name(), cost.cost(POLL_COST) / oracle) + lost);
    }
    multiples.add(row);
  }

  private String multiple(String name, double value) {
    bars.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    return number(value);
  }

  private static int from(PollingLaw law) {
    return law.drifts() ? JOBS / 2 : FROM;
  }

  /** Draws the durations of the jobs of one run, in seconds. */
  private static double[] draw(PollingLaw law, int seed) {
    Random random = new Random(seed);
    Function<RandomGenerator, Duration> jobs = law.jobs(JOBS);
    return DoubleStream.generate(() -> jobs.apply(random).toNanos() / 1e9).limit(JOBS).toArray();
  }

  private static PollingCost ours(PollingLaw law, boolean reportsTimes, double pollCost) {
    PollPolicy poll = PollPolicy.adaptive().pollCost(Duration.ofNanos(Math.round(pollCost * 1e9)));
    return mean(
        seed -> {
          SimulatedJobs jobs =
              new SimulatedJobs(Timekeeper.virtual(), draw(law, seed), reportsTimes);
          try (ShareWorkflow workflow =
              ShareWorkflow.builder(jobs)
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
          return jobs.cost(from(law), TO);
        });
  }

  private static PollingCost others(PollingLaw law, PollingSchedule schedule) {
    return mean(
        seed ->
            schedule.cost(Arrays.copyOfRange(draw(law, seed), from(law), TO), new Random(seed)));
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

  /** Draws the curves over all poll costs and intervals, and the points of the others. */
  private void frontier(PollingLaw law, String file) throws IOException {
    XYChart chart =
        Charts.curves(
            "Jobs: " + law.name(), "polls per job", "lag: seconds from the end to the poll");
    line(chart, "oracle", DoubleStream.of(POLL_COSTS).mapToObj(law::oracle));
    line(
        chart,
        "fixed 0.25 to 60 s",
        DoubleStream.of(INTERVALS)
            .mapToObj(interval -> others(law, PollingSchedule.fixed(interval))));
    line(
        chart,
        OURS,
        DoubleStream.of(POLL_COSTS)
            .filter(pollCost -> pollCost >= .1 && pollCost <= 10)
            .mapToObj(pollCost -> ours(law, false, pollCost)));
    for (PollingSchedule other : PollingSchedule.ALL) {
      line(chart, other.name(), Stream.of(others(law, other)));
    }
    results.chart(file, "Polls against lag, jobs " + law.name(), chart);
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
