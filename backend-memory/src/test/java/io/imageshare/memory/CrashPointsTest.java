package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.ShareReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs whose process dies before or after each append to the journal and each call in turn, and
 * again while they are resumed: the truth at the end is the same. Of the points at which it dies
 * again, one in three is tried; {@code -Dimageshare.crashes=1} tries all.
 */
class CrashPointsTest {
  private static final int STRIDE = Integer.getInteger("imageshare.crashes", 3);

  @TestFactory
  List<DynamicTest> everyPoint() {
    List<DynamicTest> tests = new ArrayList<>();
    for (FaultScenario scenario : FaultScenario.values()) {
      tests.add(DynamicTest.dynamicTest(scenario.name(), () -> everyPoint(scenario)));
    }
    return tests;
  }

  private static void everyPoint(FaultScenario scenario) throws InterruptedException {
    MultiProcessRun whole = new MultiProcessRun(scenario);
    KillSwitch counter = KillSwitch.never();
    ShareReport expected = whole.runProcess(counter, false).report().join();
    assertTrue(counter.passed() > 50, "too few points to mean anything: " + counter.passed());
    Random random = new Random(7);
    for (long point = 0; point < counter.passed(); point++) {
      check(scenario, expected, List.of(point));
      if (point % STRIDE == 0) {
        check(scenario, expected, List.of(point, (long) random.nextInt(100)));
        check(
            scenario,
            expected,
            List.of(point, (long) random.nextInt(40), (long) random.nextInt(40)));
      }
    }
  }

  private static void check(FaultScenario scenario, ShareReport expected, List<Long> deaths) {
    try {
      new MultiProcessRun(scenario).crashAndResume(deaths, expected);
    } catch (Throwable e) {
      fail(scenario + ", dead after " + deaths + " points: " + e, e);
    }
  }
}
