package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.ShareReport;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs whose process dies before or after each append to the journal and each call in turn, and
 * again while they are resumed; and runs whose process stands still before each of its tasks in
 * turn, and goes on while another has the run: the truth at the end is the same. Of the points at
 * which it dies again or stands still, one in three is tried; {@code -Dimageshare.crashes=1} tries
 * all.
 */
class CrashPointsTest {
  private static final int STRIDE = Integer.getInteger("imageshare.crashes", 3);
  private static final long NEVER = Long.MAX_VALUE;

  private interface Points {
    void of(FaultScenario scenario) throws InterruptedException;
  }

  @TestFactory
  List<DynamicTest> everyPoint() {
    return everyScenario(CrashPointsTest::everyPoint);
  }

  @TestFactory
  List<DynamicTest> everyPauseWhileAnotherTakesOver() {
    return everyScenario(CrashPointsTest::everyPause);
  }

  private static List<DynamicTest> everyScenario(Points points) {
    return Stream.of(FaultScenario.values())
        .map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> points.of(scenario)))
        .toList();
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

  private static void everyPause(FaultScenario scenario) throws InterruptedException {
    MultiProcessRun.TwoOwners whole = new MultiProcessRun(scenario).pauseAndTakeOver(NEVER);
    int lost = 0;
    for (long task = 0; task < whole.tasks(); task += STRIDE) {
      MultiProcessRun run = new MultiProcessRun(scenario);
      try {
        MultiProcessRun.TwoOwners paused = run.pauseAndTakeOver(task);
        run.check(paused.report(), whole.report());
        lost += paused.lost() ? 1 : 0;
      } catch (Throwable e) {
        fail(scenario + ", paused after " + task + " tasks: " + e, e);
      }
    }
    assertTrue(lost > 10, "too few runs were lost to mean anything: " + lost);
  }

  private static void check(FaultScenario scenario, ShareReport expected, List<Long> deaths) {
    try {
      new MultiProcessRun(scenario).crashAndResume(deaths, expected);
    } catch (Throwable e) {
      fail(scenario + ", dead after " + deaths + " points: " + e, e);
    }
  }
}
