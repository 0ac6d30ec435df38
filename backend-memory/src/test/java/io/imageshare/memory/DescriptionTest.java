package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.workflow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Image;
import io.imageshare.Image.Obstacle;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.SharePlan;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is told of images before anything is written, in virtual time. */
@Timeout(60)
class DescriptionTest {
  private static final List<String> PROJECTS = ids("project-", 3);
  private static final Map<Obstacle, String> CODES =
      Map.of(
          Obstacle.FOREIGN, "IMG.0106",
          Obstacle.PUBLIC, "IMG.0089",
          Obstacle.ENCRYPTED, "IMG.0098",
          Obstacle.UNREADY, "IMG.0046");

  private final MemoryBackend.Builder builder =
      MemoryBackend.builder().time(Timekeeper.virtual()).images("good-1", "good-2").seed(1);

  private static List<String> written(MemoryBackend cloud) {
    return calls(cloud, Call.Kind.SUBMIT).stream()
        .map(Call::slice)
        .filter(Objects::nonNull)
        .flatMap(slice -> slice.images().stream())
        .distinct()
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whatCannotBeSharedIsPlannedAsRefusedAndNeverWritten(Obstacle obstacle) {
    MemoryBackend cloud = builder.obstacle(obstacle, "bad").build();
    ShareRequest request = ShareRequest.share(List.of("good-1", "bad", "good-2"), PROJECTS);
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      SharePlan plan = workflow.plan(request);
      assertEquals(3, plan.refused().count());
      assertEquals(1, plan.slices().size());
      assertEquals(2, plan.listings());
      assertEquals(1, calls(cloud, Call.Kind.DESCRIBE).size());
      assertEquals(List.of(), written(cloud));

      ShareReport report = workflow.run(request);
      assertEquals(plan.refused().toList(), report.failed().toList());
      assertEquals(6, report.counts().done());
      assertEquals(List.of("good-1", "good-2"), written(cloud));
      assertEquals(1, report.stats().submits());
      assertEquals(3 + 1 + 2, report.stats().reads());
      Reason reason = report.failed().findFirst().orElseThrow().reason();
      assertEquals(Reason.Kind.INVALID_IMAGE, reason.kind());
      assertTrue(
          reason.message().startsWith("the image \"bad\" cannot be shared: "), reason::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void itIsRefusedByTheServiceInTheSameWay(Obstacle obstacle) {
    MemoryBackend cloud = builder.obstacle(obstacle, "bad").build();
    cloud.inject(
        new Fault.Refused(Call.Kind.DESCRIBE, new Reason(Reason.Kind.FORBIDDEN, "IMG.0026", "no")));
    ShareRequest request = ShareRequest.share(List.of("good-1", "bad", "good-2"), PROJECTS);
    ShareReport report = workflow(cloud).build().run(request);
    assertEquals(6, report.counts().done());
    assertTrue(report.stats().submits() > 1);
    report
        .failed()
        .forEach(
            failed -> {
              assertEquals(Reason.Kind.INVALID_IMAGE, failed.reason().kind());
              assertEquals(CODES.get(obstacle), failed.reason().code());
            });
    assertEquals(3, report.counts().failed());
  }

  @Test
  void aFullServerImageTakesTen() {
    MemoryBackend cloud =
        builder
            .wholeImages("whole")
            .member("whole", Recipient.project("project-11"), MemberStatus.PENDING)
            .member("whole", Recipient.project("other"), MemberStatus.PENDING)
            .build();
    ShareRequest request = ShareRequest.share(List.of("good-1", "whole"), ids("project-", 12));
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      SharePlan plan = workflow.plan(request);
      assertEquals(List.of(), written(cloud));
      ShareReport report = workflow.run(request);
      assertEquals(plan.refused().toList(), report.failed().toList());
      assertEquals(
          List.of("project-8", "project-9", "project-10"),
          report.failed().map(failed -> failed.member().recipient().id()).toList());
      report
          .failed()
          .forEach(
              failed -> {
                assertEquals(Reason.Kind.QUOTA, failed.reason().kind());
                assertTrue(failed.reason().message().contains("2 of at most 10 recipients"));
              });
      assertEquals(12 + 9, report.counts().done());
      assertEquals(plan.slices().size(), report.stats().submits());
    }
  }

  @Test
  void whatIsSharedAlreadyIsDoneWhateverTheDescriptionIs() {
    MemoryBackend.Builder shared = builder.obstacle(Obstacle.UNREADY, "bad");
    PROJECTS.forEach(p -> shared.member("bad", Recipient.project(p), MemberStatus.PENDING));
    MemoryBackend cloud = shared.build();
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      assertTrue(workflow.run(ShareRequest.share(List.of("bad"), PROJECTS)).allDone());
      assertEquals(1, calls(cloud, Call.Kind.DESCRIBE).size());
      assertTrue(workflow.run(ShareRequest.unshare(List.of("bad"), PROJECTS)).allDone());
      assertEquals(1, calls(cloud, Call.Kind.DESCRIBE).size(), "an unshare needs none");
    }
  }

  @Test
  void oneDescriptionIsAskedForAndNeverAgain() {
    for (Fault fault :
        List.of(
            new Fault.Unavailable(),
            new Fault.Throttled(),
            new Fault.NeverAnswered(true),
            new Fault.Refused(
                Call.Kind.DESCRIBE, new Reason(Reason.Kind.UNSUPPORTED, "", "cannot")))) {
      MemoryBackend cloud = builder.build();
      cloud.inject(
          fault instanceof Fault.Refused ? fault : new Fault.Aimed(Call.Kind.DESCRIBE, fault), 9);
      ShareRequest request = ShareRequest.share(List.of("good-1", "good-2"), PROJECTS);
      ShareReport report = workflow(cloud).build().run(request);
      assertTrue(report.allDone(), fault + ": " + report);
      assertEquals(1, calls(cloud, Call.Kind.DESCRIBE).size(), fault.toString());
    }
  }

  @Test
  void whatIsNotDescribedIsAskedForAsEver() {
    MemoryBackend cloud = builder.obstacle(Obstacle.PUBLIC, "bad").build();
    MemberBackend silent =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Map<String, Image>> describe(Set<String> images) {
            return CompletableFuture.completedFuture(Map.of());
          }
        };
    ShareReport report =
        workflow(silent).build().run(ShareRequest.share(List.of("good-1", "bad"), PROJECTS));
    assertEquals(3, report.counts().done());
    assertEquals("IMG.0089", report.failed().findFirst().orElseThrow().reason().code());
  }
}
