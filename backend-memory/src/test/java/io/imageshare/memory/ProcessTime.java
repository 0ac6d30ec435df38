package io.imageshare.memory;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** The time of one process: its clock may be wrong, and it may stand still for a while. */
final class ProcessTime implements Timekeeper {
  private final Timekeeper time;
  private final Duration ahead;
  private long pauseAt = Long.MAX_VALUE;
  private Duration pause = Duration.ZERO;
  private long until;
  private long tasks;

  ProcessTime(Timekeeper time, Duration ahead) {
    this.time = time;
    this.ahead = ahead;
    until = time.nanoTime();
  }

  /** Stands still for so long before it does what it does next after so many tasks. */
  ProcessTime pauseAt(long task, Duration pause) {
    pauseAt = task;
    this.pause = pause;
    return this;
  }

  long tasks() {
    return tasks;
  }

  @Override
  public Instant now() {
    return time.now().plus(ahead);
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    boolean[] cancelled = {false};
    Scheduled scheduled =
        time.schedule(
            delay,
            () -> {
              if (tasks++ == pauseAt) {
                until = time.nanoTime() + pause.toNanos();
              }
              run(task, cancelled);
            });
    return () -> {
      cancelled[0] = true;
      scheduled.cancel();
    };
  }

  private void run(Runnable task, boolean[] cancelled) {
    long left = until - time.nanoTime();
    if (left > 0) {
      time.schedule(Duration.ofNanos(left), () -> run(task, cancelled));
    } else if (!cancelled[0]) {
      task.run();
    }
  }

  @Override
  public <T> T await(CompletionStage<T> stage) throws InterruptedException {
    return time.await(stage);
  }
}
