package io.imageshare.http;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Real time, a hundred times as fast: sockets do not run in virtual time, and a minute of a run
 * should not take a minute in a test.
 */
final class AcceleratedTime implements Timekeeper {
  static final int SPEED = 100;

  private final Timekeeper real = Timekeeper.system();
  private final Instant origin = real.now();
  private final long originNanos = real.nanoTime();

  @Override
  public Instant now() {
    return origin.plusNanos(nanoTime());
  }

  @Override
  public long nanoTime() {
    return (real.nanoTime() - originNanos) * SPEED;
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    // Rounded up: no task is early.
    return real.schedule(delay.plusNanos(SPEED - 1).dividedBy(SPEED), task);
  }

  @Override
  public <T> T await(CompletionStage<T> stage) throws InterruptedException {
    return real.await(stage);
  }
}
