package io.imageshare.internal.flow;

import static com.google.common.base.Throwables.throwIfInstanceOf;
import static java.util.Objects.requireNonNull;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import io.imageshare.internal.time.Backoff;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls through the {@link CallGate}, with a timeout, and repeats those that had no effect.
 */
public final class CallExecutor {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final long LONGEST_BLOCK = Duration.ofMillis(100).toNanos();
  private static final double REFUND = 0.2;

  private final Timekeeper time;
  private final CallGate gate;
  private final RetryPolicy retry;
  private final Duration timeout;
  private final RandomGenerator random;

  private final Set<Attempt<?>> underWay = new LinkedHashSet<>();

  private double budget;

  public CallExecutor(
      Timekeeper time, CallGate gate, RetryPolicy retry, Duration timeout, RandomGenerator random) {
    this.time = time;
    this.gate = gate;
    this.retry = retry;
    this.timeout = timeout;
    this.random = random;
    budget = retry.budget();
  }

  public void make(Call<?> call) {
    gate.enqueue(new Attempt<>(call, 0));
  }

  /**
   * A run is over. The backend need not go on with its calls, and must not begin one, such as a
   * write that waits for a thread.
   */
  public void abandon(CallOwner owner) {
    List.copyOf(underWay).stream()
        .filter(attempt -> attempt.call.owner() == owner)
        .forEach(Attempt::cancel);
    gate.forget(owner);
  }

  /**
   * One attempt at a call. Each attempt is an object of its own, so that a late answer to an
   * earlier one has no effect.
   */
  private final class Attempt<T> implements CallGate.Entry {
    private final Call<T> call;
    private final int repeats;
    private Timekeeper.@Nullable Scheduled timer;
    private @Nullable CompletionStage<T> stage;
    private long started;
    private boolean finished;

    Attempt(Call<T> call, int repeats) {
      this.call = call;
      this.repeats = repeats;
    }

    @Override
    public Call<T> call() {
      return call;
    }

    private Kind kind() {
      return call.kind();
    }

    @Override
    public void start() {
      call.owner().started(kind());
      timer = time.schedule(timeout, this::timeOut);
      started = time.nanoTime();
      underWay.add(this);
      try {
        CompletionStage<T> made =
            requireNonNull(call.make(this::turn), "the backend returned no stage");
        stage = made;
        made.whenComplete((value, e) -> time.schedule(Duration.ZERO, () -> finish(value, e)));
      } catch (Throwable e) {
        throwIfInstanceOf(e, OutOfMemoryError.class);
        time.schedule(Duration.ZERO, () -> finish(null, e));
      }
      long blocked = time.nanoTime() - started;
      if (blocked > LONGEST_BLOCK) {
        call.owner().blocked(kind(), Duration.ofNanos(blocked));
      }
    }

    /** The turn of the next request of a call that consists of several: the last one was taken. */
    private CompletionStage<Void> turn() {
      CompletableFuture<Void> turn = new CompletableFuture<>();
      time.schedule(
          Duration.ZERO,
          () -> {
            if (!finished) {
              gate.accepted(kind(), started);
              gate.enqueueFurther(new FurtherRequest(this, turn));
            }
          });
      return turn;
    }

    private void takeTurn(CompletableFuture<Void> turn) {
      call.owner().started(kind());
      started = time.nanoTime();
      turn.complete(null);
    }

    private void timeOut() {
      finish(null, new BackendException(timedOut()));
      cancel();
    }

    private void cancel() {
      try {
        if (stage != null) {
          stage.toCompletableFuture().cancel(true);
        }
      } catch (Throwable e) {
        throwIfInstanceOf(e, OutOfMemoryError.class);
        // Not every stage can be cancelled: it goes on in vain.
      }
    }

    private Reason timedOut() {
      Reason.Kind kind = kind() == Kind.SUBMIT ? Reason.Kind.LOST : Reason.Kind.UNAVAILABLE;
      return new Reason(
          kind, "", kind().method + ": no answer within " + timeout.toSeconds() + " s");
    }

    private void finish(@Nullable T value, @Nullable Throwable failure) {
      if (finished) {
        return;
      }
      finished = true;
      underWay.remove(this);
      requireNonNull(timer).cancel();
      gate.finished();
      call.owner().step(() -> deliver(value, failure));
      gate.pump();
    }

    private void deliver(@Nullable T value, @Nullable Throwable failure) {
      if (failure != null) {
        failed(Failures.unwrap(failure));
        return;
      } else if (value == null) {
        failed(new IllegalStateException(kind().method + " answered null"));
        return;
      }
      T answer;
      try {
        answer = call.copy(value);
      } catch (Throwable e) {
        throwIfInstanceOf(e, OutOfMemoryError.class);
        failed(e);
        return;
      }
      log.debug("run {}: {} {}: answered", call.owner().id(), kind().method, call.subject());
      gate.accepted(kind(), started);
      budget = Math.min(retry.budget(), budget + REFUND);
      call.answered(answer);
    }

    private void failed(Throwable failure) {
      Reason reason = reason(failure);
      Duration after = failure instanceof BackendException e ? believed(e) : Duration.ZERO;
      log.debug(
          "run {}: {} {}: {}",
          call.owner().id(),
          kind().method,
          call.subject(),
          reason,
          reason.kind() == Reason.Kind.INTERNAL ? failure : null);
      switch (reason.kind()) {
        case THROTTLED -> throttled(reason, after);
        case UNAUTHENTICATED -> {
          call.unauthenticated(reason);
          call.failed(reason, after);
        }
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN -> {
          gate.accepted(kind(), started);
          call.failed(reason, after);
        }
        default -> repeatOrFail(reason, after);
      }
    }

    /** The wait that the service asks for, as far as it is believed. */
    private Duration believed(BackendException refusal) {
      Duration asked = refusal.retryAfter();
      if (asked.compareTo(retry.maxRetryAfter()) <= 0) {
        return asked;
      }
      log.warn(
          "run {}: {}: the service asks to wait for {}; waiting for {}",
          call.owner().id(),
          kind().method,
          asked,
          retry.maxRetryAfter());
      return retry.maxRetryAfter();
    }

    private void throttled(Reason reason, Duration after) {
      gate.throttled(kind(), started, after);
      if (call.isRepeatable()) {
        retrying(reason, after);
        Attempt<T> next = new Attempt<>(call, repeats);
        gate.hold(next);
        call.owner().schedule(after, () -> gate.release(next));
      } else {
        call.failed(reason, after);
      }
    }

    private void repeatOrFail(Reason reason, Duration after) {
      boolean harmless = reason.kind() == Reason.Kind.UNAVAILABLE || kind() == Kind.READ;
      boolean hopeless = reason.kind() == Reason.Kind.UNSUPPORTED;
      if (!harmless || hopeless || !call.isRepeatable() || repeats + 1 >= retry.attempts()) {
        call.failed(reason, after);
        return;
      }
      if (!takeFromBudget()) {
        // The service is away rather than this call unlucky: what is asked again at once, by
        // hundreds of small slices, would use up all asks of its pairs in an outage of seconds.
        call.owner().schedule(delay(retry.attempts(), after), () -> call.failed(reason, after));
        return;
      }
      Duration delay = delay(repeats, after);
      retrying(reason, delay);
      Attempt<T> next = new Attempt<>(call, repeats + 1);
      call.owner().schedule(delay, () -> gate.enqueue(next));
    }

    private void retrying(Reason reason, Duration delay) {
      call.retrying(reason);
      CallOwner owner = call.owner();
      owner.emit(new ShareEvent.Retrying(owner.id(), kind().method, reason, delay));
    }
  }

  /** A further request of a call that is under way. */
  private record FurtherRequest(Attempt<?> of, CompletableFuture<Void> turn)
      implements CallGate.Entry {
    @Override
    public Call<?> call() {
      return of.call;
    }

    @Override
    public boolean isWanted() {
      return !of.finished;
    }

    @Override
    public void start() {
      of.takeTurn(turn);
    }
  }

  private boolean takeFromBudget() {
    if (budget < 1) {
      return false;
    }
    budget--;
    return true;
  }

  /**
   * The wait before a repeat: full jitter, and no less than the service asks.
   *
   * @param repeat the number of the repeat, counted from 0
   */
  private Duration delay(int repeat, Duration retryAfter) {
    double ceiling = Backoff.nanos(retry.first(), 2, retry.cap(), repeat);
    Duration jittered = Duration.ofNanos((long) (random.nextDouble() * ceiling));
    return jittered.compareTo(retryAfter) < 0 ? retryAfter : jittered;
  }

  private static Reason reason(Throwable failure) {
    return failure instanceof BackendException e
        ? e.reason()
        : new Reason(Reason.Kind.INTERNAL, "", "the backend failed: " + failure);
  }
}
