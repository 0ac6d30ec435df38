package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How long the last jobs of a workflow took, as seen from here. */
public final class RecentDurations {
  private static final int KEPT = 32;
  private static final Duration UNTIL_ONE_ENDED = Duration.ofSeconds(10);

  private final Deque<Duration> durations = new ArrayDeque<>();

  public void add(Duration duration) {
    durations.add(duration);
    if (durations.size() > KEPT) {
      durations.remove();
    }
  }

  public Duration longest() {
    return durations.stream().max(Duration::compareTo).orElse(UNTIL_ONE_ENDED);
  }
}
