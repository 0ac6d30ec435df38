package io.imageshare.internal.poll;

/** Forecasts the end of one job from its reported progress. Ages are in seconds. */
final class ProgressForecast {
  private static final double TOLERANCE = .03;

  /** The misses after which no forecast is made: a job that slows down is always about to end. */
  private static final int MAX_MISSES = 2;

  private double age;
  private double progress;
  private double end = Double.NaN;
  private int misses;

  /**
   * Adds a reading of a running job.
   *
   * @param progress the part done, 0 to 1, or {@code NaN}
   */
  void add(double age, double progress) {
    misses += age >= end ? 1 : 0;
    // The pace takes two readings, since a job may begin late.
    double pace = (progress - this.progress) / (age - this.age);
    end = this.age > 0 && pace > 0 ? age + (1 - progress) / pace : Double.NaN;
    this.age = progress > 0 && progress < 1 ? age : 0;
    this.progress = progress;
  }

  /** The age at which to poll for the end; {@code NaN} without a forecast. */
  double end() {
    return misses < MAX_MISSES ? end * (1 + TOLERANCE / 4) : Double.NaN;
  }

  /** Whether a forecast was made. */
  boolean isMade() {
    return misses > 0 || !Double.isNaN(end);
  }

  /**
   * Whether the end came near the forecast, as far as is known.
   *
   * @param after the age at which the job was still running
   * @param by the age by which it had ended
   */
  boolean wasRight(double after, double by) {
    return misses < MAX_MISSES && end > after * (1 - TOLERANCE) && end < by * (1 + TOLERANCE);
  }
}
