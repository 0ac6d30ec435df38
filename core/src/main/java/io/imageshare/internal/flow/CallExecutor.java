package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes calls: through the gate, with a time limit, and again where that can do no harm. */
public final class CallExecutor {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final long LONGEST_HOLD = Duration.ofMillis(100).toNanos();
  private static final double GIVEN_BACK = 0.2;

  private final Timekeeper time;
  private final CallGate gate;
  private final RetryPolicy retry;
  private final Duration timeout;
  private final RandomGenerator random;
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

  /** How long a call may go without an answer. */
  public Duration timeout() {
    return timeout;
  }

  public void make(Call<?> call) {
    gate.enter(new Attempt<>(call, 0));
  }

  /**
   * One attempt at a call. Another attempt is another object, so that a late answer hits nobody.
   */
  private final class Attempt<T> implements CallGate.Entry {
    private final Call<T> call;
    private final int repeats;
    private Timekeeper.@Nullable Scheduled limit;
    private long begun;
    private boolean over;

    Attempt(Call<T> call, int repeats) {
      this.call = call;
      this.repeats = repeats;
    }

    @Override
    public Kind kind() {
      return call.kind();
    }

    @Override
    public boolean wanted() {
      return call.wanted();
    }

    @Override
    public boolean isPrepared() {
      return call.isPrepared();
    }

    @Override
    public void prepare(Runnable ready) {
      call.prepare(ready);
    }

    @Override
    public void go() {
      call.owner().started(kind());
      limit = time.schedule(timeout, () -> end(null, new BackendException(unanswered())));
      begun = time.nanoTime();
      try {
        CompletionStage<T> stage = requireNonNull(call.make(), "the backend returned no stage");
        stage.whenComplete((value, e) -> time.schedule(Duration.ZERO, () -> end(value, e)));
      } catch (Throwable e) {
        time.schedule(Duration.ZERO, () -> end(null, e));
      }
      long held = time.nanoTime() - begun;
      if (held > LONGEST_HOLD) {
        call.owner().blocked(kind(), Duration.ofNanos(held));
      }
    }

    private Reason unanswered() {
      Reason.Kind kind = kind() == Kind.SUBMIT ? Reason.Kind.LOST : Reason.Kind.UNAVAILABLE;
      return new Reason(kind, "", kind().method + ": no answer for " + timeout.toSeconds() + " s");
    }

    private void end(@Nullable T value, @Nullable Throwable failure) {
      if (over) {
        return;
      }
      over = true;
      requireNonNull(limit).cancel();
      gate.left(kind());
      call.owner().step(() -> deliver(value, failure));
      gate.pump();
    }

    private void deliver(@Nullable T value, @Nullable Throwable failure) {
      if (failure != null) {
        failed(Failures.unwrap(failure));
      } else if (value == null) {
        failed(new IllegalStateException(kind().method + " answered null"));
      } else {
        log.debug("run {}: {} {}: answered", call.owner().id(), kind().method, call.subject());
        gate.taken(kind(), begun);
        budget = Math.min(retry.budget(), budget + GIVEN_BACK);
        call.answered(value);
      }
    }

    private void failed(Throwable failure) {
      Reason reason = reason(failure);
      Duration after = failure instanceof BackendException e ? e.retryAfter() : Duration.ZERO;
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
          call.owner().unauthenticated(reason);
          call.failed(reason, after);
        }
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN -> {
          gate.taken(kind(), begun);
          call.failed(reason, after);
        }
        default -> unlessRepeated(reason, after);
      }
    }

    private void throttled(Reason reason, Duration after) {
      Duration pause = gate.throttled(kind(), begun, after);
      if (call.repeats()) {
        again(reason, pause, Duration.ZERO, new Attempt<>(call, repeats));
      } else {
        call.failed(reason, after);
      }
    }

    private void unlessRepeated(Reason reason, Duration after) {
      boolean harmless = reason.kind() == Reason.Kind.UNAVAILABLE || kind() == Kind.READ;
      boolean hopeless = reason.kind() == Reason.Kind.UNSUPPORTED;
      if (!harmless || hopeless || !call.repeats() || repeats + 1 >= retry.attempts() || !pay()) {
        call.failed(reason, after);
        return;
      }
      Duration delay = delay(repeats, after);
      again(reason, delay, delay, new Attempt<>(call, repeats + 1));
    }

    private void again(Reason reason, Duration told, Duration delay, Attempt<T> next) {
      call.retrying(reason);
      CallOwner owner = call.owner();
      owner.emit(new ShareEvent.Retrying(owner.id(), kind().method, reason, told));
      owner.schedule(delay, () -> gate.enter(next));
    }
  }

  private boolean pay() {
    if (budget < 1) {
      return false;
    }
    budget--;
    return true;
  }

  /** The wait before a repeat, counted from 0: full jitter, and the service's own wait at least. */
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
