package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The body of a response, up to a size; it is there when the last of it has come. */
final class LimitedBody implements BodySubscriber<LimitedBody>, AutoCloseable {
  private final int limit;
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private final List<byte[]> parts = new ArrayList<>();
  private int length;
  private @Nullable Subscription subscription;

  /**
   * Reads bodies up to a size. On 17 an idle connection keeps the handler, which so must not lead
   * to the client.
   *
   * @param limit the size in bytes
   */
  static BodyHandler<LimitedBody> handler(int limit) {
    return head -> new LimitedBody(limit);
  }

  private LimitedBody(int limit) {
    this.limit = limit;
  }

  /** At once: whoever sent the request waits for the rest. */
  @Override
  public CompletionStage<LimitedBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  /**
   * Waits for the whole body. The client's own time limit ends with the headers of a response.
   *
   * @param time how long
   */
  byte[] await(Duration time) throws IOException, InterruptedException {
    try {
      return whole.get(time.toNanos(), NANOSECONDS);
    } catch (ExecutionException e) {
      Throwable cause = requireNonNull(e.getCause());
      throw new IOException(cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("the body has not come to its end");
    }
  }

  /** What has not come so far is not read. */
  @Override
  public void close() {
    whole.cancel(false);
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
