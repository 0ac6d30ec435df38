package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.percent;

import io.imageshare.Timekeeper;
import io.imageshare.memory.Throttle;
import io.imageshare.memory.ThrottledBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How much of what a throttle allows is used, and how much is refused. */
final class AtAThrottle {
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final double[] TURNS = {0, .2, .37, .6, .8};
  private static final int WORK = 26;

  private record Limit(String name, int calls, Duration window) {}

  private static final List<Limit> LIMITS =
      List.of(
          new Limit("10 a minute", 10, Duration.ofMinutes(1)),
          new Limit("100 a minute", 100, Duration.ofMinutes(1)),
          new Limit("20 a second", 20, Duration.ofSeconds(1)));

  private AtAThrottle() {}

  static void write(Results results) throws InterruptedException {
    results.heading("At a throttle");
    results.text(
        """
        Virtual time, exact counts: a run with work for 60 windows, calls of %d ms, through a gateway that takes so
        many calls a window and tells nobody. Fixed windows begin at five different phases before the run; the
        worst of them counts. The bars: of fixed windows at least 88 %% used, of sliding ones 75 %%; at most 6 %% refused
        after the third window.
        """
            .formatted(LATENCY.toMillis()));
    List<List<String>> table = new ArrayList<>();
    for (Limit limit : LIMITS) {
      for (boolean counts : new boolean[] {true, false}) {
        table.add(row(results, limit, "fixed", counts, fixed(limit, counts), .88));
        table.add(row(results, limit, "sliding", counts, run(sliding(limit, counts), limit), .75));
      }
    }
    results.table(List.of("limit", "window", "refused calls", "used", "refused"), table);
  }

  private static Use fixed(Limit limit, boolean counts) throws InterruptedException {
    Use worst = new Use(1, 0);
    for (double turn : TURNS) {
      Use use = run(Throttle.fixed(limit.calls, limit.window, turn, counts), limit);
      worst = new Use(Math.min(worst.used, use.used), Math.max(worst.refused, use.refused));
    }
    return worst;
  }

  private static Throttle sliding(Limit limit, boolean counts) {
    return Throttle.sliding(limit.calls, limit.window, counts);
  }

  private record Use(double used, double refused) {}

  private static Use run(Throttle throttle, Limit limit) throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    long start = time.nanoTime();
    ThrottledBackend.sixtyWindows(throttle, time, limit.calls * WORK, LATENCY);
    return new Use(throttle.used(time.nanoTime() - start), throttle.refusedLate());
  }

  private static List<String> row(
      Results results, Limit limit, String window, boolean counts, Use use, double bar) {
    String counted = counts ? "count" : "do not count";
    String what = String.join(", ", limit.name, window, "refused calls " + counted);
    results.atLeast(what + ": used", bar, use.used);
    results.atMost(what + ": refused", .06, use.refused);
    return List.of(limit.name, window, counted, percent(use.used), percent(use.refused));
  }
}
