package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs in which recipients accept and reject, in virtual time. */
@Timeout(60)
class RecipientsTest {
  private static final List<String> IMAGES = ids("image-", 4);
  private static final List<String> PROJECTS = ids("project-", 3);

  private static final Reason UNKNOWN_CALLER =
      new Reason(Reason.Kind.UNAUTHENTICATED, "APIGW.0301", "who are you?");

  private final Timekeeper time = Timekeeper.virtual();

  /** Every image is shared with every project, which has not said anything. */
  private MemoryBackend.Builder shared() {
    MemoryBackend.Builder cloud =
        MemoryBackend.builder().time(time).images(IMAGES).latency(Duration.ofMillis(40)).seed(1);
    for (String image : IMAGES) {
      PROJECTS.forEach(id -> cloud.member(image, project(id), MemberStatus.PENDING));
    }
    return cloud;
  }

  private static Recipient project(String id) {
    return Recipient.project(id);
  }

  private static ShareWorkflow.Builder workflow(MemoryBackend cloud) {
    return ShareWorkflow.builder(cloud).seed(1);
  }

  private static ShareReport run(MemoryBackend cloud, ShareRequest request) {
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      return workflow.run(request);
    }
  }

  private static long calls(MemoryBackend cloud, Call.Kind kind) {
    return cloud.calls().stream().filter(call -> call.kind() == kind).count();
  }

  private @Nullable MemberStatus status(MemoryBackend cloud, String image, String project)
      throws InterruptedException {
    return time.await(cloud.members(image)).get(project(project));
  }

  @Test
  void eachProjectAcceptsInOneCallAndOneListingProvesIt() throws Exception {
    MemoryBackend cloud = shared().build();
    ShareReport report = run(cloud, ShareRequest.accept(IMAGES, PROJECTS));
    assertTrue(report.allDone(), report.toString());
    assertTrue(
        report.outcomes().allMatch(o -> ((Outcome.Done) o).status() == MemberStatus.ACCEPTED));
    assertEquals(3, calls(cloud, Call.Kind.SUBMIT));
    assertEquals(6, calls(cloud, Call.Kind.IMAGES));
    assertEquals(0, calls(cloud, Call.Kind.MEMBERS));
    assertEquals(3, report.jobs().size());
    assertEquals(MemberStatus.ACCEPTED, status(cloud, "image-3", "project-2"));
    for (ShareReport.SubmittedJob job : report.jobs()) {
      assertEquals(Action.ACCEPT, job.slice().action());
      assertEquals(1, job.slice().recipients().size());
    }
  }

  @Test
  void whatIsSoAlreadyIsNotAskedFor() {
    MemoryBackend cloud = shared().build();
    run(cloud, ShareRequest.reject(IMAGES, PROJECTS));
    int before = cloud.calls().size();
    ShareReport again = run(cloud, ShareRequest.reject(IMAGES, PROJECTS));
    assertTrue(again.outcomes().allMatch(o -> ((Outcome.Done) o).already()));
    assertEquals(before + 3, cloud.calls().size());
  }

  @Test
  void oneMayChangeItsMind() throws Exception {
    MemoryBackend cloud = shared().build();
    run(cloud, ShareRequest.reject(IMAGES, PROJECTS));
    assertTrue(run(cloud, ShareRequest.accept(IMAGES, PROJECTS.subList(0, 1))).allDone());
    assertEquals(MemberStatus.ACCEPTED, status(cloud, "image-0", "project-0"));
    assertEquals(MemberStatus.REJECTED, status(cloud, "image-0", "project-1"));
  }

  @Test
  void anImageThatOneProjectWasNotGivenSinksNobodyElse() {
    MemoryBackend cloud = shared().build();
    run(cloud, ShareRequest.unshare(List.of("image-1"), List.of("project-1")));
    ShareReport report = run(cloud, ShareRequest.accept(IMAGES, PROJECTS));
    assertEquals(11, report.counts().done(), report.toString());
    Outcome.Failed failed = report.failed().findFirst().orElseThrow();
    assertEquals(new Member("image-1", project("project-1")), failed.member());
    assertEquals(Reason.Kind.INVALID_IMAGE, failed.reason().kind());
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(
        Set.of("project-1"),
        report.remaining().get(0).recipients().stream()
            .map(Recipient::id)
            .collect(Collectors.toSet()));
  }

  @Test
  void aFullServerImageIsAcceptedIntoAVault() {
    MemoryBackend cloud =
        shared().wholeImages("whole").member("whole", project("p"), MemberStatus.PENDING).build();
    ShareRequest request = ShareRequest.accept(List.of("whole"), List.of("p"));
    ShareReport without = run(cloud, request);
    assertEquals("IMG.0184", without.failed().findFirst().orElseThrow().reason().code());
    assertTrue(run(cloud, request.vault("vault-1")).allDone());
    assertEquals("vault-1", without.remaining().get(0).vault("vault-1").vault());
  }

  @Test
  void refusedCredentialsOfOneProjectStopItAlone() {
    MemoryBackend cloud = shared().build();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(denying(cloud, project("project-1"))).seed(1).build()) {
      ShareReport report = workflow.run(ShareRequest.accept(IMAGES, PROJECTS));
      assertEquals(Ending.STOPPED, report.ending());
      assertEquals(UNKNOWN_CALLER, report.reason().orElseThrow());
      assertEquals(8, report.counts().done());
      report.failed().forEach(f -> assertEquals(Reason.Kind.UNAUTHENTICATED, f.reason().kind()));
    }
  }

  /** Refuses the credentials of one project. */
  private static MemberBackend denying(MemoryBackend cloud, Recipient project) {
    return new ForwardingBackend(cloud) {
      @Override
      <T> CompletionStage<T> call(
          Call.Kind kind,
          @Nullable ShareRequest slice,
          String id,
          Supplier<CompletionStage<T>> call) {
        boolean denied =
            slice == null ? id.equals(project.id()) : slice.recipients().contains(project);
        return denied
            ? CompletableFuture.failedFuture(new BackendException(UNKNOWN_CALLER))
            : call.get();
      }
    };
  }

  @Test
  void aRefusedSubmitStopsItsProjectAlone() {
    MemoryBackend cloud = shared().build();
    MemberBackend denying =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Job> submit(ShareRequest slice) {
            return slice.recipients().contains(project("project-1"))
                ? CompletableFuture.failedFuture(new BackendException(UNKNOWN_CALLER))
                : super.submit(slice);
          }
        };
    try (ShareWorkflow workflow = ShareWorkflow.builder(denying).seed(1).build()) {
      ShareReport report = workflow.run(ShareRequest.accept(IMAGES, PROJECTS));
      assertEquals(Ending.STOPPED, report.ending());
      assertEquals(UNKNOWN_CALLER, report.reason().orElseThrow());
      assertEquals(8, report.counts().done());
      assertEquals(4, report.failed().filter(f -> f.reason().equals(UNKNOWN_CALLER)).count());
    }
  }

  @ParameterizedTest
  @EnumSource(Reason.Kind.class)
  void aSubmitThatFailsOnceItsProjectHasStoppedLeadsToOutcomesAndNoCall(Reason.Kind kind) {
    ShareReport report =
        stoppedBefore(() -> new BackendException(new Reason(kind, "X.1", "planted")), null);
    boolean mayHaveEffect = kind == Reason.Kind.LOST || kind == Reason.Kind.INTERNAL;
    assertEquals(mayHaveEffect ? 3 : 0, report.counts().unknown(), report.toString());
  }

  @Test
  void aJobThatIsSubmittedOnceItsProjectHasStoppedIsNamedAndNotPolled() {
    ShareReport report = stoppedBefore(null, () -> Job.running("late"));
    assertEquals(3, report.unknown().filter(pair -> pair.job().equals("late")).count());
  }

  /** The first of four submits of a project is refused while the others are under way. */
  private ShareReport stoppedBefore(
      @Nullable Supplier<BackendException> failure, @Nullable Supplier<Job> job) {
    MemoryBackend cloud = shared().build();
    List<Call.Kind> calls = new ArrayList<>();
    MemberBackend stopping =
        new ForwardingBackend(cloud) {
          @Override
          <T> CompletionStage<T> call(
              Call.Kind kind,
              @Nullable ShareRequest slice,
              String id,
              Supplier<CompletionStage<T>> call) {
            if (id.equals("project-1") || id.equals("late")) {
              calls.add(kind);
            }
            return call.get();
          }

          @Override
          public CompletionStage<Job> submit(ShareRequest slice) {
            if (!slice.recipients().contains(project("project-1"))) {
              return super.submit(slice);
            }
            boolean isFirst = !calls.contains(Call.Kind.SUBMIT);
            calls.add(Call.Kind.SUBMIT);
            CompletableFuture<Job> answer = new CompletableFuture<>();
            time.schedule(
                Duration.ofSeconds(isFirst ? 1 : 2),
                () -> {
                  if (isFirst) {
                    answer.completeExceptionally(new BackendException(UNKNOWN_CALLER));
                  } else if (failure != null) {
                    answer.completeExceptionally(failure.get());
                  } else {
                    answer.complete(requireNonNull(job).get());
                  }
                });
            return answer;
          }
        };
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(stopping).limits(new BatchLimits(1, 1, 1)).seed(1).build()) {
      ShareReport report = workflow.run(ShareRequest.accept(IMAGES, PROJECTS));
      assertEquals(Ending.STOPPED, report.ending());
      assertEquals(8, report.counts().done(), report.toString());
      assertTrue(report.duration().compareTo(Duration.ofMinutes(1)) < 0, report.toString());
      assertEquals(
          List.of(
              Call.Kind.IMAGES,
              Call.Kind.SUBMIT,
              Call.Kind.SUBMIT,
              Call.Kind.SUBMIT,
              Call.Kind.SUBMIT),
          calls);
      return report;
    }
  }

  @Test
  void aRefusedAuditIsNotReadAgainWhileOthersGoOn() {
    MemoryBackend cloud = shared().jobsTake(Duration.ofMinutes(3)).build();
    int[] reads = {0};
    MemberBackend expiring =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Job> submit(ShareRequest slice) {
            return slice.recipients().contains(project("project-1"))
                ? CompletableFuture.completedFuture(Job.succeeded("quick"))
                : super.submit(slice);
          }

          @Override
          public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
            return recipient.equals(project("project-1")) && ++reads[0] > 1
                ? CompletableFuture.failedFuture(new BackendException(UNKNOWN_CALLER))
                : super.images(recipient, status);
          }
        };
    try (ShareWorkflow workflow = ShareWorkflow.builder(expiring).seed(1).build()) {
      assertEquals(8, workflow.run(ShareRequest.accept(IMAGES, PROJECTS)).counts().done());
    }
    assertEquals(2, reads[0]);
  }

  @Test
  void aLostAnswerIsReadNotRepeated() {
    MemoryBackend cloud = shared().build();
    cloud.inject(new Fault.LostAnswer());
    assertTrue(run(cloud, ShareRequest.accept(IMAGES, PROJECTS)).allDone());
    assertEquals(3, calls(cloud, Call.Kind.SUBMIT));
  }

  @Test
  void withoutAListingTheJobsResultCounts() {
    MemoryBackend cloud = shared().build();
    Reason refused = new Reason(Reason.Kind.FORBIDDEN, "IMG.0026", "no right");
    cloud.inject(new Fault.Refused(Call.Kind.IMAGES, refused), 3);
    ShareReport report = run(cloud, ShareRequest.accept(IMAGES, PROJECTS));
    assertTrue(report.allDone(), report.toString());
    assertTrue(
        report.outcomes().allMatch(o -> ((Outcome.Done) o).status() == MemberStatus.UNKNOWN));
  }

  @Test
  void itIsOneRunToItsObserver() throws Exception {
    MemoryBackend cloud = shared().jobsTake(Duration.ofSeconds(30)).build();
    List<ShareEvent> events = new ArrayList<>();
    try (ShareWorkflow workflow = workflow(cloud).listener(events::add).build()) {
      ShareRun run = workflow.start("mine", ShareRequest.accept(IMAGES, PROJECTS));
      assertEquals(run, workflow.start("mine", ShareRequest.accept(IMAGES, PROJECTS)));
      time.sleep(Duration.ofSeconds(10));
      Progress progress = run.progress();
      assertEquals(12, progress.total());
      assertEquals(3, progress.openJobs());
      assertEquals(3, progress.submits());
      ShareReport report = run.report().join();
      assertEquals("mine", report.id());
      assertEquals(calls(cloud, Call.Kind.IMAGES), report.stats().reads());
    }
    assertTrue(events.stream().allMatch(event -> event.run().equals("mine")));
    assertEquals(1, events.stream().filter(ShareEvent.Finished.class::isInstance).count());
    assertEquals(1, events.stream().filter(ShareEvent.Surveyed.class::isInstance).count());
  }

  @Test
  void itIsCancelledClosedAndEndedAsOne() throws Exception {
    for (Ending ending : List.of(Ending.CANCELLED, Ending.CLOSED, Ending.DEADLINE)) {
      MemoryBackend cloud = shared().jobsTake(Duration.ofMinutes(5)).build();
      ShareWorkflow workflow = workflow(cloud).deadline(Duration.ofMinutes(1)).build();
      ShareRun run = workflow.start(ShareRequest.accept(IMAGES, PROJECTS));
      time.sleep(Duration.ofSeconds(10));
      switch (ending) {
        case CANCELLED -> run.cancel();
        case CLOSED -> workflow.close();
        default -> {}
      }
      ShareReport report = run.report().join();
      assertEquals(ending, report.ending());
      assertEquals(12, report.counts().unknown());
      assertFalse(report.unknown().anyMatch(unknown -> unknown.job().isEmpty()));
      workflow.close();
    }
  }

  @Test
  void slicesKeepTheLimits() {
    MemoryBackend cloud = shared().build();
    try (ShareWorkflow workflow = workflow(cloud).limits(new BatchLimits(3, 9, 9)).build()) {
      assertTrue(workflow.run(ShareRequest.accept(IMAGES, PROJECTS)).allDone());
    }
    assertEquals(6, calls(cloud, Call.Kind.SUBMIT));
  }
}
