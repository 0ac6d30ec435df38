package io.imageshare.memory;

import static io.imageshare.memory.Samples.share;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal's disk fails in the midst of a run. */
@Timeout(60)
class BrokenDiskTest {
  private static final ShareRequest REQUEST = share(12, 2);

  private static MemoryBackend.Builder cloud() {
    return Samples.cloud(Timekeeper.virtual(), 12)
        .latency(Duration.ofMillis(40))
        .jobsTake(Duration.ofSeconds(10));
  }

  private static ShareWorkflow workflow(MemoryBackend cloud, Path path) {
    return Samples.workflow(cloud)
        .journal(Journal.directory(path))
        .limits(new BatchLimits(1, 2, 2))
        .flow(FlowPolicy.defaults().openJobs(3))
        .build();
  }

  /** Nothing was sent after the journal had failed, and each job was watched to its end. */
  private static void checkStopped(ShareReport report, MemoryBackend cloud, String why) {
    assertEquals(Ending.STOPPED, report.ending());
    String said = report.reason().orElseThrow().message();
    assertTrue(said.startsWith("the journal failed") && said.contains(why), said);
    int sent = Samples.calls(cloud, Call.Kind.SUBMIT).size();
    assertEquals(sent, report.jobs().size());
    assertTrue(report.jobs().stream().allMatch(seen -> seen.job().status() == Job.Status.SUCCESS));
    assertEquals(2L * sent, report.counts().done());
    assertEquals(24 - 2L * sent, report.failed().count());
    assertTrue(report.failed().allMatch(f -> f.reason().kind() == Reason.Kind.NOT_SENT));
    assertTrue(sent > 0 && sent < 12, sent + " were sent");
  }

  @Test
  void theDirectoryIsDeleted(@TempDir Path path) throws Exception {
    Path directory = path.resolve("journal");
    MemoryBackend cloud = cloud().build();
    ShareRun run = workflow(cloud, directory).start(REQUEST);
    cloud.time().sleep(Duration.ofSeconds(15));
    int sent = Samples.calls(cloud, Call.Kind.SUBMIT).size();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
    checkStopped(run.report().join(), cloud, run.id() + ".jsonl: it was deleted");
    assertEquals(sent, Samples.calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void theDiskIsFull(@TempDir Path path) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell here that limits a file's size");
    Process full =
        ChildJvm.startAfter(
            "export LC_ALL=C && ulimit -f 4",
            BrokenDiskTest.class,
            List.of("-XX:-UsePerfData"),
            path.toString());
    String said = new String(full.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, full.waitFor(), said);

    List<Member> there = new ArrayList<>();
    MemoryBackend.Builder builder = cloud();
    for (String pair : said.lines().filter(line -> line.startsWith("image-")).toList()) {
      String[] ids = pair.split(" ", -1);
      there.add(new Member(ids[0], Recipient.project(ids[1])));
      builder.member(ids[0], Recipient.project(ids[1]), MemberStatus.PENDING);
    }
    assertTrue(there.size() > 0 && there.size() < 24, said);
    MemoryBackend roomy = builder.build();
    try (ShareWorkflow workflow = workflow(roomy, path)) {
      assertTrue(workflow.resume().get(0).report().join().allDone());
    }
    assertEquals((24 - there.size()) / 2, Samples.calls(roomy, Call.Kind.SUBMIT).size());
  }

  /** A run on a disk that is soon full; prints what is done. */
  public static void main(String[] arguments) {
    MemoryBackend cloud = cloud().build();
    ShareReport report = workflow(cloud, Path.of(arguments[0])).run(REQUEST);
    checkStopped(report, cloud, "File too large");
    for (Member member : cloud.members()) {
      System.out.println(member.image() + " " + member.recipient().id());
    }
  }
}
