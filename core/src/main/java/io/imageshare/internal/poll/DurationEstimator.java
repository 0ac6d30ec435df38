package io.imageshare.internal.poll;

import java.util.Arrays;

/**
 * How long jobs last, learned from when looks found them running and ended. It is a mixture of
 * several {@link DecayingHistogram memories}, which forget faster or slower and see finer or
 * coarser; each counts for as much as it foresaw what came.
 */
final class DurationEstimator {
  /** Steps of 10 ms at first, then of 1 % of the age, up to 1000 s. */
  static final double STEP = 1.01;

  static final int CELLS = (int) Math.ceil(Math.log(1 + 1000) / Math.log(STEP));
  private static final double[] EDGES = new double[CELLS + 1];
  private static final double[] PRIOR = new double[CELLS];
  private static final double[] RATES = {.007, .04, .2};
  private static final int WIDTH = 8;

  /** How much is kept back for what was never seen, and for memories that were wrong so far. */
  private static final double UNSEEN = .002;

  private static final double SHARED = .004;

  /** What is known before the first job ends counts as much as this part of a job. */
  private static final double PRIOR_JOBS = .3;

  /** What a look that teaches may cost at first; tried on laws of lumps made by chance. */
  private static final double CURIOSITY = 1.5;

  /** After so many jobs it is half of that. */
  private static final double CURIOUS_JOBS = 30;

  /** Only who outlasts most that is known is evidence while open: others are yet to come. */
  private static final double RARE = .2;

  static {
    for (int i = 0; i <= CELLS; i++) {
      EDGES[i] = Math.pow(STEP, i) - 1;
    }
    for (int i = 0; i < CELLS; i++) {
      PRIOR[i] = (before(EDGES[i + 1]) - before(EDGES[i])) / before(EDGES[CELLS]);
    }
  }

  private final DecayingHistogram[] memories = new DecayingHistogram[2 * RATES.length];
  private final double[] latest = new double[CELLS];
  private final int[] open = new int[CELLS + 1];
  private int ended;

  DurationEstimator() {
    for (int i = 0; i < memories.length; i++) {
      boolean fine = i < RATES.length;
      memories[i] = new DecayingHistogram(PRIOR, RATES[i % RATES.length], fine ? 0 : WIDTH);
      memories[i].weight = 1.0 / memories.length;
    }
  }

  /**
   * The part that ends before this age, as far as the samples of {@code ims-api.md} section 2 tell:
   * they last .6 to 2.4 s, so half of all last .75 to 3 s, and any length is possible.
   */
  private static double before(double age) {
    return age == 0 ? 0 : .5 + Math.atan(Math.log(age / 1.5) / Math.log(2)) / Math.PI;
  }

  /** The end of a cell; the cells before it have ended by then. */
  static double edge(int cell) {
    return EDGES[cell];
  }

  /** The edge that an age stands for: the end of its cell past the last end known there. */
  int edgeOf(double age) {
    int cell = cell(age);
    return latest[cell] > 0 && age > latest[cell] - 1e-6 ? cell + 1 : nearest(age);
  }

  private static int nearest(double age) {
    return Math.min(CELLS, (int) Math.round(Math.log1p(age) / Math.log(STEP)));
  }

  private static int cell(double age) {
    return Math.min(CELLS - 1, Math.max(0, (int) Math.ceil(Math.log1p(age) / Math.log(STEP)) - 1));
  }

  /** How many jobs have ended. */
  int ended() {
    return ended;
  }

  /**
   * When to look for jobs that end before an edge: at the last end known, or at the edge itself.
   */
  double at(int edge) {
    return latest[edge - 1] > 0 ? latest[edge - 1] : EDGES[edge];
  }

  /** An open job, last seen running at one age, was seen running at another; 0: not seen yet. */
  void ran(double before, double age) {
    gone(before);
    open[nearest(age)]++;
  }

  /** An open job, last seen running at this age, is open no longer or looked at no longer. */
  void gone(double age) {
    if (age > 0) {
      open[nearest(age)]--;
    }
  }

  /** A job lasted exactly so long. */
  void lasted(double age) {
    int cell = cell(age);
    latest[cell] = Math.max(latest[cell], age);
    learn(cell, cell + 1);
  }

  /** A job was running at one age and had ended at another. */
  void endedBetween(double after, double by) {
    int from = Math.min(edgeOf(after), CELLS - 1);
    learn(from, Math.max(from + 1, edgeOf(by)));
  }

  private void learn(int from, int to) {
    ended++;
    double sum = 0;
    for (DecayingHistogram memory : memories) {
      memory.learn(from, to, PRIOR, UNSEEN);
      sum += memory.weight;
    }
    for (DecayingHistogram memory : memories) {
      memory.weight = (1 - SHARED) * memory.weight / sum + SHARED / memories.length;
    }
  }

  /**
   * How much it may cost to look where it teaches something, in prices of a look: much while little
   * is known, and more where who sees finely has foreseen better: jobs end at few times there.
   */
  double curiosity() {
    double fine = 0;
    for (int i = 0; i < RATES.length; i++) {
      fine += memories[i].weight;
    }
    return CURIOSITY * fine / (1 + ended / CURIOUS_JOBS);
  }

  /**
   * The part of all jobs that ends in each cell. Asked for now and then, as jobs end: every time
   * what they told is thought over once more.
   */
  double[] shares() {
    double[] shares = new double[CELLS];
    double known = PRIOR_JOBS;
    for (DecayingHistogram memory : memories) {
      memory.recall(PRIOR, UNSEEN, PRIOR_JOBS);
      memory.addTo(shares, (1 - UNSEEN) * memory.weight);
      known += memory.weight * Math.min(ended, 1 / memory.rate);
    }
    for (int i = 0; i < CELLS; i++) {
      shares[i] += UNSEEN * PRIOR[i];
    }
    countOpen(shares, known);
    return shares;
  }

  /** An open job will end like one of those that lasted longer than it has. */
  private void countOpen(double[] shares, double known) {
    double left = 1;
    double factor = 1;
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      factor += left < RARE ? open[i] / (known * Math.max(left, 1e-9)) : 0;
      left -= shares[i];
      shares[i] *= factor;
      sum += shares[i];
    }
    double total = sum;
    Arrays.setAll(shares, i -> shares[i] / total);
  }
}
