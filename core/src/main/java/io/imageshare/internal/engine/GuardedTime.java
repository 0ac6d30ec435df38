package io.imageshare.internal.engine;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The time of a workflow, whose engine runs in nothing but its tasks: the one place that sees
 * whatever none of them has handled.
 *
 * @param failed takes what a task has thrown
 */
record GuardedTime(Timekeeper time, Consumer<Throwable> failed) implements Timekeeper {
  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return time.schedule(
        delay,
        () -> {
          try {
            task.run();
          } catch (Throwable e) {
            failed.accept(e);
          }
        });
  }

  @Override
  public <T> T await(CompletionStage<T> stage) throws InterruptedException {
    return time.await(stage);
  }
}
