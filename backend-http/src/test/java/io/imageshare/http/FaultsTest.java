package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import com.google.common.base.Ticker;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Faults of the network, on real sockets: LOST or certainly without effect, and never sent twice.
 */
@Timeout(600)
class FaultsTest {
  private static final String JOB = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";
  private static final Duration SHORT = Duration.ofMillis(300);

  private static Reason submit(HttpBackend backend) throws Exception {
    return Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
  }

  private static void certain(Kind kind, Reason reason, String... words) {
    assertEquals(kind, reason.kind(), reason.message());
    for (String word : words) {
      assertTrue(reason.message().contains(word), reason.message());
    }
    assertFalse(reason.message().contains("null"), reason.message());
  }

  /** How a server may fail after the whole request has come. */
  private static List<WireServer.Script> faultsAfterTheRequest() {
    return List.of(
        (q, s) -> WireServer.reset(s),
        (q, s) -> s.close(),
        (q, s) -> {
          WireServer.send(s, "HTTP/1.1 200 word\r\nContent-Le");
          s.close();
        },
        (q, s) -> {
          WireServer.send(s, WireServer.head(200, 100) + "{\"job_id\":\"j");
          s.close();
        },
        (q, s) -> {
          WireServer.send(s, "SSH-2.0-what\r\n\r\n");
          s.close();
        },
        (q, s) -> WireServer.reply(s, 408, ""),
        (q, s) -> WireServer.reply(s, 503, "", "Retry-After: 0"));
  }

  @Test
  void aWriteIsSentOnceAndLostOnAFreshAndOnAPooledConnection() throws Exception {
    for (WireServer.Script fault : faultsAfterTheRequest()) {
      for (var slice : List.of(Fixtures.SHARE, Fixtures.UNSHARE)) {
        try (WireServer server = new WireServer(fault);
            HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
          assertEquals(Kind.LOST, Fixtures.failure(backend.submit(slice)).reason().kind());
          assertEquals(1, server.requests().size());
        }
        AtomicInteger count = new AtomicInteger();
        WireServer.Script pooled =
            (q, s) -> {
              if (count.incrementAndGet() == 1) {
                WireServer.reply(s, 200, JOB);
              } else {
                fault.answer(q, s);
              }
            };
        try (WireServer server = new WireServer(pooled);
            HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
          Fixtures.get(backend.submit(slice));
          assertEquals(Kind.LOST, Fixtures.failure(backend.submit(slice)).reason().kind());
          assertEquals(2, server.requests().size());
          assertEquals(0, server.requests().get(1).connection(), "the connection was not reused");
        }
      }
    }
  }

  @Test
  void aReadThatBreaksIsUnavailable() throws Exception {
    for (WireServer.Script fault : faultsAfterTheRequest()) {
      try (WireServer server = new WireServer(fault);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        assertEquals(Kind.UNAVAILABLE, Fixtures.failure(backend.job("j1")).reason().kind());
      }
    }
  }

  /** The JDK's client throws all sorts of things at these, and quotes them as they are. */
  @Test
  void anAnswerWhoseHeadCannotBeReadIsABrokenOne() throws Exception {
    for (String head :
        List.of(
            "Content-Length: abc",
            "Content-Length: 99999999999999999999",
            "X: a\u007fb",
            "X\u0007: x",
            "X : x")) {
      WireServer.Script broken =
          (q, s) -> {
            WireServer.send(s, "HTTP/1.1 200 word\r\n" + head + "\r\n\r\n" + JOB);
            s.close();
          };
      try (WireServer server = new WireServer(broken);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        Reason write = submit(backend);
        assertEquals(Kind.LOST, write.kind(), head);
        assertEquals(1, server.requests().size(), head);
        assertTrue(write.message().contains("the connection broke: "), write.message());
        assertTrue(write.message().chars().noneMatch(Character::isISOControl), write.message());
        assertEquals(Kind.UNAVAILABLE, Fixtures.failure(backend.job("j1")).reason().kind(), head);
      }
    }
  }

  /** How a call fails whose request arrived: on a busy machine its time may be over before. */
  private static Reason arrived(WireServer server, Supplier<CompletionStage<?>> call)
      throws Exception {
    int before = server.requests().size();
    Reason reason = Fixtures.failure(call.get()).reason();
    return server.requests().size() > before ? reason : arrived(server, call);
  }

  @Test
  void theTimeOfARequestCoversHeadersAndBody() throws Exception {
    for (String begun : List.of("", WireServer.head(200, 100) + "{\"job_id\":")) {
      CountDownLatch ended = new CountDownLatch(2);
      WireServer.Script stall =
          (q, s) -> {
            WireServer.send(s, begun);
            if (s.getInputStream().read() < 0) {
              ended.countDown();
            }
          };
      try (WireServer server = new WireServer(stall);
          HttpBackend backend = Fixtures.backend(server.endpoint()).requestTimeout(SHORT).build()) {
        certain(
            Kind.LOST,
            arrived(server, () -> backend.submit(Fixtures.SHARE)),
            "no whole answer within 0.3 s",
            "localhost:");
        certain(Kind.UNAVAILABLE, arrived(server, () -> backend.job("j1")), "0.3 s");
        ended.await(); // both connections are closed with their calls
      }
    }
  }

  @Test
  void aHeaderThatCannotBeSentIsNeitherSentNorQuoted() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, JOB));
        Transport transport =
            new Transport(
                threads -> JdkClient.own(HttpClient.Builder.NO_PROXY, null, SHORT, threads),
                new Transport.Settings(
                    new Proxies(null, true, null, false, Map.of()),
                    1,
                    SHORT,
                    1000,
                    Clock.systemUTC(),
                    Ticker.systemTicker()))) {
      ApiRequest write =
          new ApiRequest(
              ApiRequest.Purpose.SUBMIT, "POST", server.endpoint(), "/x", "", "{}", "", null);
      BackendException e =
          assertThrows(
              BackendException.class, () -> transport.send(write, Map.of("x-a", "ge\nheim")));
      certain(Kind.UNAVAILABLE, e.reason(), "is not sent");
      assertFalse(Throwables.getStackTraceAsString(e).contains("heim"));
      assertEquals(0, server.requests().size());
    }
  }

  @Test
  void aBodyThatDribblesIsCutOffInTime() throws Exception {
    WireServer.Script dribble =
        (q, s) -> {
          WireServer.send(s, WireServer.head(200, 1 << 30));
          while (true) {
            WireServer.send(s, " ");
          }
        };
    try (WireServer server = new WireServer(dribble);
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).requestTimeout(SHORT).bodyLimit(1 << 30).build()) {
      certain(Kind.LOST, arrived(server, () -> backend.submit(Fixtures.SHARE)), "0.3 s");
    }
  }

  @Test
  void aBodyIsReadUpToItsLimitAndNoFurther() throws Exception {
    WireServer.Script endless =
        (q, s) -> {
          WireServer.send(s, "HTTP/1.1 " + (q.method().equals("GET") ? 400 : 200) + " word\r\n");
          WireServer.send(s, "Content-Type: application/json\r\n\r\n{\"job_id\":\"j1\",\"x\":\"");
          while (true) {
            WireServer.send(s, "x".repeat(1000));
          }
        };
    try (WireServer server = new WireServer(endless);
        HttpBackend backend = Fixtures.backend(server.endpoint()).bodyLimit(10_000).build()) {
      assertEquals(Kind.LOST, submit(backend).kind());
      assertEquals(Kind.UNAVAILABLE, Fixtures.failure(backend.job("j1")).reason().kind());
    }
  }

  @Test
  void aPortThatRefusesIsNamed() throws Exception {
    URI endpoint = URI.create("http://localhost:" + Fixtures.closedPort());
    try (HttpBackend backend = Fixtures.backend(endpoint).build()) {
      certain(
          Kind.UNAVAILABLE,
          submit(backend),
          "cannot connect to " + endpoint.getAuthority() + ": ",
          "; are host and port right?");
    }
  }

  @Test
  void theAddressThatFailedIsNamedWhereThereAreSeveral() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, JOB));
        HttpBackend backend =
            Fixtures.backend(URI.create("http://two.test:" + server.port())).plainHttp().build()) {
      certain(
          Kind.UNAVAILABLE,
          submit(backend),
          "cannot connect to two.test:",
          " (tried 127.0.0.2, the first of its 2 addresses: the JDK's client tries no other)");
    }
  }

  /** As behind a NAT that forgets idle connections: nothing comes back, not even a reset. */
  @Test
  void idleConnectionsThatDiedTogetherCostOneTimeLimit() throws Exception {
    int idle = 8;
    CountDownLatch all = new CountDownLatch(idle);
    AtomicBoolean proven = new AtomicBoolean();
    AtomicBoolean died = new AtomicBoolean();
    Set<Integer> known = ConcurrentHashMap.newKeySet();
    WireServer.Script script =
        (q, s) -> {
          if (died.get() && known.contains(q.connection())) {
            s.getInputStream().read();
            return;
          }
          if (!died.get()) {
            known.add(q.connection());
            if (proven.getAndSet(true)) {
              all.countDown();
              all.await();
            }
          }
          WireServer.reply(s, 200, JOB);
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .concurrentCalls(idle)
                .requestTimeout(Duration.ofSeconds(5))
                .build()) {
      Fixtures.get(backend.job("j1")); // until one call was answered, a key goes alone
      List<CompletionStage<?>> calls = new ArrayList<>();
      for (int i = 0; i < idle; i++) {
        calls.add(backend.job("j1"));
      }
      for (CompletionStage<?> call : calls) {
        Fixtures.get(call);
      }
      died.set(true);
      certain(Kind.UNAVAILABLE, Fixtures.failure(backend.job("j1")).reason(), "within 5.0 s");
      for (int i = 0; i < idle; i++) {
        Fixtures.get(backend.job("j1"));
      }
    }
  }

  @Test
  void aHostThatIsNotFoundIsNamed() throws Exception {
    try (HttpBackend backend =
        Fixtures.backend(URI.create("https://ims.cn-nroth-4.example.com")).build()) {
      certain(
          Kind.UNAVAILABLE, submit(backend), "host ims.cn-nroth-4.example.com not found", "region");
    }
  }

  @Test
  void aClosedProxyIsNamed() throws Exception {
    int port = Fixtures.closedPort();
    ProxySelector proxy = ProxySelector.of(new InetSocketAddress("localhost", port));
    try (HttpBackend backend =
        Fixtures.backend(URI.create("https://ims.test")).proxy(proxy).build()) {
      certain(
          Kind.UNAVAILABLE,
          submit(backend),
          "cannot connect to proxy localhost:" + port + " on the way to ims.test: ",
          "; are the proxy's host and port right?");
    }
    ProxySelector nowhere =
        ProxySelector.of(InetSocketAddress.createUnresolved("proxy.example.com", 3128));
    try (HttpBackend backend =
        Fixtures.backend(URI.create("https://ims.test")).proxy(nowhere).build()) {
      certain(
          Kind.UNAVAILABLE,
          submit(backend),
          "proxy proxy.example.com:3128: host not found; is the proxy spelled right?");
    }
  }

  @Test
  void aProxyThatForbidsOrWantsCredentialsEndsTheRun() throws Exception {
    for (int status : new int[] {403, 407}) {
      String header = status == 407 ? "Proxy-Authenticate: Basic realm=\"x\"" : "X: y";
      try (WireServer proxy = new WireServer((q, s) -> WireServer.reply(s, status, "", header));
          HttpBackend backend = through(proxy, "https://ims.test")) {
        certain(
            Kind.UNAUTHENTICATED,
            submit(backend),
            "proxy localhost:" + proxy.port(),
            "HTTP " + status,
            status == 407
                ? "; proxyCredentials(...) gives them"
                : "; it has to allow ims.test:443");
        assertEquals("CONNECT", proxy.requests().get(0).method());
        assertEquals(1, proxy.requests().size());
      }
    }
    try (WireServer proxy =
            new WireServer((q, s) -> WireServer.reply(s, 407, "", "Proxy-Authenticate: Basic"));
        HttpBackend backend = through(proxy, "http://ims.test:8080")) {
      certain(Kind.UNAUTHENTICATED, submit(backend), "proxy localhost:" + proxy.port());
      assertEquals(1, proxy.requests().size());
    }
  }

  @Test
  void aProxyThatCannotReachTheServiceIsUnavailable() throws Exception {
    try (WireServer proxy = new WireServer((q, s) -> WireServer.reply(s, 502, ""));
        HttpBackend backend = through(proxy, "https://ims.test")) {
      certain(Kind.UNAVAILABLE, submit(backend), "will not connect to ims.test: HTTP 502");
    }
  }

  private static HttpBackend through(WireServer proxy, String endpoint) {
    return Fixtures.backend(URI.create(endpoint))
        .plainHttp()
        .proxy(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))
        .build();
  }

  @Test
  void aServerWithoutTlsIsUnavailableOrAtWorstLost() throws Exception {
    try (ServerSocket server = new ServerSocket(0);
        HttpBackend backend =
            Fixtures.backend(URI.create("https://localhost:" + server.getLocalPort())).build()) {
      Thread thread =
          new Thread(
              () -> {
                try (var socket = server.accept()) {
                  WireServer.send(socket, "HTTP/1.1 400 word\r\n\r\n");
                  // To its end: closing over what was not read would reset the connection.
                  socket.getInputStream().readAllBytes();
                } catch (java.io.IOException e) {
                  // The client went away.
                }
              });
      thread.start();
      Reason reason = submit(backend);
      // The JDK's client may see the connection's end before the handshake's, and does not tell
      // why. On a busy machine it may see neither, and gives up when its time is over.
      if (reason.kind() == Kind.LOST) {
        certain(Kind.LOST, reason, "the connection broke");
      } else if (reason.message().startsWith("no connection to ")) {
        certain(Kind.UNAVAILABLE, reason, "localhost:", " in time, at most ");
      } else {
        certain(Kind.UNAVAILABLE, reason, "no TLS with localhost:");
      }
      thread.join();
    }
  }
}
