package io.imageshare.memory.internal.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against the vectors of ims-api.md section 5.3. */
class SignatureTest {
  private static final String ACCESS = "TESTAK0000000000EXMP";
  private static final String SECRET = "testSKexampleOnly0123456789abcdefABCDEF00";
  private static final String BODY =
      "{\"images\":[\"3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11\"],"
          + "\"projects\":[\"0a1b2c3d4e5f60718293a4b5c6d7e8f9\"]}";
  private static final Map<String, String> HEADERS =
      Map.of(
          "host", "ims.cn-north-4.myhuaweicloud.com",
          "x-project-id", "11112222333344445555666677778888",
          "x-sdk-date", "20260102T030405Z",
          "x-security-token", "made-up-token");
  private static final String V1 =
      authorization(
          "host;x-project-id;x-sdk-date",
          "52173d572052071a6b7f4c81c532d84afb9636c7f23a6d9edc30d1eeac7d40e8");
  private static final String V2 =
      authorization(
          "host;x-project-id;x-sdk-date;x-security-token",
          "fcef77e2de328a3bf3188f1e3d44c3946ac559aea74af5d0a4bf19f8e0d22f7f");

  private static String authorization(String signed, String signature) {
    return "SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s"
        .formatted(ACCESS, signed, signature);
  }

  private static WireRequest request(
      String method, String target, Map<String, String> headers, String body) {
    return new WireRequest(method, target, headers, body.getBytes(StandardCharsets.UTF_8), false);
  }

  private static WireRequest post(String body) {
    return request("POST", "/v1/cloudimages/members", HEADERS, body);
  }

  private static boolean verifies(String authorization, WireRequest request) {
    return requireNonNull(Signature.read(authorization)).verifies(request, SECRET);
  }

  @Test
  void theFirstVectorHasItsCanonicalFormAndVerifies() {
    Signature signature = requireNonNull(Signature.read(V1));
    assertEquals(ACCESS, signature.access());
    assertEquals(List.of("host", "x-project-id", "x-sdk-date"), signature.signedHeaders());
    String canonical = signature.canonical(post(BODY));
    assertEquals(
        """
        POST
        /v1/cloudimages/members/

        host:ims.cn-north-4.myhuaweicloud.com
        x-project-id:11112222333344445555666677778888
        x-sdk-date:20260102T030405Z

        host;x-project-id;x-sdk-date
        bedce997216008b6d1bfbf2526998fbf0db2a6ce7f91fe9441fc7085c5e50d2b""",
        canonical);
    assertEquals(
        "77edf2a02ded67efbf4ecede6c3b89de3477e371923b3a0f49984d46945c1753",
        Signature.hash(canonical.getBytes(StandardCharsets.UTF_8)));
    assertTrue(verifies(V1, post(BODY)));
  }

  @Test
  void theSecondVectorVerifiesHoweverItsQueryIsSpelled() {
    for (String name : List.of("a%20b%2A~%2F%C3%A9", "a+b*%7e/%c3%a9", "a%20b*~/é")) {
      String target =
          "/v2/cloudimages?member_status=pending&visibility=shared&__imagetype=shared&name=" + name;
      WireRequest request = request("GET", target, HEADERS, "");
      Signature signature = requireNonNull(Signature.read(V2));
      assertEquals(
          "__imagetype=shared&member_status=pending&name=a%20b%2A~%2F%C3%A9&visibility=shared",
          signature.canonical(request).lines().toList().get(2));
      assertEquals(
          "629f0c7404470b154f8319b6943db73be92d14a597aba848ad958b57db8db858",
          Signature.hash(signature.canonical(request).getBytes(StandardCharsets.UTF_8)));
      assertTrue(verifies(V2, request), name);
    }
  }

  @Test
  void whateverIsSignedCannotBeChanged() {
    assertFalse(verifies(V1, post(BODY + " ")));
    assertFalse(verifies(V1, request("PUT", "/v1/cloudimages/members", HEADERS, BODY)));
    assertFalse(verifies(V1, request("POST", "/v1/cloudimages/member", HEADERS, BODY)));
    assertFalse(verifies(V1, request("POST", "/v1/cloudimages/members?a=b", HEADERS, BODY)));
    for (String name : List.of("host", "x-project-id", "x-sdk-date")) {
      Map<String, String> headers = new HashMap<>(HEADERS);
      headers.put(name, "other");
      assertFalse(verifies(V1, request("POST", "/v1/cloudimages/members", headers, BODY)), name);
    }
    assertFalse(requireNonNull(Signature.read(V1)).verifies(post(BODY), SECRET + "0"));
    Map<String, String> unsigned = new HashMap<>(HEADERS);
    unsigned.put("x-security-token", "other");
    assertTrue(verifies(V1, request("POST", "/v1/cloudimages/members", unsigned, BODY)));
  }

  @Test
  void aBodyFitsTheHashThatTheRequestClaims() {
    for (String claim : List.of("", Signature.UNSIGNED, Signature.hash(new byte[0]))) {
      Map<String, String> headers = Map.of(Signature.CONTENT_HASH, claim);
      assertTrue(Signature.bodyFits(request("POST", "/", headers, "")), claim);
    }
    Map<String, String> empty = Map.of(Signature.CONTENT_HASH, Signature.hash(new byte[0]));
    assertFalse(Signature.bodyFits(request("POST", "/", empty, "x")));
  }

  @Test
  void anotherHeaderIsNoSignature() {
    assertNull(Signature.read("Basic dXNlcjpwYXNz"));
    assertNull(Signature.read("SDK-HMAC-SHA256 Access=a, Signature=b"));
  }
}
