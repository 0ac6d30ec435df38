package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.share;
import static io.imageshare.memory.Samples.workflow;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Maps;
import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong with one image, listing or poll, or for a while, costs no more than that. */
class LocalFaultsTest {
  private final Timekeeper time = Timekeeper.virtual();

  private MemoryBackend.Builder cloud(int images) {
    return Samples.cloud(time, images);
  }

  private static Reason reason(Kind kind, String code) {
    return new Reason(kind, code, "planted by the test");
  }

  /** Why a call is refused; null: it is passed on. */
  private interface Refusals {
    @Nullable Reason of(Call.Kind kind, @Nullable ShareRequest slice, String id);
  }

  private static final class RefusingBackend extends ForwardingBackend {
    private final Refusals refusals;
    int calls;

    RefusingBackend(MemoryBackend cloud, Refusals refusals) {
      super(cloud);
      this.refusals = refusals;
    }

    @Override
    <T> CompletionStage<T> call(
        Call.Kind kind,
        @Nullable ShareRequest slice,
        String id,
        Supplier<CompletionStage<T>> call) {
      calls++;
      Reason reason = refusals.of(kind, slice, id);
      return reason == null
          ? call.get()
          : CompletableFuture.failedFuture(new BackendException(reason));
    }
  }

  private static RefusingBackend withUnreadable(MemoryBackend cloud, String image, Kind kind) {
    return new RefusingBackend(
        cloud,
        (call, slice, id) ->
            call == Call.Kind.MEMBERS && id.equals(image) ? reason(kind, "IMG.0026") : null);
  }

  private static List<Outcome> of(ShareReport report, String image) {
    return report.outcomes().filter(outcome -> outcome.member().image().equals(image)).toList();
  }

  // Listings

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"FORBIDDEN", "UNSUPPORTED"})
  void aListingThatIsRefusedSaysNothingOfTheOthers(Kind kind) {
    MemoryBackend cloud = cloud(4).build();
    cloud.inject(new Fault.HollowSuccess());
    ShareReport report =
        workflow(withUnreadable(cloud, "image-3", kind))
            .limits(new BatchLimits(3, 4, 12))
            .build()
            .run(share(4, 4))
            .requireAllDone();
    assertEquals(16, cloud.members().size(), "what a job did not do is seen by the listings");
    for (Outcome outcome : report.outcomes().toList()) {
      boolean unlisted = outcome.member().image().equals("image-3");
      MemberStatus status = unlisted ? MemberStatus.UNKNOWN : MemberStatus.PENDING;
      assertEquals(status, ((Outcome.Done) outcome).status(), outcome::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"FORBIDDEN", "UNSUPPORTED"})
  void whatNoListingAndNoJobConfirmsIsNotDone(Kind kind) {
    MemoryBackend cloud = cloud(4).build();
    cloud.inject(new Fault.LostRequest());
    ShareReport report =
        workflow(withUnreadable(cloud, "image-0", kind))
            .limits(new BatchLimits(2, 4, 8))
            .build()
            .run(share(4, 4));
    of(report, "image-0")
        .forEach(outcome -> assertTrue(outcome instanceof Outcome.Unknown, outcome::toString));
    assertEquals(12, report.counts().done());
  }

  /** Until a call is accepted, reads go first; those that nobody wants any more must not. */
  @Test
  void readsThatWereGivenUpHoldNoWriteBack() {
    for (int unanswered = 0; unanswered < 6; unanswered++) {
      for (int seed = 0; seed < 20; seed++) {
        MemoryBackend cloud =
            cloud(6)
                .latency(Duration.ofSeconds(1))
                .unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED))
                .build();
        cloud.inject(new Fault.Unavailable().on(Call.Kind.DESCRIBE), 10);
        if (unanswered > 0) {
          cloud.inject(new Fault.Unavailable().on(Call.Kind.MEMBERS), unanswered);
        }
        Instant begun = time.now();
        ShareReport report = workflow(cloud).seed(seed).build().run(share(6, 9));
        assertTrue(report.allDone(), report.toString());
        assertTrue(Duration.between(begun, time.now()).toMinutes() < 5, report.toString());
      }
    }
  }

  @Test
  void aListingWithMoreMembersThanTheLimitDisprovesIt() {
    MemoryBackend.Builder full = cloud(1).membersPerImage(256);
    ids("stranger-", 200)
        .forEach(id -> full.member("image-0", Recipient.project(id), MemberStatus.ACCEPTED));
    workflow(full.build()).membersPerImage(128).build().run(share(1, 3)).requireAllDone();
  }

  @Test
  void auditsOutlastAnOutageOfAMinute() {
    MemoryBackend cloud = cloud(4).jobsTake(Duration.ofSeconds(3)).build();
    Instant begin = time.now().plusSeconds(2);
    RefusingBackend backend =
        new RefusingBackend(
            cloud,
            (kind, slice, id) ->
                time.now().isAfter(begin) && time.now().isBefore(begin.plusSeconds(60))
                    ? reason(Kind.UNAVAILABLE, "")
                    : null);
    ShareReport report = workflow(backend).build().run(share(4, 4)).requireAllDone();
    assertTrue(time.now().isAfter(begin.plusSeconds(60)), "it met the outage");
    assertEquals(1, report.stats().submits());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 30, 60})
  void anOutageLosesNoPairOfManySmallSlices(int seconds) {
    MemoryBackend cloud = cloud(50).latency(Duration.ofMillis(100)).jobsTake(Duration.ZERO).build();
    Instant begin = time.now().plusSeconds(1);
    RefusingBackend backend =
        new RefusingBackend(
            cloud,
            (kind, slice, id) ->
                time.now().isAfter(begin) && time.now().isBefore(begin.plusSeconds(seconds))
                    ? reason(Kind.UNAVAILABLE, "")
                    : null);
    workflow(backend).limits(new BatchLimits(1, 1, 1)).build().run(share(50, 3)).requireAllDone();
    assertTrue(time.now().isAfter(begin.plusSeconds(seconds)), "it met the outage");
  }

  /** The listings of image-1; they cannot be read as a map of what is. */
  private static List<Map<Recipient, MemberStatus>> unreadable() {
    Map<Recipient, MemberStatus> noStatus = new HashMap<>();
    noStatus.put(Recipient.project("project-0"), null);
    Map<Recipient, MemberStatus> noRecipient = new HashMap<>();
    noRecipient.put(null, MemberStatus.PENDING);
    Set<Recipient> recipients = Set.of(Recipient.project("project-0"));
    Map<Recipient, MemberStatus> broken =
        Maps.asMap(
            recipients,
            recipient -> {
              throw new IllegalStateException("planted by the test");
            });
    Map<Recipient, MemberStatus> erroneous =
        Maps.asMap(
            recipients,
            recipient -> {
              throw new AssertionError("planted by the test");
            });
    return List.of(noStatus, noRecipient, broken, erroneous);
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void aListingThatCannotBeReadCostsItsImageOnly(Map<Recipient, MemberStatus> unreadable) {
    MemoryBackend cloud = cloud(3).build();
    MemberBackend backend =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
            return image.equals("image-1")
                ? CompletableFuture.completedFuture(unreadable)
                : super.members(image);
          }
        };
    try (ShareWorkflow workflow = workflow(backend).build()) {
      ShareReport report = workflow.run(share(3, 3));
      assertEquals(Ending.FINISHED, report.ending(), report.toString());
      assertEquals(6, report.counts().done(), report.toString());
      for (Outcome outcome : of(report, "image-1")) {
        assertEquals(
            Kind.INTERNAL, assertInstanceOf(Outcome.Unknown.class, outcome).reason().kind());
      }
      ShareReport removal =
          workflow.run(ShareRequest.unshare(ids("image-", 3), ids("project-", 3)));
      assertEquals(6, removal.counts().done(), "what nobody could read is not told as removed");
      List<ShareWorkflow.ImageMembers> members =
          workflow.members(ids("image-", 3)).stream().toList();
      assertEquals(Kind.INTERNAL, requireNonNull(members.get(1).reason()).kind());
      assertNull(members.get(2).reason());
    }
  }

  // Polls

  @ParameterizedTest
  @ValueSource(strings = {"0001-01-01T00:00:00Z", "+9999999-12-31T00:00:00Z"})
  void timesThatNoJobCanHaveChangeNothing(Instant begin) {
    MemoryBackend cloud = cloud(2).build();
    MemberBackend backend =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Job> job(String id) {
            return super.job(id).thenApply(job -> job.ended() ? job.begin(begin) : job);
          }
        };
    workflow(backend).limits(new BatchLimits(1, 1, 1)).build().run(share(2, 2)).requireAllDone();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aRefusedPollNeverEndsTheWatch(int answered) {
    for (Reason refusal :
        List.of(
            reason(Kind.INVALID, "IMG.0023"),
            reason(Kind.FORBIDDEN, "IMG.0026"),
            reason(Kind.UNSUPPORTED, ""),
            reason(Kind.QUOTA, ""))) {
      MemoryBackend cloud = cloud(2).jobsTake(Duration.ofSeconds(60)).build();
      int[] polls = {0};
      RefusingBackend backend =
          new RefusingBackend(
              cloud,
              (kind, slice, id) ->
                  kind == Call.Kind.JOB && polls[0]++ == answered ? refusal : null);
      ShareReport report = workflow(backend).build().run(share(2, 2)).requireAllDone();
      assertEquals(Job.Status.SUCCESS, report.jobs().get(0).job().status(), refusal.toString());
      assertEquals(1, report.stats().submits(), refusal.toString());
    }
  }

  // Writes

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"FORBIDDEN", "UNSUPPORTED", "QUOTA", "INVALID_IMAGE", "INVALID"})
  void anImageThatMayNotBeSharedCostsThatImageOnly(Kind kind) {
    for (BatchLimits limits : List.of(BatchLimits.defaults(), new BatchLimits(50, 20, 1000))) {
      MemoryBackend cloud = cloud(50).latency(Duration.ofMillis(250)).build();
      RefusingBackend backend =
          new RefusingBackend(
              cloud,
              (call, slice, id) ->
                  slice != null && slice.images().contains("image-7")
                      ? reason(kind, "IMG.0151")
                      : null);
      ShareReport report = workflow(backend).limits(limits).build().run(share(50, 60));
      assertEquals(49 * 60, report.counts().done(), report.toString());
      assertEquals(60, report.failed().filter(f -> f.reason().kind() == kind).count());
      assertTrue(report.stats().submits() <= 50, report.stats().toString());
    }
  }

  @Test
  void aFullImageCostsThatImageOnlyThoughSeveralSlicesAreRefusedAtOnce() {
    for (BatchLimits limits : List.of(BatchLimits.defaults(), new BatchLimits(50, 20, 1000))) {
      MemoryBackend cloud =
          cloud(50).wholeImages("image-7").latency(Duration.ofMillis(250)).build();
      cloud.inject(new Fault.Refused(Call.Kind.DESCRIBE, reason(Kind.FORBIDDEN, "IMG.0026")));
      ShareReport report = workflow(cloud).limits(limits).build().run(share(50, 60));
      assertEquals(49 * 60, report.counts().done(), report.toString());
      assertEquals(60, report.failed().filter(f -> f.reason().kind() == Kind.QUOTA).count());
      assertTrue(report.stats().submits() <= 25, report.stats().toString());
    }
  }

  @Test
  void whatItsJobCallsBadIsFailedAndNotAskedAgain() {
    MemoryBackend cloud =
        cloud(3)
            .unknowns(
                Unknowns.defaults()
                    .checks(Unknowns.Checks.IN_JOB)
                    .listing(Unknowns.Listing.EMPTY_FOR_UNKNOWN)
                    .results(Unknowns.Detail.PER_PAIR))
            .build();
    ShareReport report = workflow(cloud).build().run(share(4, 3));
    assertEquals(9, report.counts().done());
    assertEquals(3, report.failed().filter(f -> f.reason().kind() == Kind.INVALID_IMAGE).count());
    assertEquals(1, report.stats().submits());
  }

  @Test
  void whatAJobDidIsAuditedThoughOneOfItsIdsIsFoundBadMeanwhile() {
    MemoryBackend cloud =
        cloud(2).unknowns(Unknowns.defaults().listLag(Duration.ofSeconds(10))).build();
    RefusingBackend backend =
        new RefusingBackend(
            cloud,
            (kind, slice, id) ->
                slice != null && slice.images().contains("image-1")
                    ? reason(Kind.INVALID_RECIPIENT, "IMG.0108")
                    : null);
    ShareReport report =
        workflow(backend)
            .limits(new BatchLimits(1, 1, 1))
            .flow(FlowPolicy.defaults().openJobs(1))
            .build()
            .run(share(2, 1));
    of(report, "image-0")
        .forEach(outcome -> assertTrue(outcome instanceof Outcome.Done, outcome::toString));
    assertEquals(1, report.counts().failed());
  }

  @Test
  void anImageThatIsGoneBeforeItsAuditIsFailed() {
    MemoryBackend cloud = cloud(3).build();
    RefusingBackend backend =
        new RefusingBackend(
            cloud,
            (kind, slice, id) ->
                kind == Call.Kind.MEMBERS && id.equals("image-1") && !cloud.members().isEmpty()
                    ? reason(Kind.INVALID_IMAGE, "IMG.0027")
                    : null);
    ShareReport report = workflow(backend).build().run(share(3, 3));
    assertEquals(6, report.counts().done());
    assertEquals(3, report.failed().filter(f -> f.reason().code().equals("IMG.0027")).count());
  }

  // Whole runs

  @ParameterizedTest
  @ValueSource(ints = {2, 100})
  void aHostThatNeverAnsweredStopsTheRunWithinSecondsAndOneRetryBudget(int images) {
    for (ShareRequest request :
        List.of(share(images, 2), ShareRequest.unshare(ids("image-", images), ids("p-", 2)))) {
      RefusingBackend dead =
          new RefusingBackend(
              cloud(images).build(), (kind, slice, id) -> reason(Kind.UNAVAILABLE, ""));
      Instant begin = time.now();
      ShareReport report = workflow(dead).build().run(request);
      assertEquals(Ending.STOPPED, report.ending());
      assertEquals(Kind.UNAVAILABLE, report.reason().orElseThrow().kind());
      assertEquals(
          request.pairs(),
          report.failed().filter(f -> f.reason().kind() == Kind.UNAVAILABLE).count());
      assertEquals(0, report.stats().submits());
      int budget = RetryPolicy.defaults().budget();
      assertTrue(dead.calls <= 1 + images + budget, dead.calls + " calls");
      assertTrue(time.now().isBefore(begin.plusSeconds(20)), "it took too long");
    }
  }

  @Test
  void credentialsThatExpireGiveWhatWasNotSentThatReason() {
    MemoryBackend cloud = cloud(8).latency(Duration.ofMillis(40)).build();
    RefusingBackend backend =
        new RefusingBackend(
            cloud,
            (kind, slice, id) ->
                calls(cloud, Call.Kind.SUBMIT).isEmpty()
                    ? null
                    : reason(Kind.UNAUTHENTICATED, "APIGW.0301"));
    ShareReport report =
        workflow(backend).limits(new BatchLimits(1, 8, 8)).build().run(share(8, 8));
    assertEquals(Ending.STOPPED, report.ending());
    ShareRequest sent = requireNonNull(calls(cloud, Call.Kind.SUBMIT).get(0).slice());
    for (Outcome outcome : report.outcomes().toList()) {
      Member member = outcome.member();
      boolean was =
          sent.images().contains(member.image()) && sent.recipients().contains(member.recipient());
      assertTrue(
          was
              ? outcome instanceof Outcome.Unknown
              : outcome instanceof Outcome.Failed failed
                  && failed.reason().kind() == Kind.UNAUTHENTICATED,
          outcome::toString);
    }
  }
}
