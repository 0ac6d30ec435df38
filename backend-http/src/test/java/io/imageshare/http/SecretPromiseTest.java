package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.http.ApiRequest.Purpose;
import io.imageshare.http.LeakyService.Leak;
import io.imageshare.http.LeakyService.Shape;
import io.imageshare.http.VisibleOutput.RunResult;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.SocketFault;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The promise on secrets: every kind of credentials, in whole runs that fail. */
@Timeout(600)
class SecretPromiseTest {
  private static final List<String> IMAGES =
      List.of(Fixtures.IMAGE, "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22");
  private static final List<String> PROJECTS =
      List.of(Fixtures.RECIPIENT, "dddddddddddddddddddddddddddddddd");
  private static final ShareRequest REQUEST = ShareRequest.share(IMAGES, PROJECTS);
  private static final String PROXY_PASSWORD = "pX3+tY/7=Qm&1\"z<L'a5N%oC9gVbRkWe2";
  private static final int KINDS = Secrets.RIGHT.credentials(Fixtures.ENDPOINT).size();

  private final SecretSearch search = new SecretSearch();

  @Test
  void promise14NoSecretAppearsInALogAnExceptionAToStringAnEventAJournalOrAReport()
      throws Exception {
    Secrets.RIGHT.all().forEach(secret -> search.secret("a right secret", secret));
    Secrets.WRONG.all().forEach(secret -> search.secret("a wrong secret", secret));
    search.secret("a proxy's password", PROXY_PASSWORD);
    search.secret("a token given for a password", "MIIsimulated");
    String text;
    try (VisibleOutput all = new VisibleOutput()) {
      faults(all);
      refused(all, Secrets.WRONG, Duration.ZERO);
      refused(all, Secrets.RIGHT, Duration.ofHours(1));
      echoes(all);
      nobodyThere(all);
      proxies(all);
      suppliers(all);
      arguments(all);
      text = all.text();
    }
    for (String expected :
        List.of(
            "/v2/images/" + Fixtures.IMAGE,
            "BackendException",
            "Finished[",
            "Credentials[",
            "journal: {")) {
      assertTrue(text.contains(expected), expected + " was not seen");
    }
    assertTrue(search.signatures() > 100, "requests were signed");
    assertEquals(List.of(), search.in(text));
  }

  /** Runs over a service that lets everybody in, while connections and answers break. */
  private void faults(VisibleOutput all) {
    for (SocketFault fault :
        List.of(
            new SocketFault.ResetBeforeReading(),
            new SocketFault.ResetAfterEffect(),
            new SocketFault.HalfAnswer(),
            new SocketFault.Garbage())) {
      List<ImsServer> servers = new ArrayList<>();
      List<HttpBackend.Builder> clients = new ArrayList<>();
      for (int kind = 0; kind < KINDS; kind++) {
        MemoryBackend cloud = cloud();
        cloud.inject(new Fault.LostAnswer().on(MemoryBackend.Call.Kind.SUBMIT));
        ImsServer server = server(cloud, b -> b.token(Secrets.RIGHT.token()));
        server.inject(fault);
        server.inject(fault);
        servers.add(server);
        clients.add(client(server.endpoint(), Secrets.RIGHT, kind, server.endpoint()));
      }
      for (RunResult ran : all.runs(clients, REQUEST)) {
        assertTrue(ran.report().stats().submits() > 0, ran.report().toString());
      }
      servers.forEach(server -> close(all, server));
    }
  }

  /** Runs over a service that refuses these credentials, or, with another clock, all that ends. */
  private void refused(VisibleOutput all, Secrets secrets, Duration ahead) {
    ImsServer server =
        server(cloud(), b -> b.otherRegion(Secrets.RIGHT.token()).tokensLast(Duration.ZERO));
    List<HttpBackend.Builder> clients = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      clients.add(
          client(server.endpoint(), secrets, kind, server.endpoint())
              .clock(Clock.offset(Clock.systemUTC(), ahead)));
    }
    for (RunResult ran : all.runs(clients, REQUEST)) {
      assertEquals(Ending.STOPPED, ran.report().ending());
    }
    close(all, server);
  }

  private static MemoryBackend cloud() {
    return MemoryBackend.builder()
        .owner(Fixtures.PROJECT)
        .images(IMAGES)
        .jobsTake(Duration.ofMillis(5))
        .build();
  }

  private static ImsServer server(MemoryBackend cloud, UnaryOperator<ImsServer.Builder> more) {
    Secrets right = Secrets.RIGHT;
    return more.apply(
            ImsServer.builder(cloud)
                .accessKey(Secrets.KEY, right.secretKey())
                .accessKey(Secrets.TEMPORARY_KEY, right.secretKey(), right.securityToken())
                .user("account", "user", right.password()))
        .build();
  }

  private static HttpBackend.Builder client(URI endpoint, Secrets secrets, int kind, URI iam) {
    return Fixtures.backend(endpoint).plainHttp().credentials(secrets.credentials(iam).get(kind));
  }

  private void close(VisibleOutput all, ImsServer server) {
    for (ImsServer.Request request : server.requests()) {
      search.request(request.headers());
      all.add(request);
    }
    server.close();
  }

  private static List<Leak> leaks(Purpose purpose) {
    List<Leak> leaks = new ArrayList<>();
    for (int status : new int[] {200, 302, 400, 401, 407, 429, 500}) {
      leaks.add(new Leak(purpose, status, Shape.SECRETS));
    }
    for (Shape shape : List.of(Shape.REQUEST, Shape.ENCODED_REQUEST, Shape.PAGE)) {
      leaks.add(new Leak(purpose, 401, shape));
    }
    for (Shape shape : List.of(Shape.STATUS_LINE, Shape.HEADER_NAME, Shape.LENGTH)) {
      leaks.add(new Leak(purpose, 0, shape));
    }
    return leaks;
  }

  /** Runs over services that tell all they know. */
  private void echoes(VisibleOutput all) throws IOException {
    // Beneath it the client quotes, in a log for those who debug it, what is no HTTP.
    all.jdkLogs(Level.INFO);
    for (Purpose purpose : Purpose.values()) {
      for (Leak leak : leaks(purpose)) {
        List<WireServer> servers = new ArrayList<>();
        List<HttpBackend.Builder> clients = new ArrayList<>();
        for (int kind : kinds(leak)) {
          WireServer server =
              new WireServer(new LeakyService(leak, Secrets.RIGHT, IMAGES, PROJECTS));
          servers.add(server);
          clients.add(client(server.endpoint(), Secrets.RIGHT, kind, server.endpoint()));
        }
        for (RunResult ran : all.runs(clients, REQUEST)) {
          checkRedacted(leak, ran);
        }
        for (WireServer server : servers) {
          server.requests().forEach(request -> search.request(request.headers()));
          server.close();
        }
      }
    }
    all.jdkLogs(Level.ALL);
  }

  /** All kinds where refused; else one for each way in which a request carries a secret. */
  private static List<Integer> kinds(Leak leak) {
    if (leak.purpose() == Purpose.LOGIN) {
      return List.of(Secrets.PASSWORD);
    }
    boolean all = leak.status() == 401 && leak.shape() == Shape.SECRETS;
    return all
        ? IntStream.range(0, KINDS).boxed().toList()
        : List.of(Secrets.ACCESS_KEY, Secrets.TEMPORARY, Secrets.TOKEN);
  }

  private static void checkRedacted(Leak leak, RunResult ran) {
    String expected = "***";
    if (!leak.shape().isHttp()) {
      expected = "the answer is not HTTP";
    } else if (leak.status() == 407) {
      expected = "HTTP 407"; // what is said with it is not quoted
    } else if (leak.status() == 200 && leak.purpose() == Purpose.LOGIN) {
      expected = "the answer holds no token";
    } else if (leak.status() == 200) {
      expected = " bytes"; // of what cannot be read only the form is told
    }
    String words = expected;
    assertTrue(ran.output().contains(words), () -> leak + ": " + ran.output());
  }

  /** Runs that reach nobody. */
  private void nobodyThere(VisibleOutput all) throws Exception {
    URI closed = URI.create("http://localhost:" + Fixtures.closedPort());
    List<HttpBackend.Builder> clients = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      for (URI uri : List.of(closed, URI.create("https://nowhere.invalid"))) {
        clients.add(client(uri, Secrets.RIGHT, kind, uri));
      }
    }
    for (RunResult ran : all.runs(clients, REQUEST)) {
      assertEquals(4, ran.report().counts().failed(), ran.report().toString());
    }
  }

  /** Runs through proxies that refuse, and tell what they were given. */
  private void proxies(VisibleOutput all) throws Exception {
    WireServer.Script script =
        (q, s) -> WireServer.reply(s, 407, q.headers().toString(), "Proxy-Authenticate: Basic");
    try (WireServer proxy = new WireServer(script)) {
      List<HttpBackend.Builder> clients = new ArrayList<>();
      for (int kind = 0; kind < KINDS; kind++) {
        for (String endpoint : List.of("http://ims.test:8080", "https://ims.test")) {
          URI uri = URI.create(endpoint);
          clients.add(
              client(uri, Secrets.RIGHT, kind, uri)
                  .proxy(Environment.proxy(proxy.port()))
                  .proxyCredentials("user", PROXY_PASSWORD)
                  .plainHttpThroughProxy());
        }
      }
      for (RunResult ran : all.runs(clients, REQUEST)) {
        assertEquals(Ending.STOPPED, ran.report().ending());
      }
      assertEquals(2 * KINDS, proxy.requests().size());
      proxy.requests().forEach(request -> search.request(request.headers()));
    }
  }

  /** Runs whose credentials come from a source that chokes on them. */
  private static void suppliers(VisibleOutput all) throws Exception {
    String secret = Secrets.RIGHT.secretKey();
    String token = Secrets.RIGHT.token();
    List<Supplier<String>> sources =
        List.of(
            () -> {
              throw new IllegalStateException(token, new IllegalArgumentException(secret));
            },
            () -> {
              throw new AssertionError(token);
            },
            () -> thrown(new IOException(token), RuntimeException.class),
            () -> token + "\n",
            () -> " ");
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, "{}"))) {
      List<HttpBackend.Builder> clients = new ArrayList<>();
      for (Supplier<String> source : sources) {
        clients.add(Fixtures.backend(server.endpoint()).credentials(Credentials.token(source)));
        Credentials keys =
            Credentials.temporary(
                () -> new TemporaryKey("AK", secret, source.get(), Instant.EPOCH));
        clients.add(Fixtures.backend(server.endpoint()).credentials(keys));
      }
      for (RunResult ran : all.runs(clients, REQUEST)) {
        assertEquals(4, ran.report().counts().failed(), ran.report().toString());
      }
      assertEquals(0, server.requests().size());
    }
  }

  /** Throws as a language does that has no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> String thrown(Throwable e, Class<E> unused) throws E {
    throw (E) e;
  }

  /** What builders and factories refuse, and what they make. */
  private static void arguments(VisibleOutput all) {
    Secrets right = Secrets.RIGHT;
    String secret = right.secretKey();
    String inUrl = ApiRequest.encode(secret);
    all.addThrown(() -> Credentials.accessKey("AK", secret + "\n"));
    all.addThrown(() -> Credentials.accessKey("AK", secret, right.securityToken() + " "));
    all.addThrown(() -> new TemporaryKey("AK", secret, right.token() + "\u00e9", Instant.EPOCH));
    all.addThrown(() -> Credentials.fromEnvironment(Map.of("HUAWEICLOUD_SDK_SK", secret)));
    all.addThrown(
        () ->
            Credentials.fromEnvironment(
                Map.of("HUAWEICLOUD_SDK_AK", "AK", "HUAWEICLOUD_SDK_SK", secret + " x")));
    for (String endpoint :
        List.of(
            "https://user:" + inUrl + "@ims.test",
            "https://ims.test/" + inUrl,
            "https://ims.test?key=" + inUrl,
            "https://ims.test#" + inUrl)) {
      URI uri = URI.create(endpoint);
      all.addThrown(() -> Fixtures.backend(uri).build());
      all.addThrown(
          () -> Fixtures.backend(Fixtures.ENDPOINT).credentials(right.password(uri)).build());
    }
    all.add(new TemporaryKey("AK", secret, right.securityToken(), Instant.EPOCH));
    right.credentials(Fixtures.ENDPOINT).forEach(all::add);
  }

  /** A search that finds nothing proves something only if it finds what is there. */
  @Test
  void theSearchFindsASecretInEveryForm() {
    String secret = Secrets.RIGHT.secretKey();
    search.secret("s", secret);
    List<String> planted = new ArrayList<>(SecretSearch.forms(secret).values());
    for (String before : List.of("", "x", "xx", "AK:")) {
      byte[] bytes = (before + secret + "y").getBytes(UTF_8);
      planted.add(Base64.getEncoder().encodeToString(bytes));
      planted.add(Base64.getUrlEncoder().encodeToString(bytes));
    }
    planted.add(HexFormat.of().withUpperCase().formatHex(secret.getBytes(UTF_8)));
    planted.add(secret.substring(5, 28));
    for (String text : planted) {
      assertFalse(search.in("before" + text + "behind").isEmpty(), text);
    }
    String signature = "0123456789abcdef".repeat(4);
    search.request(Map.of("authorization", "SDK-HMAC-SHA256 Access=AK, Signature=" + signature));
    assertEquals(1, search.in("and " + signature).size());
    assertEquals(List.of(), search.in("nothing of it: " + "f".repeat(64) + secret.substring(0, 9)));
  }
}
