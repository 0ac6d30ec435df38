package io.imageshare.internal.time;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.math.LongMath;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Time that moves only while a thread waits through it, from one task straight to the next. */
public final class VirtualTime implements Timekeeper {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** Held while a task runs, so that tasks never run two at once, whoever waits. */
  private final ReentrantLock running = new ReentrantLock();

  private final Object lock = new Object();
  private final TreeSet<Task> tasks = new TreeSet<>();
  private long nanos;
  private long scheduled;

  @Override
  public Instant now() {
    return START.plusNanos(nanoTime());
  }

  @Override
  public long nanoTime() {
    synchronized (lock) {
      return nanos;
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable work) {
    synchronized (lock) {
      Task task = new Task(due(delay), scheduled++, work);
      tasks.add(task);
      return () -> cancel(task);
    }
  }

  private long due(Duration delay) {
    return LongMath.saturatedAdd(nanos, Math.max(0, NANOSECONDS.convert(delay)));
  }

  private void cancel(Task task) {
    synchronized (lock) {
      tasks.remove(task);
    }
  }

  @Override
  public <T> T await(CompletionStage<T> stage) throws InterruptedException {
    if (running.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "waiting from inside a task or listener: nothing could move on; use the stage instead");
    }
    CompletableFuture<T> future = stage.toCompletableFuture();
    while (!future.isDone()) {
      running.lockInterruptibly();
      try {
        if (!future.isDone()) {
          step();
        }
      } finally {
        running.unlock();
      }
    }
    return future.join();
  }

  private void step() {
    Task next = next();
    if (next == null) {
      throw new IllegalStateException(
          "waiting in virtual time with nothing left to happen: no task is scheduled that could"
              + " complete this; a backend must complete its stages on this timekeeper or before"
              + " it returns");
    }
    next.work.run();
  }

  private @Nullable Task next() {
    synchronized (lock) {
      Task next = tasks.pollFirst();
      if (next != null) {
        nanos = next.at;
      }
      return next;
    }
  }

  private record Task(long at, long order, Runnable work) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }
}
