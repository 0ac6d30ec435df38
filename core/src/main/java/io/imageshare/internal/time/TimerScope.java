package io.imageshare.internal.time;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a run has scheduled. It is cancelled when the run is finished; otherwise it would hold the
 * run's memory and the timekeeper's thread. Used on the engine's thread only.
 */
public final class TimerScope {
  private final Timekeeper time;
  private final Set<Timekeeper.Scheduled> open = new LinkedHashSet<>();

  public TimerScope(Timekeeper time) {
    this.time = time;
  }

  public Timekeeper.Scheduled after(Duration delay, Runnable work) {
    Timekeeper.Scheduled[] timer = {() -> {}};
    timer[0] =
        time.schedule(
            delay,
            () -> {
              open.remove(timer[0]);
              work.run();
            });
    open.add(timer[0]);
    return () -> {
      open.remove(timer[0]);
      timer[0].cancel();
    };
  }

  public void cancel() {
    open.forEach(Timekeeper.Scheduled::cancel);
    open.clear();
  }
}
