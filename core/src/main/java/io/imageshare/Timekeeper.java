package io.imageshare;

import io.imageshare.internal.time.SystemTime;
import io.imageshare.internal.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Clock and scheduler in one: the only seam for time. Nothing else in this library reads a clock,
 * sleeps or waits.
 *
 * <p>All tasks of one timekeeper run one after the other, never two at once. Every method may be
 * called from any thread, except that waiting from inside a task is refused.
 */
public interface Timekeeper {

  /**
   * The time of day, for what people read.
   *
   * @return now
   */
  Instant now();

  /**
   * A monotonic reading, for elapsed time.
   *
   * @return nanoseconds from an arbitrary point
   */
  long nanoTime();

  /**
   * Workflow a task later. Tasks due at the same time run in the order they were scheduled.
   *
   * @param delay how much later; zero or less: as soon as what is due before it has run
   * @param task what to run
   * @return a handle to call it off
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Waits for a stage. In virtual time this is what moves the time.
   *
   * @param stage what to wait for
   * @param <T> what it gives
   * @return its value
   * @throws InterruptedException if the waiting thread is interrupted
   * @throws CompletionException if the stage failed, with its exception as the cause
   * @throws IllegalStateException if called from inside a task, or if nothing is left that could
   *     complete the stage
   */
  <T> T await(CompletionStage<T> stage) throws InterruptedException;

  /**
   * Waits for some time to pass.
   *
   * @param duration how long
   * @throws InterruptedException if the waiting thread is interrupted
   * @throws IllegalStateException if called from inside a task
   */
  default void sleep(Duration duration) throws InterruptedException {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    schedule(duration, () -> over.complete(true));
    await(over);
  }

  /**
   * Real time. One daemon thread, started by the first task and gone when nothing is scheduled.
   *
   * @return a new timekeeper at each call
   */
  static Timekeeper system() {
    return new SystemTime();
  }

  /**
   * Virtual time, for tests. It owns no thread, starts at a fixed instant, and moves only while a
   * thread waits through it: tasks run in the order of their time, jumping from one to the next, so
   * hours pass in milliseconds and the same program always runs the same way.
   *
   * @return a new timekeeper at each call
   */
  static Timekeeper virtual() {
    return new VirtualTime();
  }

  /** A task that was scheduled. */
  interface Scheduled {
    /** CallExecutor the task off; does nothing if it has run or was called off before. */
    void cancel();
  }
}
