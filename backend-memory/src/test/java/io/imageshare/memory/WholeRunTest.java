package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.MemberBackend;
import io.imageshare.Timekeeper;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ten thousand pairs cost with the defaults when nothing fails; the benchmark has more. */
class WholeRunTest {
  private static final int SEEDS = 20;
  private static final int SIDE = 100;
  private static final Duration LATENCY = Duration.ofMillis(40);

  @ParameterizedTest
  @CsvSource({"1000, PT1S, 6, 160", "10, PT1S, 15, 150", "100, PT1M, 85, 175"})
  void aRunTakesAtMostSoManySecondsAndCalls(
      int limit, Duration window, double seconds, double calls) {
    double elapsed = 0;
    long made = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Timekeeper time = Timekeeper.virtual();
      MemoryBackend cloud =
          Samples.cloud(time, SIDE)
              .latency(LATENCY)
              .jobsTake(PollingLaw.TYPICAL.jobs(SIDE))
              .seed(seed)
              .build();
      Throttle throttle = Throttle.fixed(limit, window, 0, false);
      MemberBackend gateway = ThrottledBackend.all(cloud, LATENCY, throttle);
      long start = time.nanoTime();
      Samples.workflow(gateway).build().run(Samples.share(SIDE, SIDE)).requireAllDone();
      elapsed += (time.nanoTime() - start) / 1e9;
      made += throttle.taken() + throttle.refused();
    }
    String mean = "%.2f s, %.1f calls".formatted(elapsed / SEEDS, (double) made / SEEDS);
    assertTrue(elapsed / SEEDS <= seconds && (double) made / SEEDS <= calls, mean);
  }
}
