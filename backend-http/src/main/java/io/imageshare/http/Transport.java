package io.imageshare.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.imageshare.BackendException;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
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
  private static final long IDLE_SECONDS = 10;
  private static final int PROXY_UNAUTHORIZED = 407;
  private static final long CLOSE_MILLIS = 1000;

  private final ThreadPoolExecutor pool;
  private final ScheduledThreadPoolExecutor timers;
  private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
  private final Client client;
  private final Settings settings;

  /** What holds for every call. */
  record Settings(int concurrentCalls, Duration timeout, int bodyLimit, Clock clock) {}

  Transport(Client client, Settings settings) {
    this.client = client;
    this.settings = settings;
    this.pool = pool(settings.concurrentCalls());
    this.timers = timers();
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
    Request request = new Request(call, headers);
    try {
      HttpResponse<byte[]> response = inTime(request);
      Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
      LOG.debug("{}: {}", call, answer.status());
      if (answer.status() == PROXY_UNAUTHORIZED) {
        throw Failure.proxyUnauthorized(call, client.proxies());
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
      throw failure(e, call);
    } catch (IllegalArgumentException e) {
      // So the client says that a length in the head of the answer is no number.
      throw failure(new IOException("the answer has no length that can be read", e), call);
    }
  }

  private BackendException failure(IOException e, Call call) {
    return Failure.of(e, call, client.proxies(), settings.timeout());
  }

  /** The client's own time limit ends at the headers, and wakes its selector for every call. */
  private HttpResponse<byte[]> inTime(HttpRequest request)
      throws IOException, InterruptedException {
    TimeLimit limit = new TimeLimit();
    Future<?> timer =
        timers.schedule(
            () -> client.relieve(timers, limit), settings.timeout().toNanos(), NANOSECONDS);
    try {
      return client.send(request, status -> new LimitedBody(settings.bodyLimit()));
    } catch (InterruptedException e) {
      if (limit.stop()) {
        throw new HttpTimeoutException("the time of the call is over");
      }
      throw e;
    } finally {
      timer.cancel(false);
      if (limit.stop()) {
        Thread.interrupted(); // it may have come after the answer
      }
    }
  }

  /** Ends what is under way, and leaves no thread and no socket of its own. */
  @Override
  public void close() {
    for (Runnable dropped : pool.shutdownNow()) {
      ((Work<?>) dropped).drop();
    }
    timers.shutdownNow();
    workers.addAll(client.close());
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
