package io.imageshare.http;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls on a bounded pool, sends their requests, and translates what fails on the network.
 *
 * <p>A call blocks a thread of the pool: {@code sendAsync} starts a thread for every call where the
 * JVM has two processors or fewer, and that costs twice the processor time (measured on 17).
 */
final class Transport implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Transport.class);
  private static final ThreadFactory THREADS =
      new ThreadFactoryBuilder().setNameFormat("imageshare-http-%d").setDaemon(true).build();
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_SECONDS = 1;
  private static final int PROXY_UNAUTHORIZED = 407;

  /** What a thread of a pool is at. */
  private static final ThreadLocal<@Nullable Task<?>> CURRENT = new ThreadLocal<>();

  private final ExecutorService pool;
  private final JdkClient client;
  private final Settings settings;
  private final BareAnswers answers;

  /** What applies to every request. */
  record Settings(
      Proxies proxies,
      int concurrentCalls,
      Duration timeout,
      int bodyLimit,
      Clock clock,
      Ticker ticker) {}

  /**
   * A transport that owns its client.
   *
   * @param client makes the client, given the threads on which it may work
   */
  Transport(Function<ExecutorService, JdkClient> client, Settings settings) {
    this.client = client.apply(pool(settings.concurrentCalls()));
    this.settings = settings;
    this.answers = new BareAnswers(settings.ticker());
    this.pool = pool(settings.concurrentCalls());
  }

  /** Threads are started when there is work, and end when there is none for some seconds. */
  static ExecutorService pool(int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads, threads, IDLE_SECONDS, SECONDS, new LinkedBlockingQueue<>(), THREADS);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  Clock clock() {
    return settings.clock();
  }

  /** Whether nothing but one page ever came to requests like this one, whosever they were. */
  boolean isAlwaysTheSame(ApiRequest request) {
    return answers.isAlwaysTheSame(request);
  }

  /** The secrets that go with every request. */
  Redaction secrets() {
    return settings.proxies().secrets();
  }

  /** How long one request may take. */
  Duration timeout() {
    return settings.timeout();
  }

  /** By which that is measured. */
  Ticker ticker() {
    return settings.ticker();
  }

  /** Runs blocking work on a thread of the pool; not if its result is cancelled before. */
  <T> CompletionStage<T> async(Callable<T> work) {
    Task<T> task = new Task<>(pool, work, new CompletableFuture<>());
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      task.drop();
    }
    return task.result();
  }

  private record Task<T>(ExecutorService pool, Callable<T> work, CompletableFuture<T> result)
      implements Runnable {
    @Override
    public void run() {
      if (result.isDone()) {
        return;
      }
      CURRENT.set(this);
      try {
        result.complete(work.call());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      } finally {
        CURRENT.remove();
      }
    }

    /** The backend was closed before the work began. */
    void drop() {
      result.completeExceptionally(NetworkErrors.closed(false));
    }
  }

  /** Whether this is a thread of the pool, which must not wait for others of it. */
  boolean isOwnThread() {
    Task<?> current = CURRENT.get();
    return current != null && current.pool() == pool;
  }

  /** Whether the call on this thread was cancelled since it began: nobody waits for it. */
  boolean isCancelled() {
    Task<?> current = CURRENT.get();
    return current != null && current.result().isDone();
  }

  /**
   * Sends a request once and waits for its response; only on a thread of the pool. A write that one
   * page refuses whatever it asks for is not sent, and that page is its response.
   *
   * @throws BackendException if there is no complete response in time
   */
  ApiResponse send(ApiRequest request, Map<String, String> headers) {
    if (holdsToken(request, headers) && settings.proxies().forbidTokens(request.endpoint())) {
      throw NetworkErrors.plainToken(request, settings.proxies());
    }
    ApiResponse verdict = answers.verdict(request);
    if (verdict != null) {
      return verdict;
    }
    int before = answers.times(request);
    try {
      ApiResponse answer = exchange(request, headers);
      answers.note(request, answer, before);
      return answer;
    } catch (RejectedExecutionException e) {
      throw NetworkErrors.closed(request.write());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NetworkErrors.closed(request.write());
    } catch (IOException e) {
      throw pool.isShutdown() ? NetworkErrors.closed(request.write()) : error(e, request);
    }
  }

  /** Whether whoever reads it can make requests of his own. A signature is of one request only. */
  private static boolean holdsToken(ApiRequest request, Map<String, String> headers) {
    return request.purpose() == ApiRequest.Purpose.LOGIN || headers.containsKey(Identity.TOKEN);
  }

  private BackendException error(IOException e, ApiRequest request) {
    return NetworkErrors.of(e, request, settings.proxies(), settings.timeout());
  }

  private ApiResponse exchange(ApiRequest request, Map<String, String> headers)
      throws IOException, InterruptedException {
    long begun = settings.ticker().read();
    HttpResponse<LimitedBody> response =
        client.send(http(request, headers), LimitedBody.handler(settings.bodyLimit()));
    // There is no body where a proxy refuses a tunnel.
    try (LimitedBody body = response.body()) {
      log.debug("{}: {}", request, response.statusCode());
      if (response.statusCode() == PROXY_UNAUTHORIZED) {
        throw NetworkErrors.proxyUnauthorized(request, settings.proxies(), response.headers());
      }
      Duration taken = Duration.ofNanos(settings.ticker().read() - begun);
      byte[] whole = body.await(settings.timeout().minus(taken));
      return new ApiResponse(
          response.statusCode(),
          response.headers(),
          ContentEncoding.decode(response.headers(), whole, settings.bodyLimit()));
    }
  }

  private HttpRequest http(ApiRequest request, Map<String, String> headers) {
    boolean empty = request.body().isEmpty();
    HttpRequest.Builder http =
        HttpRequest.newBuilder(request.uri())
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(settings.timeout())
            .method(
                request.method(), empty ? BodyPublishers.noBody() : sendableOnce(request.body()))
            .header("content-type", empty ? "application/json" : "application/json;charset=UTF-8")
            // Without it Glance writes its errors as text, which may be anybody's.
            .header("accept", "application/json")
            .header("accept-encoding", "identity")
            .header("user-agent", "imageshare");
    try {
      headers.forEach(http::header);
      settings.proxies().headers(request.endpoint()).forEach(http::header);
    } catch (IllegalArgumentException e) {
      // Its message quotes what may be a secret.
      throw ErrorTranslation.exception(
          Reason.Kind.UNAVAILABLE, request + " is not sent: a header of it is not one of HTTP");
    }
    return http.build();
  }

  /**
   * A body that can be sent once. By default the JDK's client repeats only a GET, but {@code
   * -Djdk.httpclient.enableAllMethodRetry} makes it repeat every method, and a write must not be.
   */
  private static BodyPublisher sendableOnce(String text) {
    BodyPublisher body = BodyPublishers.ofString(text);
    AtomicBoolean sent = new AtomicBoolean();
    return BodyPublishers.fromPublisher(
        subscriber -> {
          if (sent.getAndSet(true)) {
            throw new IllegalStateException("a write is not sent a second time");
          }
          body.subscribe(subscriber);
        },
        body.contentLength());
  }

  /** Ends the calls under way, and waits for their threads. */
  @Override
  public void close() {
    for (Runnable waiting : pool.shutdownNow()) {
      ((Task<?>) waiting).drop();
    }
    try {
      // A continuation of a call runs on a thread of the pool, so that closing from there has just
      // interrupted itself and waits for nothing.
      pool.awaitTermination(CLOSE_SECONDS, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
