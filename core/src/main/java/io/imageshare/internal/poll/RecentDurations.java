package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** How long the last jobs of a workflow took, as seen from here. */
public final class RecentDurations {
  private static final int KEPT = 64;

  /** The middle of the documented samples ({@code ims-api.md} section 2). */
  private static final Duration PRIOR = Duration.ofMillis(1500);

  private final Deque<Duration> durations = new ArrayDeque<>();

  public void add(Duration duration) {
    durations.add(duration);
    if (durations.size() > KEPT) {
      durations.remove();
    }
  }

  /** What half of all jobs take at most. */
  public Duration median() {
    return quantile(.5);
  }

  /**
   * When a job has most likely ended: what 95 % take at most, or three times the median where a few
   * take very long.
   */
  public Duration mostEnded() {
    Duration triple = median().multipliedBy(3);
    Duration most = durations.isEmpty() ? triple : quantile(.95);
    return most.compareTo(triple) < 0 ? most : triple;
  }

  private Duration quantile(double part) {
    if (durations.isEmpty()) {
      return PRIOR;
    }
    List<Duration> sorted = durations.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, (int) (part * sorted.size())));
  }
}
