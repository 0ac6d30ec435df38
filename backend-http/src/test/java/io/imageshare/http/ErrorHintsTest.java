package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.http.ApiRequest.Purpose;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ErrorHintsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Identity KEY = new Identity.AccessKey(Fixtures.AK, Fixtures.SK, null, null);

  private static String hints(ApiRequest call, int status, String code, String... headers) {
    return hints(KEY, Fixtures.PROJECT, call, status, code, headers);
  }

  private static String hints(
      Identity identity,
      @Nullable String project,
      ApiRequest call,
      int status,
      String code,
      String... headers) {
    return hints(identity, project, call, status, code, "words", headers);
  }

  private static String hints(
      Identity identity,
      @Nullable String project,
      ApiRequest call,
      int status,
      String code,
      String words,
      String[] headers) {
    String body = "{\"error_code\":\"%s\",\"error_msg\":\"%s\"}".formatted(code, words);
    return new ErrorHints(
            call, Fixtures.answer(status, body, headers), false, identity, false, project, NOW)
        .text();
  }

  private static String hints(Identity identity, String words, String... headers) {
    ApiRequest call = Fixtures.submit(Fixtures.SHARE);
    return hints(identity, Fixtures.PROJECT, call, 401, "APIGW.0301", words, headers);
  }

  @Test
  void aRefusedSignatureReportsTheDifferenceOfTheClocks() {
    ApiRequest call = Fixtures.submit(Fixtures.SHARE);
    String behind = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:24:05 GMT");
    assertTrue(behind.contains("the local clock is 1200 s behind the server's"), behind);
    String ahead = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 02:04:05 GMT");
    assertTrue(ahead.contains("the local clock is 3600 s ahead of the server's"), ahead);
    assertEquals("", hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:04:25 GMT"));
  }

  @Test
  void aLockedKeyReportsUntilWhen() {
    String words = "Incorrect: AK access failed to reach the limit,forbidden";
    String locked =
        "; more than five refusals lock an access key for five minutes: access key %s is free again"
            + " at %s at the latest, if it is left alone until then";
    assertEquals(locked.formatted(Fixtures.AK, "2026-01-02T03:09:05Z"), hints(KEY, words));
    assertEquals(
        locked.formatted(Fixtures.AK, "2026-01-02T03:09:25Z"),
        hints(KEY, words, "Date: Fri, 02 Jan 2026 03:04:25 GMT"));
  }

  @Test
  void aRefusedKeyReportsWhatIsWrongWithIt() {
    assertEquals(
        "; access key %s is not known to ims.cn-north-4.myhuaweicloud.com: it is misspelled,"
                .formatted(Fixtures.AK)
            + " deleted or of another cloud",
        hints(KEY, "Incorrect: Get secretKey failed,ak:" + Fixtures.AK));
    String secret =
        "; the secret is not that of access key %s, or what was signed was changed on the way"
            .formatted(Fixtures.AK);
    String words = "verify aksk signature fail, canonicalRequest:GET|/|";
    assertEquals(secret, hints(KEY, words));
    String skewed = hints(KEY, words, "Date: Fri, 02 Jan 2026 03:14:05 GMT");
    assertTrue(skewed.endsWith(secret), "a clock within tolerance is not it: " + skewed);
    String late = hints(KEY, words, "Date: Fri, 02 Jan 2026 03:24:05 GMT");
    assertFalse(late.contains("secret"), late);
  }

  @Test
  void aKeyThatWasAcceptedBeforeIsNotBlamedForItsSecret() {
    for (String words : List.of("verify aksk signature fail", "Get secretKey failed", "other")) {
      String body = "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"%s\"}".formatted(words);
      assertEquals(
          "; access key %s was accepted before: it was disabled or deleted since, or what was signed"
                  .formatted(Fixtures.AK)
              + " was changed on the way",
          new ErrorHints(
                  Fixtures.submit(Fixtures.SHARE),
                  Fixtures.answer(401, body),
                  false,
                  KEY,
                  true,
                  Fixtures.PROJECT,
                  NOW)
              .text());
    }
  }

  @Test
  void aTemporaryKeyOfUnknownExpiryMayHaveExpired() {
    assertEquals(
        "; temporary access key ak may have expired; Credentials.temporary(...) renews such keys",
        hints(new Identity.AccessKey("ak", "sk", "st", null), "words"));
    assertEquals(
        "; the temporary access key ak expired at 2026-01-02T03:04:05Z",
        hints(new Identity.AccessKey("ak", "sk", "st", NOW), "words"));
  }

  @Test
  void aRefusedTokenReportsWhatMayBeWrongWithIt() {
    ApiRequest look = Fixtures.read(Purpose.POLL, "j");
    String[] none = {};
    Identity over = new Identity.Token("t", NOW.minusSeconds(1));
    assertEquals(
        "; the token expired at 2026-01-02T03:04:04Z",
        hints(over, Fixtures.PROJECT, look, 401, "APIGW.0307", none));
    assertEquals(
        "; an expired token is answered so, and one of another region than that of"
            + " ims.cn-north-4.myhuaweicloud.com",
        hints(new Identity.Token("t", null), Fixtures.PROJECT, look, 401, "APIGW.0307", none));
    assertEquals(
        "; the token is good until 2026-01-02T03:04:06Z, so it was withdrawn, or is one of another"
            + " region than that of ims.cn-north-4.myhuaweicloud.com",
        hints(
            new Identity.Token("t", NOW.plusSeconds(1)),
            Fixtures.PROJECT,
            look,
            401,
            "APIGW.0307",
            none));
    assertEquals(
        "; ims.cn-north-4.myhuaweicloud.com does not know this token: it is cut, withdrawn or of"
            + " another cloud",
        hints(new Identity.Token("t", null), "Incorrect: decrypt token fail"));
  }

  @Test
  void aForeignProjectAndAForeignImageAreNamed() {
    ApiRequest submit = Fixtures.submit(Fixtures.SHARE);
    assertTrue(
        hints(submit, 400, "IMG.0030")
            .contains(
                "project %s is not in the region of ims.cn-north-4.myhuaweicloud.com, or"
                    .formatted(Fixtures.PROJECT)));
    assertEquals(
        "; image %s is not owned by project %s of these credentials"
            .formatted(Fixtures.IMAGE, Fixtures.PROJECT),
        hints(submit, 400, "IMG.0106"));
    assertEquals(
        "; image %s is not owned by the project of these credentials".formatted(Fixtures.IMAGE),
        hints(KEY, null, Fixtures.read(Purpose.LIST, Fixtures.IMAGE), 400, "IMG.0047"));
    ApiRequest two = Fixtures.submit(ShareRequest.share(List.of("a", "b"), List.of("p")));
    assertTrue(hints(two, 400, "IMG.0047").startsWith("; one of these images is not owned"));
  }

  @Test
  void swappedIdsAreNoticed() {
    ApiRequest swapped =
        Fixtures.submit(ShareRequest.share(List.of(Fixtures.RECIPIENT), List.of(Fixtures.IMAGE)));
    assertTrue(hints(swapped, 400, "IMG.0066").contains("are they swapped?"));
    assertEquals("", hints(Fixtures.submit(Fixtures.SHARE), 400, "IMG.0066"));
    assertTrue(
        hints(Fixtures.read(Purpose.LIST, Fixtures.RECIPIENT), 404, "")
            .contains("looks like a project's id"));
  }

  @Test
  void anUnknownIdIsToldItsRegion() {
    assertEquals(
        "; is the id spelled right, and is it of an image of project %s in the region of"
                .formatted(Fixtures.PROJECT)
            + " ims.cn-north-4.myhuaweicloud.com?",
        hints(Fixtures.read(Purpose.LIST, Fixtures.IMAGE), 404, ""));
    assertEquals("", hints(Fixtures.read(Purpose.POLL, "job"), 404, ""));
    for (String code : List.of("IMG.0108", "IMG.0177")) {
      assertEquals(
          "; is it a project of the region of ims.cn-north-4.myhuaweicloud.com? Each region has"
              + " projects of its own, and an image is shared within its region",
          hints(Fixtures.submit(Fixtures.SHARE), 400, code));
    }
    assertEquals("", hints(Fixtures.submit(Fixtures.SHARE), 400, "IMG.0067"));
  }

  @Test
  void aNameWhereAnIdBelongsIsNoticed() {
    String project =
        " like a name; a project is given by its id, 32 hexadecimal digits, in the region of"
            + " ims.cn-north-4.myhuaweicloud.com";
    String image =
        "; base-image looks like a name; an image is given by its id, a UUID, in the region of"
            + " ims.cn-north-4.myhuaweicloud.com";
    List<String> images = List.of(Fixtures.IMAGE);
    ApiRequest name = Fixtures.submit(ShareRequest.share(images, List.of("team-a")));
    for (String code : List.of("IMG.0108", "IMG.0177", "IMG.0067", "IMG.0031", "IMG.0001", "")) {
      assertEquals("; team-a looks" + project, hints(name, 400, code), code);
    }
    // These are about something else.
    for (String code : List.of("IMG.0076", "IMG.0098", "IMG.0066", "IMG.0088")) {
      assertEquals("", hints(name, 400, code), code);
    }
    ApiRequest names =
        Fixtures.submit(
            ShareRequest.share(images, List.of("team-a", Fixtures.RECIPIENT, "team-b")));
    assertEquals(
        "; team-a and 1 more look like names; a project is given by its id, 32 hexadecimal digits,"
            + " in the region of ims.cn-north-4.myhuaweicloud.com",
        hints(names, 400, "IMG.0108"));
    ApiRequest noUuid =
        Fixtures.submit(ShareRequest.share(List.of("base-image"), List.of(Fixtures.RECIPIENT)));
    for (String code : List.of("IMG.0027", "IMG.0066", "IMG.0144", "IMG.0001")) {
      assertEquals(image, hints(noUuid, 400, code), code);
    }
    assertEquals(image, hints(Fixtures.read(Purpose.LIST, "base-image"), 404, ""));
    ApiRequest spelled =
        Fixtures.submit(
            ShareRequest.share(
                List.of(Fixtures.IMAGE.toUpperCase(Locale.ROOT)),
                List.of(Fixtures.RECIPIENT.toUpperCase(Locale.ROOT))));
    assertEquals("", hints(spelled, 400, "IMG.0001"));
    ApiRequest account =
        Fixtures.submit(
            ShareRequest.builder()
                .images(images)
                .recipients(List.of(Recipient.domain("my-account")))
                .build());
    assertEquals("", hints(account, 400, "IMG.0001"));
  }

  @Test
  void aNameAsProjectIdIsNoticed() {
    assertEquals(
        "; projectId: cn-north-4 looks like a name; a project is given by its id, 32 hexadecimal"
            + " digits, in the region of ims.cn-north-4.myhuaweicloud.com",
        hints(KEY, "cn-north-4", Fixtures.submit(Fixtures.SHARE), 400, "IMG.0030"));
  }

  @Test
  void aMissingRightIsNamed() {
    assertTrue(hints(Fixtures.submit(Fixtures.SHARE), 403, "").contains("ims:images:share"));
    assertTrue(hints(Fixtures.read(Purpose.LIST, "i"), 403, "").contains("ims:images:get"));
    assertEquals("", hints(Fixtures.read(Purpose.POLL, "j"), 403, ""));
    assertEquals("", hints(Fixtures.read(Purpose.POLL, "j"), 500, ""));
  }
}
