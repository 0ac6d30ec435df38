package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
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
  private final BodyPublisher body;
  private final AtomicBoolean given = new AtomicBoolean();

  OnceBody(String body) {
    this.body = BodyPublishers.ofString(body, UTF_8);
  }

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    if (given.compareAndSet(false, true)) {
      body.subscribe(subscriber);
      return;
    }
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(new IOException("the connection broke; not sent a second time"));
  }
}
