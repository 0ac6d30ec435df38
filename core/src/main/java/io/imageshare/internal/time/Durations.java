package io.imageshare.internal.time;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What holds for every duration that is given. */
public final class Durations {
  private Durations() {}

  public static Duration positive(String name, Duration duration) {
    checkArgument(
        isPositive(requireNonNull(duration, name)), "%s: %s; it must be positive", name, duration);
    return duration;
  }

  public static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }
}
