package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Proxies on loopback, and what is sent through them, to them, and past them. */
@Timeout(600)
class ProxyTest {
  private static final URI BEYOND = URI.create("http://ims.test:8080");
  private static final String USER = "me@corp";
  private static final String PASSWORD = "p:w+/@%geheim";
  private static final String LOGIN = "me%40corp:p:w+%2F%40%25geheim";
  private static final String HEADER =
      "Basic " + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(UTF_8));
  private static final String JOB = "{\"job_id\":\"j1\"}";

  @TempDir static Path folder;
  private static SSLContext tls;

  @BeforeAll
  static void makeCertificate() throws Exception {
    tls = Certificate.forLocalhost(folder);
  }

  private static WireServer service() {
    return new WireServer((q, s) -> WireServer.reply(s, 200, JOB));
  }

  private static WireServer secureService() {
    return new WireServer(
        tls.getServerSocketFactory(), "https", (q, s) -> WireServer.reply(s, 200, JOB));
  }

  /** A proxy that asks who it is, and opens a tunnel to who says it. */
  private static WireServer tunnel(String authenticate) {
    return new WireServer(
        (request, socket) -> {
          if (!request.header("proxy-authorization").equals(HEADER)) {
            WireServer.reply(socket, 407, "", "Proxy-Authenticate: " + authenticate);
            return;
          }
          int port = URI.create("connect://" + request.target()).getPort();
          try (Socket to = new Socket(InetAddress.getLoopbackAddress(), port)) {
            WireServer.send(socket, "HTTP/1.1 200 word\r\n\r\n");
            Thread back = new Thread(() -> pump(to, socket));
            back.setDaemon(true);
            back.start();
            pump(socket, to);
          }
        });
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // One of them went away.
    }
  }

  private static Map<String, String> environment(String variable, String login, WireServer proxy) {
    return Map.of(variable, address(login, proxy));
  }

  private static String address(String login, WireServer proxy) {
    return "http://%slocalhost:%d/".formatted(login, proxy.port());
  }

  private static HttpBackend.Builder plain() {
    return Fixtures.backend(BEYOND).plainHttp();
  }

  private static Reason submit(HttpBackend.Builder builder) throws InterruptedException {
    try (HttpBackend backend = builder.build()) {
      return Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
    }
  }

  private static void submits(HttpBackend.Builder builder) throws InterruptedException {
    try (HttpBackend backend = builder.build()) {
      assertEquals("j1", Fixtures.get(backend.submit(Fixtures.SHARE)).id());
    }
  }

  private static void says(Reason reason, Kind kind, String... words) {
    assertEquals(kind, reason.kind(), reason.message());
    for (String part : words) {
      assertTrue(reason.message().contains(part), () -> part + "\n not in \n" + reason.message());
    }
    assertFalse(reason.message().contains("geheim"), reason.message());
  }

  // Which proxy

  @Test
  void theEnvironmentsProxyIsUsedIfAskedFor() throws Exception {
    for (String variable : List.of("HTTP_PROXY", "http_proxy")) {
      try (WireServer proxy = service()) {
        submits(plain().proxyFromEnvironment().environment(environment(variable, "", proxy)));
        assertEquals(
            "http://ims.test:8080/v1/cloudimages/members", proxy.requests().get(0).target());
        assertEquals("", proxy.requests().get(0).header("proxy-authorization"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https_proxy=http://p:1        | https://a.test       | p:1",
        "HTTPS_PROXY=http://p:1        | https://a.test       | p:1",
        "HTTPS_PROXY=HTTP://p:1/       | https://a.test       | p:1",
        "HTTPS_PROXY=p:1               | https://a.test       | p:1",
        "HTTPS_PROXY=u:w@p:1           | https://a.test       | p:1",
        "HTTPS_PROXY=u:1/w@p:1         | https://a.test       | p:1",
        "HTTPS_PROXY=http://[::1]:1    | https://a.test       | ::1:1",
        "HTTPS_PROXY=p:1               | http://a.test        | ",
        "HTTP_PROXY=p:1                | https://a.test       | ",
        "HTTPS_PROXY=p:1 https_proxy=q:2 | https://a.test     | q:2",
        "HTTPS_PROXY=p:1 https_proxy=  | https://a.test       | p:1",
        "HTTPS_PROXY=                  | https://a.test       | "
      })
  void isNamedByItsVariable(String variables, String endpoint, String proxy) {
    assertEquals(proxy == null ? "" : "proxy " + proxy, chosen(variables, endpoint));
  }

  private static String chosen(String variables, String endpoint) {
    return new Proxies(new EnvironmentProxies(variables(variables)), true, null, false, Map.of())
        .name(URI.create(endpoint));
  }

  private static Map<String, String> variables(String text) {
    return Stream.of(text.split(" "))
        .map(variable -> variable.split("=", 2))
        .collect(Collectors.toMap(v -> v[0], v -> v[1]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*                    | https://a.test        | true",
        "b.test,*             | https://a.test        | true",
        "a.test               | https://a.test        | true",
        "A.Test               | https://a.test        | true",
        "a.test.              | https://a.test        | true",
        "b.test,a.test        | https://a.test        | true",
        "test                 | https://a.test        | true",
        ".test                | https://a.test        | true",
        "*.test               | https://a.test        | true",
        ".a.test              | https://a.test        | true",
        ".a.test              | https://ims.a.test    | true",
        "a.test               | https://ba.test       | false",
        "est                  | https://a.test        | false",
        "a.test               | https://a.test.org    | false",
        "a.test:443           | https://a.test        | true",
        "a.test:8443          | https://a.test        | false",
        "a.test:8443          | https://a.test:8443   | true",
        "10.1.2.3             | https://10.1.2.3      | true",
        "10.1.2.3:443         | https://10.1.2.3      | true",
        "10.1.2.3:80          | https://10.1.2.3      | false",
        "1.2.3                | https://10.1.2.3      | false",
        "10.0.0.0/8           | https://10.1.2.3      | true",
        "10.1.2.0/30          | https://10.1.2.3      | true",
        "10.1.2.0/31          | https://10.1.2.3      | false",
        "0.0.0.0/0            | https://10.1.2.3      | true",
        "10.0.0.0/33          | https://10.1.2.3      | false",
        "10.0.0.0/-1          | https://10.1.2.3      | false",
        "10.0.0.0/x           | https://10.1.2.3      | false",
        "10.0.0.0/8           | https://a.test        | false",
        "::1                  | https://[::1]         | true",
        "[::1]                | https://[::1]         | true",
        "[::1]:443            | https://[::1]         | true",
        "fd00::/8             | https://[fd12::1]     | true",
        "fd00::/8             | https://10.1.2.3      | false",
        "<local>;.            | https://a.test        | false",
        "a.test:x             | https://a.test        | false"
      })
  void noneIsUsedForWhatNoProxyNames(String list, String endpoint, boolean direct) {
    for (String variable : List.of("NO_PROXY", "no_proxy")) {
      Map<String, String> environment = Map.of("https_proxy", "p:1", variable, list);
      Proxies proxies =
          new Proxies(new EnvironmentProxies(environment), true, null, false, Map.of());
      assertEquals(direct ? "" : "proxy p:1", proxies.name(URI.create(endpoint)));
    }
  }

  @Test
  void aVariableThatCannotBeUsedIsRefusedAndNotQuoted() {
    for (String value :
        List.of(
            "https://me:geheim@p:1",
            "socks5://me:geheim@p:1",
            "geheim",
            "http://me:geheim@p",
            "http://me:geheim@p:port",
            "http://me:geheim@p:1/path",
            "http://me:%geheim@p:1",
            "http://:geheim@p:1",
            "http://me:geheim@:1",
            "http://")) {
      HttpBackend.Builder builder =
          Fixtures.backend(Fixtures.ENDPOINT)
              .proxyFromEnvironment()
              .environment(Map.of("HTTPS_PROXY", value));
      String message =
          String.valueOf(
              assertThrows(IllegalArgumentException.class, builder::build, value).getMessage());
      assertTrue(message.startsWith("proxyFromEnvironment: HTTPS_PROXY: "), message);
      assertTrue(message.contains("it looks like http://proxy.example.com:3128"), message);
      assertFalse(message.contains("geheim"), message);
    }
  }

  @Test
  void oneWayIsGivenToChooseIt() {
    HttpClient client = HttpClient.newHttpClient();
    for (HttpBackend.Builder builder :
        List.of(
            plain().proxyFromEnvironment().proxy(ProxySelector.of(null)),
            plain().proxyFromEnvironment().client(client))) {
      String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
      assertTrue(String.valueOf(message).startsWith("proxyFromEnvironment: "), message);
    }
  }

  @Test
  void overHttpLoopbackIsReachedWithoutAProxy() throws Exception {
    try (WireServer proxy = new WireServer((q, s) -> WireServer.reply(s, 500, ""));
        WireServer service = service()) {
      ProxySelector always = Environment.proxy(proxy.port());
      for (String host : List.of("localhost", "127.0.0.1")) {
        URI endpoint = URI.create("http://" + host + ":" + service.port());
        submits(Fixtures.backend(endpoint).proxy(always));
        submits(
            Fixtures.backend(endpoint)
                .proxyFromEnvironment()
                .environment(environment("HTTP_PROXY", "", proxy)));
      }
      assertEquals(0, proxy.connections());
      assertEquals(4, service.requests().size());
    }
  }

  // The environment's, unused

  @Test
  void aHostThatIsNotFoundPointsToAProxyThatIsNotUsed() throws Exception {
    HttpBackend.Builder backend = Fixtures.backend(URI.create("https://nowhere.invalid"));
    String hint =
        "; are endpoint and region spelled right?; %s is set, and not used: proxyFromEnvironment()";
    for (String variable : List.of("HTTPS_PROXY", "https_proxy")) {
      // It may be one that could not be read.
      backend.environment(Map.of(variable, "http://me:geheim@p"));
      says(submit(backend), Kind.UNAVAILABLE, hint.formatted(variable));
    }
    for (Map<String, String> environment :
        List.of(
            Map.<String, String>of(),
            Map.of("HTTP_PROXY", "http://p:1"),
            Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", ".invalid"))) {
      String message = submit(backend.environment(environment)).message();
      assertTrue(message.endsWith("spelled right?"), message);
    }
  }

  // Who one is to the proxy

  @Test
  void aProxyWithoutTunnelIsToldUserAndPasswordAndTheEndpointIsNot() throws Exception {
    try (WireServer proxy = service();
        WireServer direct = service()) {
      submits(
          plain()
              .proxyFromEnvironment()
              .environment(environment("HTTP_PROXY", LOGIN + "@", proxy)));
      submits(plain().proxy(Environment.proxy(proxy.port())).proxyCredentials(USER, PASSWORD));
      submits(
          plain()
              .client(HttpClient.newBuilder().proxy(Environment.proxy(proxy.port())).build())
              .proxyCredentials(USER, PASSWORD));
      submits(
          plain()
              .proxyFromEnvironment()
              .environment(environment("HTTP_PROXY", "other:one@", proxy))
              .proxyCredentials(USER, PASSWORD));
      assertEquals(4, proxy.requests().size());
      for (WireServer.Request request : proxy.requests()) {
        assertEquals(HEADER, request.header("proxy-authorization"));
        assertTrue(request.header("authorization").startsWith("SDK-HMAC-SHA256 "));
      }
      submits(Fixtures.backend(direct.endpoint()).proxyCredentials(USER, PASSWORD));
      assertEquals("", direct.requests().get(0).header("proxy-authorization"));
    }
  }

  @Test
  void aTunnelIsOpenedWithUserAndPasswordWhereJavaLetsThem() throws Exception {
    try (WireServer service = secureService();
        WireServer proxy = tunnel("Basic realm=\"x\"")) {
      for (String login : List.of("", LOGIN + "@")) {
        Process child =
            ChildJvm.start(
                ThroughTunnel.class,
                List.of(
                    "-Djdk.http.auth.tunneling.disabledSchemes=",
                    "-Djavax.net.ssl.trustStore=" + folder.resolve("server.p12"),
                    "-Djavax.net.ssl.trustStorePassword=changeit"),
                service.endpoint().toString(),
                address(login, proxy));
        String output = new String(child.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, child.waitFor(), output);
      }
      assertEquals(2, service.requests().size());
      for (WireServer.Request request : service.requests()) {
        assertEquals("", request.header("proxy-authorization"));
      }
      assertEquals(2, proxy.requests().size(), "without being asked");
      assertEquals("CONNECT", proxy.requests().get(0).method());
    }
  }

  /** Shares through a tunnel, with a login from the environment or else from the builder. */
  static final class ThroughTunnel {
    private ThroughTunnel() {}

    public static void main(String[] arguments) throws Exception {
      HttpBackend.Builder builder =
          Fixtures.backend(URI.create(arguments[0]))
              .proxyFromEnvironment()
              .environment(Map.of("HTTPS_PROXY", arguments[1]));
      if (!arguments[1].contains("@")) {
        builder.proxyCredentials(USER, PASSWORD);
      }
      submits(builder);
      System.exit(0);
    }
  }

  @Test
  void aProxyThatWantsCredentialsIsGivenThemOrSaysHow() throws Exception {
    try (WireServer service = secureService();
        WireServer basic = tunnel("Basic realm=\"x\"");
        WireServer other = tunnel("NTLM");
        WireServer plain =
            new WireServer((q, s) -> WireServer.reply(s, 407, "", "Proxy-Authenticate: Basic"))) {
      HttpBackend.Builder secure = Fixtures.backend(service.endpoint()).sslContext(tls);
      secure.proxy(Environment.proxy(basic.port()));
      String wants =
          "proxy localhost:%d wants credentials for itself (HTTP 407 to POST "
              .formatted(basic.port());
      says(
          submit(secure),
          Kind.UNAUTHENTICATED,
          wants,
          "; proxyCredentials(...) gives them, or user:password@");
      secure.proxyCredentials(USER, PASSWORD);
      says(
          submit(secure),
          Kind.UNAUTHENTICATED,
          wants,
          "is started with -Djdk.http.auth.tunneling.disabledSchemes=\"\"");
      secure.proxy(Environment.proxy(other.port()));
      says(
          submit(secure),
          Kind.UNAUTHENTICATED,
          "; it takes NTLM, and this backend knows only Basic");
      says(
          submit(plain().proxy(Environment.proxy(plain.port())).proxyCredentials(USER, PASSWORD)),
          Kind.UNAUTHENTICATED,
          "; it does not take user me@corp and its password");
      assertEquals(List.of(), service.requests());
    }
  }

  @Test
  void whatAProxyIsToldIsQuotedNowhere() throws Exception {
    String echo = HEADER + " is %s".formatted(PASSWORD);
    try (WireServer proxy =
        new WireServer(
            (q, s) -> WireServer.reply(s, 403, echo + q.header("proxy-authorization")))) {
      for (HttpBackend.Builder builder :
          List.of(
              plain()
                  .proxyFromEnvironment()
                  .environment(environment("HTTP_PROXY", LOGIN + "@", proxy)),
              plain().proxy(Environment.proxy(proxy.port())).proxyCredentials(USER, PASSWORD))) {
        String message = submit(builder).message();
        assertTrue(message.contains("***"), message);
        assertFalse(message.contains(HEADER.substring("Basic ".length())), message);
        assertFalse(message.contains("geheim"), message);
      }
    }
    assertFalse(new ProxyLogin(USER, PASSWORD).toString().contains("geheim"));
    assertThrows(IllegalArgumentException.class, () -> plain().proxyCredentials(" ", "x"));
    assertThrows(IllegalArgumentException.class, () -> plain().proxyCredentials("a:b", "x"));
  }

  // What may pass

  @Test
  void tokensAndPasswordsPassAPlainProxyOnlyIfAskedFor() throws Exception {
    WireServer.Script script =
        (q, s) ->
            WireServer.reply(s, q.target().contains("/v3/") ? 201 : 200, JOB, "X-Subject-Token: t");
    try (WireServer proxy = new WireServer(script)) {
      ProxySelector way = Environment.proxy(proxy.port());
      for (Credentials credentials :
          List.of(
              Credentials.token(() -> "token-geheim"),
              Credentials.password(BEYOND, "account", "user", "geheim", "region"))) {
        for (HttpBackend.Builder builder :
            List.of(
                plain().proxy(way), plain().client(HttpClient.newBuilder().proxy(way).build()))) {
          says(
              submit(builder.credentials(credentials)),
              Kind.UNAUTHENTICATED,
              " is not sent: over http, proxy localhost:" + proxy.port(),
              "plainHttpThroughProxy()");
          assertEquals(List.of(), proxy.requests());
        }
      }
      submits(
          plain().proxy(way).plainHttpThroughProxy().credentials(Credentials.token(() -> "token")));
      assertEquals("token", proxy.requests().get(0).header("x-auth-token"));
      submits(plain().proxy(way));
      assertEquals(2, proxy.requests().size(), "a signature may pass");
    }
  }
}
