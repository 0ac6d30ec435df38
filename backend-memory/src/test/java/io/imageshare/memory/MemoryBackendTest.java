package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemoryBackendTest {
  private static final Recipient P1 = Recipient.project("p1");
  private static final Recipient P2 = Recipient.project("p2");

  @Test
  void virtualTimeIsOneCall() {
    MemoryBackend cloud =
        MemoryBackend.virtual().images("image-1").jobsTake(Duration.ofMinutes(10)).build();
    Instant before = cloud.time().now();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      workflow.run(ShareRequest.share(List.of("image-1"), List.of("project-1"))).requireAllDone();
    }
    assertTrue(cloud.time().now().isAfter(before.plus(Duration.ofMinutes(10))));
  }

  @Test
  void aJobGoesThroughInitAndRunningToSuccess() throws Exception {
    MemoryBackend cloud = cloud().build();
    VirtualClient client = new VirtualClient(cloud);
    Instant begin = cloud.time().now();
    Job first = client.share("i1", "p1");
    assertEquals(Job.Status.INIT, first.status());
    assertEquals("imsAddImageMembersJob", first.type());
    assertEquals(begin, first.begin());
    assertTrue(first.id().matches("[0-9a-f]{32}"), first.id());
    client.pass(299);
    assertEquals(first, client.poll(first));
    client.pass(1);
    assertEquals(Job.Status.RUNNING, client.poll(first).status());
    assertEquals(0, client.poll(first).progress());
    client.pass(1350);
    assertEquals(.5, client.poll(first).progress());
    client.pass(1349);
    assertEquals(Job.Status.RUNNING, client.poll(first).status());
    assertNull(client.poll(first).end());
    client.pass(1);
    Job last = client.poll(first);
    assertEquals(Job.Status.SUCCESS, last.status());
    assertEquals(1, last.progress());
    assertEquals(begin, last.begin());
    assertEquals(begin.plusSeconds(3), last.end());
    assertEquals(List.of(last), cloud.jobs());
  }

  @Test
  void membersChangeWhenTheJobEnds() throws Exception {
    MemoryBackend cloud = cloud().build();
    VirtualClient client = new VirtualClient(cloud);
    client.share("i1", "p2", "p1");
    client.pass(2999);
    assertEquals(Set.of(), cloud.members());
    assertEquals(List.of(), client.listed("i1"));
    client.pass(1);
    assertEquals(Set.of(member("i1", "p1"), member("i1", "p2")), cloud.members());
    assertEquals(List.of("p2", "p1"), client.listed("i1"));
    assertEquals(Map.of(P1, MemberStatus.PENDING, P2, MemberStatus.PENDING), client.listing("i1"));
    Job removal = client.unshare("i1", "p2");
    assertEquals("imsDelImageMembersJob", removal.type());
    assertEquals(Job.Status.SUCCESS, client.end(removal).status());
    assertEquals(Map.of(P1, MemberStatus.PENDING), client.listing("i1"));
  }

  @Test
  void jobsEndInTheOrderOfTheirEndsWheneverSomebodyAsks() throws Exception {
    List<Duration> takes = new ArrayList<>(List.of(Duration.ofSeconds(5), Duration.ofSeconds(2)));
    MemoryBackend cloud = cloud().jobsTake(random -> takes.remove(0)).build();
    VirtualClient client = new VirtualClient(cloud);
    client.share("i1", "p1");
    client.unshare("i1", "p1");
    client.pass(60_000);
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void jobsThatEndTogetherEndInTheOrderTheyBegan() throws Exception {
    MemoryBackend cloud = cloud().build();
    VirtualClient client = new VirtualClient(cloud);
    for (int i = 0; i < 20; i++) {
      client.share("i1", "p1");
      client.unshare("i1", "p1");
    }
    client.share("i1", "p1");
    client.pass(60_000);
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void aShortJobIsInInitForHalfOfItsTime() throws Exception {
    VirtualClient client = new VirtualClient(cloud().jobsTake(Duration.ofMillis(400)).build());
    Job job = client.share("i1", "p1");
    client.pass(199);
    assertEquals(Job.Status.INIT, client.poll(job).status());
    client.pass(1);
    assertEquals(Job.Status.RUNNING, client.poll(job).status());
    client.pass(200);
    assertEquals(Job.Status.SUCCESS, client.poll(job).status());
  }

  @Test
  void aJobThatTakesNoTimeHasEndedInTheAnswer() throws Exception {
    MemoryBackend cloud = cloud().jobsTake(Duration.ZERO).build();
    Job job = new VirtualClient(cloud).share("i1", "p1");
    assertEquals(Job.Status.SUCCESS, job.status());
    assertEquals(job.begin(), job.end());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void jobsTakeSomeSecondsUnlessNamed() throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder().time(Timekeeper.virtual()).anyImage().seed(5).build();
    VirtualClient client = new VirtualClient(cloud);
    for (int i = 0; i < 200; i++) {
      client.share("i" + i, "p1");
    }
    client.pass(60_000);
    List<Long> millis =
        cloud.jobs().stream()
            .map(job -> Duration.between(begin(job), end(job)).toMillis())
            .sorted()
            .toList();
    assertTrue(millis.get(0) >= 800 && millis.get(0) < 900, millis.toString());
    assertTrue(millis.get(199) <= 2800 && millis.get(199) > 2700, millis.toString());
  }

  private static Instant begin(Job job) {
    assertTrue(job.begin() != null);
    return job.begin();
  }

  private static Instant end(Job job) {
    assertTrue(job.end() != null);
    return job.end();
  }

  @Test
  void theSeedDecidesIdsAndTimes() throws Exception {
    assertEquals(jobs(7), jobs(7));
    assertNotEquals(jobs(7), jobs(8));
  }

  private static List<Job> jobs(long seed) throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder().time(Timekeeper.virtual()).images("i1").seed(seed).build();
    VirtualClient client = new VirtualClient(cloud);
    client.share("i1", "p1");
    client.share("i1", "p2");
    client.pass(60_000);
    return cloud.jobs();
  }

  @Test
  void aReaddedMemberKeepsItsStatus() throws Exception {
    MemoryBackend cloud =
        cloud()
            .member("i1", P2, MemberStatus.ACCEPTED)
            .member("i1", P1, MemberStatus.REJECTED)
            .build();
    VirtualClient client = new VirtualClient(cloud);
    client.end(client.share("i1", "p1", "p2", "p3"));
    assertEquals(List.of("p2", "p1", "p3"), client.listed("i1"));
    assertEquals(MemberStatus.ACCEPTED, client.listing("i1").get(P2));
    assertEquals(MemberStatus.REJECTED, client.listing("i1").get(P1));
    client.end(client.unshare("i1", "p2", "p1"));
    assertEquals(List.of("p3"), client.listed("i1"));
  }

  @Test
  void anUnknownJobIsRefused() {
    MemoryBackend cloud = cloud().build();
    Reason reason = new VirtualClient(cloud).failure(cloud.job("nix")).reason();
    assertEquals(Reason.Kind.INVALID, reason.kind());
    assertEquals("IMG.0023", reason.code());
  }
}
