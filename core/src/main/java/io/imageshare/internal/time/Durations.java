package io.imageshare.internal.time;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/** What is asked of durations, and made of them. */
public final class Durations {
  /** As good as for ever, and far from what overflows in nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Durations() {}

  public static Duration positive(String name, Duration duration) {
    requireNonNull(duration, name);
    checkArgument(
        !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0,
        "%s: %s; it must be positive, and %s days at most",
        name,
        duration,
        LONGEST.toDays());
    return duration;
  }

  /** A duration in seconds, at most some 292 years: a service may name times further apart. */
  public static double seconds(Duration duration) {
    return NANOSECONDS.convert(duration) / 1e9;
  }
}
