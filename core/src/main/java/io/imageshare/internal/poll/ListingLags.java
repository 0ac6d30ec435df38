package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** How long listings lag behind jobs, as seen from here, and when to read one that lags again. */
public final class ListingLags {
  private static final int KEPT = 16;
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Deque<Duration> lags = new ArrayDeque<>();

  /** A listing showed so long after its first read what it did not show then. */
  public void add(Duration lag) {
    lags.add(lag);
    if (lags.size() > KEPT) {
      lags.remove();
    }
  }

  /** The wait before reading a listing again that was read so often in vain. */
  public Duration next(int reads) {
    Duration first = typical();
    Duration wait = first.multipliedBy(1L << Math.min(reads, 6));
    return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
  }

  private Duration typical() {
    List<Duration> sorted = lags.stream().sorted().toList();
    if (sorted.isEmpty()) {
      return FIRST;
    }
    Duration median = sorted.get(sorted.size() / 2);
    return median.compareTo(FIRST) < 0 ? FIRST : median;
  }
}
