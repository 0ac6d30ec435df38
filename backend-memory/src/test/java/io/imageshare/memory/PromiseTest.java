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
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The promises of {@code docs/promises.md}, each one or more tests named after it. */
class PromiseTest {
  private final Timekeeper time = Timekeeper.virtual();

  private MemoryBackend.Builder cloud(int images) {
    return Samples.cloud(time, images);
  }

  @Test
  void promise1EveryPairHasExactlyOneOutcome() {
    MemoryBackend cloud = cloud(6).badProjects("project-3").build();
    cloud.inject(new Fault.StuckJob());
    List<ShareRequest> overlapping =
        List.of(
            ShareRequest.share(List.of("image-0", "image-1"), ids("project-", 4)),
            ShareRequest.share(List.of("image-1", "image-5", "image-9"), ids("project-", 2)));
    ShareReport report = workflow(cloud).limits(new BatchLimits(1, 2, 2)).build().run(overlapping);
    Set<Member> asked =
        overlapping.stream()
            .flatMap(
                request ->
                    request.images().stream()
                        .flatMap(
                            image -> request.recipients().stream().map(r -> new Member(image, r))))
            .collect(Collectors.toSet());
    List<Member> reported = report.outcomes().map(Outcome::member).toList();
    assertEquals(asked, new HashSet<>(reported));
    assertEquals(asked.size(), reported.size());
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(asked.size(), report.stats().total());
    assertEquals(asked.size(), report.counts().total());
    asked.forEach(member -> assertEquals(member, report.outcome(member).member()));
    assertThrows(
        IllegalArgumentException.class,
        () -> report.outcome(new Member("image-0", Recipient.project("stranger"))));
  }

  @Test
  void promise2DoneMeansTheListingShowsIt() {
    MemoryBackend cloud =
        cloud(2).member("image-0", Recipient.project("project-0"), MemberStatus.REJECTED).build();
    cloud.inject(new Fault.HollowSuccess());
    ShareWorkflow workflow = workflow(cloud).build();
    ShareReport shared = workflow.run(share(2, 3));
    assertTrue(shared.allDone());
    assertEquals(6, cloud.members().size());
    assertEquals(
        new Outcome.Done(
            new Member("image-0", Recipient.project("project-0")), true, MemberStatus.REJECTED),
        shared.outcome(new Member("image-0", Recipient.project("project-0"))));
    ShareReport unshared =
        workflow.run(ShareRequest.unshare(List.of("image-0"), List.of("project-0", "project-9")));
    assertTrue(unshared.allDone());
    assertEquals(5, cloud.members().size());
  }

  @Test
  void promise2WhereListingIsUnsupportedAJobSaidSo() {
    MemoryBackend cloud =
        cloud(2).unknowns(Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED)).build();
    ShareReport report = workflow(cloud).build().run(share(2, 2));
    assertEquals(4, report.counts().done());
    report
        .outcomes()
        .forEach(done -> assertEquals(MemberStatus.UNKNOWN, ((Outcome.Done) done).status()));
  }

  @Test
  void promise3NoWriteIsRepeatedBlindly() {
    for (Fault lost :
        List.of(new Fault.LostAnswer(), new Fault.LostRequest(), new Fault.NeverAnswered(true))) {
      MemoryBackend cloud = cloud(2).latency(ofMillis(40)).build();
      cloud.inject(lost.on(Call.Kind.SUBMIT));
      ShareReport report = workflow(cloud).build().run(share(2, 2));
      assertTrue(report.allDone(), lost + ": " + report);
      List<Call> submits = calls(cloud, Call.Kind.SUBMIT);
      if (lost instanceof Fault.LostRequest) {
        assertEquals(2, submits.size());
        Instant known = requireNonNull(submits.get(0).answered());
        for (String image : ids("image-", 2)) {
          assertTrue(
              calls(cloud, Call.Kind.MEMBERS).stream()
                  .filter(read -> read.id().equals(image) && !read.begun().isBefore(known))
                  .anyMatch(read -> read.begun().isBefore(submits.get(1).begun())),
              image + " was not read before it was asked again");
        }
      } else {
        assertEquals(1, submits.size(), "what was found done is not asked again");
      }
    }
  }

  @Test
  void promise4OneBadIdCostsAboutLog2OfItsSideAndSinksNobodyElse() {
    for (Unknowns.Naming naming : Unknowns.Naming.values()) {
      MemoryBackend cloud =
          cloud(40)
              .badProjects("project-77")
              .unknowns(Unknowns.defaults().naming(naming))
              .latency(ofMillis(40))
              .build();
      int concurrent = 3;
      ShareReport report =
          workflow(cloud)
              .limits(new BatchLimits(2, 100, 1000))
              .flow(FlowPolicy.defaults().callsPerSecond(1000).concurrentCalls(concurrent))
              .build()
              .run(share(40, 100));
      assertEquals(40 * 99, report.counts().done());
      assertEquals(40, report.counts().failed());
      long refused =
          calls(cloud, Call.Kind.SUBMIT).stream().filter(call -> call.reason() != null).count();
      int log2 = 7;
      assertTrue(refused <= concurrent + log2 + 1, naming + ": " + refused + " refused");
      int planned = 20;
      assertTrue(
          report.stats().submits() <= planned + concurrent + log2 + 2,
          naming + ": " + report.stats());
    }
  }

  @Test
  void promise5AFailedPollNeverFailsTheJobAndNeverLeadsToASecondSubmit() {
    MemoryBackend cloud = cloud(3).jobsTake(ofSeconds(30)).build();
    cloud.inject(new Fault.Unavailable().on(Call.Kind.JOB), 4);
    cloud.inject(new Fault.Throttled().on(Call.Kind.JOB), 20);
    ShareReport report = workflow(cloud).build().run(share(3, 3));
    assertTrue(report.allDone());
    assertEquals(1, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void promise5WhenPollsFailForGoodTheListingDecides() {
    MemoryBackend cloud = cloud(1).jobsTake(ofSeconds(3)).build();
    cloud.inject(new Fault.Unavailable().on(Call.Kind.JOB), 10);
    ShareReport report = workflow(cloud).build().run(share(1, 1));
    assertTrue(report.allDone());
    assertEquals(10, calls(cloud, Call.Kind.JOB).size());
    assertEquals(1, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void promise6WrongCredentialsCostOneRefusedCall() {
    MemoryBackend cloud = cloud(40).latency(ofMillis(40)).build();
    cloud.inject(new Fault.Unauthenticated(), 100);
    ShareWorkflow workflow =
        workflow(cloud).flow(FlowPolicy.defaults().callsPerSecond(1000)).build();
    ShareRun other = workflow.start(share(40, 10));
    ShareReport report = workflow.run(share(40, 10));
    assertEquals(Ending.STOPPED, report.ending());
    assertEquals(Ending.STOPPED, other.report().join().ending());
    assertEquals(Reason.Kind.UNAUTHENTICATED, report.reason().orElseThrow().kind());
    assertEquals(1, cloud.calls().size());
    assertEquals(
        400, report.failed().filter(f -> f.reason().kind() == Reason.Kind.UNAUTHENTICATED).count());
    workflow.run(share(1, 1));
    assertEquals(2, cloud.calls().size(), "another run is another try, and costs one call again");
  }

  @Test
  void promise6AJobThatFailsForItsCredentialsIsFollowedByNoWrite() {
    MemoryBackend cloud = cloud(4).latency(ofMillis(40)).build();
    Reason refused = new Reason(Reason.Kind.UNAUTHENTICATED, "APIGW.0301", "who are you?");
    boolean[] expired = {true};
    MemberBackend expiring =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Job> job(String id) {
            return super.job(id)
                .thenApply(job -> expired[0] && job.ended() ? Job.failed(id, refused) : job);
          }

          @Override
          public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
            return super.members(image).thenApply(members -> expired[0] ? Map.of() : members);
          }
        };
    ShareWorkflow workflow = workflow(expiring).flow(FlowPolicy.defaults().openJobs(1)).build();
    ShareReport report = workflow.run(share(2, 2));
    assertEquals(Ending.STOPPED, report.ending());
    assertEquals(refused, report.reason().orElseThrow());
    assertEquals(1, calls(cloud, Call.Kind.SUBMIT).size());
    expired[0] = false;
    workflow.run(share(4, 2)).requireAllDone(); // it has the place of the job that failed
  }

  @Test
  void promise7WhenPatienceEndsThereIsOneLastPollAndWhatIsOpenIsUnknown() {
    MemoryBackend cloud = cloud(1).build();
    cloud.inject(new Fault.StuckJob());
    ShareReport report =
        workflow(cloud)
            .poll(PollPolicy.fixed(ofSeconds(7)).patience(ofSeconds(60)))
            .build()
            .run(share(1, 2));
    List<Call> polls = calls(cloud, Call.Kind.JOB);
    Instant submitted = calls(cloud, Call.Kind.SUBMIT).get(0).begun();
    Call last = polls.get(polls.size() - 1);
    assertEquals(submitted.plusSeconds(60), last.begun());
    assertEquals(2, report.unknown().filter(u -> u.job().equals(last.id())).count());
    assertEquals(1, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void promise8WhatTheLastPollsFreeIsNotUsedForAnotherWrite() throws Exception {
    MemoryBackend cloud = cloud(8).jobsTake(ofSeconds(20)).latency(ofMillis(40)).build();
    ShareRun run =
        workflow(cloud)
            .limits(new BatchLimits(1, 100, 100))
            .flow(FlowPolicy.defaults().openJobs(3))
            .poll(PollPolicy.fixed(Duration.ofMinutes(5)))
            .build()
            .start(share(8, 2));
    time.sleep(ofSeconds(40));
    run.cancel();
    assertEquals(6, run.report().join().counts().done());
    assertEquals(3, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void promise8AfterCancelThereIsNoNewWriteAndOpenJobsAreNamed() throws Exception {
    MemoryBackend cloud = cloud(8).jobsTake(ofSeconds(20)).latency(ofMillis(40)).build();
    ShareRun run =
        workflow(cloud)
            .limits(new BatchLimits(1, 100, 100))
            .flow(FlowPolicy.defaults().openJobs(3))
            .build()
            .start(share(8, 2));
    time.sleep(ofSeconds(5));
    run.cancel();
    Instant cancelled = time.now();
    ShareReport report = run.report().join();
    assertEquals(Ending.CANCELLED, report.ending());
    assertEquals(3, calls(cloud, Call.Kind.SUBMIT).size());
    assertTrue(
        calls(cloud, Call.Kind.SUBMIT).stream().noneMatch(c -> c.begun().isAfter(cancelled)));
    Set<String> jobs =
        calls(cloud, Call.Kind.SUBMIT).stream().map(Call::job).collect(Collectors.toSet());
    assertEquals(jobs, report.jobs().stream().map(w -> w.job().id()).collect(Collectors.toSet()));
    assertEquals(jobs, report.unknown().map(Outcome.Unknown::job).collect(Collectors.toSet()));
    assertEquals(6, report.counts().unknown());
    assertEquals(
        10, report.failed().filter(f -> f.reason().kind() == Reason.Kind.NOT_SENT).count());
    for (String job : jobs) {
      assertEquals(
          1,
          calls(cloud, Call.Kind.JOB).stream()
              .filter(c -> c.id().equals(job) && !c.begun().isBefore(cancelled))
              .count());
    }
  }

  @Test
  void promise9EveryCallPassesTheGateOverAllRuns() {
    MemoryBackend cloud = cloud(40).latency(ofMillis(300)).jobsTake(ofSeconds(6)).build();
    FlowPolicy flow = FlowPolicy.defaults().callsPerSecond(20).concurrentCalls(4).openJobs(5);
    ShareWorkflow workflow = workflow(cloud).limits(new BatchLimits(2, 5, 10)).flow(flow).build();
    List<ShareRun> runs = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      runs.add(
          workflow.start(
              ShareRequest.share(ids("image-", 40).subList(n * 10, n * 10 + 10), ids("p-", 5))));
    }
    runs.forEach(run -> assertTrue(run.report().join().allDone()));
    List<Call> calls = cloud.calls();
    for (int n = 1; n < calls.size(); n++) {
      Instant begun = calls.get(n).begun();
      assertFalse(begun.isBefore(calls.get(n - 1).begun().plusMillis(50)), "too fast");
      long unanswered =
          calls.subList(0, n + 1).stream()
              .filter(c -> c.answered() == null || c.answered().isAfter(begun))
              .count();
      assertTrue(unanswered <= 4, unanswered + " calls at once");
      long open =
          cloud.jobs().stream()
              .filter(job -> !requireNonNull(job.begin()).isAfter(begun))
              .filter(job -> requireNonNull(job.end()).isAfter(begun))
              .count();
      assertTrue(open <= 5, open + " jobs open");
    }
  }

  /** Here at one point; {@link CrashPointsTest} dies at every point. */
  @Test
  void promise10AfterACrashNothingIsLostOrSubmittedAgain() throws InterruptedException {
    MemoryBackend cloud = cloud(6).jobsTake(ofSeconds(30)).build();
    SharedJournal journal = new SharedJournal(time);
    KillSwitch process = new KillSwitch(Long.MAX_VALUE / 2);
    ShareRequest request = ShareRequest.share(ids("image-", 6), ids("project-", 4));
    BatchLimits limits = new BatchLimits(2, 4, 8);
    workflow(new CrashingBackend(cloud, process))
        .journal(journal.seenBy("first", process))
        .limits(limits)
        .flow(FlowPolicy.defaults().openJobs(2))
        .build()
        .start(request);
    time.sleep(ofSeconds(5));
    process.kill();
    assertEquals(2, calls(cloud, Call.Kind.SUBMIT).size());
    try (ShareWorkflow second =
        workflow(cloud)
            .journal(journal.seenBy("second", KillSwitch.never()))
            .limits(limits)
            .build()) {
      ShareReport report = second.resume().get(0).report().join();
      assertTrue(report.allDone());
      assertEquals(request.pairs(), report.counts().total());
      assertEquals(3, report.jobs().size());
    }
    Set<String> sent = new HashSet<>();
    for (Call submit : calls(cloud, Call.Kind.SUBMIT)) {
      for (String image : requireNonNull(submit.slice()).images()) {
        assertTrue(sent.add(image), image + " was submitted again");
      }
    }
  }

  @Test
  void promise11TheSameSeedGivesTheSameEventsInTheSameOrderInEveryJvm() throws Exception {
    assertEquals(events(5), events(5));
    assertNotEquals(events(5), events(6));
    assertEquals(String.join("\n", events(5)), ChildJvm.run(Events.class).strip());
  }

  /** Prints the events, in a JVM where nothing hashes as it does here. */
  static final class Events {
    private Events() {}

    public static void main(String[] args) throws InterruptedException {
      System.out.println(String.join("\n", events(5)));
    }
  }

  private static List<String> events(long seed) throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(time)
            .images(ids("image-", 20))
            .badProjects("project-3")
            .latency(ofMillis(40))
            .chaos(Chaos.passing(0.5))
            .seed(seed)
            .build();
    List<String> events = new ArrayList<>();
    ShareWorkflow.builder(cloud)
        .limits(new BatchLimits(5, 5, 25))
        .listener(event -> events.add(time.now() + " " + event))
        .seed(seed)
        .build()
        .run(share(20, 30));
    assertTrue(events.size() > 50);
    return events;
  }

  @Test
  void promise12AListenerThatThrowsChangesNothing() {
    MemoryBackend cloud = cloud(2).build();
    ShareReport report =
        workflow(cloud)
            .listener(
                event -> {
                  throw new AssertionError("planted by the test");
                })
            .build()
            .run(share(2, 2));
    assertTrue(report.allDone());
  }

  @Test
  void promise12ABackendThatThrowsOrGivesNullStillEndsTheRun() {
    for (Brokenness how : Brokenness.values()) {
      ShareReport report = workflow(new Broken(time, how)).build().run(share(2, 2));
      assertEquals(4, report.counts().total(), how + ": " + report);
      assertEquals(0, report.counts().done(), how + ": " + report);
    }
  }

  @Test
  void promise12ACallbackThatNeverComesEndsTheRunByItsDeadline() {
    MemoryBackend cloud = cloud(2).build();
    cloud.inject(new Fault.NeverAnswered(false), 1_000_000);
    Instant start = time.now();
    ShareReport report = workflow(cloud).deadline(Duration.ofHours(1)).build().run(share(2, 2));
    assertEquals(Ending.STOPPED, report.ending(), "not even the first call was answered");
    assertEquals(4, report.counts().total());
    assertFalse(time.now().isAfter(start.plus(Duration.ofHours(1)).plusSeconds(30)));
  }

  private enum Brokenness {
    THROWS,
    THROWS_ERROR,
    NULL_STAGE,
    NULL_VALUE,
    UNKNOWN_EXCEPTION
  }

  /** Breaks every call in one way. */
  private record Broken(Timekeeper time, Brokenness how) implements MemberBackend {
    private <T> CompletionStage<T> broken() {
      return switch (how) {
        case THROWS -> throw new IllegalStateException("planted by the test");
        case THROWS_ERROR -> throw new AssertionError("planted by the test");
        case NULL_STAGE -> nothing();
        case NULL_VALUE -> CompletableFuture.completedFuture(nothing());
        case UNKNOWN_EXCEPTION ->
            CompletableFuture.failedFuture(new java.io.IOException("planted by the test"));
      };
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
      return null;
    }

    @Override
    public CompletionStage<Job> submit(ShareRequest slice) {
      return broken();
    }

    @Override
    public CompletionStage<Job> job(String id) {
      return broken();
    }

    @Override
    public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
      return broken();
    }
  }

  @Test
  void promise13CloseEndsEverythingTheWorkflowStarted() throws Exception {
    MemoryBackend cloud = cloud(10).latency(ofMillis(40)).jobsTake(ofSeconds(60)).build();
    List<ShareEvent> events = new ArrayList<>();
    ShareWorkflow workflow =
        workflow(cloud).limits(new BatchLimits(1, 9, 9)).listener(events::add).build();
    List<ShareRun> runs = List.of(workflow.start(share(5, 5)), workflow.start(share(10, 7)));
    time.sleep(ofSeconds(4));
    workflow.close();
    workflow.close();
    for (ShareRun run : runs) {
      assertTrue(run.report().isDone());
      assertEquals(Ending.CLOSED, run.report().join().ending());
    }
    int calls = cloud.calls().size();
    int heard = events.size();
    time.sleep(Duration.ofDays(2));
    assertEquals(calls, cloud.calls().size());
    assertEquals(heard, events.size());
    assertThrows(IllegalStateException.class, () -> workflow.start(share(1, 1)));
  }

  @Test
  void promise13NoThreadIsLeftAfterCloseInRealTime() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    MemoryBackend cloud = MemoryBackend.builder().images("image-0").jobsTake(ofMillis(20)).build();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .poll(PollPolicy.fixed(ofMillis(10)))
            .flow(FlowPolicy.defaults().callsPerSecond(1000))
            .build()) {
      assertTrue(workflow.run(share(1, 1)).allDone());
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread) && thread.getName().startsWith("imageshare")) {
        thread.join(60_000);
        assertFalse(thread.isAlive(), thread.getName());
      }
    }
  }
}
