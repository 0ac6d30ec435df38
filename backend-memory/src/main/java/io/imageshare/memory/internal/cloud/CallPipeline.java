package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The way of a call into the cloud and back: latency, faults and the record of every call. Safe for
 * use by any thread.
 */
final class Front {
  private final Timekeeper time;
  private final Instant origin;
  private final long originNanos;
  private final Duration untilEffect;
  private final Duration untilAnswer;

  /** Guards all that follows; never held while a task is scheduled or a stage completed. */
  private final Object lock = new Object();

  private final FaultQueue faults;
  private final Cloud cloud;
  private final List<Exchange> exchanges = new ArrayList<>();

  Front(Settings settings, Timekeeper time) {
    this.time = time;
    origin = time.now();
    originNanos = time.nanoTime();
    untilEffect = settings.latency.dividedBy(2);
    untilAnswer = settings.latency.minus(untilEffect);
    Random random = new Random(settings.seed);
    faults = new FaultQueue(settings.chaos, random);
    cloud = new Cloud(settings, faults, random);
  }

  CompletionStage<Job> submit(Work work) {
    return serve(
        Call.Kind.SUBMIT,
        work.slice(),
        "",
        (exchange, now) -> {
          SimulatedJob job = cloud.submit(work, now);
          exchange.job = job.plan().id();
          exchange.faults.addAll(job.plan().faults());
          return job.look(now);
        });
  }

  /** Does one pair at once, without a job; gives false when it was so already. */
  CompletionStage<Boolean> change(Work pair) {
    return serve(Call.Kind.SUBMIT, pair.slice(), "", (exchange, now) -> cloud.change(pair));
  }

  CompletionStage<Job> job(String id) {
    return serve(Call.Kind.JOB, null, id, (exchange, now) -> cloud.job(id, now));
  }

  /** A look by one project, which sees no other's jobs. */
  CompletionStage<Job> job(String id, Recipient by) {
    return serve(Call.Kind.JOB, null, id, (exchange, now) -> cloud.job(id, by, now));
  }

  CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return serve(Call.Kind.MEMBERS, null, image, (exchange, now) -> cloud.members(image, now));
  }

  CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return serve(
        Call.Kind.IMAGES,
        null,
        recipient.id(),
        (exchange, now) -> cloud.images(recipient, status, now));
  }

  /** All images that a project sees, whatever it has said to them. */
  CompletionStage<List<Cloud.Sight>> images(Call.Kind kind, Recipient by) {
    return serve(kind, null, by.id(), (exchange, now) -> cloud.images(by, now));
  }

  CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return serve(
        Call.Kind.DESCRIBE,
        null,
        String.join(" ", images),
        (exchange, now) -> cloud.describe(images));
  }

  /** What a call does to the cloud at the moment it takes effect. */
  private interface Effect<T> {
    T at(Exchange exchange, Instant now);
  }

  private <T> CompletionStage<T> serve(
      Call.Kind kind, @Nullable ShareRequest slice, String id, Effect<T> effect) {
    CompletableFuture<T> stage = new CompletableFuture<>();
    Exchange exchange;
    Strike strike;
    synchronized (lock) {
      exchange = new Exchange(kind, slice, id, now());
      exchanges.add(exchange);
      Fault fault = faults.strike(kind, Fault.Part.CALL);
      if (fault != null) {
        exchange.faults.add(fault);
      }
      strike = Strike.of(fault);
    }
    after(
        untilEffect,
        () -> {
          Answer<T> answer = answer(exchange, strike, effect);
          if (strike.answered()) {
            after(untilAnswer, () -> give(answer, exchange, stage));
          }
        });
    return stage;
  }

  private void after(Duration delay, Runnable task) {
    if (delay.isZero()) {
      task.run();
    } else {
      time.schedule(delay, task);
    }
  }

  private record Answer<T>(@Nullable T value, @Nullable RuntimeException failure) {

    @Nullable Reason reason() {
      if (failure == null) {
        return null;
      }
      return failure instanceof BackendException refused
          ? refused.reason()
          : new Reason(Reason.Kind.INTERNAL, "", failure.toString());
    }
  }

  private <T> Answer<T> answer(Exchange exchange, Strike strike, Effect<T> effect) {
    T value = null;
    RuntimeException failure = null;
    if (strike.effect()) {
      synchronized (lock) {
        try {
          Instant now = now();
          cloud.settle(now);
          value = effect.at(exchange, now);
        } catch (RuntimeException e) {
          failure = e;
        }
      }
    }
    return strike.failure() == null
        ? new Answer<>(value, failure)
        : new Answer<>(null, strike.failure());
  }

  private <T> void give(Answer<T> answer, Exchange exchange, CompletableFuture<T> stage) {
    synchronized (lock) {
      exchange.answered = now();
      exchange.reason = answer.reason();
    }
    if (answer.failure() == null) {
      stage.complete(answer.value());
    } else {
      stage.completeExceptionally(answer.failure());
    }
  }

  void inject(Fault fault, int times) {
    synchronized (lock) {
      faults.inject(fault, times);
    }
  }

  /** What the cloud shows of itself now. */
  <T> T show(BiFunction<Cloud, Instant, T> look) {
    synchronized (lock) {
      Instant now = now();
      cloud.settle(now);
      return look.apply(cloud, now);
    }
  }

  List<Call> calls() {
    synchronized (lock) {
      return exchanges.stream().map(Exchange::call).toList();
    }
  }

  /** The service's clock: the time of day when the cloud was built, and what has passed since. */
  private Instant now() {
    return origin.plusNanos(time.nanoTime() - originNanos);
  }
}
