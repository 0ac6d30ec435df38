package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.memory.Makespan;
import java.util.ArrayList;
import java.util.List;

/** Measures how long runs take, relative to an ideal poller. */
final class MakespanRatio {
  private static final int SEEDS = 5;
  private static final int[] OPEN_JOBS = {1, 8, 64};
  private static final int[] RATES = {5, 50, 500};

  private MakespanRatio() {}

  static void write(Results results) {
    results.heading("Makespan");
    results.text(
        """
        Virtual time: 200 slices over 10 images, calls of 40 ms, jobs of 2.3 s (lognormal, sigma 0.3), including survey
        and audit, with defaults for everything else. The time is a multiple of that of the same run with an ideal poller,
        which knows when jobs end and polls each once; mean over %d seeds. The bar: 1.15.
        """
            .formatted(SEEDS));
    List<List<String>> table = new ArrayList<>();
    double worst = 0;
    for (int openJobs : OPEN_JOBS) {
      for (int rate : RATES) {
        Makespan makespan = Makespan.of(openJobs, rate, SEEDS);
        worst = Math.max(worst, makespan.ratio());
        table.add(
            List.of(
                number(openJobs),
                number(rate),
                "x " + number(makespan.ratio()),
                number(makespan.polls())));
      }
    }
    results.table(List.of("open jobs", "calls per second", "time", "polls per job"), table);
    results.atMost("makespan, worst case", 1.15, worst);
  }
}
