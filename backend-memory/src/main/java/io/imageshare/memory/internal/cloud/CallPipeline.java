package io.imageshare.memory.internal.cloud;

import static java.util.Objects.requireNonNullElseGet;

import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Fault;
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
 * Takes every call into the cloud and back: adds latency, lets faults strike, and records the call.
 * Safe for use by any thread.
 */
public final class CallPipeline {
  private final Timekeeper time;
  private final Instant origin;
  private final long originNanos;
  private final Duration untilEffect;
  private final Duration untilAnswer;
  private final Recipient owner;
  private final int membersPerImage;

  /** Guards all that follows; never held while a task is scheduled or a stage completed. */
  private final Object lock = new Object();

  private final FaultQueue faults;
  private final Cloud cloud;
  private final List<PendingCall> calls = new ArrayList<>();

  /** A new cloud. */
  public CallPipeline(CloudSettings settings) {
    time = requireNonNullElseGet(settings.time, Timekeeper::system);
    origin = time.now();
    originNanos = time.nanoTime();
    untilEffect = settings.latency.dividedBy(2);
    untilAnswer = settings.latency.minus(untilEffect);
    owner = settings.owner;
    membersPerImage = settings.membersPerImage;
    Random random = new Random(settings.seed);
    faults = new FaultQueue(settings.chaos, random);
    cloud = new Cloud(settings, faults, random);
  }

  /** {@return the time the cloud lives in} */
  public Timekeeper time() {
    return time;
  }

  /** {@return the project that owns the images} */
  public Recipient owner() {
    return owner;
  }

  /** {@return how many members an image takes, a full-server image aside} */
  public int membersPerImage() {
    return membersPerImage;
  }

  /** Starts a job; the job as the submit saw it. */
  public CompletionStage<Job> submit(ShareRequest slice) {
    Operation operation = new Operation(slice);
    return call(
        Call.Kind.SUBMIT,
        slice,
        "",
        (call, now) -> {
          SimulatedJob job = cloud.submit(operation, now);
          call.job = job.plan().id();
          call.faults.addAll(job.plan().faults());
          return job.poll(now);
        });
  }

  /** Changes one pair at once, without a job; false: the pair was as asked already. */
  public CompletionStage<Boolean> change(ShareRequest pair) {
    Operation operation = new Operation(pair);
    return call(Call.Kind.SUBMIT, pair, "", (call, now) -> cloud.change(operation, now));
  }

  /** Polls a job, whoever started it. */
  public CompletionStage<Job> job(String id) {
    return call(Call.Kind.JOB, null, id, (call, now) -> cloud.job(id, now));
  }

  /** Polls a job as one project, to which the jobs of others are unknown. */
  public CompletionStage<Job> job(String id, Recipient caller) {
    return call(Call.Kind.JOB, null, id, (call, now) -> cloud.job(id, caller, now));
  }

  /** Lists the members of an image. */
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(Call.Kind.MEMBERS, null, image, (call, now) -> cloud.members(image, now));
  }

  /** Lists the images to which a recipient has one status. */
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return call(
        Call.Kind.IMAGES,
        null,
        recipient.id(),
        (call, now) -> cloud.images(recipient, status, now));
  }

  /** Lists every image that a project sees, whatever its status; recorded as this kind. */
  public CompletionStage<List<ImageView>> visibleImages(Call.Kind kind, Recipient caller) {
    return call(kind, null, caller.id(), (call, now) -> cloud.visibleImages(caller, now));
  }

  /** Describes those of the images that the cloud knows. */
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return call(
        Call.Kind.DESCRIBE,
        null,
        String.join(" ", images),
        (call, now) -> cloud.describe(images, now));
  }

  /** What a call does to the cloud at the moment it takes effect. */
  private interface Effect<T> {
    T apply(PendingCall call, Instant now);
  }

  private <T> CompletionStage<T> call(
      Call.Kind kind, @Nullable ShareRequest slice, String id, Effect<T> effect) {
    CompletableFuture<T> stage = new CompletableFuture<>();
    PendingCall call;
    FaultEffect struck;
    synchronized (lock) {
      Instant now = now();
      call = new PendingCall(kind, slice, id, now);
      calls.add(call);
      Fault fault = faults.ofCall(kind, now);
      if (fault != null) {
        call.faults.add(fault);
      }
      struck = FaultEffect.of(fault);
    }
    after(
        untilEffect,
        () -> {
          Result<T> result = result(call, struck, effect);
          if (struck.answered()) {
            after(untilAnswer, () -> complete(stage, call, result));
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

  private record Result<T>(@Nullable T value, @Nullable RuntimeException failure) {

    @Nullable Reason reason() {
      if (failure == null) {
        return null;
      }
      return failure instanceof BackendException refused
          ? refused.reason()
          : new Reason(Reason.Kind.INTERNAL, "", failure.toString());
    }
  }

  private <T> Result<T> result(PendingCall call, FaultEffect struck, Effect<T> effect) {
    T value = null;
    RuntimeException failure = null;
    if (struck.takesEffect()) {
      synchronized (lock) {
        try {
          Instant now = now();
          cloud.advanceTo(now);
          value = effect.apply(call, now);
        } catch (RuntimeException e) {
          failure = e;
        }
      }
    }
    return struck.failure() == null
        ? new Result<>(value, failure)
        : new Result<>(null, struck.failure());
  }

  private <T> void complete(CompletableFuture<T> stage, PendingCall call, Result<T> result) {
    synchronized (lock) {
      call.answered = now();
      call.reason = result.reason();
    }
    if (result.failure() == null) {
      stage.complete(result.value());
    } else {
      stage.completeExceptionally(result.failure());
    }
  }

  /** Lets a fault strike the next calls that it can strike, so many times. */
  public void inject(Fault fault, int times) {
    synchronized (lock) {
      faults.inject(fault, times);
    }
  }

  /** An image as a project sees it, or null; not recorded as a call. */
  public @Nullable ImageView image(String id, Recipient caller) {
    return read((cloud, now) -> cloud.image(id, caller, now));
  }

  /** Counts the images that a project owns; not recorded as a call. */
  public int ownedImages(Recipient caller) {
    return read(
        (cloud, now) ->
            (int)
                cloud.visibleImages(caller, now).stream()
                    .filter(image -> image.status() == null)
                    .count());
  }

  /** {@return who has what now, whatever listings show} */
  public Set<Member> members() {
    return read((cloud, now) -> cloud.snapshot());
  }

  /** {@return every job so far, as it is now} */
  public List<Job> jobs() {
    return read(Cloud::jobs);
  }

  /** {@return every call so far, in the order they came} */
  public List<Call> calls() {
    synchronized (lock) {
      return calls.stream().map(PendingCall::snapshot).toList();
    }
  }

  /** Reads the cloud as it is now, past latency, faults and the record of calls. */
  <T extends @Nullable Object> T read(BiFunction<Cloud, Instant, T> reading) {
    synchronized (lock) {
      Instant now = now();
      cloud.advanceTo(now);
      return reading.apply(cloud, now);
    }
  }

  /** The service's clock: the time of day when the cloud was built, plus the time elapsed. */
  private Instant now() {
    return origin.plusNanos(time.nanoTime() - originNanos);
  }
}
