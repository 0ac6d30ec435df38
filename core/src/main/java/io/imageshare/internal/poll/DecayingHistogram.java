package io.imageshare.internal.poll;

/** How jobs of late were spread over cells of age, as one that forgets at one rate recalls it. */
final class DecayingHistogram {
  /** So many times 1 / rate jobs are kept: those before them would count for a fiftieth. */
  private static final int KEPT = 4;

  final double rate;

  /** How well it foresaw what came, against others. */
  double weight;

  private final int width;
  private final double[] shares;
  // Between which cells each of the last jobs ended; what is older is written over.
  private final int[] from;
  private final int[] to;
  private int ended;
  private boolean news;

  /**
   * @param width over how many cells to each side it spreads what it learns
   */
  DecayingHistogram(double[] shares, double rate, int width) {
    this.shares = shares.clone();
    this.rate = rate;
    this.width = width;
    from = new int[(int) Math.ceil(KEPT / rate)];
    to = new int[from.length];
  }

  /**
   * A job ended in these cells.
   *
   * @param prior how it is spread that was never seen
   * @param unseen how much that is
   */
  void learn(int from, int to, double[] prior, double unseen) {
    double likely = 0;
    for (int i = from; i < to; i++) {
      likely += (1 - unseen) * shares[i] + unseen * prior[i];
    }
    weight *= Math.max(likely, 1e-6);
    this.from[ended % this.from.length] = from;
    this.to[ended % this.to.length] = to;
    ended++;
    news = true;
  }

  /**
   * Thinks again of all jobs it remembers, if there are new ones. Where in its cells each ended is
   * not known: most likely as all did, by what it knows now. So what later looks saw tells of
   * earlier jobs too (one step of expectation maximization; more of them make lumps of what has
   * none).
   *
   * @param priorJobs for how many jobs the prior counts, as long as it is not forgotten
   */
  void recall(double[] prior, double unseen, double priorJobs) {
    if (!news) {
      return;
    }
    news = false;
    double[] known = new double[shares.length];
    double[] before = new double[shares.length + 1];
    for (int i = 0; i < shares.length; i++) {
      known[i] = (1 - unseen) * shares[i] + unseen * prior[i];
      before[i + 1] = before[i] + known[i];
    }
    double[] change = new double[shares.length + 1];
    double job = 1;
    double jobs = 0;
    for (int k = ended - 1; k >= Math.max(0, ended - from.length); k--) {
      int low = from[k % from.length];
      int high = to[k % to.length];
      double part = job / (before[high] - before[low]);
      change[low] += part;
      change[high] -= part;
      jobs += job;
      job *= 1 - rate;
    }
    double first = job * priorJobs;
    double part = 0;
    for (int i = 0; i < shares.length; i++) {
      part += change[i];
      shares[i] = (first * prior[i] + known[i] * Math.max(0, part)) / (first + jobs);
    }
    spread();
  }

  private void spread() {
    double[] change = new double[shares.length + 1];
    for (int i = 0; i < shares.length; i++) {
      int low = Math.max(0, i - width);
      int high = Math.min(shares.length, i + width + 1);
      change[low] += shares[i] / (high - low);
      change[high] -= shares[i] / (high - low);
    }
    double height = 0;
    for (int i = 0; i < shares.length; i++) {
      height += change[i];
      shares[i] = Math.max(0, height);
    }
  }

  void addTo(double[] sum, double factor) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * shares[i];
    }
  }
}
