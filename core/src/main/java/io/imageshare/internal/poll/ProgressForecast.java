package io.imageshare.internal.poll;

/** When one job will end, by what it says of its progress. Ages are in seconds. */
final class ProgressForecast {
  private static final double NEAR = .03;

  /** A job that goes slower and slower is always just about to end. */
  private static final int MISSES = 2;

  private double age;
  private double progress;
  private double end = Double.NaN;
  private int misses;

  /** At an age the job was running, and said that so much of it was done. */
  void told(double age, double progress) {
    misses += age >= end ? 1 : 0;
    // From two readings, for it may have begun late.
    double pace = (progress - this.progress) / (age - this.age);
    end = this.age > 0 && pace > 0 ? age + (1 - progress) / pace : Double.NaN;
    this.age = progress > 0 && progress < 1 ? age : 0;
    this.progress = progress;
  }

  /** When to look for the end; NaN: it is not foretold. */
  double end() {
    return misses < MISSES ? end * (1 + NEAR / 4) : Double.NaN;
  }

  /** Whether an end was foretold. */
  boolean isMade() {
    return misses > 0 || !Double.isNaN(end);
  }

  /**
   * Whether the end came near the time foretold, as far as is known.
   *
   * @param after the age at which the job was running still
   * @param by the age by which it had ended
   */
  boolean wasRight(double after, double by) {
    return misses < MISSES && end > after * (1 - NEAR) && end < by * (1 + NEAR);
  }
}
