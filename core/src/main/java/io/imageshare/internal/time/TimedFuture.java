package io.imageshare.internal.time;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A future that waits through a timekeeper, so that in virtual time waiting for it moves time. */
public final class TimedFuture<T> extends CompletableFuture<T> {
  private final Timekeeper time;
  private final Set<CompletableFuture<Boolean>> waiters = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean watched = new AtomicBoolean();

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
      await(waiter());
    }
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!isDone()) {
      CompletableFuture<Boolean> waiter = waiter();
      Timekeeper.Scheduled limit =
          time.schedule(Duration.ofNanos(unit.toNanos(timeout)), () -> waiter.complete(false));
      try {
        await(waiter);
      } finally {
        limit.cancel();
      }
    }
    return super.get(0, unit);
  }

  @Override
  public T join() {
    boolean interrupted = false;
    while (!isDone()) {
      try {
        await(waiter());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return super.join();
  }

  @SuppressWarnings("CollectionUndefinedEquality") // identity is what is meant
  private void await(CompletableFuture<Boolean> waiter) throws InterruptedException {
    try {
      time.await(waiter);
    } finally {
      waiters.remove(waiter);
    }
  }

  /**
   * A plain future that is completed with this one; waiting for one of this class would come back
   * here. All hang on one dependent: one each would pile up while somebody waits again and again.
   */
  private CompletableFuture<Boolean> waiter() {
    CompletableFuture<Boolean> waiter = new CompletableFuture<>();
    waiters.add(waiter);
    if (watched.compareAndSet(false, true)) {
      CompletableFuture<?> unused =
          whenComplete((value, failure) -> waiters.forEach(other -> other.complete(true)));
    }
    if (isDone()) {
      waiter.complete(true);
    }
    return waiter;
  }
}
