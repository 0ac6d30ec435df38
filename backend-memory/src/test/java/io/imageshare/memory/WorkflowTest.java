package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.share;
import static io.imageshare.memory.Samples.workflow;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The rules of the engine, one by one, on the simulated cloud. */
class WorkflowTest {
  private final Timekeeper time = Timekeeper.virtual();

  private MemoryBackend.Builder cloud(int images) {
    return Samples.cloud(time, images);
  }

  private static Reason reason(Reason.Kind kind, String code) {
    return new Reason(kind, code, "planted by the test");
  }

  // Survey

  @Test
  void whatIsThereAlreadyIsNotAskedFor() {
    MemoryBackend cloud =
        cloud(2)
            .member("image-0", Recipient.project("project-0"), MemberStatus.ACCEPTED)
            .member("image-1", Recipient.project("project-1"), MemberStatus.PENDING)
            .build();
    ShareReport report = workflow(cloud).build().run(share(2, 2));
    assertEquals(2, report.outcomes().filter(o -> ((Outcome.Done) o).already()).count());
    long asked =
        calls(cloud, Call.Kind.SUBMIT).stream()
            .mapToLong(c -> requireNonNull(c.slice()).pairs())
            .sum();
    assertEquals(2, asked);
  }

  @Test
  void runningTwiceWritesNothingTheSecondTime() {
    MemoryBackend cloud = cloud(3).build();
    ShareWorkflow workflow = workflow(cloud).build();
    workflow.run(share(3, 3)).requireAllDone();
    int submits = calls(cloud, Call.Kind.SUBMIT).size();
    ShareReport again = workflow.run(share(3, 3)).requireAllDone();
    assertEquals(submits, calls(cloud, Call.Kind.SUBMIT).size());
    assertEquals(0, again.stats().submits());
    assertEquals(3 + 1, again.stats().reads(), "the listings and a description");
  }

  @Test
  void anImageTheListingDoesNotKnowIsBadBeforeAnyWrite() {
    MemoryBackend cloud = cloud(1).build();
    ShareReport report =
        workflow(cloud).build().run(ShareRequest.share(List.of("nowhere"), ids("p-", 2)));
    assertEquals(2, report.failed().filter(f -> f.reason().code().equals("IMG.0027")).count());
    assertEquals(0, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void whatCannotFitIsRefusedInTheRequestsOrderWithoutAWrite() {
    MemoryBackend cloud =
        cloud(1)
            .membersPerImage(4)
            .member("image-0", Recipient.project("stranger"), MemberStatus.ACCEPTED)
            .member("image-0", Recipient.project("project-4"), MemberStatus.ACCEPTED)
            .build();
    ShareReport report = workflow(cloud).build().run(share(1, 5));
    assertEquals(
        List.of("project-0", "project-1", "project-4"),
        report
            .outcomes()
            .filter(Outcome.Done.class::isInstance)
            .map(o -> o.member().recipient().id())
            .toList());
    assertEquals(2, report.failed().filter(f -> f.reason().kind() == Reason.Kind.QUOTA).count());
    assertTrue(
        report.failed().findFirst().orElseThrow().reason().message().contains("2 of at most 4"));
  }

  @Test
  void whenListingIsForbiddenTheJobsWordMustDo() {
    MemoryBackend cloud = cloud(5).build();
    cloud.inject(
        new Fault.Refused(Call.Kind.MEMBERS, reason(Reason.Kind.FORBIDDEN, "IMG.0026")), 100);
    ShareReport report = workflow(cloud).build().run(share(5, 5)).requireAllDone();
    assertEquals(1 + 3, report.stats().reads(), "a description, and three refused listings");
  }

  @Test
  void whereNothingListsAFailedJobsResultsCountToo() {
    MemoryBackend cloud =
        cloud(2)
            .unknowns(
                Unknowns.defaults()
                    .listing(Unknowns.Listing.UNSUPPORTED)
                    .results(Unknowns.Detail.PER_PAIR))
            .build();
    cloud.inject(new Fault.PartialFail());
    ShareReport report = workflow(cloud).build().run(share(2, 4)).requireAllDone();
    assertEquals(1 + 2, report.stats().reads());
    assertTrue(report.jobs().get(0).job().results().stream().anyMatch(Job.Result::succeeded));
  }

  @Test
  void withoutAListingALastPollThatShowsTheEndCounts() throws Exception {
    MemoryBackend cloud =
        cloud(1).unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED)).build();
    ShareRun run =
        workflow(cloud).poll(PollPolicy.fixed(Duration.ofMinutes(5))).build().start(share(1, 1));
    time.sleep(ofSeconds(10));
    run.cancel();
    assertTrue(run.report().join().allDone());
  }

  @Test
  void closingARunThatWindsDownStopsItsLastCalls() throws Exception {
    MemoryBackend cloud = cloud(3).latency(ofSeconds(2)).jobsTake(ofSeconds(90)).build();
    ShareWorkflow workflow =
        workflow(cloud)
            .limits(new BatchLimits(1, 1, 1))
            .flow(FlowPolicy.defaults().concurrentCalls(1))
            .poll(PollPolicy.fixed(Duration.ofMinutes(5)))
            .build();
    ShareRun run = workflow.start(share(3, 1));
    time.sleep(ofSeconds(20));
    run.cancel();
    time.sleep(ofSeconds(1));
    int calls = cloud.calls().size();
    workflow.close();
    assertEquals(Ending.CLOSED, run.report().join().ending());
    assertEquals(calls, cloud.calls().size());
    assertEquals(3, run.report().join().counts().unknown());
  }

  // Calls

  @Test
  void theFirstCallGoesAlone() {
    MemoryBackend cloud = cloud(20).latency(ofSeconds(2)).build();
    workflow(cloud).limits(new BatchLimits(1, 1, 1)).build().run(share(20, 1)).requireAllDone();
    List<Call> calls = cloud.calls();
    assertFalse(calls.get(1).begun().isBefore(requireNonNull(calls.get(0).answered())));
    assertTrue(calls.get(2).begun().isBefore(requireNonNull(calls.get(1).answered())));
  }

  @Test
  void retryAfterIsTheLeastWait() {
    for (Fault.Throttled.Style style : Fault.Throttled.Style.values()) {
      MemoryBackend cloud = cloud(1).build();
      cloud.inject(new Fault.Throttled(ofSeconds(33), style).on(Call.Kind.SUBMIT));
      workflow(cloud).build().run(share(1, 1)).requireAllDone();
      List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
      assertFalse(submits.get(1).begun().isBefore(submits.get(0).begun().plusSeconds(33)));
    }
  }

  @Test
  void aWaitThatNoServiceMeansIsCut() {
    for (Duration asked : List.of(Duration.ofDays(1), ofSeconds(Long.MAX_VALUE))) {
      for (Call.Kind kind : List.of(Call.Kind.SUBMIT, Call.Kind.JOB, Call.Kind.MEMBERS)) {
        MemoryBackend cloud = cloud(1).build();
        cloud.inject(new Fault.Throttled(asked, Fault.Throttled.Style.GATEWAY).on(kind));
        Instant begun = time.now();
        workflow(cloud).build().run(share(1, 1)).requireAllDone();
        Duration took = Duration.between(begun, time.now());
        assertTrue(took.compareTo(Duration.ofMinutes(10)) < 0, asked + " " + kind + ": " + took);
      }
    }
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(
        new Fault.Throttled(ofSeconds(33), Fault.Throttled.Style.GATEWAY).on(Call.Kind.SUBMIT));
    RetryPolicy hasty = RetryPolicy.defaults().maxRetryAfter(ofSeconds(7));
    workflow(cloud).retry(hasty).build().run(share(1, 1)).requireAllDone();
    List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
    assertEquals(
        ofSeconds(7),
        Duration.between(requireNonNull(submits.get(0).answered()), submits.get(1).begun()));
    assertThrows(
        IllegalArgumentException.class, () -> RetryPolicy.defaults().maxRetryAfter(Duration.ZERO));
  }

  @Test
  void throttlingCostsNoBudgetAndIsRepeatedUntilTheDeadline() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.Throttled().on(Call.Kind.SUBMIT), 50);
    workflow(cloud)
        .retry(RetryPolicy.defaults().budget(0))
        .build()
        .run(share(1, 1))
        .requireAllDone();

    MemoryBackend never = cloud(1).build();
    never.inject(new Fault.Throttled().on(Call.Kind.SUBMIT), 1_000_000);
    ShareReport report = workflow(never).deadline(Duration.ofHours(1)).build().run(share(1, 1));
    assertEquals(Ending.DEADLINE, report.ending());
    assertEquals(Reason.Kind.NOT_SENT, report.failed().findFirst().orElseThrow().reason().kind());
    assertTrue(report.stats().submits() < 1000, "it slows down: " + report.stats());
  }

  @Test
  void retriesDrawOnOneBudget() {
    MemoryBackend cloud = cloud(30).build();
    ShareWorkflow workflow =
        workflow(cloud)
            .limits(new BatchLimits(1, 1, 1))
            .retry(RetryPolicy.defaults().budget(7))
            .build();
    workflow.run(ShareRequest.unshare(List.of("image-0"), List.of("stranger")));
    int before = cloud.calls().size();
    cloud.inject(new Fault.Unavailable(), 1_000_000);
    ShareReport report = workflow.run(share(30, 1));
    assertEquals(
        30, report.failed().filter(f -> f.reason().kind() == Reason.Kind.UNAVAILABLE).count());
    assertEquals(
        before + 1 + 7 + 30 + 6 * 30,
        cloud.calls().size(),
        "one try a call, and seven repeats in all");
  }

  @Test
  void anUnansweredCallIsLostAfterTheCallTimeoutAndFreesItsPlace() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.NeverAnswered(false).on(Call.Kind.SUBMIT));
    Instant start = time.now();
    ShareReport report =
        workflow(cloud)
            .flow(FlowPolicy.defaults().callTimeout(ofSeconds(20)).concurrentCalls(1).openJobs(1))
            .build()
            .run(share(1, 1))
            .requireAllDone();
    assertEquals(2, report.stats().submits());
    assertTrue(time.now().isBefore(start.plusSeconds(80)));
  }

  @Test
  void aLostWriteIsReadWhenItsJobHasMostLikelyEnded() {
    MemoryBackend cloud = cloud(1).jobsTake(ofSeconds(60)).build();
    ShareWorkflow workflow = workflow(cloud).build();
    workflow.run(share(1, 1)).requireAllDone();
    cloud.inject(new Fault.LostRequest().on(Call.Kind.SUBMIT));
    workflow.run(share(1, 2)).requireAllDone();
    List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
    assertEquals(3, submits.size());
    Instant lost = submits.get(1).begun();
    List<Long> reads =
        calls(cloud, Call.Kind.MEMBERS).stream()
            .map(Call::begun)
            .filter(read -> read.isAfter(lost) && !read.isAfter(submits.get(2).begun()))
            .map(read -> Duration.between(lost, read).toSeconds() / 60)
            .toList();
    assertEquals(List.of(1L), reads);
  }

  // Refusals

  @Test
  void aQuotaOfOneImageSinksThatImageOnly() {
    MemoryBackend cloud = cloud(8).wholeImages("image-3").build();
    Reason refused = reason(Reason.Kind.FORBIDDEN, "IMG.0026");
    cloud.inject(new Fault.Refused(Call.Kind.DESCRIBE, refused));
    ShareReport report =
        workflow(cloud).limits(new BatchLimits(50, 100, 1000)).build().run(share(8, 20));
    assertEquals(7 * 20, report.counts().done());
    assertEquals(20, report.failed().filter(f -> f.member().image().equals("image-3")).count());
    assertTrue(report.stats().submits() <= 8, report.stats().toString());
  }

  @Test
  void aRepeatedWriteWaitsToo() {
    MemoryBackend cloud = cloud(4).badProjects("project-70").latency(ofMillis(400)).build();
    cloud.inject(new Fault.Refused(reason(Reason.Kind.INVALID_RECIPIENT, "IMG.0108")));
    cloud.inject(new Fault.Unavailable().on(Call.Kind.SUBMIT));
    ShareReport report =
        workflow(cloud)
            .limits(new BatchLimits(2, 100, 1000))
            .flow(FlowPolicy.defaults().callsPerSecond(1000))
            .build()
            .run(share(4, 100));
    assertEquals(4 * 99, report.counts().done());
    List<Call> refused =
        calls(cloud, Call.Kind.SUBMIT).stream()
            .filter(c -> c.reason() != null && c.reason().code().equals("IMG.0108"))
            .toList();
    assertTrue(refused.size() > 2, "a bad id is hunted");
    assertTrue(
        refused.stream().noneMatch(c -> requireNonNull(c.slice()).images().contains("image-2")),
        "the slice that was unavailable is planned anew, without the bad id");
  }

  @Test
  void aQuotaOfTheAccountIsNotRunIntoForEver() {
    for (Reason.Kind kind : List.of(Reason.Kind.QUOTA, Reason.Kind.FORBIDDEN)) {
      MemoryBackend cloud = cloud(64).build();
      cloud.inject(new Fault.Refused(reason(kind, "IMG.0088")), 1_000_000);
      ShareReport report =
          workflow(cloud)
              .limits(new BatchLimits(4, 4, 16))
              .flow(FlowPolicy.defaults().concurrentCalls(1))
              .build()
              .run(share(64, 8));
      assertEquals(64 * 8, report.failed().filter(f -> f.reason().kind() == kind).count());
      assertTrue(report.stats().submits() <= 24, kind + ": " + report.stats());
    }
  }

  @Test
  void sixteenBadIdsOfOneSideSpeakForTheRest() {
    MemoryBackend cloud = cloud(2).badProjects(ids("project-", 100)).build();
    ShareReport report =
        workflow(cloud).flow(FlowPolicy.defaults().concurrentCalls(1)).build().run(share(2, 100));
    assertEquals(200, report.failed().filter(f -> f.reason().code().equals("IMG.0108")).count());
    assertEquals(
        2 * 84,
        report
            .failed()
            .filter(f -> f.reason().message().contains("not tried, as 16 others"))
            .count());
  }

  @Test
  void badIdsDoNotSpeakForTheRestOnceOneWasGood() {
    MemoryBackend cloud = cloud(2).badProjects(ids("project-", 31).subList(1, 31)).build();
    ShareReport report =
        workflow(cloud).flow(FlowPolicy.defaults().concurrentCalls(1)).build().run(share(2, 40));
    assertEquals(60, report.failed().filter(f -> f.reason().code().equals("IMG.0108")).count());
    assertEquals(20, report.counts().done());
  }

  @Test
  void aServiceThatRefusesEverythingWithoutSayingWhyIsNotAskedForEver() {
    MemoryBackend cloud = cloud(40).build();
    cloud.inject(new Fault.Refused(reason(Reason.Kind.INVALID, "IMG.0001")), 1_000_000);
    ShareReport report = workflow(cloud).build().run(share(40, 60));
    assertEquals(2400, report.failed().filter(f -> f.reason().code().equals("IMG.0001")).count());
    assertTrue(report.stats().submits() < 100, report.stats().toString());
  }

  @Test
  void anAnswerNobodyCanReadIsSettledByReadingAndNeverAskedAgain() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.Refused(reason(Reason.Kind.INTERNAL, "")));
    ShareReport report = workflow(cloud).build().run(share(1, 2));
    assertEquals(
        2, report.unknown().filter(u -> u.reason().kind() == Reason.Kind.INTERNAL).count());
    assertEquals(1, report.stats().submits());
  }

  // Jobs

  @Test
  void aJobTheServiceNoLongerKnowsIsPolledTenTimesAndTheListingDecides() {
    MemoryBackend cloud =
        cloud(1)
            .jobsTake(ofMillis(200))
            .unknowns(Unknowns.defaults().jobsKept(ofMillis(100)))
            .build();
    ShareReport report =
        workflow(cloud)
            .poll(PollPolicy.fixed(ofSeconds(1)))
            .build()
            .run(share(1, 2))
            .requireAllDone();
    assertEquals(10, report.stats().polls());
    assertEquals(1, report.stats().submits());
  }

  @Test
  void aListingThatLagsIsReadAgainBeforeAnythingIsAskedAgain() {
    MemoryBackend cloud = cloud(1).unknowns(Unknowns.defaults().listLag(ofSeconds(6))).build();
    ShareReport report = workflow(cloud).build().run(share(1, 2)).requireAllDone();
    assertEquals(1, report.stats().submits());
    assertEquals(5, calls(cloud, Call.Kind.MEMBERS).size(), "after 0, .5, 1.5, 3.5 and 7.5 s");
  }

  @Test
  void whatAnAuditMissesIsAskedAgainThoughOtherJobsRun() {
    MemoryBackend cloud =
        Samples.cloud(Timekeeper.virtual(), 20)
            .latency(ofMillis(40))
            .jobsTake(ofSeconds(10))
            .build();
    cloud.inject(new Fault.SlowJob(Duration.ofMinutes(1)));
    cloud.inject(new Fault.HollowSuccess());
    assertTrue(ShareWorkflow.over(cloud).run(share(20, 100)).allDone());
    List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
    Instant again = submits.get(2).begun();
    Instant read =
        calls(cloud, Call.Kind.MEMBERS).stream()
            .map(call -> requireNonNull(call.answered()))
            .filter(answered -> !answered.isAfter(again))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    assertTrue(Duration.between(read, again).toMillis() < 100, read + " and " + again);
  }

  @Test
  void aFailedJobDoesNotVoidWhatItDidAndASuccessDoesNotHideWhatItDidNot() {
    for (Fault fault : List.of(new Fault.PartialFail(), new Fault.HollowSuccess())) {
      MemoryBackend cloud = cloud(4).build();
      cloud.inject(fault);
      ShareReport report = workflow(cloud).build().run(share(4, 4)).requireAllDone();
      assertTrue(report.jobs().size() > 1, fault.toString());
      assertEquals(16, cloud.members().size());
      long again =
          calls(cloud, Call.Kind.SUBMIT).stream()
              .skip(1)
              .mapToLong(c -> requireNonNull(c.slice()).pairs())
              .sum();
      assertTrue(again < 16, "only what is missing is asked again");
    }
  }

  @Test
  void aPairIsAskedAtMostSixTimes() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.PartialFail(), 1_000_000);
    ShareReport report = workflow(cloud).build().run(share(1, 1));
    assertEquals(6, report.stats().submits());
    assertEquals(1, report.counts().unknown());
  }

  // Ending early

  @Test
  void theDeadlineEndsTheRunWithOneLastPollAndOneRead() {
    MemoryBackend cloud = cloud(1).latency(ofMillis(40)).build();
    cloud.inject(new Fault.StuckJob());
    Instant start = time.now();
    ShareReport report = workflow(cloud).deadline(ofSeconds(20)).build().run(share(1, 1));
    assertEquals(Ending.DEADLINE, report.ending());
    Instant deadline = start.plusSeconds(20);
    assertEquals(
        1, calls(cloud, Call.Kind.JOB).stream().filter(c -> !c.begun().isBefore(deadline)).count());
    assertEquals(
        1,
        calls(cloud, Call.Kind.MEMBERS).stream()
            .filter(c -> !c.begun().isBefore(deadline))
            .count());
    assertEquals(cloud.jobs().get(0).id(), report.unknown().findFirst().orElseThrow().job());
  }

  @Test
  void aLastPollThatShowsTheEndMakesTheReportTrue() throws Exception {
    MemoryBackend cloud = cloud(1).jobsTake(ofSeconds(4)).build();
    ShareRun run =
        workflow(cloud).poll(PollPolicy.fixed(Duration.ofMinutes(5))).build().start(share(1, 1));
    time.sleep(ofSeconds(10));
    run.cancel();
    ShareReport report = run.report().join();
    assertEquals(Ending.CANCELLED, report.ending());
    assertTrue(report.allDone());
  }

  @Test
  void windingDownTakesThirtySecondsAtMost() throws Exception {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.NeverAnswered(true).on(Call.Kind.SUBMIT));
    ShareRun run = workflow(cloud).build().start(share(1, 1));
    time.sleep(ofSeconds(10));
    run.cancel();
    Instant cancelled = time.now();
    ShareReport report = run.report().join();
    assertEquals(cancelled.plusSeconds(30), time.now());
    assertEquals(1, report.counts().unknown());
  }

  @Test
  void anInterruptedRunIsCancelledAndItsReportReturned() {
    MemoryBackend cloud = cloud(1).jobsTake(ofSeconds(60)).build();
    ShareWorkflow workflow =
        workflow(cloud)
            .listener(
                event -> {
                  if (event instanceof ShareEvent.Submitted) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build();
    ShareReport report = workflow.run(share(1, 1));
    assertTrue(Thread.interrupted(), "the flag is set again");
    assertEquals(Ending.CANCELLED, report.ending());
    assertEquals(1, report.counts().unknown());
  }

  @Test
  void cancellingOrTimingOutTheFutureLeavesTheRunAlone() throws Exception {
    MemoryBackend cloud = cloud(1).jobsTake(ofSeconds(30)).build();
    ShareRun run = workflow(cloud).build().start(share(1, 1));
    assertThrows(TimeoutException.class, () -> run.report().get(3, TimeUnit.SECONDS));
    assertTrue(run.report().cancel(true));
    assertTrue(run.report().get().allDone());
  }

  @Test
  void runFromInsideAListenerIsRefusedAndLeavesNothingBehind() {
    MemoryBackend cloud = cloud(1).build();
    List<String> said = new ArrayList<>();
    ShareWorkflow[] self = new ShareWorkflow[1];
    self[0] =
        workflow(cloud)
            .listener(
                event -> {
                  if (event instanceof ShareEvent.Surveyed && said.isEmpty()) {
                    said.add(
                        String.valueOf(
                            assertThrows(
                                    IllegalStateException.class, () -> self[0].run(share(1, 9)))
                                .getMessage()));
                  }
                })
            .build();
    self[0].run(share(1, 1)).requireAllDone();
    assertTrue(said.get(0).contains("inside a task or listener"), said.get(0));
    assertEquals(1, cloud.members().size());
  }

  // What a caller sees

  @Test
  void whatRemainsCanBeRunAgain() throws Exception {
    MemoryBackend cloud = cloud(6).jobsTake(ofSeconds(10)).build();
    ShareWorkflow workflow =
        workflow(cloud)
            .limits(new BatchLimits(2, 3, 6))
            .flow(FlowPolicy.defaults().openJobs(3))
            .build();
    ShareRun run = workflow.start(share(6, 6));
    time.sleep(ofSeconds(18));
    run.cancel();
    ShareReport report = run.report().join();
    assertFalse(report.allDone());
    assertThrows(IllegalStateException.class, report::requireAllDone);
    long remaining = report.remaining().stream().mapToLong(ShareRequest::pairs).sum();
    assertEquals(36 - report.counts().done(), remaining);
    workflow.run(report.remaining()).requireAllDone();
    assertEquals(36, cloud.members().size());
  }

  @Test
  void progressTellsTheTruthHalfWay() throws Exception {
    MemoryBackend cloud = cloud(10).jobsTake(ofSeconds(10)).build();
    ShareRun run =
        workflow(cloud)
            .limits(new BatchLimits(1, 9, 9))
            .flow(FlowPolicy.defaults().openJobs(2))
            .build()
            .start(share(10, 3));
    assertEquals(30, run.progress().pending());
    time.sleep(ofSeconds(25));
    Progress progress = run.progress();
    assertEquals(30, progress.total());
    assertEquals(2, progress.openJobs());
    assertTrue(progress.done() > 0 && progress.done() <= cloud.members().size());
    assertEquals(calls(cloud, Call.Kind.SUBMIT).size(), progress.submits());
    assertEquals(calls(cloud, Call.Kind.JOB).size(), progress.polls());
    int descriptions = calls(cloud, Call.Kind.DESCRIBE).size();
    assertEquals(1, descriptions);
    assertEquals(calls(cloud, Call.Kind.MEMBERS).size() + descriptions, progress.reads());
    assertTrue(requireNonNull(progress.timeLeft()).compareTo(ofSeconds(10)) > 0);
    run.report().join().requireAllDone();
    assertEquals(0, run.progress().pending());
    assertEquals(0, run.progress().openJobs());
  }

  @Test
  void eachImageIsSettledOnce() {
    MemoryBackend cloud = cloud(7).badProjects("project-1").build();
    List<String> settled = new ArrayList<>();
    workflow(cloud)
        .listener(
            event -> {
              if (event instanceof ShareEvent.ImageCompleted s) {
                settled.add(s.image() + " " + s.done() + " " + s.failed() + " " + s.unknown());
                assertEquals(s.failed(), s.notDone().size());
                s.notDone().forEach(outcome -> assertEquals(s.image(), outcome.member().image()));
              }
            })
        .build()
        .run(share(8, 3));
    settled.sort(null);
    List<String> expected = new ArrayList<>();
    ids("image-", 7).forEach(image -> expected.add(image + " 2 1 0"));
    expected.add("image-7 0 3 0");
    assertEquals(expected, settled);
  }

  @Test
  void theEventOfAnImageNamesTheFirstPairsThatFailedAndHowManyMore() {
    MemoryBackend cloud = cloud(1).build();
    List<ShareEvent.ImageCompleted> events = new ArrayList<>();
    ShareReport report =
        workflow(cloud)
            .listener(
                event -> {
                  if (event instanceof ShareEvent.ImageCompleted image) {
                    events.add(image);
                  }
                })
            .build()
            .run(ShareRequest.share(List.of("image-0", "nix"), ids("project-", 14)));
    assertEquals(2, events.size());
    for (ShareEvent.ImageCompleted image : events) {
      boolean bad = image.image().equals("nix");
      assertEquals(
          bad ? report.failed().limit(10).toList() : List.of(), image.notDone(), image.image());
      assertEquals(bad ? 4 : 0, image.more());
    }
  }

  @Test
  void theHeadlineTellsWhatWhereAndHowLong() {
    MemoryBackend cloud = cloud(2).jobsTake(ofSeconds(150)).build();
    MemberBackend named =
        new ForwardingBackend(cloud) {
          @Override
          public String endpoint() {
            return "https://ims.example";
          }
        };
    ShareReport report = workflow(named).build().run(share(3, 2));
    assertEquals(ShareRequest.Action.SHARE, report.action());
    assertEquals("https://ims.example", report.endpoint());
    assertTrue(report.duration().compareTo(ofSeconds(150)) > 0, report.duration().toString());
    assertTrue(report.duration().compareTo(ofSeconds(200)) < 0, report.duration().toString());
    String took = report.duration().toSeconds() % 60 + "s";
    assertTrue(
        report
            .toString()
            .startsWith(
                "run %s: SHARE FINISHED after %dm%s at https://ims.example, 6 pairs: 4 done"
                    .formatted(report.id(), report.duration().toMinutes(), took)),
        report.toString());
  }

  @Test
  void progressIsWrittenAsJson() {
    MemoryBackend cloud = cloud(2).jobsTake(ofSeconds(60)).build();
    ShareRun run = workflow(cloud).build().start(share(2, 3));
    assertEquals(
        "{\"total\":6,\"done\":0,\"failed\":0,\"unknown\":0,\"pending\":6,\"openJobs\":0,"
            + "\"submits\":0,\"polls\":0,\"reads\":0}",
        run.progress().toJson());
    assertEquals(
        "{\"total\":6,\"done\":4,\"failed\":1,\"unknown\":0,\"pending\":1,\"openJobs\":2,"
            + "\"submits\":3,\"polls\":4,\"reads\":5,\"timeLeft\":\"PT1M5S\"}",
        new Progress(6, 4, 1, 0, 2, 3, 4, 5, ofSeconds(65)).toJson());
    run.cancel();
    run.report().join();
  }

  @Test
  void badRequestsAreRefusedBeforeAnyCall() {
    MemoryBackend cloud = cloud(1).build();
    ShareWorkflow workflow = workflow(cloud).build();
    assertThrows(IllegalArgumentException.class, () -> workflow.run(List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            workflow.run(
                List.of(share(1, 1), ShareRequest.unshare(List.of("image-0"), List.of("p")))));
    assertEquals(0, cloud.calls().size());
  }

  @Test
  void membersOfARunAreFoundByValue() {
    MemoryBackend cloud = cloud(1).build();
    ShareReport report = workflow(cloud).build().run(share(1, 1));
    Member member = new Member("image-0", Recipient.project("project-0"));
    assertEquals(new Outcome.Done(member, false, MemberStatus.PENDING), report.outcome(member));
  }

  @Test
  @SuppressWarnings("NullAway") // callers without its checks pass null
  void saysWhichArgumentIsNull() {
    ShareRequest request = ShareRequest.share(List.of("image-0"), List.of("project-0"));
    WantedState wanted = WantedState.of(List.of("image-0"), List.of("project-0"));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud(1).build())) {
      Map<String, Executable> calls =
          Map.of(
              "request", () -> workflow.run((ShareRequest) null),
              "requests", () -> workflow.plan((List<ShareRequest>) null),
              "id", () -> workflow.start(null, request),
              "wanted", () -> workflow.changes(null),
              "images", () -> workflow.changes(wanted, null),
              "changes", () -> workflow.run((WantedState.Changes) null),
              "within", () -> workflow.awaitAccepted(request, null));
      calls.forEach(
          (argument, call) ->
              assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage()));
    }
  }

  @Test
  void severalReportsAreAwaitedThroughTheTimekeeper() throws Exception {
    MemoryBackend cloud = cloud(2).build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      CompletableFuture<ShareReport> one = workflow.start(share(1, 1)).report();
      CompletableFuture<ShareReport> other = workflow.start(share(2, 2)).report();
      cloud.time().await(CompletableFuture.allOf(one, other));
      assertTrue(one.join().allDone() && other.join().allDone());
      assertEquals(
          4, workflow.start(share(2, 2)).report().thenApply(ShareReport::counts).join().done());
    }
  }

  @Test
  void whatStopsARunIsSaidOnceInItsFirstLine() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.Refused(reason(Reason.Kind.UNAUTHENTICATED, "APIGW.0301")), 9);
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareReport report =
          workflow.run(ShareRequest.share(List.of("image-0"), List.of("project-0")));
      assertEquals(ShareReport.Ending.STOPPED, report.ending());
      String first = report.toString().lines().findFirst().orElseThrow();
      assertEquals(2, first.split("APIGW.0301", -1).length, first);
    }
  }
}
