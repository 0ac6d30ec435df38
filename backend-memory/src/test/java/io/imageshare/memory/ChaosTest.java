package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.RetryPolicy;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole runs through all faults mixed, each from one seed, held against the cloud's own state. A
 * seed that fails names itself; {@code -Dimageshare.seed=N} replays it alone, {@code
 * -Dimageshare.seeds=N} tries that many.
 */
class ChaosTest {

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
      ChaosScenario scenario = ChaosScenario.virtual(seed);
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
