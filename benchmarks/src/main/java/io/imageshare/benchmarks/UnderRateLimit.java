package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.percent;

import io.imageshare.Timekeeper;
import io.imageshare.memory.Throttle;
import io.imageshare.memory.ThrottledBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures how much of a rate limit is used, and how many calls are refused. */
final class UnderRateLimit {
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final double[] PHASES = {0, .2, .37, .6, .8};
  private static final int PAIRS_PER_CALL = 26;

  private record Limit(String name, int calls, Duration window) {}

  private static final List<Limit> LIMITS =
      List.of(
          new Limit("10 per minute", 10, Duration.ofMinutes(1)),
          new Limit("100 per minute", 100, Duration.ofMinutes(1)),
          new Limit("20 per second", 20, Duration.ofSeconds(1)));

  private UnderRateLimit() {}

  static void write(Results results) throws InterruptedException {
    results.heading("Under a rate limit");
    results.text(
        """
        Virtual time, exact counts: a run with work for 60 windows, calls of %d ms, through a gateway that accepts a
        limited number of calls per window and does not announce the limit. Fixed windows begin at five different phases
        before the run; the worst of them counts. The bars: at least 88 %% of the limit used with fixed windows and 75 %%
        with sliding ones; at most 6 %% of the calls refused after the third window.
        """
            .formatted(LATENCY.toMillis()));
    List<List<String>> table = new ArrayList<>();
    for (Limit limit : LIMITS) {
      for (boolean countsRefused : new boolean[] {true, false}) {
        table.add(row(results, limit, "fixed", countsRefused, fixed(limit, countsRefused), .88));
        table.add(
            row(
                results,
                limit,
                "sliding",
                countsRefused,
                run(sliding(limit, countsRefused), limit),
                .75));
      }
    }
    results.table(List.of("limit", "window", "refused calls", "used", "refused"), table);
  }

  private static Use fixed(Limit limit, boolean countsRefused) throws InterruptedException {
    Use worst = new Use(1, 0);
    for (double phase : PHASES) {
      Use use = run(Throttle.fixed(limit.calls, limit.window, phase, countsRefused), limit);
      worst = new Use(Math.min(worst.used, use.used), Math.max(worst.refused, use.refused));
    }
    return worst;
  }

  private static Throttle sliding(Limit limit, boolean countsRefused) {
    return Throttle.sliding(limit.calls, limit.window, countsRefused);
  }

  private record Use(double used, double refused) {}

  private static Use run(Throttle throttle, Limit limit) throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    long start = time.nanoTime();
    ThrottledBackend.sixtyWindows(throttle, time, limit.calls * PAIRS_PER_CALL, LATENCY);
    return new Use(throttle.used(time.nanoTime() - start), throttle.refusedLate());
  }

  private static List<String> row(
      Results results, Limit limit, String window, boolean countsRefused, Use use, double bar) {
    String counted = countsRefused ? "count" : "do not count";
    String what = String.join(", ", limit.name, window, "refused calls " + counted);
    results.atLeast(what + ": used", bar, use.used);
    results.atMost(what + ": refused", .06, use.refused);
    return List.of(limit.name, window, counted, percent(use.used), percent(use.refused));
  }
}
