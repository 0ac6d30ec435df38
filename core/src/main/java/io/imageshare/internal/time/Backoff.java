package io.imageshare.internal.time;

import java.time.Duration;

/** Exponential backoff up to a cap. */
public final class Backoff {
  private Backoff() {}

  /** The {@code n}-th wait, counted from 0, in nanoseconds, without jitter. */
  public static double nanos(Duration first, double factor, Duration cap, int n) {
    return Math.min((double) cap.toNanos(), first.toNanos() * Math.pow(factor, n));
  }
}
