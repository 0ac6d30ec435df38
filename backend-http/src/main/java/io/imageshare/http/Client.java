package io.imageshare.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JDK's client: the caller's, or one of its own, which is replaced when its thread is lost. */
final class Client {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);
  // With an authenticator, 17 drops the header and 25 does not; between them nothing was tried.
  private static final int FIRST_KEEPING_AUTHORIZATION = 25;
  private static final int MOST_SELECTORS = 4;
  private static final long RELIEF_MILLIS = 1000;

  private final ThreadGroup group = new ThreadGroup("imageshare-http");
  private final HttpClient.@Nullable Builder own;
  private volatile Line line;
  private volatile boolean closed;

  /** A client, and where it runs its work. */
  private record Line(HttpClient client, Turns turns) {}

  private Client(HttpClient client) {
    own = null;
    line = new Line(client, new Turns());
  }

  private Client(HttpClient.Builder own) {
    this.own = own.version(HttpClient.Version.HTTP_1_1);
    line = line(own);
  }

  /**
   * The caller's client if there is one, and then a proxy or TLS beside it is refused; else one of
   * its own.
   *
   * @param signs whether the credentials sign what is sent
   */
  static Client of(
      @Nullable HttpClient client,
      boolean signs,
      @Nullable ProxySelector proxy,
      @Nullable SSLContext sslContext,
      Duration connectTimeout) {
    if (client != null) {
      if (proxy != null || sslContext != null) {
        throw new IllegalArgumentException(
            (proxy != null ? "proxy" : "sslContext")
                + ": the client of client(...) has its own; give it there");
      }
      return new Client(check(client, signs));
    }
    HttpClient.Builder own = HttpClient.newBuilder().connectTimeout(connectTimeout);
    if (proxy != null) {
      own.proxy(proxy);
    }
    if (sslContext != null) {
      own.sslContext(sslContext);
    }
    return new Client(own);
  }

  /** Refuses a client that would act on its own. */
  private static HttpClient check(HttpClient client, boolean signs) {
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

  /**
   * Builds the client on a thread of the group, into which its selector thread is then born. A
   * client has no close() before JDK 21; but when its selector thread is interrupted it ends, and
   * all connections with it (seen on 17 and 25).
   */
  private Line line(HttpClient.Builder builder) {
    Turns turns = new Turns();
    CompletableFuture<HttpClient> built =
        CompletableFuture.supplyAsync(
            builder.executor(turns)::build,
            build -> new Thread(group, build, "imageshare-http-build").start());
    try {
      return new Line(built.join(), turns);
    } catch (CompletionException e) {
      throw new IllegalStateException("no HTTP client can be built here", e.getCause());
    }
  }

  /** What chooses the proxy, or null when none is used. */
  @Nullable ProxySelector proxies() {
    return line.client().proxy().orElseGet(ProxySelector::getDefault);
  }

  <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws IOException, InterruptedException {
    return line.client().send(request, body);
  }

  /**
   * Looks, when the time of a call is over, whether the client's thread comes back, and if not puts
   * another client in its place. On a chunk of 2 GiB or more the JDK's client goes round for ever
   * (seen on 17 and 25).
   *
   * @param then what is done after that
   */
  void relieve(ScheduledExecutorService timers, Runnable then) {
    Turns seen = line.turns();
    long turn = seen.begun();
    if (own == null || !seen.busy()) {
      then.run();
      return;
    }
    Future<?> unused =
        timers.schedule(
            () -> {
              try {
                if (seen == line.turns() && seen.busy() && seen.begun() == turn) {
                  replace(own);
                }
              } finally {
                then.run(); // the call ends in time, whether there is another client or not
              }
            },
            RELIEF_MILLIS,
            MILLISECONDS);
  }

  private void replace(HttpClient.Builder builder) {
    LOG.error("the HTTP client's thread does not come back; another client takes its place");
    line = line(builder);
    if (closed) {
      close();
    }
  }

  /** Ends the threads of its own clients, and gives those that it may take a while for. */
  List<Thread> close() {
    closed = true;
    Thread[] selectors = new Thread[MOST_SELECTORS];
    int count = group.enumerate(selectors);
    group.interrupt();
    return Arrays.asList(selectors).subList(0, count);
  }

  /**
   * Runs the client's work where it comes up, mostly on its selector thread: all of it is quick,
   * and to hand it on to another thread takes a tenth more processor time (measured on 17).
   */
  private static final class Turns implements Executor {
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();

    @Override
    public void execute(Runnable work) {
      begun.incrementAndGet();
      try {
        work.run();
      } finally {
        ended.incrementAndGet();
      }
    }

    long begun() {
      return begun.get();
    }

    boolean busy() {
      return begun.get() != ended.get();
    }
  }
}
