package io.imageshare.internal.time;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A future that waits through a timekeeper, so that in virtual time waiting for it moves time. */
public final class TimedFuture<T> extends CompletableFuture<T> {
  private final Timekeeper time;
  private final AtomicBoolean isFollowed = new AtomicBoolean();

  /** A plain future that is completed after this one: waiting for one of this class would recur. */
  private final CompletableFuture<Boolean> settled = new CompletableFuture<>();

  public TimedFuture(Timekeeper time) {
    this.time = time;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new TimedFuture<>(time);
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      time.await(settled());
    }
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!isDone()) {
      CompletableFuture<Boolean> limit = new CompletableFuture<>();
      Timekeeper.Scheduled scheduled =
          time.schedule(Duration.ofNanos(unit.toNanos(timeout)), () -> limit.complete(true));
      try {
        time.await(CompletableFuture.anyOf(settled(), limit));
      } finally {
        scheduled.cancel();
        limit.complete(true); // so that nothing of this wait stays behind
      }
    }
    return super.get(0, unit);
  }

  @Override
  public T join() {
    boolean interrupted = false;
    while (!isDone()) {
      try {
        time.await(settled());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return super.join();
  }

  /** Follows this once: a dependent for each wait would pile up. */
  private CompletableFuture<Boolean> settled() {
    if (isFollowed.compareAndSet(false, true)) {
      CompletableFuture<?> unused = whenComplete((value, failure) -> settled.complete(true));
    }
    return settled;
  }
}
