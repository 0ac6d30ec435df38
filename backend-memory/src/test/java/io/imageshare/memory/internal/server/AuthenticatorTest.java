package io.imageshare.memory.internal.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
  private static final String ACCESS = "TESTAK";
  private static final String SECRET = "testSK";

  private final Timekeeper time = Timekeeper.virtual();
  private final ServerSettings settings = new ServerSettings();
  private final Authenticator authenticator = new Authenticator(settings, "owner", time);

  AuthenticatorTest() {
    settings.keys.put(ACCESS, new ServerSettings.Key(SECRET, ""));
  }

  private WireRequest signed(String access, String secret, Duration skew, String... more) {
    String date =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .format(time.now().plus(skew).atZone(ZoneOffset.UTC));
    Map<String, String> headers = new HashMap<>(Map.of("host", "h", "x-sdk-date", date));
    for (int i = 0; i < more.length; i += 2) {
      headers.put(more[i], more[i + 1]);
    }
    WireRequest bare = new WireRequest("GET", "/v2/cloudimages", headers, new byte[0], false);
    List<String> names = List.of("host", "x-sdk-date");
    String canonical = new Signature(access, names, "").canonical(bare);
    headers.put(
        "authorization",
        "SDK-HMAC-SHA256 Access=%s, SignedHeaders=host;x-sdk-date, Signature=%s"
            .formatted(access, Signature.sign(canonical, date, secret)));
    return bare;
  }

  private WireRequest right() {
    return signed(ACCESS, SECRET, Duration.ZERO);
  }

  private WireRequest wrong() {
    return signed(ACCESS, "otherSK", Duration.ZERO);
  }

  private static WireRequest with(String header, String value) {
    return new WireRequest("GET", "/", Map.of(header, value), new byte[0], false);
  }

  private void assertRefused(String code, String message, @Nullable WireError refusal) {
    assertNotNull(refusal);
    assertEquals(401, refusal.status());
    assertEquals(code, refusal.code());
    assertTrue(refusal.message().contains(message), refusal.message());
  }

  @Test
  void whoeverSignsWithTheKeyIsAdmitted() {
    assertNull(authenticator.check(right()));
    assertRefused("APIGW.0301", "canonicalRequest:GET|/v2/cloudimages/||host:h|", check(wrong()));
    assertRefused(
        "APIGW.0301", "Get secretKey failed", check(signed("OTHERAK", SECRET, Duration.ZERO)));
    assertRefused("APIGW.0301", "cannot be read", check(with("authorization", "Basic x")));
    assertRefused("APIGW.0301", "token not found", check(with("host", "h")));
  }

  private @Nullable WireError check(WireRequest request) {
    return authenticator.check(request);
  }

  @Test
  void aDateFifteenMinutesOffIsTakenAndOneFurtherOffIsNot() {
    for (int sign : List.of(-1, 1)) {
      Duration window = Duration.ofMinutes(15).multipliedBy(sign);
      assertNull(check(signed(ACCESS, SECRET, window)));
      Duration over = window.plusSeconds(sign);
      assertRefused("APIGW.0301", "15 minutes", check(signed(ACCESS, SECRET, over)));
    }
    assertRefused(
        "APIGW.0301", "15 minutes", check(signed(ACCESS, SECRET, Duration.ZERO, "x-sdk-date", "")));
  }

  @Test
  void aDateThatIsNotSignedIsRefused() {
    WireRequest request =
        with("authorization", "SDK-HMAC-SHA256 Access=TESTAK, SignedHeaders=host, Signature=0");
    assertRefused("APIGW.0301", "not signed", check(request));
  }

  @Test
  void aBodyThatIsNotTheHashedOneIsRefused() {
    String other = Signature.hash("other".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    WireRequest request = signed(ACCESS, SECRET, Duration.ZERO, Signature.CONTENT_HASH, other);
    assertRefused("APIGW.0301", "the body", check(request));
  }

  @Test
  void theSixthRefusalInARowLocksTheKeyForFiveMinutes() throws Exception {
    for (int i = 0; i < 6; i++) {
      assertRefused("APIGW.0301", "verify aksk", check(wrong()));
    }
    assertRefused("APIGW.0301", "reach the limit", check(right()));
    time.sleep(Duration.ofMinutes(5).minusMillis(1));
    assertRefused("APIGW.0301", "reach the limit", check(right()));
    time.sleep(Duration.ofMillis(1));
    assertNull(check(right()));
  }

  @Test
  void aSuccessBetweenRefusalsForgivesThem() {
    for (int i = 0; i < 20; i++) {
      assertNotNull(check(wrong()));
      if (i % 5 == 4) {
        assertNull(check(right()));
      }
    }
    assertNull(check(right()));
  }

  @Test
  void anotherKeyIsNotLocked() {
    settings.keys.put("SECONDAK", new ServerSettings.Key("secondSK", ""));
    for (int i = 0; i < 7; i++) {
      assertNotNull(check(wrong()));
    }
    assertNotNull(check(right()));
    assertNull(check(signed("SECONDAK", "secondSK", Duration.ZERO)));
  }

  @Test
  void aTemporaryKeyNeedsItsToken() {
    settings.keys.put("TEMPAK", new ServerSettings.Key("tempSK", "temp-token"));
    Duration now = Duration.ZERO;
    assertNull(check(signed("TEMPAK", "tempSK", now, "x-security-token", "temp-token")));
    assertRefused("APIGW.0301", "security token", check(signed("TEMPAK", "tempSK", now)));
    assertRefused(
        "APIGW.0301",
        "security token",
        check(signed(ACCESS, SECRET, now, "x-security-token", "temp-token")));
  }

  @Test
  void anIssuedTokenIsValidUntilItExpires() throws Exception {
    ServerSettings.User user = new ServerSettings.User("d", "u", "p");
    assertNull(authenticator.issue(user, ""));
    settings.users.add(user);
    Authenticator.Token token = requireNonNull(authenticator.issue(user, ""));
    assertEquals(Duration.ofHours(24), Duration.between(time.now(), token.expires()));
    assertNull(check(with("x-auth-token", token.id())));
    time.sleep(Duration.ofHours(24));
    assertRefused("APIGW.0307", "must be updated", check(with("x-auth-token", token.id())));
    assertRefused("APIGW.0301", "decrypt token fail", check(with("x-auth-token", "other")));
  }

  @Test
  void whatIsOfAnotherRegionIsRefused() {
    settings.otherRegion.addAll(List.of("token-there", "project-there"));
    assertRefused("APIGW.0307", "must be updated", check(with("x-auth-token", "token-there")));
    WireError refusal =
        check(signed(ACCESS, SECRET, Duration.ZERO, "x-project-id", "project-there"));
    assertEquals("IMG.0030", requireNonNull(refusal).code());
    assertNull(check(signed(ACCESS, SECRET, Duration.ZERO, "x-project-id", "project-here")));
    assertRefused(
        "APIGW.0301",
        "verify aksk",
        check(signed(ACCESS, "otherSK", Duration.ZERO, "x-project-id", "project-there")));
  }

  @Test
  void aServerWithoutCredentialsAdmitsEveryRequest() {
    Authenticator open = new Authenticator(new ServerSettings(), "owner", time);
    assertNull(open.check(with("host", "h")));
    assertNull(open.check(wrong()));
    assertNotNull(open.issue(new ServerSettings.User("d", "u", "p"), ""));
  }
}
