package io.imageshare.internal.poll;

import java.util.Arrays;

/**
 * Estimates how long jobs last from the ages at which polls found them running and ended. The
 * estimate is a mixture of several {@link DecayingHistogram}s, which differ in decay and
 * resolution; each is weighted by how well it predicted the jobs so far. Ages are in seconds.
 */
final class DurationEstimator {
  /** The ratio of neighbouring cell edges (plus 1 s): 10 ms at first, then 1 % of the age. */
  static final double STEP = 1.01;

  /** The cells reach to 1000 s. */
  static final int CELLS = (int) Math.ceil(Math.log(1 + 1000) / Math.log(STEP));

  private static final double[] EDGES = new double[CELLS + 1];
  private static final double[] PRIOR = new double[CELLS];
  private static final double[] RATES = {.007, .04, .2};
  private static final int WIDTH = 8;

  /** The share of the prior, so that a duration never observed remains possible. */
  private static final double PRIOR_SHARE = .002;

  /** The weight that the histograms share evenly, so that one that was wrong can recover. */
  private static final double WEIGHT_FLOOR = .004;

  /** The weight of the prior, in jobs. */
  private static final double PRIOR_JOBS = .3;

  /** The initial exploration budget in poll costs; tuned on random multimodal distributions. */
  private static final double EXPLORATION = 1.5;

  /** The number of jobs that halves the exploration budget. */
  private static final double EXPLORATION_JOBS = 30;

  /**
   * An open job counts as evidence only beyond the age that this share of jobs outlasts: below it,
   * most open jobs will simply end as usual.
   */
  private static final double TAIL = .2;

  static {
    for (int i = 0; i <= CELLS; i++) {
      EDGES[i] = Math.pow(STEP, i) - 1;
    }
    for (int i = 0; i < CELLS; i++) {
      PRIOR[i] = (priorBefore(EDGES[i + 1]) - priorBefore(EDGES[i])) / priorBefore(EDGES[CELLS]);
    }
  }

  private final DecayingHistogram[] histograms = new DecayingHistogram[2 * RATES.length];
  private final double[] latestEnd = new double[CELLS];
  private final int[] open = new int[CELLS + 1];
  private int jobs;

  DurationEstimator() {
    for (int i = 0; i < histograms.length; i++) {
      boolean fine = i < RATES.length;
      histograms[i] = new DecayingHistogram(PRIOR, RATES[i % RATES.length], fine ? 0 : WIDTH);
      histograms[i].weight = 1.0 / histograms.length;
    }
  }

  /**
   * The prior share of jobs that end before this age. The samples in {@code ims-api.md} section 2
   * last 0.6 to 2.4 s; so half of all jobs are taken to last 0.75 to 3 s, and any duration is
   * possible.
   */
  private static double priorBefore(double age) {
    return age == 0 ? 0 : .5 + Math.atan(Math.log(age / 1.5) / Math.log(2)) / Math.PI;
  }

  /** The age at which cell {@code cell - 1} ends and the next begins. */
  static double edge(int cell) {
    return EDGES[cell];
  }

  /**
   * The edge nearest to an age; past the latest end known in the age's cell, the end of that cell.
   */
  int edgeOf(double age) {
    int cell = cell(age);
    return latestEnd[cell] > 0 && age > latestEnd[cell] - 1e-6 ? cell + 1 : nearest(age);
  }

  private static int nearest(double age) {
    return Math.min(CELLS, (int) Math.round(Math.log1p(age) / Math.log(STEP)));
  }

  private static int cell(double age) {
    return Math.min(CELLS - 1, Math.max(0, (int) Math.ceil(Math.log1p(age) / Math.log(STEP)) - 1));
  }

  /** The number of jobs that have ended. */
  int jobs() {
    return jobs;
  }

  /**
   * The age at which to poll for jobs that end before an edge: the latest end known in its cell, or
   * the edge itself.
   */
  double pollAge(int edge) {
    return latestEnd[edge - 1] > 0 ? latestEnd[edge - 1] : EDGES[edge];
  }

  /**
   * An open job was seen running at an age.
   *
   * @param previous the age at which it was last seen running before, or 0
   */
  void running(double previous, double age) {
    removeOpen(previous);
    open[nearest(age)]++;
  }

  /** A job last seen running at this age has ended or is no longer polled. */
  void removeOpen(double age) {
    if (age > 0) {
      open[nearest(age)]--;
    }
  }

  /** Adds a job with an exact duration. */
  void addDuration(double age) {
    int cell = cell(age);
    latestEnd[cell] = Math.max(latestEnd[cell], age);
    add(cell, cell + 1);
  }

  /** Adds a job that was running at one age and had ended by another. */
  void addRange(double after, double by) {
    int from = Math.min(edgeOf(after), CELLS - 1);
    add(from, Math.max(from + 1, edgeOf(by)));
  }

  private void add(int from, int to) {
    jobs++;
    double sum = 0;
    for (DecayingHistogram histogram : histograms) {
      histogram.add(from, to, PRIOR, PRIOR_SHARE);
      sum += histogram.weight;
    }
    for (DecayingHistogram histogram : histograms) {
      histogram.weight =
          (1 - WEIGHT_FLOOR) * histogram.weight / sum + WEIGHT_FLOOR / histograms.length;
    }
  }

  /**
   * How much more than the best poll an informative poll may cost, in poll costs. It is high while
   * few jobs are known, and where the fine histograms predict best, since jobs then end at a few
   * distinct times.
   */
  double explorationBudget() {
    double fine = 0;
    for (int i = 0; i < RATES.length; i++) {
      fine += histograms[i].weight;
    }
    return EXPLORATION * fine / (1 + jobs / EXPLORATION_JOBS);
  }

  /**
   * The share of all jobs that ends in each cell. Each call refines the estimate once more, so it
   * is called only now and then.
   */
  double[] shares() {
    double[] shares = new double[CELLS];
    double known = PRIOR_JOBS;
    for (DecayingHistogram histogram : histograms) {
      histogram.refresh(PRIOR, PRIOR_SHARE, PRIOR_JOBS);
      histogram.addTo(shares, (1 - PRIOR_SHARE) * histogram.weight);
      known += histogram.weight * Math.min(jobs, 1 / histogram.rate);
    }
    for (int i = 0; i < CELLS; i++) {
      shares[i] += PRIOR_SHARE * PRIOR[i];
    }
    countOpen(shares, known);
    return shares;
  }

  /**
   * Raises the shares beyond the ages of open jobs, which will end like jobs that outlasted them.
   */
  private void countOpen(double[] shares, double known) {
    double left = 1;
    double factor = 1;
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      factor += left < TAIL ? open[i] / (known * Math.max(left, 1e-9)) : 0;
      left -= shares[i];
      shares[i] *= factor;
      sum += shares[i];
    }
    double total = sum;
    Arrays.setAll(shares, i -> shares[i] / total);
  }
}
