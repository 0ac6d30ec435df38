package io.imageshare.internal.poll;

import static com.google.common.collect.Comparators.min;

import com.google.common.collect.EvictingQueue;
import java.time.Duration;
import java.util.List;
import java.util.Queue;

/** How long something took the last times, as seen from here. */
public final class RecentDurations {

  /** The middle of the documented samples ({@code ims-api.md} section 2). */
  private static final Duration JOB = Duration.ofMillis(1500);

  private final Queue<Duration> durations;
  private final Duration prior;

  /**
   * @param prior what is taken for the duration until there is one
   */
  RecentDurations(int kept, Duration prior) {
    durations = EvictingQueue.create(kept);
    this.prior = prior;
  }

  /** Of the jobs of a workflow. */
  public static RecentDurations ofJobs() {
    return new RecentDurations(64, JOB);
  }

  public void add(Duration duration) {
    durations.add(duration);
  }

  /** What half of them take at most. */
  public Duration median() {
    return quantile(.5);
  }

  /**
   * When one has most likely ended: what 95 % take at most, or three times the median where a few
   * take very long.
   */
  public Duration mostEnded() {
    Duration triple = median().multipliedBy(3);
    return durations.isEmpty() ? triple : min(quantile(.95), triple);
  }

  private Duration quantile(double part) {
    if (durations.isEmpty()) {
      return prior;
    }
    List<Duration> sorted = durations.stream().sorted().toList();
    return sorted.get((int) (part * sorted.size()));
  }
}
