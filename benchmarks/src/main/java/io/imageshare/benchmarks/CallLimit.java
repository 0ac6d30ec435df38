package io.imageshare.benchmarks;

import io.imageshare.memory.Throttle;
import java.time.Duration;

/**
 * A rate limit that counts no refused calls.
 *
 * @param calls how many it takes in a window
 * @param slides whether each call counts for the length of a window, or until the window's end
 */
record CallLimit(int calls, Duration window, boolean slides) {
  static final CallLimit NONE = new CallLimit(Integer.MAX_VALUE, Duration.ofDays(1), false);

  Throttle throttle() {
    return slides
        ? Throttle.sliding(calls, window, false)
        : Throttle.fixed(calls, window, 0, false);
  }

  /** When a call no longer counts, both in nanoseconds since the throttle began to count. */
  long over(long call) {
    long length = window.toNanos();
    return slides ? call + length : (call / length + 1) * length;
  }
}
