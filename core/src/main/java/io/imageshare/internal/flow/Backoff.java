package io.imageshare.internal.flow;

import java.time.Duration;

/** Waits that grow by a factor up to a cap. */
public final class Backoff {
  private Backoff() {}

  /** The wait number {@code n}, counted from 0, before chance is added, in nanoseconds. */
  public static double nanos(Duration first, double factor, Duration cap, int n) {
    return Math.min((double) cap.toNanos(), first.toNanos() * Math.pow(factor, n));
  }
}
