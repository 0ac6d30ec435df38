package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
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
record ThrottledBackend(
    MemoryBackend cloud, Duration latency, Throttle throttle, Set<Kind> kinds, long start)
    implements MemberBackend {

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
  public Timekeeper time() {
    return cloud.time();
  }
}
