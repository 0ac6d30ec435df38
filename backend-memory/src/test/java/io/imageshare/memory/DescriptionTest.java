package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.cloud;
import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.share;
import static io.imageshare.memory.Samples.workflow;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Image;
import io.imageshare.Image.Obstacle;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.SharePlan;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Unknowns.Already;
import io.imageshare.memory.Unknowns.Telling;
import java.time.Duration;
import java.util.ArrayList;
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
      assertEquals(1 + 1 + 2, report.stats().reads());
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

  // What is told of their members

  /** The images that were listed before the first write. */
  private static List<String> listedFirst(MemoryBackend cloud) {
    return cloud.calls().stream()
        .takeWhile(call -> call.kind() != Call.Kind.SUBMIT)
        .filter(call -> call.kind() == Call.Kind.MEMBERS)
        .map(Call::id)
        .toList();
  }

  private static Unknowns telling(Telling telling) {
    return Unknowns.defaults().telling(telling);
  }

  @Test
  void whatWasNeverSharedIsListedOnlyAfterTheWrites() {
    MemoryBackend cloud = cloud(Timekeeper.virtual(), 100).build();
    List<ShareEvent> events = new ArrayList<>();
    try (ShareWorkflow workflow = workflow(cloud).listener(events::add).build()) {
      SharePlan plan = workflow.plan(share(100, 100));
      assertEquals(100, plan.listings());
      assertEquals(List.of(), calls(cloud, Call.Kind.MEMBERS));

      ShareReport report = workflow.run(share(100, 100));
      assertTrue(report.allDone(), report::toString);
      assertEquals(List.of(), listedFirst(cloud));
      assertEquals(plan.slices().size(), report.stats().submits());
      assertEquals(1 + 100, report.stats().reads(), "each is listed by the audit");
      assertEquals(List.<Number>of(0, 0L), surveyed(events));
    }
  }

  /** How many images were listed, and how many pairs were as asked already. */
  private static List<Number> surveyed(List<ShareEvent> events) {
    return events.stream()
        .filter(ShareEvent.Surveyed.class::isInstance)
        .map(ShareEvent.Surveyed.class::cast)
        .map(event -> List.<Number>of(event.images(), event.already()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsToldToBeSharedIsListedFirst() {
    MemoryBackend cloud =
        builder.member("good-2", Recipient.project("project-1"), MemberStatus.PENDING).build();
    List<ShareEvent> events = new ArrayList<>();
    try (ShareWorkflow workflow = workflow(cloud).listener(events::add).build()) {
      ShareReport report = workflow.run(ShareRequest.share(List.of("good-1", "good-2"), PROJECTS));
      assertTrue(report.allDone(), report::toString);
      assertEquals(List.of("good-2"), listedFirst(cloud));
      assertEquals(1, report.counts().already());
      assertEquals(List.<Number>of(1, 1L), surveyed(events));

      workflow.run(ShareRequest.unshare(List.of("good-1"), PROJECTS));
      int before = calls(cloud, Call.Kind.MEMBERS).size();
      SharePlan plan = workflow.plan(ShareRequest.share(List.of("good-1"), PROJECTS));
      assertEquals(3, plan.slices().get(0).pairs());
      assertEquals(before + 1, calls(cloud, Call.Kind.MEMBERS).size(), "it was shared once");
    }
  }

  @Test
  void whereNothingIsToldAllIsListedFirst() {
    MemoryBackend cloud = builder.unknowns(telling(Telling.NEVER)).build();
    ShareReport report =
        workflow(cloud).build().run(ShareRequest.share(List.of("good-1", "good-2"), PROJECTS));
    assertTrue(report.allDone(), report::toString);
    assertEquals(List.of("good-1", "good-2"), listedFirst(cloud));
  }

  /** A member that is there and not told of is asked for once more, whatever comes of that. */
  @ParameterizedTest
  @EnumSource
  void whatIsToldTooLateIsStillDone(Already readding) {
    MemoryBackend cloud = builder.unknowns(telling(Telling.LATE).readding(readding)).build();
    ShareRequest request = ShareRequest.share(List.of("good-1", "good-2"), PROJECTS);
    ShareRequest part = ShareRequest.share(List.of("good-2"), List.of("project-1"));
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      assertTrue(workflow.run(part).allDone());
      int before = cloud.calls().size();
      ShareReport report = workflow.run(request);
      assertTrue(report.allDone(), report::toString);
      assertEquals(
          Call.Kind.SUBMIT, cloud.calls().get(before + 1).kind(), "the description came first");
      if (readding == Already.NOOP_SUCCESS) {
        assertEquals(0, report.counts().already(), "nobody could know");
        assertEquals(1, report.stats().submits());
      }
      assertEquals(6, cloud.members().size());
    }
  }

  /** What is failed without a call must be so, whatever is told late. */
  @Test
  void noPairIsRefusedByWhatIsToldTooLate() {
    MemoryBackend cloud =
        builder.unknowns(telling(Telling.LATE)).wholeImages("whole").membersPerImage(20).build();
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      ShareRequest last =
          ShareRequest.share(List.of("good-1", "whole"), ids("project-", 21).subList(10, 21));
      assertEquals(21, workflow.run(last).counts().done());
      ShareReport report =
          workflow.run(ShareRequest.share(List.of("good-1", "whole"), ids("project-", 21)));
      assertEquals(20 + 10, report.counts().done(), report::toString);
      report.failed().forEach(failed -> assertTrue(!cloud.members().contains(failed.member())));
    }
  }

  /** Its own writes may be told of too late, too. */
  @Test
  void whatAResumedRunAskedForIsNotAskedForAgainUnseen() throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        cloud(time, 2)
            .unknowns(telling(Telling.LATE))
            .jobsTake(Duration.ofSeconds(3))
            .latency(Duration.ofMillis(40))
            .build();
    cloud.inject(new Fault.PartialFail());
    SharedJournal journal = new SharedJournal(time);
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    workflow(new CrashingBackend(cloud, process))
        .limits(new BatchLimits(2, 3, 6))
        .flow(FlowPolicy.defaults().openJobs(1))
        .journal(journal.seenBy("first", process))
        .build()
        .start("nightly", share(2, 9));
    time.sleep(Duration.ofSeconds(6));
    process.kill();
    time.sleep(Duration.ofSeconds(10));
    Set<Member> there = cloud.members();
    int before = calls(cloud, Call.Kind.SUBMIT).size();
    assertEquals(2, before, "one that did a part, one under way, and pairs that are new");

    ShareWorkflow second =
        workflow(cloud).journal(journal.seenBy("second", KillSwitch.never())).build();
    ShareReport report = second.resume().get(0).report().join();
    assertTrue(report.allDone(), report::toString);
    List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
    assertTrue(submits.size() > before, report::toString);
    for (Call call : submits.subList(before, submits.size())) {
      ShareRequest slice = requireNonNull(call.slice());
      for (String image : slice.images()) {
        for (Recipient recipient : slice.recipients()) {
          assertFalse(there.contains(new Member(image, recipient)), call::toString);
        }
      }
    }
  }

  /** Who is to be removed must be seen. */
  @Test
  void changesAreFoundWhateverIsToldTooLate() {
    MemoryBackend cloud = builder.unknowns(telling(Telling.LATE)).build();
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      workflow.run(ShareRequest.share(List.of("good-1"), PROJECTS));
      WantedState.Changes changes =
          workflow.changes(WantedState.of(List.of("good-1"), List.of("project-0")).maxRemovals(1));
      assertEquals(List.of(), changes.shares());
      assertEquals(2, changes.unshares().get(0).pairs());
    }
  }
}
