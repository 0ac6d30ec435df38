package io.imageshare.memory;

import io.imageshare.RetryPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Whole runs through all faults mixed, each drawn from one seed and compared with the cloud's own
 * state.
 */
class ChaosTest {

  @Test
  void theReportIsTrueForEveryPairThroughAllFaults() {
    Seeds.forEach(seed -> check(ChaosScenario.virtual(seed)));
  }

  @Test
  void theReportIsTrueThroughFaultsThatConcernOneCallOrOneImage() {
    Seeds.forEach(seed -> check(ChaosScenario.virtualLocal(seed)));
  }

  private static void check(ChaosScenario scenario) throws InterruptedException {
    ChaosTruth truth = scenario.run(scenario.cloud, RetryPolicy.defaults(), Duration.ofMinutes(15));
    scenario.time.sleep(Duration.ofHours(2)); // until nothing happens any more
    truth.check();
    truth.checkRate();
  }
}
