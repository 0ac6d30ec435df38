package io.imageshare.internal.poll;

import static io.imageshare.internal.poll.DurationEstimator.CELLS;
import static io.imageshare.internal.poll.DurationEstimator.edge;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When to look at a job, given how long jobs last and what a look is worth in seconds of waiting:
 * the best times there are, by dynamic programming over the edges of the cells.
 *
 * <p>From edge i, what is still to be paid is the price of a look by all that are open, the waiting
 * of those that end before the next look j, and what follows from j. Over j that is the lower
 * envelope of lines in the part that ended before i, and as i falls the best j falls too.
 */
final class PollTimes {
  /** A look may always cost so much of the price more than the best one. */
  private static final double LEEWAY = .02;

  private final DurationEstimator durations;
  private final double price;
  private final double[] before = new double[CELLS + 1];
  private final double[] height = new double[CELLS + 1];

  PollTimes(DurationEstimator durations, double[] shares, double price) {
    this.durations = durations;
    this.price = price;
    double[] moment = new double[CELLS + 1];
    for (int i = 0; i < CELLS; i++) {
      before[i + 1] = before[i] + shares[i];
      moment[i + 1] = moment[i] + shares[i] * (edge(i) + edge(i + 1)) / 2;
    }
    int[] line = new int[CELLS + 1];
    int first = 0;
    int last = 0;
    line[0] = CELLS;
    height[CELLS] = edge(CELLS) * before[CELLS] - moment[CELLS];
    for (int i = CELLS - 1; i >= 0; i--) {
      while (first < last && cost(line[first + 1], i) <= cost(line[first], i)) {
        first++;
      }
      double paid = price * (before[CELLS] - before[i]) + moment[i] + cost(line[first], i);
      height[i] = edge(i) * before[i] - moment[i] + paid;
      while (first < last && isAbove(line[last], line[last - 1], i)) {
        last--;
      }
      line[++last] = i;
    }
  }

  double price() {
    return price;
  }

  /**
   * What is to be paid after edge i if the next look is at j, but for what all j have in common.
   */
  private double cost(int j, int i) {
    return height[j] - edge(j) * before[i];
  }

  /** Whether a line is nowhere the lowest, now that there is a new one. */
  private boolean isAbove(int line, int older, int newer) {
    return (height[older] - height[newer]) * (edge(older) - edge(line))
        >= (height[older] - height[line]) * (edge(older) - edge(newer));
  }

  /**
   * The age at which to look next.
   *
   * @param ran the age at which the job was last seen running
   * @param now its age
   * @param random picks one of the times that are nearly as good and earlier, so that where in a
   *     cell jobs end comes to be known; null where their ends are told anyway
   */
  double next(double ran, double now, @Nullable RandomGenerator random) {
    int i = durations.edgeOf(ran);
    int from = durations.edgeOf(now) + 1;
    if (from > CELLS) {
      return now * 1.1;
    }
    int best = best(i, from);
    if (random != null) {
      int least = best;
      double leeway = LEEWAY + durations.curiosity();
      while (least > from && isNearlyAsGood(least - 1, best, i, leeway)) {
        least--;
      }
      // Of two the earlier: close to the best time a look finds little that was not expected.
      int times = best - least + 1;
      best = least + Math.min(random.nextInt(times), random.nextInt(times));
    }
    return durations.at(best);
  }

  /** Whether a look now is as good as any later one. */
  boolean isWorth(double ran, double now) {
    int i = durations.edgeOf(ran);
    int from = Math.max(i + 1, durations.edgeOf(now));
    return from >= CELLS || isNearlyAsGood(from, best(i, from), i, LEEWAY);
  }

  private int best(int i, int from) {
    int best = from;
    for (int j = from + 1; j <= CELLS; j++) {
      best = cost(j, i) < cost(best, i) ? j : best;
    }
    return best;
  }

  private boolean isNearlyAsGood(int j, int best, int i, double leeway) {
    double open = before[CELLS] - before[i];
    return cost(j, i) <= cost(best, i) + leeway * price * open;
  }
}
