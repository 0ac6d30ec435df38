package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cloud behind a throttle. */
public final class ThrottledBackend extends ForwardingBackend {
  private final Duration latency;
  private final Throttle throttle;
  private final Set<Kind> kinds;
  private final long start;

  /**
   * A throttle that begins to count now.
   *
   * @param latency how long a refusal takes
   * @param kinds the calls that the throttle counts
   */
  ThrottledBackend(MemoryBackend cloud, Duration latency, Throttle throttle, Set<Kind> kinds) {
    super(cloud);
    this.latency = latency;
    this.throttle = throttle;
    this.kinds = kinds;
    start = cloud.time().nanoTime();
  }

  /** One that counts all calls. */
  public static ThrottledBackend all(MemoryBackend cloud, Duration latency, Throttle throttle) {
    return new ThrottledBackend(cloud, latency, throttle, EnumSet.allOf(Kind.class));
  }

  /**
   * Runs into a throttle that has been there for no time, with work for sixty windows: a survey,
   * then submits, polls and reads. It returns when they have passed.
   */
  public static void sixtyWindows(Throttle throttle, Timekeeper time, int images, Duration latency)
      throws InterruptedException {
    MemoryBackend cloud =
        Samples.cloud(time, images).latency(latency).jobsTake(Duration.ofSeconds(3)).build();
    Duration windows = throttle.window().multipliedBy(60);
    Samples.workflow(all(cloud, latency, throttle))
        .limits(new BatchLimits(1, 100, 100))
        .flow(FlowPolicy.defaults().callsPerSecond(60).concurrentCalls(40).openJobs(100))
        .deadline(windows)
        .build()
        .start(Samples.share(images, 1));
    time.sleep(windows);
  }

  @Override
  <T> CompletionStage<T> call(
      Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    long now = time().nanoTime() - start;
    if (!kinds.contains(kind) || throttle.takes(now)) {
      return call.get();
    }
    Reason reason = new Reason(Reason.Kind.THROTTLED, "APIGW.0308", "planted by the test");
    BackendException refusal = new BackendException(reason, throttle.retryAfter(now));
    CompletableFuture<T> answer = new CompletableFuture<>();
    time().schedule(latency, () -> answer.completeExceptionally(refusal));
    return answer;
  }
}
