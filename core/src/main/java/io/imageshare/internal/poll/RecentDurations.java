package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The durations of the most recent jobs of a workflow, from the submit to the poll that found the
 * end.
 */
public final class RecentDurations {
  private static final int KEPT = 32;
  private static final Duration BEFORE_THE_FIRST = Duration.ofSeconds(10);

  private final Deque<Duration> durations = new ArrayDeque<>();

  public void add(Duration duration) {
    durations.add(duration);
    if (durations.size() > KEPT) {
      durations.remove();
    }
  }

  /** The longest of them; 10 s before the first job has ended. */
  public Duration longest() {
    return durations.stream().max(Duration::compareTo).orElse(BEFORE_THE_FIRST);
  }
}
