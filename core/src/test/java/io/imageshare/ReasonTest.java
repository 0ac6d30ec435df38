package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasonTest {

  /**
   * Escapes of terminals, ends of lines, text that runs backwards, and what is not shown at all.
   */
  @ParameterizedTest
  @CsvSource({
    "1b, \\u001b",
    "7, \\u0007",
    "9b, \\u009b",
    "d, \\r",
    "a, \\n",
    "9, \\t",
    "0, \\u0000",
    "202e, \\u202e",
    "2066, \\u2066",
    "200f, \\u200f",
    "200b, \\u200b",
    "feff, \\ufeff",
    "2028, \\u2028",
    "2029, \\u2029",
    "d800, \\ud800",
    "e0041, \\ue0041",
  })
  void whatIsNotShownIsEscaped(String point, String escaped) {
    String raw = Character.toString(Integer.parseInt(point, 16));
    Reason reason = new Reason(Reason.Kind.QUOTA, "IMG" + raw, "a" + raw + "[2Jb");
    assertEquals("IMG" + raw, reason.code());
    assertEquals("a" + raw + "[2Jb", reason.message());
    String shown = "QUOTA IMG" + escaped + ": a" + escaped + "[2Jb";
    assertEquals(shown, reason.toString());
    assertEquals(shown, new BackendException(reason, Duration.ZERO).getMessage());
    Outcome failed = new Outcome.Failed(new Member("i", Recipient.project("p")), reason);
    assertTrue(failed.toString().contains(shown), failed.toString());
    Job job = Job.running("j" + raw).type("t" + raw);
    Outcome unknown =
        new Outcome.Unknown(new Member("i", Recipient.project("p")), reason, "j" + raw);
    ShareRequest slice = ShareRequest.share(List.of("i"), List.of("p"));
    for (Object value :
        List.of(
            job,
            new Job.Result("i" + raw, null, false, reason),
            new ShareReport.SubmittedJob(job, slice),
            new ShareEvent.Submitted("run", slice, job),
            new ShareEvent.Polled("run", job),
            new Image("n" + raw, "o", "s", false, Image.Sharing.UNKNOWN, Image.Obstacle.NONE),
            unknown)) {
      assertTrue(value.toString().contains(escaped), value.toString());
      assertFalse(value.toString().contains(raw), value.toString());
    }
    ShareReport report = ShareReport.of(List.of(failed));
    String told =
        String.valueOf(
            assertThrows(IllegalStateException.class, report::requireAllDone).getMessage());
    assertTrue(told.contains(shown) && !told.replace("\n  ", "").contains(raw), told);
  }

  @Test
  void allElseStaysAsItIs() {
    String message = "\u00dcber \u4e2d\u6587 \ud83d\ude00 \\ \"x\" <b>\u00a0";
    assertEquals("QUOTA: " + message, new Reason(Reason.Kind.QUOTA, "", message).toString());
  }
}
