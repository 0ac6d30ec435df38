package io.imageshare.http;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request body that is given once, so that no write is sent twice.
 *
 * <p>The JDK's client sends a GET again when a connection breaks before the answer, and nothing
 * else (seen on 17 and 25); but {@code -Djdk.httpclient.enableAllMethodRetry} makes it repeat every
 * method, and that is not ours to set.
 */
final class OnceBody implements BodyPublisher {
  private final ByteBuffer body;
  private final AtomicBoolean given = new AtomicBoolean();

  OnceBody(ByteBuffer body) {
    this.body = body;
  }

  @Override
  public long contentLength() {
    return body.remaining();
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Gift(subscriber, given.compareAndSet(false, true)));
  }

  /** To one subscriber, all in one part, or nothing if it comes second. */
  private final class Gift implements Subscription {
    private final Subscriber<? super ByteBuffer> subscriber;
    private final boolean first;
    private boolean done;

    Gift(Subscriber<? super ByteBuffer> subscriber, boolean first) {
      this.subscriber = subscriber;
      this.first = first;
    }

    @Override
    public void request(long n) {
      if (done) {
        return;
      }
      done = true;
      if (first) {
        subscriber.onNext(body.duplicate());
        subscriber.onComplete();
      } else {
        subscriber.onError(new IOException("the connection broke; not sent a second time"));
      }
    }

    @Override
    public void cancel() {
      done = true;
    }
  }
}
