package io.imageshare.internal.flow;

import io.imageshare.Timekeeper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Does its work once, at the earliest of the times to which it was set since it did it last. */
final class Alarm {
  private final Timekeeper time;
  private final Runnable work;
  private Timekeeper.@Nullable Scheduled timer;
  private long due;

  Alarm(Timekeeper time, Runnable work) {
    this.time = time;
    this.work = work;
  }

  void set(long at) {
    if (timer != null && at - due >= 0) {
      return;
    }
    cancel();
    due = at;
    timer =
        time.schedule(
            Duration.ofNanos(at - time.nanoTime()),
            () -> {
              timer = null;
              work.run();
            });
  }

  void cancel() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
