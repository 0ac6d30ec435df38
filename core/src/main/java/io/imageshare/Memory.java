package io.imageshare;

/** How jobs of late were spread over cells of age, as one that forgets at one rate recalls it. */
final class Memory {
  final double rate;

  /** How well it foresaw what came, against others. */
  double weight;

  private final int width;
  private final double[] shares;

  /** What all shares are to be multiplied by: forgetting is one multiplication. */
  private double scale = 1;

  /**
   * @param width over how many cells to each side it spreads what it learns
   */
  Memory(double[] shares, double rate, int width) {
    this.shares = shares.clone();
    this.rate = rate;
    this.width = width;
  }

  /**
   * A job ended in these cells. Where in them is not known: most likely as others did.
   *
   * @param prior how it is spread that was never seen
   * @param unseen how much that is
   * @param most the rate at which a memory learns that has seen little
   */
  void learn(int from, int to, double[] prior, double unseen, double most) {
    double likely = 0;
    for (int i = from; i < to; i++) {
      likely += (1 - unseen) * shares[i] * scale + unseen * prior[i];
    }
    weight *= Math.max(likely, 1e-6);
    double part = Math.max(rate, most);
    double[] parts = new double[to - from];
    for (int i = from; i < to; i++) {
      double share = (1 - unseen) * shares[i] * scale + unseen * prior[i];
      parts[i - from] = part * share / likely / (1 - part) / scale;
    }
    scale *= 1 - part;
    spread(from, parts);
    if (scale < 1e-100) {
      settle();
    }
  }

  private void spread(int from, double[] parts) {
    int end = Math.min(shares.length, from + parts.length + width);
    double[] change = new double[end + 1];
    for (int i = 0; i < parts.length; i++) {
      int low = Math.max(0, from + i - width);
      int high = Math.min(end, from + i + width + 1);
      change[low] += parts[i] / (high - low);
      change[high] -= parts[i] / (high - low);
    }
    double height = 0;
    for (int i = Math.max(0, from - width); i < end; i++) {
      height += change[i];
      shares[i] += height;
    }
  }

  void addTo(double[] sum, double factor) {
    settle();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * shares[i];
    }
  }

  private void settle() {
    for (int i = 0; i < shares.length; i++) {
      shares[i] *= scale;
    }
    scale = 1;
  }
}
