package io.imageshare.internal.time;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real time on one daemon thread. */
public final class SystemTime implements Timekeeper {
  private static final Logger log = LoggerFactory.getLogger(SystemTime.class);

  private final ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread thread;

  public SystemTime() {
    executor = new ScheduledThreadPoolExecutor(1, this::thread);
    executor.setRemoveOnCancelPolicy(true);
    // The thread wakes this often while tasks wait, and is gone this long after the last one.
    executor.setKeepAliveTime(100, MILLISECONDS);
    executor.allowCoreThreadTimeOut(true);
  }

  private Thread thread(Runnable work) {
    Thread made = new Thread(work, "imageshare-time");
    made.setDaemon(true);
    thread = made;
    return made;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    long nanos = Math.max(0, NANOSECONDS.convert(delay));
    Future<?> future = executor.schedule(() -> run(task), nanos, NANOSECONDS);
    return () -> future.cancel(false);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      log.error("a task failed", e);
    }
  }

  @Override
  public <T> T await(CompletionStage<T> stage) throws InterruptedException {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          "waiting from inside a task or listener: nothing could move on; use the stage instead");
    }
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }
}
