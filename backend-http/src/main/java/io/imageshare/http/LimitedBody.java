package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.base.Ticker;
import com.google.common.primitives.Bytes;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** The body of a response, up to a size and until a time. */
final class LimitedBody implements BodySubscriber<byte[]> {
  private final int limit;
  private final CompletableFuture<byte[]> whole;
  private final List<byte[]> parts = new ArrayList<>();
  private int length;
  private @Nullable Subscription subscription;

  /**
   * Reads bodies up to a size, each until a time. The client's own time limit ends with the headers
   * of a response. On 17 an idle connection keeps the handler, which so must not lead to the
   * client.
   *
   * @param limit the size in bytes
   * @param ticker tells the time
   * @param begun when the request began, by the ticker
   * @param time the time from then on
   */
  static BodyHandler<byte[]> handler(int limit, Ticker ticker, long begun, Duration time) {
    return head -> new LimitedBody(limit, time.minusNanos(ticker.read() - begun));
  }

  private LimitedBody(int limit, Duration time) {
    this.limit = limit;
    whole = new CompletableFuture<byte[]>().orTimeout(time.toNanos(), NANOSECONDS);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    CompletableFuture<?> unused =
        whole.whenComplete(
            (body, failure) -> {
              if (failure != null) {
                subscription.cancel();
              }
            });
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      byte[] part = new byte[Math.min(buffer.remaining(), limit - length)];
      buffer.get(part);
      parts.add(part);
      length += part.length;
    }
    // What was cut cannot be read as JSON, and its status still counts.
    if (length == limit) {
      onComplete();
      requireNonNull(subscription).cancel();
    }
  }

  @Override
  public void onError(Throwable e) {
    whole.completeExceptionally(e);
  }

  @Override
  public void onComplete() {
    whole.complete(Bytes.concat(parts.toArray(new byte[0][])));
    parts.clear();
  }
}
