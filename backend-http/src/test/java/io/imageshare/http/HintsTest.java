package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    String body =
        "{\"error_code\":\""
            + code
            + "\",\"error_msg\":\"AK access failed to reach the"
            + " limit,forbidden\"}";
    return Hints.of(call, Calls.answer(status, body, headers), identity, project, NOW);
  }

  @Test
  void aRefusedSignatureTellsByHowMuchTheClocksDiffer() {
    Call call = Calls.submit(Calls.SHARE);
    String behind = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:24:05 GMT");
    assertTrue(behind.contains("the local clock is 1200 s behind the server's"), behind);
    String ahead = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 02:04:05 GMT");
    assertTrue(ahead.contains("the local clock is 3600 s ahead of the server's"), ahead);
    String agree = hints(call, 401, "APIGW.0301", "Date: Fri, 02 Jan 2026 03:04:25 GMT");
    assertEquals("; more than five refusals lock an access key for five minutes", agree);
  }

  @Test
  void aRefusedTokenTellsThatItExpiredOrIsOfAnotherRegion() {
    Identity token = new Identity.Token("t", NOW.minusSeconds(1));
    String hints = hints(token, Calls.PROJECT, Calls.read(Purpose.LOOK, "j"), 401, "APIGW.0307");
    assertTrue(hints.contains("the token expired at 2026-01-02T03:04:04Z"), hints);
    assertTrue(hints.contains("another region"), hints);
  }

  @Test
  void aForeignProjectAndAForeignImageAreNamed() {
    Call submit = Calls.submit(Calls.SHARE);
    assertTrue(
        hints(submit, 400, "IMG.0030")
            .contains("project " + Calls.PROJECT + " is not in this endpoint's region"));
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
  void aMissingRightIsNamed() {
    assertTrue(hints(Calls.submit(Calls.SHARE), 403, "").contains("ims:images:share"));
    assertTrue(hints(Calls.read(Purpose.LIST, "i"), 403, "").contains("ims:images:get"));
    assertEquals("", hints(Calls.read(Purpose.LOOK, "j"), 403, ""));
    assertEquals("", hints(Calls.read(Purpose.LOOK, "j"), 500, ""));
  }
}
