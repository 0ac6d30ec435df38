package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private final MemoryBackend.Builder builder =
      MemoryBackend.builder()
          .time(Timekeeper.virtual())
          .images("image-1")
          .wholeImages("whole")
          .badProjects("elsewhere-1", "elsewhere-2");

  private static Summary summary(MemoryBackend cloud, List<String> images, List<String> projects) {
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareReport report = workflow.run(ShareRequest.share(images, projects));
      return new Summary(report, Duration.ofMillis(61_240));
    }
  }

  @Test
  void whatTheRequestGotWrongIsNotLeftAndIsGroupedByReason() {
    Summary summary =
        summary(
            builder.build(),
            List.of("image-1", "image-2"),
            List.of("project-1", "elsewhere-1", "elsewhere-2"));
    assertEquals(0, summary.left());
    List<String> lines = summary.lines();
    assertEquals("FINISHED after 61.2 s: 1 pairs done, 5 failed, 0 unknown", lines.get(0));
    assertTrue(lines.get(1).matches("calls: \\d+ submits, \\d+ polls, .*"), lines.get(1));
    String text = String.join("\n", lines);
    assertTrue(text.contains("\n      2  failed   INVALID_RECIPIENT IMG.0108: "), text);
    assertTrue(text.contains("\n                  projects: elsewhere-1, elsewhere-2\n"), text);
    assertTrue(text.contains("\n      3  failed   INVALID_IMAGE IMG.0027: "), text);
    assertTrue(text.endsWith("All pairs are done except those refused as invalid."), text);
  }

  @Test
  void whatDoesNotFitIsLeft() {
    List<String> projects = IntStream.range(0, 14).mapToObj(i -> "project-" + i).toList();
    Summary summary = summary(builder.membersPerImage(12).build(), List.of("image-1"), projects);
    assertEquals(2, summary.left());
    assertTrue(
        summary.lines().contains("2 pairs are not done, though they were not refused as invalid."));
  }

  @Test
  void whatIsUnknownIsLeftWhateverTheReason() {
    MemoryBackend cloud = builder.build();
    cloud.inject(new Fault.StuckJob());
    Summary summary = summary(cloud, List.of("image-1"), List.of("project-1"));
    assertEquals(1, summary.left());
    assertTrue(summary.lines().stream().anyMatch(line -> line.contains("      1  unknown")));
  }

  @Test
  void theTableIsLeftOutWhenAllIsDone() {
    Summary summary = summary(builder.build(), List.of("image-1"), List.of("project-1"));
    assertEquals(3, summary.lines().size());
    assertFalse(String.join("\n", summary.lines()).contains("pairs  outcome"));
  }

  @Test
  void ofManyIdsThreeAreNamed() {
    List<String> images = IntStream.range(0, 5).mapToObj(i -> "image-x" + i).toList();
    Summary summary = summary(builder.build(), images, List.of("project-1"));
    String line = "                  images: image-x0, image-x1, image-x2 and 2 more";
    assertTrue(summary.lines().contains(line), String.join("\n", summary.lines()));
  }

  /** A service that answers so would forge lines, move the cursor, or make text run backwards. */
  @Test
  void whatComesFromOutsideIsEscaped() {
    String odd = "x\u001b[2J\r\n\u202e\u2066\u200b\u2028y";
    ShareReport report =
        ShareReport.of(
            List.of(
                new Outcome.Failed(
                    new Member(odd.replace("\r\n", "\u0007"), Recipient.project("p\u001b")),
                    new Reason(Reason.Kind.QUOTA, "IMG\u0007", odd))));
    List<String> lines = new Summary(report, Duration.ofSeconds(1)).lines();
    String text = String.join("\n", lines);
    assertTrue(text.contains("x\\u001b[2J\\r\\n\\u202e\\u2066\\u200b\\u2028y"), text);
    assertTrue(text.contains("images: x\\u001b[2J\\u0007\\u202e"), text);
    assertTrue(text.contains("projects: p\\u001b"), text);
    for (String line : lines) {
      assertTrue(line.codePoints().noneMatch(SummaryTest::isUnseen), line);
    }
  }

  private static boolean isUnseen(int point) {
    return Character.isISOControl(point)
        || Character.getType(point) == Character.FORMAT
        || Character.getType(point) == Character.LINE_SEPARATOR;
  }
}
