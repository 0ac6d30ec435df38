package io.imageshare.http;

import io.imageshare.http.HttpBackend.MemberList;
import io.imageshare.memory.ImsServer;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * What a user may get wrong before anything works: the table that {@link MisconfigurationTest}
 * tries.
 */
final class Misconfigurations {
  static final List<String> IMAGES =
      IntStream.range(0, 60).mapToObj("3f1c9a52-7d0e-4c55-9b1e-%012x"::formatted).toList();
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static final String ELSEWHERE = "99998888777766665555444433332222";
  private static final URI BEHIND_PROXY = URI.create("https://ims.test");

  private Misconfigurations() {}

  /** New ones each time: what one row made of them is nothing to the next. */
  static Credentials right() {
    return Credentials.accessKey(Fixtures.AK, Fixtures.SK);
  }

  /**
   * One row.
   *
   * @param cost how many requests the service sees in all, or connections a proxy or a TLS server
   * @param because why it can be no fewer
   * @param words what the report has to say; PORT is the port of what was opened last
   */
  record Row(String wrong, Setup setup, int cost, String because, List<String> words) {
    @Override
    public String toString() {
      return wrong;
    }
  }

  /** Builds the wrong client, and what it is wrong for. */
  interface Setup {
    HttpBackend.Builder at(Environment environment) throws Exception;
  }

  private static Row row(String wrong, Setup setup, int cost, String because, String... words) {
    return new Row(wrong, setup, cost, because, List.of(words));
  }

  static Stream<Row> keys() {
    String once = "an access key cannot be renewed";
    return Stream.of(
        row(
            "wrong key",
            environment -> environment.client(Credentials.accessKey("OTHERAK", Fixtures.SK)),
            1,
            once,
            "Get secretKey failed,ak:OTHERAK (HTTP 401",
            "; access key OTHERAK is not known to 127.0.0.1: it is misspelled, deleted or of"
                + " another cloud"),
        row(
            "wrong secret",
            environment -> environment.client(Credentials.accessKey(Fixtures.AK, "otherSK")),
            1,
            once,
            "verify aksk signature fail",
            "; the secret is not that of access key " + Fixtures.AK + ", or what was signed was"),
        row(
            "clock 20 minutes behind",
            environment -> environment.client(right()).clock(at(NOW.minus(Duration.ofMinutes(20)))),
            1,
            once,
            "verify aksk signature fail",
            "; the local clock is 1200 s behind the server's, and 15 minutes are tolerated"),
        row(
            "clock an hour ahead",
            environment -> environment.client(right()).clock(at(NOW.plus(Duration.ofHours(1)))),
            1,
            once,
            "verify aksk signature fail",
            "; the local clock is 3600 s ahead of the server's, and 15 minutes are tolerated"),
        row(
            "key locked by six refusals before",
            Misconfigurations::lockedKey,
            1,
            once,
            "AK access failed to reach the limit,forbidden",
            "; more than five refusals lock an access key for five minutes: access key "
                + Fixtures.AK
                + " is free again at 2026-01-02T03:09:05Z at the latest"),
        row(
            "temporary key that has ended, without a source of others",
            environment ->
                environment.temporary(Credentials.accessKey("TEMPAK", "tempSK", "old-token")),
            1,
            once,
            "the security token is not that of the access key",
            "; temporary access key TEMPAK may have expired; Credentials.temporary(...) renews"),
        row(
            "temporary key that has ended, and the source has no other",
            environment -> environment.temporary(Credentials.temporary(() -> ended("old-token"))),
            1,
            "the source gives the same again, which is not sent a second time",
            "; the temporary access key TEMPAK expired at 2026-01-02T03:04:04Z"),
        row(
            "temporary keys that have all ended",
            environment -> {
              Iterator<String> tokens = List.of("old-token", "older-token").iterator();
              return environment.temporary(Credentials.temporary(() -> ended(tokens.next())));
            },
            2,
            "what expires is renewed once when it is refused",
            "; the temporary access key TEMPAK expired at 2026-01-02T03:04:04Z"));
  }

  private static TemporaryKey ended(String token) {
    return new TemporaryKey("TEMPAK", "tempSK", token, NOW.minusSeconds(1));
  }

  private static HttpBackend.Builder lockedKey(Environment environment) throws Exception {
    HttpBackend.Builder right = environment.client(right());
    for (int i = 0; i < 6; i++) {
      Credentials wrong = Credentials.accessKey(Fixtures.AK, "otherSK");
      try (HttpBackend backend = environment.client(wrong).build()) {
        Fixtures.failure(backend.job("j"));
      }
    }
    return right;
  }

  static Stream<Row> tokens() {
    String expired =
        "; an expired token is answered so, and one of another region than that of 127.0.0.1";
    return Stream.of(
        row(
            "expired token, always the same",
            environment -> {
              String token = environment.expiredToken();
              return environment.client(Credentials.token(() -> token));
            },
            1,
            "the source gives the same again, which is not sent a second time",
            "The token must be updated. (HTTP 401",
            expired),
        row(
            "expired tokens, others each time",
            environment -> {
              Iterator<String> tokens =
                  List.of(environment.expiredToken(), environment.expiredToken()).iterator();
              return environment.client(Credentials.token(tokens::next));
            },
            2,
            "what expires is renewed once when it is refused",
            "The token must be updated. (HTTP 401",
            expired),
        row(
            "password whose tokens have expired",
            environment -> environment.login("password"),
            4,
            "two tokens are given, and each is refused once",
            "The token must be updated. (HTTP 401",
            "; the token expired at 2026-01-02T03:04:05Z"),
        row(
            "wrong password",
            environment -> environment.login("other"),
            1,
            "the identity service refuses it, and the image service is never called",
            "no token for user user of account account at 127.0.0.1:PORT: The username or password"
                + " is wrong. (HTTP 401"),
        row(
            "token of another cloud",
            environment -> environment.client(Credentials.token(() -> "MIIother")),
            1,
            "the source gives the same again, which is not sent a second time",
            "decrypt token fail (HTTP 401",
            "; 127.0.0.1 does not know this token: it is cut, withdrawn or of another cloud"));
  }

  static Stream<Row> regions() {
    String refused =
        "The project ID %s does not match the credentials. (HTTP 400".formatted(ELSEWHERE);
    String hint =
        "; project %s is not in the region of 127.0.0.1, or not the one of these credentials"
            .formatted(ELSEWHERE);
    UnaryOperator<ImsServer.Builder> service = s -> s.otherRegion(ELSEWHERE);
    return Stream.of(
        row(
            "project of another region, in a header",
            environment -> environment.client(service, right()).projectId(ELSEWHERE),
            1,
            "an access key cannot be renewed",
            refused,
            hint),
        row(
            "project of another region, in the path",
            environment ->
                environment.client(service, right()).projectId(ELSEWHERE).memberList(MemberList.V1),
            1,
            "an access key cannot be renewed",
            refused,
            hint),
        row(
            "token of another region",
            environment -> {
              Iterator<String> tokens = List.of("MIIthere1", "MIIthere2").iterator();
              return environment.client(
                  s -> s.otherRegion("MIIthere1").otherRegion("MIIthere2"),
                  Credentials.token(tokens::next));
            },
            2,
            "what expires is renewed once when it is refused",
            "The token must be updated. (HTTP 401",
            "; an expired token is answered so, and one of another region than that of 127.0.0.1"));
  }

  static Stream<Row> ways(SSLContext tls) {
    String once = "the answer would be the same";
    String wants =
        "proxy localhost:PORT wants credentials for itself (HTTP 407 to GET /v2/cloudimages";
    String none =
        "; proxyCredentials(...) gives them, or user:password@ in what proxyFromEnvironment() reads";
    return Stream.of(
        row(
            "proxy that wants credentials, for a tunnel",
            environment ->
                environment.behind(407, "Proxy-Authenticate: Basic realm=\"x\"", BEHIND_PROXY),
            1,
            once,
            wants,
            none),
        row(
            "proxy that wants credentials, without a tunnel",
            environment ->
                environment
                    .behind(
                        407, "Proxy-Authenticate: Basic realm=\"x\"", URI.create("http://ims.test"))
                    .plainHttp(),
            1,
            once,
            wants,
            none),
        row(
            "proxy that forbids",
            environment -> environment.behind(403, "X: y", BEHIND_PROXY),
            1,
            once,
            "proxy localhost:PORT will not connect to ims.test: HTTP 403; it has to allow"
                + " ims.test:443"),
        row(
            "untrusted certificate",
            environment -> environment.to(environment.secure(tls).endpoint(), right()),
            1,
            once,
            "the certificate of localhost is not trusted: ",
            "PKIX path building failed",
            "; sslContext(...) can say whom to trust"),
        row(
            "certificate of another host",
            environment ->
                environment
                    .to(URI.create("https://ims.test:" + environment.secure(tls).port()), right())
                    .sslContext(tls),
            1,
            once,
            "the certificate of ims.test is not trusted: ",
            "No subject alternative DNS name matching ims.test found"),
        row(
            "a web page instead of the service",
            environment -> environment.to(environment.page(), right()),
            1,
            "an access key cannot be renewed",
            "\"Who are you?\" (HTTP 401 to GET /v2/cloudimages"));
  }

  /** Where nobody answers: what the calls cost is up to the retry policy. */
  static Stream<Row> nobodyThere() {
    String none = "there is nobody to see it";
    return Stream.of(
        row(
            "misspelled host",
            environment -> environment.to(URI.create("https://ims.cn-nroth-4.invalid"), right()),
            0,
            none,
            "host ims.cn-nroth-4.invalid not found; are endpoint and region spelled right?"),
        row(
            "misspelled host of the identity service",
            environment ->
                environment.client(
                    Credentials.password(
                        URI.create("https://iam.cn-nroth-4.invalid"), "d", "u", "p", "x")),
            0,
            none,
            "host iam.cn-nroth-4.invalid not found; are endpoint and region spelled right?"),
        row(
            "misspelled host of the proxy",
            environment ->
                environment
                    .to(BEHIND_PROXY, right())
                    .proxy(
                        ProxySelector.of(InetSocketAddress.createUnresolved("prxy.invalid", 3128))),
            0,
            none,
            "proxy prxy.invalid:3128: host not found; is the proxy spelled right?"),
        row(
            "refused port",
            environment ->
                environment.to(
                    URI.create("https://localhost:" + environment.closedPort()), right()),
            0,
            none,
            "cannot connect to localhost:PORT: ",
            "onnection refused; are host and port right?"),
        row(
            "closed proxy",
            environment ->
                environment
                    .to(BEHIND_PROXY, right())
                    .proxy(Environment.proxy(environment.closedPort())),
            0,
            none,
            "cannot connect to proxy localhost:PORT on the way to ims.test: ",
            "onnection refused; are the proxy's host and port right?"));
  }

  private static Clock at(Instant time) {
    return Clock.fixed(time, ZoneOffset.UTC);
  }
}
