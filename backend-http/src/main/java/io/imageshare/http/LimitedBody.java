package io.imageshare.http;

import static java.util.Objects.requireNonNull;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** The body of an answer, up to a limit and no further. */
final class LimitedBody implements BodySubscriber<byte[]> {
  private final int limit;
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private byte[] bytes = {};
  private int size;
  private @Nullable Subscription subscription;

  LimitedBody(int limit) {
    this.limit = limit;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      int taken = Math.min(buffer.remaining(), limit - size);
      if (size + taken > bytes.length) {
        // Most answers come in one part, which is then copied but once.
        bytes = Arrays.copyOf(bytes, Math.max(size + taken, 2 * size));
      }
      buffer.get(bytes, size, taken);
      size += taken;
    }
    // What was cut cannot be read as JSON, and its status still counts.
    if (size == limit) {
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
    whole.complete(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
  }
}
