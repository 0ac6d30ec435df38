package io.imageshare.internal.poll;

import static com.google.common.collect.Comparators.max;
import static com.google.common.collect.Comparators.min;

import java.time.Duration;

/** How long listings lag behind jobs, as seen from here, and when to read one that lags again. */
public final class ListingLags {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final RecentDurations lags = new RecentDurations(16, FIRST);

  /** A listing showed so long after its first read what it did not show then. */
  public void add(Duration lag) {
    lags.add(lag);
  }

  /** The wait before reading a listing again that was read so often in vain. */
  public Duration next(int reads) {
    return min(max(lags.median(), FIRST).multipliedBy(1L << Math.min(reads, 6)), LONGEST);
  }
}
