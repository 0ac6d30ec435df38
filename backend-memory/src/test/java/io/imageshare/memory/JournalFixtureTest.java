package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Journals in a directory as releases have left them, of runs whose process died: what they sent is
 * sent to a new cloud, which gives the jobs the same ids, and the runs are resumed.
 */
class JournalFixtureTest {
  private static final Path FIXTURES =
      Path.of("..", "core", "src", "test", "resources", "fixtures");
  private static final List<Recipient> OTHERS =
      List.of(Recipient.domain("account-1"), Recipient.organization("organization-1"));

  @TempDir Path path;
  private final Timekeeper time = Timekeeper.virtual();
  private final List<String> jobs = new ArrayList<>();

  private MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .time(time)
        .latency(Duration.ofMillis(40))
        .jobsTake(Duration.ofSeconds(10))
        .seed(7);
  }

  private void copy(String directory, String run) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES.resolve(directory))) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(run)) {
          Files.copy(file, path.resolve(file.getFileName()));
        }
      }
    }
  }

  /** The dead process has sent this. */
  private void send(MemoryBackend cloud, ShareRequest slice) throws InterruptedException {
    CompletionStage<Job> job = cloud.submit(slice);
    jobs.add(time.await(job).id());
  }

  private ShareWorkflow workflow(MemoryBackend cloud) {
    return ShareWorkflow.builder(cloud)
        .journal(Journal.directory(path))
        .limits(new BatchLimits(2, 3, 6))
        .seed(1)
        .build();
  }

  private static ShareRequest share(List<String> images, List<Recipient> recipients) {
    return ShareRequest.builder().images(images).recipients(recipients).build();
  }

  private static List<Recipient> projects(int from, int to) {
    return ids("project-", to).subList(from, to).stream().map(Recipient::project).toList();
  }

  /** The run is finished. */
  private void assertOnlyTheReportIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      assertTrue(files.allMatch(file -> file.toString().endsWith(".report")));
    }
  }

  /** Jobs under way, one that has ended, a lost answer, and a project found to be bad. */
  @Test
  void sharingIsResumed() throws Exception {
    List<String> images = ids("image-", 4);
    MemoryBackend cloud = cloud().images(images).badProjects("project-3").build();
    send(cloud, share(images.subList(0, 2), projects(0, 3)));
    send(cloud, share(images.subList(0, 2), OTHERS));
    time.sleep(Duration.ofSeconds(10));
    send(cloud, share(images.subList(2, 4), projects(0, 2)));
    send(
        cloud,
        share(
            images.subList(2, 4),
            Stream.concat(projects(2, 3).stream(), OTHERS.stream()).toList()));
    copy("journal", "nightly");
    try (ShareWorkflow workflow = workflow(cloud)) {
      List<ShareRun> resumed = workflow.resume();
      assertEquals(List.of("nightly"), resumed.stream().map(ShareRun::id).toList());
      ShareReport report = resumed.get(0).report().join();
      assertEquals(Ending.FINISHED, report.ending());
      assertEquals(30, report.outcomes().count());
      assertEquals(20, report.outcomes().filter(Outcome.Done.class::isInstance).count());
      assertEquals(
          report.failed().map(Outcome.Failed::member).collect(Collectors.toSet()),
          Stream.concat(
                  ids("image-", 4).stream()
                      .map(image -> new Member(image, Recipient.project("project-3"))),
                  Stream.concat(projects(0, 4).stream(), OTHERS.stream())
                      .map(recipient -> new Member("image-4", recipient)))
              .collect(Collectors.toSet()));
      assertEquals(
          new Reason(
              Reason.Kind.INVALID_RECIPIENT,
              "IMG.0108",
              "The tenant does not exist in this region: project-3."),
          failure(report, new Member("image-3", Recipient.project("project-3"))));
      // The first job's answer was lost.
      assertEquals(
          jobs.subList(1, 4),
          report.jobs().stream().map(submitted -> submitted.job().id()).toList());
      assertEquals(4, Samples.calls(cloud, Call.Kind.SUBMIT).size(), "sent again");
    }
    assertOnlyTheReportIsLeft();
  }

  private static Reason failure(ShareReport report, Member member) {
    return ((Outcome.Failed) report.outcome(member)).reason();
  }

  private static final List<String> OFFERED = List.of("image-0", "image-1", "image-2", "whole-1");

  private MemoryBackend offering() {
    MemoryBackend.Builder cloud = cloud().images(ids("image-", 3)).wholeImages("whole-1");
    for (String image : OFFERED) {
      projects(0, 2).forEach(project -> cloud.member(image, project, MemberStatus.PENDING));
    }
    return cloud.build();
  }

  private static ShareRequest accept(int from, String project) {
    return ShareRequest.accept(OFFERED.subList(from, from + 2), List.of(project)).vault("vault-1");
  }

  /** Two projects accept, into a vault. */
  @Test
  void acceptingIsResumed() throws Exception {
    MemoryBackend cloud = offering();
    send(cloud, accept(0, "project-0"));
    send(cloud, accept(2, "project-0"));
    time.sleep(Duration.ofSeconds(10));
    send(cloud, accept(0, "project-1"));
    send(cloud, accept(2, "project-1"));
    copy("journal", "decide");
    try (ShareWorkflow workflow = workflow(cloud)) {
      List<ShareRun> resumed = workflow.resume();
      assertEquals(List.of("decide"), resumed.stream().map(ShareRun::id).toList());
      ShareReport report = resumed.get(0).report().join();
      assertEquals(Ending.FINISHED, report.ending());
      assertEquals(
          OFFERED.stream()
              .flatMap(image -> projects(0, 2).stream().map(project -> new Member(image, project)))
              .map(member -> new Outcome.Done(member, false, MemberStatus.ACCEPTED))
              .toList(),
          report.outcomes().toList());
      assertEquals(
          jobs.subList(1, 4),
          report.jobs().stream().map(submitted -> submitted.job().id()).toList());
      assertEquals(4, Samples.calls(cloud, Call.Kind.SUBMIT).size(), "sent again");
    }
    assertOnlyTheReportIsLeft();
  }
}
