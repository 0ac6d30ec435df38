package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A cloud behind a throttle.
 *
 * @param latency how long a refusal takes
 * @param kinds the calls that the throttle counts
 * @param start when it began to count
 */
public record ThrottledBackend(
    MemoryBackend cloud, Duration latency, Throttle throttle, Set<Kind> kinds, long start)
    implements MemberBackend {

  /** Which counts all calls, from now on. */
  public static ThrottledBackend all(MemoryBackend cloud, Duration latency, Throttle throttle) {
    return new ThrottledBackend(
        cloud, latency, throttle, EnumSet.allOf(Kind.class), cloud.time().nanoTime());
  }

  /**
   * Runs into a throttle that has been there for no time, with work for sixty windows: a survey,
   * then submits, looks and audits. It ends when they are over.
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

  private <T> CompletionStage<T> call(Kind kind, Supplier<CompletionStage<T>> call) {
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

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return call(Kind.SUBMIT, () -> cloud.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return call(Kind.JOB, () -> cloud.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(Kind.MEMBERS, () -> cloud.members(image));
  }

  @Override
  public BatchLimits limits() {
    return cloud.limits();
  }

  @Override
  public int membersPerImage() {
    return cloud.membersPerImage();
  }

  @Override
  public Timekeeper time() {
    return cloud.time();
  }
}
