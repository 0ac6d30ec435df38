package io.imageshare;

import io.imageshare.internal.time.SystemTime;
import io.imageshare.internal.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Clock and scheduler in one. Nothing else in this library reads a clock, sleeps or waits, so that
 * tests can run in virtual time.
 *
 * <p>The tasks of one timekeeper run one after the other. Every method may be called from any
 * thread, except that a task must not wait.
 */
public interface Timekeeper {

  /** {@return the wall-clock time} */
  Instant now();

  /**
   * {@return the reading of a monotonic clock, for elapsed time: nanoseconds from an arbitrary
   * point}
   */
  long nanoTime();

  /**
   * Runs a task later. Tasks due at the same time run in the order they were scheduled.
   *
   * @param delay the delay; if zero or less, the task runs after all tasks that are already due
   * @param task what to run
   * @return a handle to cancel it
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Waits for a stage. In virtual time this advances the time.
   *
   * @param stage the stage
   * @param <T> the type of its value
   * @return its value
   * @throws InterruptedException if the waiting thread is interrupted
   * @throws CompletionException if the stage failed, with its exception as the cause
   * @throws IllegalStateException if called from inside a task, or if no task is left that could
   *     complete the stage
   */
  <T> T await(CompletionStage<T> stage) throws InterruptedException;

  /**
   * Waits for some time.
   *
   * @param duration the time
   * @throws InterruptedException if the waiting thread is interrupted
   * @throws IllegalStateException if called from inside a task
   */
  default void sleep(Duration duration) throws InterruptedException {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    schedule(duration, () -> over.complete(true));
    await(over);
  }

  /**
   * {@return a new timekeeper of real time, with one daemon thread that runs only while tasks are
   * scheduled}
   */
  static Timekeeper system() {
    return new SystemTime();
  }

  /**
   * Virtual time, for tests. It has no thread, starts at a fixed instant, and advances only while a
   * thread waits: it runs the next task that is due and jumps to its time. So hours pass in
   * milliseconds, and the same program always runs the same way.
   *
   * <p>What happens on other threads takes no virtual time, so nothing waits for it: a call that a
   * backend answers there times out at once, and a run over it ends as {@link
   * ShareReport.Ending#STOPPED} minutes later, by this clock. Such a backend, and a journal or
   * pacer with threads of its own, needs {@link #system()}.
   *
   * @return a new timekeeper
   */
  static Timekeeper virtual() {
    return new VirtualTime();
  }

  /** A scheduled task. */
  interface Scheduled {
    /** Cancels the task; has no effect if it has run or was cancelled before. */
    void cancel();
  }
}
