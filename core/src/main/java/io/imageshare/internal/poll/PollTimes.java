package io.imageshare.internal.poll;

import static io.imageshare.internal.poll.DurationEstimator.CELLS;
import static io.imageshare.internal.poll.DurationEstimator.edge;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The best ages at which to poll a job, given the distribution of durations and the cost of a poll
 * in seconds of waiting. They follow from dynamic programming over the edges of the cells.
 *
 * <p>The cost from edge i on is the cost of a poll for every job still open, plus the waiting of
 * the jobs that end before the next poll at edge j, plus the cost from j on. As a function of the
 * share that ended before i, each j is a line; the best j is the lower envelope of these lines, and
 * it falls as i falls.
 */
final class PollTimes {
  /** How much more than the best poll any poll may cost, in poll costs. */
  private static final double TOLERANCE = .02;

  private final DurationEstimator durations;
  private final double pollCost;
  private final double[] endedBefore = new double[CELLS + 1];
  private final double[] intercept = new double[CELLS + 1];

  PollTimes(DurationEstimator durations, double[] shares, double pollCost) {
    this.durations = durations;
    this.pollCost = pollCost;
    double[] meanBefore = new double[CELLS + 1];
    for (int i = 0; i < CELLS; i++) {
      endedBefore[i + 1] = endedBefore[i] + shares[i];
      meanBefore[i + 1] = meanBefore[i] + shares[i] * (edge(i) + edge(i + 1)) / 2;
    }
    int[] line = new int[CELLS + 1];
    int first = 0;
    int last = 0;
    line[0] = CELLS;
    intercept[CELLS] = edge(CELLS) * endedBefore[CELLS] - meanBefore[CELLS];
    for (int i = CELLS - 1; i >= 0; i--) {
      while (first < last && cost(line[first + 1], i) <= cost(line[first], i)) {
        first++;
      }
      double cost =
          pollCost * (endedBefore[CELLS] - endedBefore[i]) + meanBefore[i] + cost(line[first], i);
      intercept[i] = edge(i) * endedBefore[i] - meanBefore[i] + cost;
      while (first < last && isAbove(line[last], line[last - 1], i)) {
        last--;
      }
      line[++last] = i;
    }
  }

  double pollCost() {
    return pollCost;
  }

  /** The cost from edge i on with the next poll at j, less what is the same for every j. */
  private double cost(int j, int i) {
    return intercept[j] - edge(j) * endedBefore[i];
  }

  /** Whether a new line leaves an earlier one nowhere the lowest. */
  private boolean isAbove(int line, int older, int newer) {
    return (intercept[older] - intercept[newer]) * (edge(older) - edge(line))
        >= (intercept[older] - intercept[line]) * (edge(older) - edge(newer));
  }

  /**
   * The age of the next poll.
   *
   * @param lastRunning the age at which the job was last seen running
   * @param now the age of the job
   * @param random chooses among earlier ages that are nearly as good, to find out where in a cell
   *     jobs end; null where the service reports durations
   */
  double next(double lastRunning, double now, @Nullable RandomGenerator random) {
    int i = durations.edgeOf(lastRunning);
    int from = durations.edgeOf(now) + 1;
    if (from > CELLS) {
      return now * 1.1;
    }
    int best = best(i, from);
    if (random != null) {
      int earliest = best;
      double tolerance = TOLERANCE + durations.explorationBudget();
      while (earliest > from && isNearlyAsGood(earliest - 1, best, i, tolerance)) {
        earliest--;
      }
      // The earlier of two draws: a poll close to the best age reveals little.
      int times = best - earliest + 1;
      best = earliest + Math.min(random.nextInt(times), random.nextInt(times));
    }
    return durations.pollAge(best);
  }

  /** Whether a poll now is nearly as good as any later one. */
  boolean isWorth(double lastRunning, double now) {
    int i = durations.edgeOf(lastRunning);
    int from = Math.max(i + 1, durations.edgeOf(now));
    return from >= CELLS || isNearlyAsGood(from, best(i, from), i, TOLERANCE);
  }

  private int best(int i, int from) {
    int best = from;
    for (int j = from + 1; j <= CELLS; j++) {
      best = cost(j, i) < cost(best, i) ? j : best;
    }
    return best;
  }

  private boolean isNearlyAsGood(int j, int best, int i, double tolerance) {
    double open = endedBefore[CELLS] - endedBefore[i];
    return cost(j, i) <= cost(best, i) + tolerance * pollCost * open;
  }
}
