package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.ShareRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Signatures against the vectors of ims-api.md section 5.3, and encoding against a plain encoder.
 */
class SignerTest {
  private static final Instant DATE = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void signsAWriteAsTheFirstVectorHasIt() {
    ApiRequest call =
        Fixtures.submit(
            ShareRequest.share(
                List.of("3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11"),
                List.of("0a1b2c3d4e5f60718293a4b5c6d7e8f9")));
    assertEquals(99, call.body().length());
    assertEquals(
        Map.of(
            "x-sdk-date",
            "20260102T030405Z",
            "x-project-id",
            Fixtures.PROJECT,
            "authorization",
            "SDK-HMAC-SHA256 Access=TESTAK0000000000EXMP,"
                + " SignedHeaders=host;x-project-id;x-sdk-date,"
                + " Signature="
                + "52173d572052071a6b7f4c81c532d84afb9636c7f23a6d9edc30d1eeac7d40e8"),
        new Identity.AccessKey(Fixtures.AK, Fixtures.SK, null, null)
            .headers(call, Fixtures.PROJECT, DATE));
  }

  @Test
  void signsAQueryAsTheSecondVectorHasIt() {
    String query =
        ApiRequest.query(
            Map.of(
                "member_status", "pending",
                "visibility", "shared",
                "__imagetype", "shared",
                "name", "a b*~/é"));
    assertEquals(
        "__imagetype=shared&member_status=pending&name=a%20b%2A~%2F%C3%A9&visibility=shared",
        query);
    ApiRequest call =
        ApiRequest.read(
            ApiRequest.Purpose.LIST,
            Fixtures.ENDPOINT,
            ApiRequest.path("v2", "cloudimages"),
            query,
            "");
    Map<String, String> headers =
        new Identity.AccessKey(Fixtures.AK, Fixtures.SK, "made-up-token", null)
            .headers(call, Fixtures.PROJECT, DATE);
    assertEquals("made-up-token", headers.get("x-security-token"));
    assertEquals(
        "SDK-HMAC-SHA256 Access=TESTAK0000000000EXMP,"
            + " SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,"
            + " Signature=fcef77e2de328a3bf3188f1e3d44c3946ac559aea74af5d0a4bf19f8e0d22f7f",
        headers.get("authorization"));
  }

  @Test
  void formatsEveryDateAsTheServiceReadsIt() {
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    Random random = new Random(4);
    for (int i = 0; i < 5_000; i++) {
      Instant date = Instant.ofEpochSecond(random.nextLong(253_402_300_800L), random.nextInt());
      assertEquals(format.format(date), Signer.date(date));
    }
  }

  @Test
  void encodesEveryTextByteByByte() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(8); n >= 0; n--) {
        int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0xd800);
        text.appendCodePoint(codePoint);
      }
      StringBuilder expected = new StringBuilder();
      for (byte b : text.toString().getBytes(UTF_8)) {
        boolean kept =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~".indexOf(b) >= 0;
        expected.append(kept ? "" + (char) b : "%%%02X".formatted(b));
      }
      assertEquals(expected.toString(), ApiRequest.encode(text.toString()));
    }
  }
}
