package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.assertRefused;
import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.member;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallPipelineTest {
  private static final Recipient P1 = Recipient.project("p1");

  @Test
  void aCallTakesEffectInTheMiddleOfItsLatency() throws Exception {
    MemoryBackend cloud = cloud().latency(Duration.ofMillis(40)).jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    CompletableFuture<Job> answer =
        cloud.submit(share(List.of("i1"), List.of("p1"))).toCompletableFuture();
    client.pass(19);
    assertEquals(Set.of(), cloud.members());
    client.pass(1);
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    client.pass(19);
    assertFalse(answer.isDone());
    assertNull(cloud.calls().get(0).answered());
    client.pass(1);
    assertTrue(answer.isDone());
    assertEquals(cloud.time().now(), cloud.calls().get(0).answered());
  }

  @Test
  void withoutLatencyTheAnswerIsThereOnReturn() {
    MemoryBackend cloud = cloud().build();
    assertTrue(cloud.members("i1").toCompletableFuture().isDone());
    assertTrue(cloud.members("nix").toCompletableFuture().isCompletedExceptionally());
  }

  @Test
  void whatTheCloudShowsDoesNotChangeAfterwards() throws Exception {
    MemoryBackend cloud = cloud().jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    client.share("i2", "p1");
    Map<Recipient, MemberStatus> listing = client.listing("i2");
    Set<?> members = cloud.members();
    List<Call> calls = cloud.calls();
    List<Job> jobs = cloud.jobs();
    client.share("i1", "p9");
    client.share("i2", "p2");
    assertEquals(Map.of(P1, MemberStatus.PENDING), listing);
    assertEquals(Set.of(member("i2", "p1")), members);
    assertFalse(members.contains(member("i1", "p9")));
    assertEquals(2, calls.size());
    assertEquals(1, jobs.size());
    assertThrows(UnsupportedOperationException.class, listing::clear);
    assertThrows(UnsupportedOperationException.class, members::clear);
    assertThrows(UnsupportedOperationException.class, calls::clear);
    assertThrows(UnsupportedOperationException.class, jobs::clear);
    assertEquals(
        List.of(member("i1", "p9"), member("i2", "p1"), member("i2", "p2")),
        List.copyOf(cloud.members()));
  }

  @Test
  void everyCallIsRecorded() throws Exception {
    MemoryBackend cloud = cloud().latency(Duration.ofMillis(10)).build();
    VirtualClient client = new VirtualClient(cloud);
    Instant start = cloud.time().now();
    ShareRequest slice = share(List.of("i1"), List.of("p1"));
    Job job = client.submit(slice);
    client.poll(job);
    client.listing("i1");
    Reason reason = client.failure(cloud.members("nix")).reason();
    assertEquals(
        List.of(
            call(Call.Kind.SUBMIT, slice, "", start, job.id(), null),
            call(Call.Kind.JOB, null, job.id(), start.plusMillis(10), "", null),
            call(Call.Kind.MEMBERS, null, "i1", start.plusMillis(20), "", null),
            call(Call.Kind.MEMBERS, null, "nix", start.plusMillis(30), "", reason)),
        cloud.calls());
  }

  private static Call call(
      Call.Kind kind,
      @Nullable ShareRequest slice,
      String id,
      Instant begun,
      String job,
      @Nullable Reason reason) {
    return new Call(kind, slice, id, begun, begun.plusMillis(10), job, reason, List.of());
  }

  @Test
  void anErrorInAFunctionOfTheUserFailsTheCall() {
    MemoryBackend cloud = cloud().jobsTake(random -> Duration.ofSeconds(-1)).build();
    CompletableFuture<Job> answer =
        cloud.submit(share(List.of("i1"), List.of("p1"))).toCompletableFuture();
    assertThrows(Exception.class, answer::join);
    Reason reason = cloud.calls().get(0).reason();
    assertTrue(reason != null && reason.kind() == Reason.Kind.INTERNAL);
  }

  @Test
  void timeIsTheBuildersOrOneOfItsOwn() {
    Timekeeper time = Timekeeper.virtual();
    assertSame(time, MemoryBackend.builder().time(time).build().time());
    MemoryBackend cloud = MemoryBackend.builder().build();
    assertSame(cloud.time(), cloud.time());
  }

  @Test
  void aBuilderMayBuildTwice() throws Exception {
    MemoryBackend.Builder builder = cloud().jobsTake(Duration.ZERO);
    MemoryBackend first = builder.build();
    MemoryBackend second = builder.build();
    new VirtualClient(first).share("i1", "p1");
    assertEquals(Set.of(), second.members());
  }

  @Test
  void badSettingsAreRefusedByName() {
    MemoryBackend.Builder builder = MemoryBackend.builder();
    assertRefused("latency", () -> builder.latency(Duration.ofMillis(-1)));
    assertRefused("jobsTake", () -> builder.jobsTake(Duration.ofMillis(-1)));
    assertRefused("membersPerImage", () -> builder.membersPerImage(0));
    assertRefused("times", () -> builder.build().inject(new Fault.Unavailable(), 0));
    assertRefused("listLag", () -> Unknowns.defaults().listLag(Duration.ofMillis(-1)));
    assertRefused("jobsKept", () -> Unknowns.defaults().jobsKept(Duration.ofMillis(-1)));
    builder.member("nix", P1, MemberStatus.PENDING);
    assertRefused("nix", builder::build);
  }
}
