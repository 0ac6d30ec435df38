package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A report leaves the process and comes back. */
class ReportTest {
  private static final int SIDE = 1_000;

  /** Takes so many characters in all, and never many at once. */
  private static final class Bounded extends Writer {
    private final StringBuilder text = new StringBuilder();
    private final int most;

    Bounded(int most) {
      this.most = most;
    }

    @Override
    public void write(char[] from, int start, int length) throws IOException {
      assertTrue(length <= 8_192, "it was handed " + length + " characters at once");
      if (text.length() + length > most) {
        throw new IOException("full");
      }
      text.append(from, start, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void whatIsLeftOfYesterdaysReportCanBeRunToday() throws Exception {
    List<String> images = Samples.ids("image-", 30);
    List<String> projects = Samples.ids("project-", 40);
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        MemoryBackend.builder().time(time).images(images).jobsTake(Duration.ofSeconds(5)).build();
    StringWriter file = new StringWriter();
    try (ShareWorkflow yesterday =
        ShareWorkflow.builder(cloud)
            .limits(new BatchLimits(10, 10, 100))
            .flow(FlowPolicy.defaults().openJobs(2))
            .deadline(Duration.ofSeconds(17))
            .build()) {
      ShareReport report = yesterday.run(ShareRequest.share(images, projects));
      assertEquals(ShareReport.Ending.DEADLINE, report.ending(), report.toString());
      report.toJson(file);
    }
    ShareReport read = ShareReport.read(new StringReader(file.toString()));
    assertTrue(read.counts().done() > 0, read.toString());
    assertTrue(read.failed().allMatch(f -> f.reason().kind() == Reason.Kind.NOT_SENT));
    assertTrue(read.counts().failed() > 0, read.toString());
    try (ShareWorkflow today = ShareWorkflow.over(cloud)) {
      today.run(read.remaining()).requireAllDone();
    }
    assertEquals(1_200, cloud.members().size());
  }

  @Test
  void aRealReportComesBackWithItsJobs() throws Exception {
    List<String> images = Samples.ids("image-", 20);
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(images)
            .badProjects("nowhere")
            .seed(5)
            .build();
    cloud.inject(new Fault.PartialFail());
    cloud.inject(new Fault.StuckJob());
    List<String> projects = new ArrayList<>(Samples.ids("project-", 60));
    projects.add(31, "nowhere");
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareReport report = workflow.run(ShareRequest.share(images, projects));
      StringWriter file = new StringWriter();
      report.toJson(file);
      ShareReport read = ShareReport.read(new StringReader(file.toString()));
      assertTrue(report.jobs().size() > 1, report.toString());
      assertEquals(report.jobs(), read.jobs());
      assertEquals(report.outcomes().toList(), read.outcomes().toList());
      assertEquals(report.stats(), read.stats());
      assertEquals(report.remaining(), read.remaining());
    }
  }

  @Test
  void aMillionPairsThatAreAlikeTakeLittleMoreThanTheirIds() throws IOException {
    List<String> images = Samples.ids("image-", SIDE);
    List<String> projects = Samples.ids("project-", SIDE);
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        MemoryBackend.builder().time(time).images(images).membersPerImage(SIDE).build();
    try (ShareWorkflow workflow = ShareWorkflow.builder(cloud).membersPerImage(SIDE).build()) {
      ShareReport report = workflow.run(ShareRequest.share(images, projects));
      Bounded file = new Bounded(1_000_000);
      report.toJson(file);
      ShareReport read = ShareReport.read(new StringReader(file.text.toString()));
      assertEquals(1_000_000, read.counts().done());
      assertEquals(report.jobs().size(), read.jobs().size());
    }
  }

  @Test
  void aMillionPairsOfWhichNoTwoNeighboursAreAlikeAreNeverHeldAsText() throws IOException {
    ShareReport report = checkered();
    Bounded file = new Bounded(8_000_000);
    report.toJson(file);
    ShareReport read = ShareReport.read(new StringReader(file.text.toString()));
    assertEquals(report.stats(), read.stats());
    Random random = new Random(1);
    for (int pair = 0; pair < 1_000; pair++) {
      Member member = member(random.nextInt(SIDE), random.nextInt(SIDE));
      assertEquals(report.outcome(member), read.outcome(member));
    }
    Bounded full = new Bounded(100_000);
    assertThrows(IOException.class, () -> report.toJson(full));
    assertTrue(full.text.length() > 90_000, "it came piece by piece, until it was full");
  }

  private static Member member(int image, int project) {
    return new Member("image-" + image, Recipient.project("project-" + project));
  }

  private static ShareReport checkered() {
    Reason reason = new Reason(Reason.Kind.QUOTA, "IMG.0088", "full");
    return ShareReport.of(
        IntStream.range(0, SIDE * SIDE)
            .mapToObj(
                pair -> {
                  Member member = member(pair / SIDE, pair % SIDE);
                  return (pair / SIDE + pair) % 2 == 0
                      ? new Outcome.Failed(member, reason)
                      : new Outcome.Unknown(member, reason, "job-" + pair / SIDE % 3);
                })
            .collect(Collectors.<Outcome>toList()));
  }
}
