package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.assertRefused;
import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.member;
import static io.imageshare.memory.VirtualClient.members;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Fault.Throttled.Style;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultTest {
  private static final ShareRequest SLICE = share(List.of("i1"), List.of("p1"));
  private static final List<String> MANY = IntStream.range(0, 30).mapToObj(n -> "p" + n).toList();

  private final MemoryBackend cloud = cloud().build();
  private final VirtualClient client = new VirtualClient(cloud);

  private void assertStrikesAnyCallWithoutEffect(Fault fault, Reason.Kind kind) throws Exception {
    Job job = client.share("i2", "p1");
    client.end(job);
    cloud.inject(fault, 3);
    assertEquals(kind, client.refusal(SLICE).kind());
    assertEquals(kind, client.failure(cloud.job(job.id())).reason().kind());
    assertEquals(kind, client.failure(cloud.members("i2")).reason().kind());
    client.pass(60_000);
    assertEquals(Set.of(member("i2", "p1")), cloud.members());
    assertEquals(1, cloud.jobs().size());
    cloud.calls().stream().skip(2).forEach(call -> assertEquals(List.of(fault), call.faults()));
    assertEquals(Job.Status.SUCCESS, client.end(client.submit(SLICE)).status());
  }

  @Test
  void unavailableHasNoEffect() throws Exception {
    assertStrikesAnyCallWithoutEffect(new Fault.Unavailable(), Reason.Kind.UNAVAILABLE);
  }

  @Test
  void anOutageStrikesAllCallsUntilItEndsAndJobsGoOn() throws Exception {
    Job job = client.submit(SLICE);
    cloud.inject(new Fault.Outage(Duration.ofSeconds(60)));
    assertEquals(Reason.Kind.UNAVAILABLE, client.failure(cloud.members("i1")).reason().kind());
    client.pass(59_999);
    assertEquals(Reason.Kind.UNAVAILABLE, client.failure(cloud.job(job.id())).reason().kind());
    assertEquals(Reason.Kind.UNAVAILABLE, client.refusal(SLICE).kind());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    client.pass(1);
    assertEquals(Job.Status.SUCCESS, client.poll(job).status());
  }

  @Test
  void anImageIsDeletedWhenItsJobHasEnded() throws Exception {
    cloud.inject(new Fault.DeletedImage());
    Job job = client.end(client.submit(share(List.of("i1", "i2"), List.of("p1"))));
    assertEquals(Job.Status.SUCCESS, job.status());
    assertEquals(Set.of(member("i2", "p1")), cloud.members());
    assertEquals(Reason.Kind.INVALID_IMAGE, client.failure(cloud.members("i1")).reason().kind());
    assertEquals(Reason.Kind.INVALID_IMAGE, client.refusal(SLICE).kind());
  }

  @Test
  void unauthenticatedHasNoEffect() throws Exception {
    assertStrikesAnyCallWithoutEffect(new Fault.Unauthenticated(), Reason.Kind.UNAUTHENTICATED);
  }

  @Test
  void theGatewayThrottlesAnyCall() throws Exception {
    assertStrikesAnyCallWithoutEffect(new Fault.Throttled(), Reason.Kind.THROTTLED);
    cloud.inject(new Fault.Throttled(Duration.ofSeconds(7), Style.GATEWAY));
    BackendException failure = client.failure(cloud.members("i1"));
    assertEquals("APIGW.0308", failure.reason().code());
    assertTrue(
        failure.reason().message().contains("policy user over ratelimit,limit:10,time:1 minute"));
    assertEquals(Duration.ofSeconds(7), failure.retryAfter());
    cloud.inject(new Fault.Throttled());
    assertEquals(Duration.ZERO, client.failure(cloud.members("i1")).retryAfter());
  }

  @Test
  void theServiceThrottlesSubmits() throws Exception {
    cloud.inject(new Fault.Throttled(Duration.ZERO, Style.TASKS));
    client.listing("i1");
    Reason reason = client.refusal(SLICE);
    assertEquals(Reason.Kind.THROTTLED, reason.kind());
    assertEquals("IMG.0060", reason.code());
    assertEquals(List.of(), cloud.jobs());
  }

  @Test
  void aLostRequestDoesNothing() throws Exception {
    cloud.inject(new Fault.LostRequest());
    client.listing("i1");
    assertEquals(Reason.Kind.LOST, client.refusal(SLICE).kind());
    client.pass(60_000);
    assertEquals(Set.of(), cloud.members());
    assertEquals(List.of(), cloud.jobs());
    assertEquals("", cloud.calls().get(1).job());
  }

  @Test
  void aLostAnswerLeavesAJobThatRuns() throws Exception {
    cloud.inject(new Fault.LostAnswer());
    client.listing("i1");
    assertEquals(Reason.Kind.LOST, client.refusal(SLICE).kind());
    client.pass(60_000);
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    assertEquals(List.of(cloud.calls().get(1).job()), cloud.jobs().stream().map(Job::id).toList());
  }

  @Test
  void aRefusalCanBeLostToo() {
    cloud.inject(new Fault.LostAnswer());
    assertEquals(Reason.Kind.LOST, client.refusal(share(List.of("nix"), List.of("p1"))).kind());
    assertEquals(List.of(), cloud.jobs());
  }

  @Test
  void aSubmitIsRefusedWithTheReasonGiven() throws Exception {
    Reason reason = new Reason(Reason.Kind.FORBIDDEN, "IMG.0026", "no");
    cloud.inject(new Fault.Refused(reason));
    client.listing("i1");
    assertEquals(reason, client.refusal(SLICE));
    assertEquals(List.of(), cloud.jobs());
    client.submit(SLICE);
  }

  @Test
  void otherCallsAreRefusedWhenSaid() throws Exception {
    Reason reason = new Reason(Reason.Kind.FORBIDDEN, "", "no");
    cloud.inject(new Fault.Refused(Call.Kind.MEMBERS, reason));
    client.submit(SLICE);
    assertEquals(reason, client.failure(cloud.members("i1")).reason());
    client.listing("i1");
  }

  @Test
  void aCallIsNeverAnsweredWithOrWithoutEffect() throws Exception {
    cloud.inject(new Fault.NeverAnswered(false));
    cloud.inject(new Fault.NeverAnswered(true));
    CompletableFuture<Job> first = cloud.submit(SLICE).toCompletableFuture();
    assertEquals(List.of(), cloud.jobs());
    CompletableFuture<Job> second = cloud.submit(SLICE).toCompletableFuture();
    assertEquals(1, cloud.jobs().size());
    client.pass(3_600_000);
    assertFalse(first.isDone() || second.isDone());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    Call call = cloud.calls().get(1);
    assertNull(call.answered());
    assertEquals(cloud.jobs().get(0).id(), call.job());
    assertEquals(List.of(new Fault.NeverAnswered(true)), call.faults());
  }

  @Test
  void aStuckJobRunsForEverAndDoesNothing() throws Exception {
    cloud.inject(new Fault.StuckJob());
    Job job = client.submit(SLICE);
    client.pass(100_000_000);
    assertEquals(Job.Status.RUNNING, client.poll(job).status());
    assertTrue(client.poll(job).progress() < 1);
    assertEquals(Set.of(), cloud.members());
    assertEquals(List.of(new Fault.StuckJob()), cloud.calls().get(0).faults());
    assertEquals(Job.Status.SUCCESS, client.end(client.submit(SLICE)).status());
  }

  @Test
  void aSlowJobTakesLonger() throws Exception {
    cloud.inject(new Fault.SlowJob(Duration.ofSeconds(10)));
    Job job = client.submit(SLICE);
    client.pass(12_999);
    assertEquals(Job.Status.RUNNING, client.poll(job).status());
    client.pass(1);
    assertEquals(Job.Status.SUCCESS, client.poll(job).status());
  }

  @Test
  void aPartialFailDoesPartAndSaysNothingOfWhich() throws Exception {
    cloud.inject(new Fault.PartialFail());
    Job job = client.end(client.submit(share(List.of("i1", "i2"), MANY)));
    assertEquals(Job.Status.FAIL, job.status());
    assertTrue(job.reason() != null);
    assertEquals(Reason.Kind.LOST, job.reason().kind());
    assertEquals("IMG.0112", job.reason().code());
    assertPart(cloud.members());
    cloud.inject(new Fault.PartialFail());
    Job removal = client.end(client.submit(ShareRequest.unshare(List.of("i1"), MANY)));
    assertTrue(removal.reason() != null && removal.reason().code().equals("IMG.0113"));
  }

  @Test
  void aPartialFailTellsTheTruthWhereResultsTell() throws Exception {
    cloud.inject(new Fault.PartialFail());
    cloud.inject(new Fault.Results(Unknowns.Detail.PER_PAIR));
    Job job = client.end(client.submit(share(List.of("i1", "i2"), MANY)));
    assertEquals(cloud.members(), vouched(job));
    assertPart(cloud.members());
    job.results().forEach(result -> assertEquals(result.succeeded(), result.reason() == null));
  }

  @Test
  void aHollowSuccessDoesPartAndClaimsAll() throws Exception {
    cloud.inject(new Fault.HollowSuccess());
    cloud.inject(new Fault.Results(Unknowns.Detail.PER_PAIR));
    Job job = client.end(client.submit(share(List.of("i1", "i2"), MANY)));
    assertEquals(Job.Status.SUCCESS, job.status());
    assertEquals(new HashSet<>(members(List.of("i1", "i2"), MANY)), vouched(job));
    assertPart(cloud.members());
  }

  private static Set<Member> vouched(Job job) {
    Set<Member> vouched = new HashSet<>();
    for (Job.Result result : job.results()) {
      if (result.succeeded() && result.recipient() != null) {
        vouched.add(new Member(result.image(), result.recipient()));
      }
    }
    return vouched;
  }

  private static void assertPart(Set<Member> done) {
    assertTrue(done.size() > 10 && done.size() < 50, done.toString());
  }

  @Test
  void ofTwoPairsOneIsDoneAndOfOneNone() throws Exception {
    for (int i = 0; i < 50; i++) {
      MemoryBackend cloud = cloud().seed(i).jobsTake(Duration.ZERO).build();
      VirtualClient client = new VirtualClient(cloud);
      cloud.inject(new Fault.HollowSuccess());
      client.share("i1", "p1", "p2");
      assertEquals(1, cloud.members().size());
      cloud.inject(new Fault.PartialFail());
      client.share("i2", "p1");
      assertEquals(1, cloud.members().size());
    }
  }

  @Test
  void resultsOfOneJobCanBeChosen() throws Exception {
    cloud.inject(new Fault.Results(Unknowns.Detail.ABSENT));
    assertEquals(List.of(), client.end(client.submit(SLICE)).results());
    assertEquals(
        List.of(new Job.Result("i1", null, true, null)),
        client.end(client.submit(SLICE)).results());
  }

  @Test
  void theListingLagsBehindOneJob() throws Exception {
    cloud.inject(new Fault.ListLag(Duration.ofSeconds(5)));
    client.share("i1", "p1");
    client.pass(3000);
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    client.share("i1", "p2");
    client.pass(4999);
    assertEquals(List.of(), client.listed("i1"));
    client.pass(1);
    assertEquals(List.of("p1", "p2"), client.listed("i1"));
  }

  @Test
  void aLastingLagLastsAndTouchesNoOtherImage() throws Exception {
    cloud.inject(new Fault.ListLag(Duration.ofDays(10_000)));
    client.share("i1", "p1");
    client.share("i2", "p1");
    client.pass(1_000_000_000);
    assertEquals(List.of(), client.listed("i1"));
    assertEquals(List.of("p1"), client.listed("i2"));
    assertEquals(2, cloud.members().size());
  }

  @Test
  void aFaultAimedAtOneKindLetsTheOthersPass() throws Exception {
    Fault fault = new Fault.Unavailable().on(Call.Kind.JOB);
    cloud.inject(fault, 2);
    client.listing("i1");
    Job job = client.submit(SLICE);
    assertEquals(Reason.Kind.UNAVAILABLE, client.failure(cloud.job(job.id())).reason().kind());
    client.listing("i1");
    assertEquals(Reason.Kind.UNAVAILABLE, client.failure(cloud.job(job.id())).reason().kind());
    assertEquals(job, client.poll(job));
    assertEquals(List.of(new Fault.Unavailable()), cloud.calls().get(2).faults());
  }

  @Test
  void aFaultCannotBeAimedAtWhatItCannotStrike() {
    assertRefused("MEMBERS", () -> new Fault.LostAnswer().on(Call.Kind.MEMBERS));
    assertRefused("JOB", () -> new Fault.StuckJob().on(Call.Kind.JOB));
    assertRefused("JOB", () -> new Fault.Throttled(Duration.ZERO, Style.TASKS).on(Call.Kind.JOB));
    assertRefused("SUBMIT", () -> new Fault.StuckJob().on(Call.Kind.SUBMIT).on(Call.Kind.SUBMIT));
    assertNotEquals(new Fault.StuckJob(), new Fault.StuckJob().on(Call.Kind.SUBMIT));
  }

  @Test
  void faultsStrikeInTheOrderOfInjectionOnePerCall() {
    cloud.inject(new Fault.Unavailable());
    cloud.inject(new Fault.LostRequest());
    cloud.inject(new Fault.Throttled());
    assertEquals(Reason.Kind.UNAVAILABLE, client.refusal(SLICE).kind());
    assertEquals(Reason.Kind.LOST, client.refusal(SLICE).kind());
    assertEquals(Reason.Kind.THROTTLED, client.refusal(SLICE).kind());
  }

  @Test
  void oneCallCanBeStruckInEachOfItsParts() throws Exception {
    List<Fault> faults =
        List.of(
            new Fault.LostAnswer(),
            new Fault.StuckJob(),
            new Fault.Results(Unknowns.Detail.ABSENT),
            new Fault.ListLag(Duration.ofSeconds(1)));
    faults.forEach(cloud::inject);
    cloud.inject(new Fault.SlowJob(Duration.ofSeconds(1)));
    client.refusal(SLICE);
    assertEquals(faults, cloud.calls().get(0).faults());
    client.submit(SLICE);
    assertEquals(List.of(new Fault.SlowJob(Duration.ofSeconds(1))), cloud.calls().get(1).faults());
  }

  @Test
  void aFaultOfAJobWaitsForASubmitThatMakesOne() throws Exception {
    cloud.inject(new Fault.StuckJob());
    cloud.inject(new Fault.LostRequest());
    client.refusal(SLICE);
    client.refusal(share(List.of("nix"), List.of("p1")));
    assertEquals(List.of(new Fault.LostRequest()), cloud.calls().get(0).faults());
    assertEquals(List.of(), cloud.calls().get(1).faults());
    client.submit(SLICE);
    assertEquals(List.of(new Fault.StuckJob()), cloud.calls().get(2).faults());
  }

  @Test
  void negativeTimesAreRefused() {
    Duration negative = Duration.ofMillis(-1);
    assertRefused("retryAfter", () -> new Fault.Throttled(negative, Style.GATEWAY));
    assertRefused("lasts", () -> new Fault.Outage(negative));
    assertRefused("extra", () -> new Fault.SlowJob(negative));
    assertRefused("lag", () -> new Fault.ListLag(negative));
  }
}
