package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a run takes with the default cost of a poll, compared with known ends of jobs. */
class MakespanTest {
  private static final double BAR = 1.15;
  private static final int SEEDS = Integer.getInteger("polling.seeds", 3);

  @ParameterizedTest
  @CsvSource({"1, 5", "1, 50", "1, 500", "8, 5", "8, 50", "8, 500", "64, 5", "64, 50", "64, 500"})
  void aRunTakesLittleLongerThanIfJobEndsWereKnown(int places, int callsPerSecond) {
    Makespan makespan = Makespan.of(places, callsPerSecond, SEEDS);
    assertTrue(makespan.ratio() <= BAR, makespan.toString());
  }

  @Test
  void aPollIsCheapWhileASubmitWaitsForTheEndOfAJob() {
    Makespan makespan = Makespan.of(1, 5, SEEDS);
    assertTrue(makespan.ratio() <= 1.04, makespan.toString());
  }
}
