package io.imageshare.http;

import io.imageshare.Timekeeper;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The servers and proxies around one wrong setup, and how many requests they get. */
final class Environment implements Closeable {
  private static final String PAGE = "<html><body><h1>Who are you?</h1></body></html>";

  final MemoryBackend cloud =
      MemoryBackend.builder()
          .time(new OneDay())
          .owner(Fixtures.PROJECT)
          .images(Misconfigurations.IMAGES)
          .build();
  private final List<Closeable> open = new ArrayList<>();
  private final List<IntSupplier> counts = new ArrayList<>();
  private int port;
  private @Nullable ImsServer service;

  /** Real time to wait by, and always the same time of day, so that messages can be compared. */
  private static final class OneDay implements Timekeeper {
    private final Timekeeper system = Timekeeper.system();

    @Override
    public Instant now() {
      return Misconfigurations.NOW;
    }

    @Override
    public long nanoTime() {
      return system.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return system.schedule(delay, task);
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws InterruptedException {
      return system.await(stage);
    }
  }

  /** How many requests, or connections of what is no {@link ImsServer}, have come so far. */
  int requests() {
    return counts.stream().mapToInt(IntSupplier::getAsInt).sum();
  }

  /** The port of what was opened last. */
  int port() {
    return port;
  }

  /** A client of anything, on the same day. */
  HttpBackend.Builder to(URI endpoint, Credentials credentials) {
    return Fixtures.backend(endpoint)
        .credentials(credentials)
        .clock(Clock.fixed(Misconfigurations.NOW, ZoneOffset.UTC));
  }

  /** A client of the service, which lets in who signs with the key of {@link Fixtures}. */
  HttpBackend.Builder client(UnaryOperator<ImsServer.Builder> more, Credentials credentials) {
    return to(service(more).endpoint(), credentials);
  }

  HttpBackend.Builder client(Credentials credentials) {
    return client(service -> service, credentials);
  }

  /** The service, which is opened once. */
  private ImsServer service(UnaryOperator<ImsServer.Builder> more) {
    if (service == null) {
      ImsServer opened =
          more.apply(ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK)).build();
      open.add(opened::close);
      counts.add(() -> opened.requests().size());
      port = opened.endpoint().getPort();
      service = opened;
    }
    return service;
  }

  /** A client of a service where the temporary key TEMPAK goes with another token by now. */
  HttpBackend.Builder temporary(Credentials credentials) {
    return client(service -> service.accessKey("TEMPAK", "tempSK", "new-token"), credentials);
  }

  /** A client that logs in where tokens last no time at all. */
  HttpBackend.Builder login(String password) {
    URI endpoint = service(Environment::shortTokens).endpoint();
    return to(endpoint, Credentials.password(endpoint, "account", "user", password, "region"));
  }

  private static ImsServer.Builder shortTokens(ImsServer.Builder service) {
    return service.user("account", "user", "password").tokensLast(Duration.ZERO);
  }

  String expiredToken() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                service(Environment::shortTokens).endpoint().resolve("/v3/auth/tokens"))
            .POST(
                BodyPublishers.ofString(Wire.login("account", "user", "password", "region", false)))
            .build();
    return HttpClient.newHttpClient()
        .send(request, BodyHandlers.discarding())
        .headers()
        .firstValue("X-Subject-Token")
        .orElseThrow();
  }

  /** A client of an endpoint behind a proxy that says this to everybody. */
  HttpBackend.Builder behind(int status, String header, URI endpoint) {
    WireServer proxy = wire(new WireServer((q, s) -> WireServer.reply(s, status, PAGE, header)));
    return to(endpoint, Misconfigurations.right()).proxy(proxy(proxy.port()));
  }

  static ProxySelector proxy(int port) {
    return ProxySelector.of(new InetSocketAddress("localhost", port));
  }

  /** A server over TLS. */
  WireServer secure(SSLContext tls) {
    return wire(
        new WireServer(
            tls.getServerSocketFactory(), "https", (q, s) -> WireServer.reply(s, 200, "{}")));
  }

  /** A page that asks for a login, where the service should be. */
  URI page() {
    return wire(new WireServer((q, s) -> WireServer.reply(s, 401, PAGE))).endpoint();
  }

  private WireServer wire(WireServer server) {
    open.add(server);
    counts.add(server::connections);
    port = server.port();
    return server;
  }

  /** A port where nobody listens. */
  int closedPort() throws IOException {
    port = Fixtures.closedPort();
    return port;
  }

  @Override
  public void close() throws IOException {
    for (Closeable one : open) {
      one.close();
    }
  }
}
