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
  private final Set<Timer> open = new LinkedHashSet<>();

  public TimerScope(Timekeeper time) {
    this.time = time;
  }

  public Timekeeper.Scheduled after(Duration delay, Runnable work) {
    Timer timer = new Timer(work);
    open.add(timer);
    timer.scheduled = time.schedule(delay, timer);
    return () -> {
      open.remove(timer);
      timer.cancel();
    };
  }

  public void cancel() {
    open.forEach(Timer::cancel);
    open.clear();
  }

  private final class Timer implements Runnable {
    private final Runnable work;
    private Timekeeper.Scheduled scheduled = () -> {};

    Timer(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      open.remove(this);
      work.run();
    }

    void cancel() {
      scheduled.cancel();
    }
  }
}
