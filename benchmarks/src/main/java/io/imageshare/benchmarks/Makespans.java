package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.memory.Makespan;
import java.util.ArrayList;
import java.util.List;

/** How long runs take, against somebody who knows when jobs end. */
final class Makespans {
  private static final int SEEDS = 5;
  private static final int[] PLACES = {1, 8, 64};
  private static final int[] RATES = {5, 50, 500};

  private Makespans() {}

  static void write(Results results) {
    results.heading("Makespan");
    results.text(
        """
        Virtual time: 200 slices over 10 images, calls of 40 ms, jobs of 2.3 s (lognormal, sigma 0.3), with survey
        and audit, defaults for all else; as a multiple of the same run under a watcher that knows when jobs end and
        spends one look on each, the mean over %d seeds. The bar: 1.15.
        """
            .formatted(SEEDS));
    List<List<String>> table = new ArrayList<>();
    double worst = 0;
    for (int places : PLACES) {
      for (int rate : RATES) {
        Makespan makespan = Makespan.of(places, rate, SEEDS);
        worst = Math.max(worst, makespan.ratio());
        table.add(
            List.of(
                number(places),
                number(rate),
                "x " + number(makespan.ratio()),
                number(makespan.polls())));
      }
    }
    results.table(List.of("open jobs", "calls a second", "time", "looks at a job"), table);
    results.atMost("makespan, the worst", 1.15, worst);
  }
}
