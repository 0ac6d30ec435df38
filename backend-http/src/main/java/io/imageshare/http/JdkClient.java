package io.imageshare.http;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The JDK's HTTP client: the caller's, or one of the backend's own, which is closed with it. */
final class JdkClient implements AutoCloseable {
  // With an authenticator, 17 drops the Authorization header and 25 does not.
  private static final int FIRST_KEEPING_AUTHORIZATION = 25;

  private final Supplier<HttpClient> fresh;
  private final @Nullable ExecutorService threads;
  private volatile HttpClient client;

  /**
   * @param fresh gives another client; the same one where it is the caller's
   * @param threads those of a client of the backend's own; null for the caller's client
   */
  private JdkClient(Supplier<HttpClient> fresh, @Nullable ExecutorService threads) {
    this.fresh = fresh;
    this.threads = threads;
    client = fresh.get();
  }

  /**
   * A client of the backend's own.
   *
   * @param threads where the client does its work; it never blocks there
   */
  static JdkClient own(
      ProxySelector proxies,
      @Nullable SSLContext sslContext,
      Duration connectTimeout,
      ExecutorService threads) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connectTimeout)
            .proxy(proxies)
            .executor(threads);
    if (sslContext != null) {
      builder.sslContext(sslContext);
    }
    return new JdkClient(builder::build, threads);
  }

  /**
   * The caller's client, refused if it would redirect or authenticate by itself.
   *
   * @param signs whether requests carry {@code Authorization}
   */
  static JdkClient given(HttpClient client, boolean signs) {
    checkArgument(
        client.followRedirects() == HttpClient.Redirect.NEVER,
        "client: it follows redirects, and would send credentials and writes elsewhere;"
            + " give one with Redirect.NEVER");
    // A token is no Authorization header, so such a client would answer its refusal by itself.
    checkArgument(
        client.authenticator().isEmpty()
            || (signs && Runtime.version().feature() >= FIRST_KEEPING_AUTHORIZATION),
        "client: it has an authenticator, which takes the place of the credentials here;"
            + " give one without");
    return new JdkClient(() -> client, null);
  }

  <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body)
      throws IOException, InterruptedException {
    HttpClient used = client;
    try {
      return used.send(request, body);
    } catch (HttpConnectTimeoutException e) {
      throw e;
    } catch (HttpTimeoutException e) {
      renew(used);
      throw e;
    } catch (IllegalArgumentException e) {
      // How the JDK's client reports a Content-Length that is not a number.
      throw new IOException("the answer has no length that can be read", e);
    }
  }

  /**
   * Where a connection died without a word, as behind a NAT that forgets idle ones, the others that
   * were idle are dead, too: the next request gets a new one. The JDK's client cannot be told to
   * drop its idle connections, so that another takes its place; the old one ends with its calls.
   */
  private synchronized void renew(HttpClient used) {
    if (client == used) {
      client = fresh.get();
    }
  }

  /**
   * Closes a client of the backend's own, where the JDK lets one: from 21 on. On 17 its selector
   * thread ends, and its idle connections close, once the client is garbage.
   */
  @Override
  public void close() {
    if (threads == null) {
      return;
    }
    try {
      if (client instanceof AutoCloseable closeable) {
        closeable.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP client cannot be closed", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
