package io.imageshare.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PollTimesTest {
  private static final int CELLS = DurationEstimator.CELLS;

  /** The least cost from each edge on, by trying every later edge for the next poll. */
  private static double[] leastCosts(double[] shares, double pollCost) {
    double[] costs = new double[CELLS + 1];
    for (int i = CELLS - 1; i >= 0; i--) {
      costs[i] = Double.POSITIVE_INFINITY;
      for (int j = i + 1; j <= CELLS; j++) {
        costs[i] = Math.min(costs[i], cost(shares, pollCost, i, j) + costs[j]);
      }
    }
    return costs;
  }

  private static double cost(double[] shares, double pollCost, int i, int j) {
    double cost = 0;
    for (int k = i; k < CELLS; k++) {
      double middle = (DurationEstimator.edge(k) + DurationEstimator.edge(k + 1)) / 2;
      cost += shares[k] * (pollCost + (k < j ? DurationEstimator.edge(j) - middle : 0));
    }
    return cost;
  }

  @Test
  void noOtherPollTimesCostLess() {
    for (int seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      double[] shares = shares(random);
      double pollCost = Math.exp(3 * random.nextGaussian());
      PollTimes polls = new PollTimes(new DurationEstimator(), shares, pollCost);
      double[] least = leastCosts(shares, pollCost);
      double paid = 0;
      int i = 0;
      while (i < CELLS) {
        int j =
            new DurationEstimator()
                .edgeOf(polls.next(DurationEstimator.edge(i), DurationEstimator.edge(i), null));
        assertTrue(j > i, "seed " + seed);
        paid += cost(shares, pollCost, i, j);
        i = j;
      }
      assertEquals(least[0], paid, 1e-9 * least[0], "seed " + seed);
    }
  }

  private static double[] shares(Random random) {
    double[] shares = new double[CELLS];
    int lumps = 1 + random.nextInt(6);
    for (int lump = 0; lump < lumps; lump++) {
      int from = random.nextInt(CELLS);
      int to = Math.min(CELLS, from + 1 + random.nextInt(60));
      Arrays.fill(shares, from, to, random.nextDouble());
    }
    double rest = random.nextInt(2) * 1e-4;
    Arrays.setAll(shares, i -> shares[i] + rest);
    double sum = Arrays.stream(shares).sum();
    Arrays.setAll(shares, i -> shares[i] / sum);
    return shares;
  }

  @Test
  void randomChoiceIsAmongEarlierTimesThatAreNearlyAsGood() {
    Random random = new Random(1);
    double[] shares = new double[CELLS];
    DurationEstimator durations = new DurationEstimator();
    int from = durations.edgeOf(4);
    int to = durations.edgeOf(6);
    Arrays.fill(shares, from, to, 1.0 / (to - from));
    PollTimes polls = new PollTimes(durations, shares, 1);
    double[] least = leastCosts(shares, 1);
    double best = polls.next(0, 0, null);
    boolean earlier = false;
    for (int i = 0; i < 100; i++) {
      double poll = polls.next(0, 0, random);
      int edge = durations.edgeOf(poll);
      assertTrue(poll <= best);
      assertTrue(
          cost(shares, 1, 0, edge) + least[edge]
              <= least[0] + .02 + durations.explorationBudget() + 1e-9);
      earlier |= poll < best;
    }
    assertTrue(earlier);
  }

  @Test
  void anExpensivePollWaitsUntilMostHaveEnded() {
    DurationEstimator durations = new DurationEstimator();
    double[] shares = new double[CELLS];
    int from = durations.edgeOf(1);
    int to = durations.edgeOf(3);
    Arrays.fill(shares, from, to, 1.0 / (to - from));
    assertFalse(new PollTimes(durations, shares, 10).isWorth(0, 1.5));
    assertTrue(new PollTimes(durations, shares, 10).isWorth(0, 3));
    assertTrue(new PollTimes(durations, shares, .01).isWorth(0, 1.5));
  }

  @Test
  void beyondAllCellsAgesGrowByATenth() {
    DurationEstimator durations = new DurationEstimator();
    PollTimes polls = new PollTimes(durations, durations.shares(), 1);
    assertEquals(2200, polls.next(2000, 2000, new Random(1)), 1e-6);
    assertTrue(polls.isWorth(2000, 2200));
  }
}
