package io.imageshare.internal.poll;

/**
 * A histogram of the ages at which recent jobs ended. Older jobs count less: each new job
 * multiplies the weight of those before it by {@code 1 - rate}.
 */
final class DecayingHistogram {
  /** Jobs kept, in units of 1 / rate; an older one would weigh less than a fiftieth. */
  private static final int MEAN_LIVES = 4;

  final double rate;

  /** The weight in the mixture, by how well this histogram predicted the jobs so far. */
  double weight;

  private final int width;
  private final double[] shares;
  // Ring buffers: the range of cells in which each recent job ended.
  private final int[] from;
  private final int[] to;
  private int ended;
  private boolean stale;

  /**
   * @param width the number of cells to each side over which each job is smoothed
   */
  DecayingHistogram(double[] shares, double rate, int width) {
    this.shares = shares.clone();
    this.rate = rate;
    this.width = width;
    from = new int[(int) Math.ceil(MEAN_LIVES / rate)];
    to = new int[from.length];
  }

  /**
   * Adds a job that ended in cells {@code from} to {@code to - 1}.
   *
   * @param prior the distribution of durations that were never observed
   * @param unseen the share of the prior in every prediction
   */
  void add(int from, int to, double[] prior, double unseen) {
    double likelihood = 0;
    for (int i = from; i < to; i++) {
      likelihood += (1 - unseen) * shares[i] + unseen * prior[i];
    }
    weight *= Math.max(likelihood, 1e-6);
    this.from[ended % this.from.length] = from;
    this.to[ended % this.to.length] = to;
    ended++;
    stale = true;
  }

  /**
   * Estimates the shares anew from all jobs kept, if there are new ones. Where in its range a job
   * ended is unknown; the current estimate says where it most likely did. So later polls refine
   * what is known of earlier jobs. This is one step of expectation maximization; more steps per job
   * would make lumps out of noise.
   *
   * @param priorJobs the weight of the prior in jobs, which fades as jobs are added
   */
  void refresh(double[] prior, double unseen, double priorJobs) {
    if (!stale) {
      return;
    }
    stale = false;
    double[] mixed = new double[shares.length];
    double[] cumulative = new double[shares.length + 1];
    for (int i = 0; i < shares.length; i++) {
      mixed[i] = (1 - unseen) * shares[i] + unseen * prior[i];
      cumulative[i + 1] = cumulative[i] + mixed[i];
    }
    double[] delta = new double[shares.length + 1];
    double job = 1;
    double jobs = 0;
    for (int k = ended - 1; k >= Math.max(0, ended - from.length); k--) {
      int low = from[k % from.length];
      int high = to[k % to.length];
      double share = job / (cumulative[high] - cumulative[low]);
      delta[low] += share;
      delta[high] -= share;
      jobs += job;
      job *= 1 - rate;
    }
    double first = job * priorJobs;
    double share = 0;
    for (int i = 0; i < shares.length; i++) {
      share += delta[i];
      shares[i] = (first * prior[i] + mixed[i] * Math.max(0, share)) / (first + jobs);
    }
    spread();
  }

  private void spread() {
    double[] delta = new double[shares.length + 1];
    for (int i = 0; i < shares.length; i++) {
      int low = Math.max(0, i - width);
      int high = Math.min(shares.length, i + width + 1);
      delta[low] += shares[i] / (high - low);
      delta[high] -= shares[i] / (high - low);
    }
    double height = 0;
    for (int i = 0; i < shares.length; i++) {
      height += delta[i];
      shares[i] = Math.max(0, height);
    }
  }

  void addTo(double[] sum, double factor) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * shares[i];
    }
  }
}
