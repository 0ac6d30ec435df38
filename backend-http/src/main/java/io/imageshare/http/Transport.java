package io.imageshare.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.imageshare.BackendException;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends calls on a few threads of its own, and translates what breaks.
 *
 * <p>Blocking sends on a bounded pool: {@code sendAsync} starts a thread for every call where the
 * JVM sees two processors or fewer (measured on 17: twice the CPU, and 10,000 threads for 10,000
 * calls). Virtual threads in the pool, measured on 25, gain nothing.
 */
final class Transport implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
  // With an authenticator, 17 drops the header and 25 does not; between them nothing was tried.
  private static final int FIRST_KEEPING_AUTHORIZATION = 25;
  private static final int PLUMBING_THREADS = 2;
  private static final long IDLE_SECONDS = 10;
  private static final int PROXY_UNAUTHORIZED = 407;
  private static final int MOST_SELECTORS = 4;
  private static final long CLOSE_MILLIS = 1000;
  private static final long RELIEF_MILLIS = 1000;

  private final ThreadPoolExecutor pool;
  private final ThreadPoolExecutor plumbing;
  private final ScheduledThreadPoolExecutor timers;
  private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
  private final ThreadGroup group = new ThreadGroup("imageshare-http");
  private final HttpClient client;
  private final @Nullable ProxySelector proxies;
  private final Settings settings;

  /** What holds for every call. */
  record Settings(int concurrentCalls, Duration timeout, int bodyLimit, Clock clock) {}

  /**
   * Over the caller's client if there is one, and then a proxy or TLS beside it is refused; else
   * over one of its own.
   *
   * @param signs whether the credentials sign what is sent
   */
  static Transport over(
      @Nullable HttpClient client,
      boolean signs,
      @Nullable ProxySelector proxy,
      @Nullable SSLContext sslContext,
      Duration connectTimeout,
      Settings settings) {
    if (client != null) {
      if (proxy != null || sslContext != null) {
        throw new IllegalArgumentException(
            (proxy != null ? "proxy" : "sslContext")
                + ": the client of client(...) has its own; give it there");
      }
      return new Transport(check(client, signs), settings);
    }
    HttpClient.Builder own = HttpClient.newBuilder().connectTimeout(connectTimeout);
    if (proxy != null) {
      own.proxy(proxy);
    }
    if (sslContext != null) {
      own.sslContext(sslContext);
    }
    return new Transport(own, settings);
  }

  /** Over the caller's client, which stays the caller's. */
  Transport(HttpClient client, Settings settings) {
    this.settings = settings;
    this.pool = pool(settings.concurrentCalls());
    this.plumbing = pool(PLUMBING_THREADS);
    this.timers = timers();
    this.client = client;
    this.proxies = proxies(client);
  }

  /** Over a client of its own. */
  Transport(HttpClient.Builder client, Settings settings) {
    this.settings = settings;
    this.pool = pool(settings.concurrentCalls());
    this.plumbing = pool(PLUMBING_THREADS);
    this.timers = timers();
    this.client = built(client.executor(plumbing).version(HttpClient.Version.HTTP_1_1));
    this.proxies = proxies(this.client);
  }

  private ThreadPoolExecutor pool(int count) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            count, count, IDLE_SECONDS, SECONDS, new LinkedBlockingQueue<>(), this::worker);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** For the time limits: they hold whatever becomes of the client's own threads. */
  private ScheduledThreadPoolExecutor timers() {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, this::worker);
    timers.setKeepAliveTime(IDLE_SECONDS, SECONDS);
    timers.allowCoreThreadTimeOut(true);
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }

  private Worker worker(Runnable task) {
    Worker worker = new Worker(this, task);
    workers.removeIf(old -> old.getState() == Thread.State.TERMINATED);
    workers.add(worker);
    return worker;
  }

  /** A thread of one transport. */
  private static final class Worker extends Thread {
    private final Transport owner;

    Worker(Transport owner, Runnable task) {
      super(task, "imageshare-http");
      this.owner = owner;
      setDaemon(true);
    }
  }

  /**
   * Builds the client on a thread of the group, into which its selector thread is then born. A
   * client has no close() before JDK 21; but when its selector thread is interrupted it ends, and
   * all connections with it (seen on 17 and 25).
   */
  private HttpClient built(HttpClient.Builder builder) {
    CompletableFuture<HttpClient> built = new CompletableFuture<>();
    new Thread(group, new Work<>(builder::build, built), "imageshare-http-build").start();
    try {
      return built.join();
    } catch (CompletionException e) {
      close();
      throw new IllegalStateException("no HTTP client can be built here", e.getCause());
    }
  }

  private static @Nullable ProxySelector proxies(HttpClient client) {
    return client.proxy().orElseGet(ProxySelector::getDefault);
  }

  /** Refuses a client that would act on its own. */
  static HttpClient check(HttpClient client, boolean signs) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException(
          "client: it follows redirects, and would send credentials and writes elsewhere;"
              + " give one with Redirect.NEVER");
    }
    // A token is no Authorization header, so such a client would answer its refusal by itself.
    if (client.authenticator().isPresent()
        && (Runtime.version().feature() < FIRST_KEEPING_AUTHORIZATION || !signs)) {
      throw new IllegalArgumentException(
          "client: it has an authenticator, which takes the place of the credentials here;"
              + " give one without");
    }
    return client;
  }

  Clock clock() {
    return settings.clock();
  }

  /** Runs blocking work on a thread of the pool. */
  <T> CompletionStage<T> start(Callable<T> work) {
    Work<T> task = new Work<>(work, new CompletableFuture<>());
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      task.drop();
    }
    return task.answer();
  }

  private record Work<T>(Callable<T> work, CompletableFuture<T> answer) implements Runnable {
    @Override
    public void run() {
      try {
        answer.complete(work.call());
      } catch (Throwable e) {
        answer.completeExceptionally(e);
      }
    }

    /** Called off before it began. */
    void drop() {
      answer.completeExceptionally(Failure.closed(false));
    }
  }

  /**
   * Sends one call, once, and waits for its answer; only on a thread of the pool.
   *
   * @throws BackendException if there is no whole answer
   */
  Answer send(Call call, Map<String, String> headers) {
    LimitedBody body = new LimitedBody(settings.bodyLimit());
    HttpRequest request = request(call, headers);
    try {
      body.start(timers, settings.timeout(), this::relieve);
      HttpResponse<byte[]> response = client.send(request, status -> body);
      Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
      LOG.debug("{}: {}", call, answer.status());
      if (answer.status() == PROXY_UNAUTHORIZED) {
        throw Failure.proxyUnauthorized(call, proxies);
      }
      return answer;
    } catch (RejectedExecutionException e) {
      throw Failure.closed(call.write());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.closed(call.write());
    } catch (IOException e) {
      if (pool.isShutdown()) {
        throw Failure.closed(call.write());
      }
      throw Failure.of(e, call, proxies, settings.timeout());
    } catch (IllegalArgumentException e) {
      // So the client says that a length in the head of the answer is no number.
      IOException broken = new IOException("the answer has no length that can be read", e);
      throw Failure.of(broken, call, proxies, settings.timeout());
    } finally {
      body.stop();
    }
  }

  /**
   * Looks, when the time of a call is over, whether the client's threads come back, and puts
   * another in the place of those that do not. On a chunk of 2 GiB or more the JDK's client goes
   * round for ever (seen on 17 and 25), and without a thread it would not even heed a time limit.
   */
  private void relieve() {
    try {
      plumbing.submit(() -> {}).get(RELIEF_MILLIS, MILLISECONDS);
    } catch (TimeoutException e) {
      int threads = plumbing.getMaximumPoolSize() + 1;
      plumbing.setMaximumPoolSize(threads);
      plumbing.setCorePoolSize(threads);
      LOG.error("the HTTP client's threads do not come back; there are {} now", threads);
    } catch (InterruptedException | ExecutionException | RejectedExecutionException e) {
      LOG.debug("closed while the time of a call was over", e);
    }
  }

  private HttpRequest request(Call call, Map<String, String> headers) {
    boolean empty = !call.body().hasRemaining();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(settings.timeout())
            .method(call.method(), empty ? BodyPublishers.noBody() : new OnceBody(call.body()))
            .header("content-type", empty ? "application/json" : "application/json;charset=UTF-8")
            .header("user-agent", "imageshare");
    headers.forEach(request::header);
    return request.build();
  }

  /** Ends what is under way, and leaves no thread and no socket of its own. */
  @Override
  public void close() {
    for (Runnable dropped : pool.shutdownNow()) {
      ((Work<?>) dropped).drop();
    }
    timers.shutdownNow();
    plumbing.shutdownNow();
    Thread[] selectors = new Thread[MOST_SELECTORS];
    workers.addAll(Arrays.asList(selectors).subList(0, group.enumerate(selectors)));
    group.interrupt();
    if (Thread.currentThread() instanceof Worker worker && worker.owner == this) {
      // A continuation of one of the calls: it cannot wait for its own thread to end.
      return;
    }
    try {
      for (Thread thread : workers) {
        // Longer than that only a supplier of credentials can take that heeds no interrupt.
        thread.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
