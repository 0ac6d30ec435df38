package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.BatchLimits;
import io.imageshare.RetryPolicy;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole runs through all faults mixed, each from one seed, held against the cloud's own state. A
 * seed that fails names itself; {@code -Dimageshare.seed=N} replays it alone, {@code
 * -Dimageshare.seeds=N} tries that many.
 */
class ChaosTest {
  private static final BatchLimits MOST = new BatchLimits(30, 60, 30 * 60);

  @Test
  void theReportIsTrueForEveryPairThroughAllFaults() {
    String one = System.getProperty("imageshare.seed", "");
    LongStream seeds =
        one.isEmpty()
            ? LongStream.range(0, Long.getLong("imageshare.seeds", 2000))
            : LongStream.of(Long.parseLong(one));
    seeds.forEach(ChaosTest::check);
  }

  private static void check(long seed) {
    try {
      ChaosScenario scenario =
          new ChaosScenario(seed, Timekeeper.virtual(), MOST, Duration.ofSeconds(150));
      ChaosTruth truth =
          scenario.run(scenario.cloud, RetryPolicy.defaults(), Duration.ofMinutes(15));
      scenario.time.sleep(Duration.ofHours(2)); // until nothing happens any more
      truth.check();
      truth.checkRate();
    } catch (Throwable e) {
      fail("seed " + seed + " (-Dimageshare.seed=" + seed + " replays it): " + e, e);
    }
  }
}
