package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.StringReader;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sizes that a document declares, far beyond the heap of the tests: refused, not allocated. */
class DeclaredSizesTest {

  private static String refusal(String document) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> read(document)).getMessage());
  }

  private static void read(String document) throws IOException {
    ShareReport unused = ShareReport.read(new StringReader(document));
  }

  private static String report(int images, int recipients, String rest) {
    return """
        {"imageshare": "report/1", "id": "r", "ending": "FINISHED", "action": "SHARE",
        "pairs": {"total": 1, "done": 0, "failed": 0, "unknown": 1},
        "calls": {"submits": 0, "polls": 0, "reads": 0}, "openJobs": 0,
        "images": [%s], "recipients": [%s],
        "outcomes": [{"pairs": 1, "outcome": "unknown", "job": "",
        "reason": {"kind": "LOST", "code": "", "message": ""}}], %s}
        """
        .formatted(list(images, "\"i%d\""), list(recipients, "{\"project\": \"p%d\"}"), rest);
  }

  private static String list(int size, String element) {
    return IntStream.range(0, size).mapToObj(element::formatted).collect(Collectors.joining(","));
  }

  @Test
  void aReportOfTooManyPairsIsRefused() {
    assertEquals(
        "document: 100000 images by 100000 recipients, 10000000000 pairs; one run has at most"
            + " 100000000, so ask for fewer in each",
        refusal(report(100_000, 100_000, "\"rows\": []")));
  }

  @Test
  void aRowOfMoreThanThereIsIsRefused() {
    assertEquals(
        "rows[0].images: expected a whole number from 1 to 2, found 2000000000",
        refusal(report(2, 2, "\"rows\": [{\"images\": 2000000000, \"runs\": [0, 2]}]")));
  }

  /** A range of all images is well, and it does not become a list each time it is named. */
  @Test
  void aJobOfRangesThatTogetherAreTooManyIsRefused() {
    String ranges = String.join(",", Collections.nCopies(20_000, "0,10000"));
    String rows = "\"rows\": [{\"images\": 10000, \"runs\": [0, 1]}]";
    String job =
        ", \"jobs\": [{\"id\": \"j\", \"type\": \"\", \"status\": \"RUNNING\", \"images\": [%s],"
            + " \"recipients\": [0, 1], \"results\": []}]";
    assertEquals(
        "jobs[0].images[3]: expected a whole number from 1 to 0, found 10000",
        refusal(report(10_000, 1, rows + job.formatted(ranges))));
  }

  @Test
  void outcomesOfTooManyImagesAndRecipientsAreRefused() {
    List<Outcome> diagonal =
        IntStream.range(0, 100_000)
            .<Outcome>mapToObj(
                i ->
                    new Outcome.Done(
                        new Member("i" + i, Recipient.project("p" + i)),
                        false,
                        MemberStatus.UNKNOWN))
            .toList();
    assertEquals(
        "100000 images by 100000 recipients, 10000000000 pairs; one run has at most 100000000, so"
            + " ask for fewer in each",
        assertThrows(IllegalArgumentException.class, () -> ShareReport.of(diagonal)).getMessage());
  }
}
