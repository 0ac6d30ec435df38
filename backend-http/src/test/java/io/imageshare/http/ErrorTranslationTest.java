package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.http.ApiRequest.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorTranslationTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final ApiRequest SUBMIT = Fixtures.submit(Fixtures.SHARE);
  private static final ApiRequest POLL = Fixtures.read(Purpose.POLL, "job");
  private static final ApiRequest LIST = Fixtures.read(Purpose.LIST, Fixtures.IMAGE);
  private static final ApiRequest LOGIN = Fixtures.read(Purpose.LOGIN, "user");

  private static BackendException refusal(
      ApiRequest call, int status, String body, String... headers) {
    return ErrorTranslation.of(
        call, Fixtures.answer(status, body, headers), false, NOW, "", Redaction.of());
  }

  private static Kind kind(ApiRequest call, int status, String body) {
    return refusal(call, status, body).reason().kind();
  }

  private static void says(String body, String code, String message) {
    Reason reason = refusal(SUBMIT, 400, body).reason();
    assertEquals(code, reason.code());
    assertTrue(reason.message().startsWith(message + " (HTTP 400 to POST "), reason.message());
  }

  @Test
  void readsEveryShapeOfBody() {
    says("{\"error\":{\"message\":\"bad\",\"code\":\"IMG.0066\"}}", "IMG.0066", "bad");
    says(
        "{\"error_msg\":\"no\",\"error_code\":\"APIGW.0301\",\"request_id\":\"r\"}",
        "APIGW.0301",
        "no");
    says(
        "{\"error_msg\":\"no\",\"error_code\":\"IMS.1\",\"encoded_authorization_message\":\"x\"}",
        "IMS.1",
        "no");
    says("{\"details\":[{\"error_code\":\"IMS.1\",\"error_msg\":\"no\"}]}", "IMS.1", "no");
    says("{\"code\":\"AS.0001\",\"message\":\"no\"}", "AS.0001", "no");
    says("{\"itemNotFound\":{\"message\":\"gone\",\"code\":404}}", "", "gone");
    says(
        "{\"message\":\"Not allowed<br /><br />\\n\",\"code\":\"403 Forbidden\"}",
        "",
        "Not allowed");
    says("<badRequest code='400'><message>bad id</message></badRequest>", "", "bad id");
    says("<html><body>nginx</body></html>", "", "\"nginx\"");
    says("", "", "an empty page");
    says("{}", "", "\"{}\"");
    says("[1]", "", "\"[1]\"");
    says(
        "{\"error_code\":\"IMG.0066\",\"error_msg\":null}",
        "IMG.0066",
        "{\"error_code\":\"IMG.0066\",\"error_msg\":null}");
    says("{\"error_code\":null,\"error_msg\":\"only words\"}", "", "only words");
    says("{\"error_code\":66,\"error_msg\":[]}", "", "{\"error_code\":66,\"error_msg\":[]}");
  }

  @Test
  void namesTheRequest() {
    String body = "{\"error_code\":\"IMG.0001\",\"error_msg\":\"m\",\"request_id\":\"body-id\"}";
    assertTrue(refusal(SUBMIT, 400, body).reason().message().contains("request body-id"));
    assertTrue(
        refusal(SUBMIT, 400, body, "X-Request-Id: head-id")
            .reason()
            .message()
            .contains("request head-id"));
  }

  private static String code(String code) {
    return "{\"error_code\":\"" + code + "\",\"error_msg\":\"m\"}";
  }

  @Test
  void theCodeDecidesBeforeTheStatus() {
    assertEquals(Kind.THROTTLED, kind(SUBMIT, 400, code("IMG.0060")));
    assertEquals(Kind.INVALID_IMAGE, kind(SUBMIT, 400, code("IMG.0027")));
    assertEquals(Kind.INVALID_RECIPIENT, kind(SUBMIT, 400, code("IMG.0177")));
    assertEquals(Kind.QUOTA, kind(SUBMIT, 400, code("IMG.0088")));
    assertEquals(Kind.FORBIDDEN, kind(SUBMIT, 403, code("IMG.0026")));
    assertEquals(Kind.UNAUTHENTICATED, kind(SUBMIT, 400, code("IMG.0030")));
    assertEquals(Kind.LOST, kind(SUBMIT, 400, code("IMG.0018")));
    assertEquals(Kind.UNAVAILABLE, kind(POLL, 400, code("IMG.0023")));
    assertEquals(Kind.INVALID, kind(SUBMIT, 400, code("IMG.9999")));
    assertEquals(Kind.INVALID, kind(POLL, 400, code("IMG.0027")));
    assertEquals(Kind.INVALID_IMAGE, kind(LIST, 400, code("IMG.0027")));
    for (String gateway : List.of("APIGW.", "APIG.", "APIC.")) {
      assertEquals(Kind.THROTTLED, kind(SUBMIT, 429, code(gateway + "0308")));
      assertEquals(Kind.FORBIDDEN, kind(SUBMIT, 403, code(gateway + "0302")));
      assertEquals(Kind.UNSUPPORTED, kind(SUBMIT, 404, code(gateway + "0101")));
      assertEquals(Kind.UNAVAILABLE, kind(SUBMIT, 503, code(gateway + "0613")));
      assertEquals(Kind.INVALID, kind(SUBMIT, 413, code(gateway + "0201")));
      assertEquals(Kind.LOST, kind(SUBMIT, 502, code(gateway + "0201")));
      assertEquals(Kind.LOST, kind(SUBMIT, 504, code(gateway + "0203")));
    }
    assertEquals(Kind.UNAUTHENTICATED, kind(SUBMIT, 401, code("IMG.0027")));
    assertEquals(Kind.INVALID, ErrorTranslation.ofJob("IMG.9999"));
    assertEquals(Kind.INVALID, ErrorTranslation.ofJob(""));
    assertEquals(Kind.LOST, ErrorTranslation.ofJob("IMG.0112"));
  }

  @Test
  void theStatusDecidesWithoutACode() {
    String word = "{\"message\":\"m\",\"code\":\"400 Bad Request\",\"title\":\"t\"}";
    for (int status : new int[] {408, 409, 500, 502, 503, 504, 599}) {
      assertEquals(Kind.LOST, kind(SUBMIT, status, word), "" + status);
      assertEquals(Kind.UNAVAILABLE, kind(POLL, status, word), "" + status);
      assertEquals(Kind.UNAVAILABLE, kind(LIST, status, word), "" + status);
      assertEquals(Kind.UNAVAILABLE, kind(LOGIN, status, word), "" + status);
    }
    for (int status : new int[] {400, 406, 411, 413, 414}) {
      assertEquals(Kind.INVALID, kind(SUBMIT, status, word), "" + status);
    }
    assertEquals(Kind.FORBIDDEN, kind(SUBMIT, 403, word));
    assertEquals(Kind.UNSUPPORTED, kind(SUBMIT, 405, word));
    assertEquals(Kind.UNSUPPORTED, kind(SUBMIT, 501, word));
    assertEquals(Kind.UNAUTHENTICATED, kind(LOGIN, 400, word));
    for (String body : List.of("", word)) {
      assertEquals(Kind.UNAUTHENTICATED, kind(SUBMIT, 401, body));
      assertEquals(Kind.THROTTLED, kind(SUBMIT, 429, body));
      assertEquals(Kind.UNAUTHENTICATED, kind(LOGIN, 401, body));
      assertEquals(Kind.THROTTLED, kind(LOGIN, 429, body));
    }
    assertEquals(Kind.UNAVAILABLE, kind(LOGIN, 400, ""), "a page is no verdict on a password");
  }

  @Test
  void distinguishesAnUnknownIdFromAnUnknownPath() {
    String item = "{\"itemNotFound\":{\"message\":\"no image\",\"code\":404}}";
    assertEquals(Kind.INVALID_IMAGE, kind(LIST, 404, item));
    assertEquals(Kind.INVALID_IMAGE, kind(LIST, 404, "<itemNotFound code='404'/>"));
    assertEquals(Kind.INVALID, kind(SUBMIT, 404, item));
    String path =
        "{\"message\":\"The resource could not be found.<br />\",\"code\":\"404 Not Found\"}";
    assertEquals(Kind.UNSUPPORTED, kind(LIST, 404, path));
    assertEquals(Kind.UNSUPPORTED, kind(SUBMIT, 404, path));
    for (String page : List.of("<html>404</html>", "", "404 page not found")) {
      assertEquals(Kind.UNAVAILABLE, kind(LIST, 404, page));
      assertEquals(Kind.LOST, kind(SUBMIT, 404, page));
    }
  }

  @Test
  void knowsEveryCodeThatIsDocumentedAndNoOther() {
    String images =
        "0001 0007 0016 0017 0014 0015 0018 0023 0025 0026 0161 0027 0086 0144 0028 0030 0087 0031"
            + " 0066 0067 0036 0037 0053 0064 0065 0179 0046 0148 0047 0106 0060 0061 0076 0178"
            + " 0083 0089 0107 0088 0098 0105 0108 0177 0112 0113 0114 0121 0135 0095 0097 0099"
            + " 0101 0102 0103 0154 0167 0182 0185 0183 0184 0186 0188 0193 0149 0187 0196 0197"
            + " 0238 0239 0241 0242";
    for (String number : images.split(" ", -1)) {
      assertNotNull(ErrorCodes.kind("IMG." + number), number);
    }
    String gateway =
        "0101 0103 0104 0105 0106 0301 0302 0304 0306 0303 0305 0311 0307 0308 0310 0401 0402 0404"
            + " 0501 0502 0601 0605 0606 0608 0609 0611 0612 0705 0602 0607 0610 0613 0801 0802";
    for (String number : gateway.split(" ", -1)) {
      assertNotNull(ErrorCodes.kind("APIG." + number), number);
    }
    for (String other : List.of("", "IMG.0308", "0308", "APIGW.0060", "APIGW.0201", "APIX.0308")) {
      assertNull(ErrorCodes.kind(other), other);
    }
  }

  @Test
  void waitsAsLongAsItIsAsked() {
    assertEquals(Duration.ofSeconds(7), wait(429, "", "Retry-After: 7"));
    assertEquals(Duration.ZERO, wait(429, "", "Retry-After: -7"));
    assertEquals(Duration.ZERO, wait(429, "", "Retry-After: soon"));
    assertEquals(Duration.ofDays(1), wait(503, "", "Retry-After: 999999999"));
    assertEquals(
        Duration.ofSeconds(30), wait(429, "", "Retry-After: Fri, 02 Jan 2026 03:04:35 GMT"));
    assertEquals(
        Duration.ofSeconds(20),
        wait(
            429,
            "",
            "Retry-After: Fri, 02 Jan 2026 03:04:35 GMT",
            "Date: Fri, 02 Jan 2026 03:04:15 GMT"));
    assertEquals(Duration.ZERO, wait(429, "", "Retry-After: Fri, 02 Jan 2026 03:04:00 GMT"));
    String grammar =
        "{\"error_msg\":\"The throttling threshold has been reached: policy user over"
            + " ratelimit,limit:10,time:%s\",\"error_code\":\"APIGW.0308\"}";
    assertEquals(Duration.ofMinutes(1), wait(429, grammar.formatted("1 minute")));
    assertEquals(Duration.ofSeconds(5), wait(429, grammar.formatted("5 second")));
    assertEquals(Duration.ofSeconds(2), wait(429, grammar.formatted("1 minute"), "Retry-After: 2"));
    assertEquals(Duration.ZERO, wait(429, code("APIGW.0308")));
    Map.of(
            "1 Minute", Duration.ofMinutes(1),
            "1 hour", Duration.ofHours(1),
            "1 day", Duration.ofDays(1),
            "2 days", Duration.ofDays(1))
        .forEach((window, time) -> assertEquals(time, wait(429, grammar.formatted(window))));
    assertEquals(
        Duration.ofMinutes(1),
        wait(
            429,
            "{\"error_msg\":\"Too many. Wait up to one minute\",\"error_code\":\"IMG.0060\"}"));
  }

  @Test
  void readsEveryFormOfADateAndOfSeconds() {
    for (String date :
        List.of(
            "Fri, 02 Jan 2026 03:04:35 GMT",
            "Mon, 2 Jan 2026 03:04:35 GMT",
            "Friday, 02-Jan-26 03:04:35 GMT",
            "Sunday, 02-Jan-26 03:04:35 GMT",
            "Fri Jan  2 03:04:35 2026",
            "fri, 02 jan 2026 03:04:35 GMT")) {
      assertEquals(Duration.ofSeconds(30), wait(429, "", "Retry-After: " + date), date);
    }
    assertEquals(Duration.ofMillis(1500), wait(429, "", "Retry-After: 1.5"));
    assertEquals(Duration.ofSeconds(2), wait(429, "", "Retry-After: 2."));
    for (String absurd : List.of("99999999999999999999", "1e9", "9".repeat(30) + ".5")) {
      Duration wait = wait(503, "", "Retry-After: " + absurd);
      assertEquals(absurd.contains("e") ? Duration.ZERO : Duration.ofDays(1), wait);
    }
    assertEquals(Duration.ofDays(1), wait(503, "", "Retry-After: Fri, 02 Jan 2099 03:04:35 GMT"));
  }

  private static Duration wait(int status, String body, String... headers) {
    return refusal(SUBMIT, status, body, headers).retryAfter();
  }

  @Test
  void hidesSecretsAndSignatures() {
    String echo =
        "verify aksk signature fail, canonicalRequest:POST|x-security-token:made-up-token|"
            + " Signature="
            + "ab".repeat(32);
    Reason reason =
        ErrorTranslation.of(
                SUBMIT,
                Fixtures.answer(
                    401, "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"" + echo + "\"}"),
                false,
                NOW,
                "",
                Redaction.of("made-up-token"))
            .reason();
    assertFalse(reason.message().contains("made-up"), reason.message());
    assertFalse(reason.message().contains("abab"), reason.message());
    assertTrue(reason.message().contains("x-security-token:***"), reason.message());
    assertFalse(
        ErrorTranslation.unreadable(
                SUBMIT, Fixtures.answer(200, "token geheim"), "why", Redaction.of("geheim"))
            .toString()
            .contains("geheim"));
  }

  @Test
  void hidesASecretHoweverItIsSpelled() {
    String secret = "aB3\\/\"c&<d>'e+f=";
    List<String> spellings =
        List.of(
            "aB3\\/\"c&<d>'e+f=",
            "aB3%5C%2F%22c%26%3Cd%3E%27e%2Bf%3D",
            "aB3\\\\/\\\"c&<d>'e+f=",
            "aB3\\\\\\\\/\\\\\\\"c&<d>'e+f=",
            "aB3\\/&quot;c&amp;&lt;d&gt;&#39;e+f=",
            "YUIzXC8iYyY8ZD4nZStmPQ");
    for (String spelling : spellings) {
      assertEquals("x***y", Redaction.of(secret).hide("x" + spelling + "y"));
    }
    String signature = "0123456789abcdef".repeat(4);
    for (String sign : List.of("=", "%3D", "%253D", "=\"", "&#61;")) {
      String hidden = Redaction.of().hide("Signature" + sign + signature);
      assertFalse(hidden.contains("cdef"), hidden);
    }
  }

  @Test
  void hidesASecretThatIsSplitFoldedOrEncodedTwice() {
    String secret = "aB3x/Q\"c&9<d>'e+f=%41\u00f6zK7";
    String url = ApiRequest.encode(secret);
    String json = secret.replace("\\", "\\\\").replace("\"", "\\\"");
    String hex = HexFormat.of().formatHex(secret.getBytes(UTF_8));
    StringBuilder entities = new StringBuilder();
    StringBuilder unicode = new StringBuilder();
    for (int i = 0; i < secret.length(); i++) {
      char c = secret.charAt(i);
      entities.append("&#").append((int) c).append(';');
      unicode.append("\\u%04x".formatted((int) c));
    }
    List<String> spellings =
        List.of(
            secret.toUpperCase(Locale.ROOT),
            secret.toLowerCase(Locale.ROOT),
            url.toLowerCase(Locale.ROOT),
            ApiRequest.encode(url),
            ApiRequest.encode(ApiRequest.encode(json)),
            ApiRequest.encode(json),
            json.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&#x22;"),
            hex,
            hex.toUpperCase(Locale.ROOT),
            entities.toString(),
            entities.toString().replace("&", "%26").replace("#", "%23"),
            unicode.toString(),
            secret.replace("Q", "\nQ \t"),
            secret.replace("Q", "\\nQ"),
            secret.replace("Q", "</b>Q<br/>"),
            secret.replace("Q", "\u200bQ"),
            url.replace("Q", " Q"));
    Redaction redaction = Redaction.of("another-secret", secret);
    for (String spelling : spellings) {
      assertEquals("x***y", redaction.hide("x" + spelling + "y"), spelling);
    }
    for (String before : List.of("", "A", "AB", "ABC")) {
      byte[] bytes = (before + secret + "CD").getBytes(UTF_8);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String hidden = redaction.hide(encoder.encodeToString(bytes));
        assertTrue(hidden.replace("***", "").length() < 12, hidden);
      }
    }
    assertEquals("nothing of aB3x/Q", redaction.hide("nothing of aB3x/Q"));
  }

  @Test
  void hidesAShortSecretOnlyAsItIs() {
    assertEquals("a*** A K ask", Redaction.of("aK").hide("aaK A K ask"));
  }

  @Test
  void hidesATextThatIsNothingButASecret() {
    for (String secret : List.of("aK", "another-secret", "a<b>cdefgh", "a%41bcdefg")) {
      assertEquals("***", Redaction.of(secret).hide(secret));
    }
    // Shorter than the secrets that they stand for.
    assertEquals("***", Redaction.of("a<b>cdefgh").hide("acdefgh"));
    assertEquals("***", Redaction.of("a%41bcdefg").hide("aabcdefg"));
  }

  @Test
  void hidesTheNewestOfManySecretsQuickly() {
    Redaction redaction = Redaction.of();
    for (int i = 0; i < 2_000; i++) {
      redaction = redaction.and(Redaction.of("secret-number-" + i));
    }
    assertEquals("*** ***", redaction.hide("secret-number-1999 secret-number-1800"));
    assertEquals(256, redaction.secrets().size());
  }

  @Test
  void hidesASecretBeforeItIsCut() {
    String secret = "geheim".repeat(500);
    for (int before = 0; before < 4_200; before += 31) {
      String words = "x".repeat(before) + secret;
      ApiResponse answer = Fixtures.answer(500, words);
      assertFalse(
          ErrorTranslation.of(SUBMIT, answer, false, NOW, "", Redaction.of(secret))
              .toString()
              .contains("geh"));
    }
  }

  @Test
  void cutsMegabytesOfNothing() {
    assertTrue(refusal(SUBMIT, 500, "<".repeat(8 << 20)).reason().message().length() < 800);
  }

  @Test
  void keepsMessagesShortAndOnOneLine() {
    String body = "a\u0007b\u0085\u2028\r\nc <p>" + "x".repeat(5000);
    String message = refusal(SUBMIT, 500, body).reason().message();
    assertTrue(message.startsWith("\"a b c x"), message);
    assertTrue(message.length() < 800);
    String id = "{\"message\":\"m\",\"request_id\":\"r\\n" + "x".repeat(5000) + "\"}";
    message = refusal(SUBMIT, 500, id).reason().message();
    assertTrue(message.contains("request r xxx"), message);
    assertTrue(message.length() < 800);
    ApiResponse unreadable = Fixtures.answer(200, "{}", "X-Request-Id: r\u0085" + "x".repeat(5000));
    message =
        ErrorTranslation.unreadable(SUBMIT, unreadable, "why", Redaction.of()).reason().message();
    assertTrue(message.contains("request r xxx"), message);
    assertTrue(message.length() < 800);
  }
}
