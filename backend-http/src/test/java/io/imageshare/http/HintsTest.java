package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest;
import io.imageshare.http.Call.Purpose;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HintsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Identity KEY = new Identity.AccessKey(Calls.AK, Calls.SK, null, null);

  private static String hints(Call call, int status, String code, String... headers) {
    return hints(KEY, Calls.PROJECT, call, status, code, headers);
  }

  private static String hints(
      Identity identity,
      @Nullable String project,
      Call call,
      int status,
      String code,
      String... headers) {
    return hints(identity, project, call, status, code, "words", headers);
  }

  private static String hints(
      Identity identity,
      @Nullable String project,
      Call call,
      int status,
      String code,
      String words,
      String[] headers) {
    String body = "{\"error_code\":\"%s\",\"error_msg\":\"%s\"}".formatted(code, words);
    return Hints.of(call, Calls.answer(status, body, headers), identity, project, NOW);
  }

  private static String said(Identity identity, String words, String... headers) {
    Call call = Calls.submit(Calls.SHARE);
    return hints(identity, Calls.PROJECT, call, 401, "APIGW.0301", words, headers);
  }

  @Test
  void aRefusedSignatureTellsByHowMuchTheClocksDiffer() {
    Call call = Calls.submit(Calls.SHARE);
    String behind = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:24:05 GMT");
    assertTrue(behind.contains("the local clock is 1200 s behind the server's"), behind);
    String ahead = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 02:04:05 GMT");
    assertTrue(ahead.contains("the local clock is 3600 s ahead of the server's"), ahead);
    assertEquals("", hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:04:25 GMT"));
  }

  @Test
  void aLockedKeyTellsUntilWhen() {
    String words = "Incorrect: AK access failed to reach the limit,forbidden";
    String locked =
        "; more than five refusals lock an access key for five minutes: access key %s is free again"
            + " at %s at the latest, if it is left alone until then";
    assertEquals(locked.formatted(Calls.AK, "2026-01-02T03:09:05Z"), said(KEY, words));
    assertEquals(
        locked.formatted(Calls.AK, "2026-01-02T03:09:25Z"),
        said(KEY, words, "Date: Fri, 02 Jan 2026 03:04:25 GMT"));
  }

  @Test
  void aRefusedKeyTellsWhatOfItIsWrong() {
    assertEquals(
        "; access key %s is not known to ims.cn-north-4.myhuaweicloud.com: it is misspelled,"
                .formatted(Calls.AK)
            + " deleted or of another cloud",
        said(KEY, "Incorrect: Get secretKey failed,ak:" + Calls.AK));
    String secret =
        "; the secret is not that of access key %s, or what was signed was changed on the way"
            .formatted(Calls.AK);
    String words = "verify aksk signature fail, canonicalRequest:GET|/|";
    assertEquals(secret, said(KEY, words));
    String skewed = said(KEY, words, "Date: Fri, 02 Jan 2026 03:14:05 GMT");
    assertTrue(skewed.endsWith(secret), "a clock within tolerance is not it: " + skewed);
    String late = said(KEY, words, "Date: Fri, 02 Jan 2026 03:24:05 GMT");
    assertFalse(late.contains("secret"), late);
  }

  @Test
  void aTemporaryKeyWithoutAKnownEndMayBeOver() {
    assertEquals(
        "; temporary access key ak may have expired; Credentials.temporary(...) renews such keys",
        said(new Identity.AccessKey("ak", "sk", "st", null), "words"));
    assertEquals(
        "; the temporary access key ak expired at 2026-01-02T03:04:05Z",
        said(new Identity.AccessKey("ak", "sk", "st", NOW), "words"));
  }

  @Test
  void aRefusedTokenTellsWhatCanBeWrongWithIt() {
    Call look = Calls.read(Purpose.LOOK, "j");
    String[] none = {};
    Identity over = new Identity.Token("t", NOW.minusSeconds(1));
    assertEquals(
        "; the token expired at 2026-01-02T03:04:04Z",
        hints(over, Calls.PROJECT, look, 401, "APIGW.0307", none));
    assertEquals(
        "; an expired token is answered so, and one of another region than that of"
            + " ims.cn-north-4.myhuaweicloud.com",
        hints(new Identity.Token("t", null), Calls.PROJECT, look, 401, "APIGW.0307", none));
    assertEquals(
        "; the token is good until 2026-01-02T03:04:06Z, so it was withdrawn, or is one of another"
            + " region than that of ims.cn-north-4.myhuaweicloud.com",
        hints(
            new Identity.Token("t", NOW.plusSeconds(1)),
            Calls.PROJECT,
            look,
            401,
            "APIGW.0307",
            none));
    assertEquals(
        "; ims.cn-north-4.myhuaweicloud.com does not know this token: it is cut, withdrawn or of"
            + " another cloud",
        said(new Identity.Token("t", null), "Incorrect: decrypt token fail"));
  }

  @Test
  void aForeignProjectAndAForeignImageAreNamed() {
    Call submit = Calls.submit(Calls.SHARE);
    assertTrue(
        hints(submit, 400, "IMG.0030")
            .contains(
                "project %s is not in the region of ims.cn-north-4.myhuaweicloud.com, or"
                    .formatted(Calls.PROJECT)));
    assertEquals(
        "; image %s is not owned by project %s of these credentials"
            .formatted(Calls.IMAGE, Calls.PROJECT),
        hints(submit, 400, "IMG.0106"));
    assertEquals(
        "; image %s is not owned by the project of these credentials".formatted(Calls.IMAGE),
        hints(KEY, null, Calls.read(Purpose.LIST, Calls.IMAGE), 400, "IMG.0047"));
    Call two = Calls.submit(ShareRequest.share(List.of("a", "b"), List.of("p")));
    assertTrue(hints(two, 400, "IMG.0047").startsWith("; one of these images is not owned"));
  }

  @Test
  void swappedIdsAreNoticed() {
    Call swapped = Calls.submit(ShareRequest.share(List.of(Calls.RECIPIENT), List.of(Calls.IMAGE)));
    assertTrue(hints(swapped, 400, "IMG.0066").contains("are they swapped?"));
    assertEquals("", hints(Calls.submit(Calls.SHARE), 400, "IMG.0066"));
    assertTrue(
        hints(Calls.read(Purpose.LIST, Calls.RECIPIENT), 404, "")
            .contains("looks like a project's id"));
  }

  @Test
  void whereAnIdIsNotKnownItIsToldWhereItShouldBe() {
    assertEquals(
        "; is the id spelled right, and is it of an image in the region of ims.cn-north-4.myhuaweicloud.com?",
        hints(Calls.read(Purpose.LIST, Calls.IMAGE), 404, ""));
    assertEquals(
        "; a project is named by its id, not its name, and is of the region of"
            + " ims.cn-north-4.myhuaweicloud.com",
        hints(Calls.submit(Calls.SHARE), 400, "IMG.0108"));
    assertEquals("", hints(Calls.read(Purpose.LOOK, "job"), 404, ""));
  }

  @Test
  void aMissingRightIsNamed() {
    assertTrue(hints(Calls.submit(Calls.SHARE), 403, "").contains("ims:images:share"));
    assertTrue(hints(Calls.read(Purpose.LIST, "i"), 403, "").contains("ims:images:get"));
    assertEquals("", hints(Calls.read(Purpose.LOOK, "j"), 403, ""));
    assertEquals("", hints(Calls.read(Purpose.LOOK, "j"), 500, ""));
  }
}
