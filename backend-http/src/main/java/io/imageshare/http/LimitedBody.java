package io.imageshare.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, up to a limit and no further, and within the time of the whole call: the
 * client's own time limit ends at the headers.
 */
final class LimitedBody implements BodySubscriber<byte[]> {
  private final int limit;
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private byte[] bytes = {};
  private int size;
  private @Nullable Future<?> timer;
  private volatile @Nullable Subscription subscription;

  LimitedBody(int limit) {
    this.limit = limit;
  }

  /**
   * Starts the time.
   *
   * @param over is run when it is over
   */
  void start(ScheduledExecutorService timers, Duration time, Runnable over) {
    timer =
        timers.schedule(
            () -> {
              over.run();
              timeOut();
            },
            time.toNanos(),
            NANOSECONDS);
  }

  private void timeOut() {
    onError(new HttpTimeoutException("the time of the call is over"));
    cancel();
  }

  /** Stops the time; nothing else is left of it then. */
  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return whole;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    if (whole.isDone()) {
      cancel();
    } else {
      subscription.request(Long.MAX_VALUE);
    }
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
      cancel();
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

  private void cancel() {
    Subscription known = subscription;
    if (known != null) {
      known.cancel();
    }
  }
}
