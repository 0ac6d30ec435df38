package io.imageshare;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future that waits through a timekeeper, so that in virtual time waiting for it moves time. */
final class TimedFuture<T> extends CompletableFuture<T> {
  private final Timekeeper time;

  TimedFuture(Timekeeper time) {
    this.time = time;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new TimedFuture<>(time);
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      time.await(done());
    }
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!isDone()) {
      CompletableFuture<Boolean> done = done();
      Timekeeper.Scheduled limit =
          time.schedule(Duration.ofNanos(unit.toNanos(timeout)), () -> done.complete(false));
      time.await(done);
      limit.cancel();
    }
    return super.get(0, unit);
  }

  @Override
  public T join() {
    boolean interrupted = false;
    while (!isDone()) {
      try {
        time.await(done());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return super.join();
  }

  private CompletableFuture<Boolean> done() {
    // A plain future: waiting for one of this class would come back here.
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    CompletableFuture<?> unused = whenComplete((value, failure) -> done.complete(true));
    return done;
  }
}
