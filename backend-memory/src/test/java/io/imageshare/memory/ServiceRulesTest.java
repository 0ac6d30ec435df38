package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.member;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServiceRulesTest {
  private static final Recipient P1 = Recipient.project("p1");

  private static List<String> projects(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> "p" + n).toList();
  }

  @Test
  void anUnknownImageIsRefusedByName() {
    MemoryBackend cloud = cloud().build();
    Reason reason = new VirtualClient(cloud).refusal(share(List.of("i1", "nix"), List.of("p1")));
    assertEquals(
        new Reason(Reason.Kind.INVALID_IMAGE, "IMG.0027", "The image does not exist: nix."),
        reason);
    assertEquals(List.of(), cloud.jobs());
    assertEquals(reason, cloud.calls().get(0).reason());
    assertEquals("", cloud.calls().get(0).job());
  }

  @Test
  void aProjectOfAnotherRegionIsRefusedByName() {
    VirtualClient client =
        new VirtualClient(cloud().badProjects("far").badProjects(List.of("away")).build());
    Reason reason = client.refusal(share(List.of("i1"), List.of("p1", "far")));
    assertEquals(Reason.Kind.INVALID_RECIPIENT, reason.kind());
    assertEquals("IMG.0108", reason.code());
    assertTrue(reason.message().contains("far"), reason.message());
    assertEquals(reason.kind(), client.refusal(share(List.of("i1"), List.of("away"))).kind());
    assertEquals(
        "IMG.0108", client.refusal(ShareRequest.unshare(List.of("i1"), List.of("far"))).code());
  }

  @Test
  void anImageThatMayNotBeChangedIsRefusedAndCanBeListed() throws Exception {
    VirtualClient client = new VirtualClient(cloud().forbiddenImages("i1").build());
    Reason reason = client.refusal(share(List.of("i2", "i1"), List.of("p1")));
    assertEquals(Reason.Kind.FORBIDDEN, reason.kind());
    assertEquals("IMG.0026", reason.code());
    assertEquals(reason, client.refusal(ShareRequest.unshare(List.of("i1"), List.of("p1"))));
    assertEquals(List.of(), client.listed("i1"));
    assertEquals(Job.Status.SUCCESS, client.end(client.share("i2", "p1")).status());
  }

  @Test
  void sharingWithTheOwnerIsRefusedAndUnsharingIsNot() throws Exception {
    VirtualClient client = new VirtualClient(cloud().owner("me").build());
    Reason reason = client.refusal(share(List.of("i1"), List.of("p1", "me")));
    assertEquals(Reason.Kind.INVALID_RECIPIENT, reason.kind());
    assertEquals("IMG.0076", reason.code());
    assertEquals(Job.Status.SUCCESS, client.end(client.unshare("i1", "me")).status());
  }

  @Test
  void theOwnerIsKnownUnlessNamed() {
    VirtualClient client = new VirtualClient(cloud().build());
    assertEquals("IMG.0076", client.refusal(share(List.of("i1"), List.of("owner-project"))).code());
  }

  @Test
  void anImageTakes128MembersAndAWholeOneTen() throws Exception {
    MemoryBackend cloud = cloud().wholeImages("w").jobsTake(Duration.ZERO).build();
    assertEquals(128, cloud.membersPerImage());
    VirtualClient client = new VirtualClient(cloud);
    client.submit(share(List.of("i1"), projects(0, 127)));
    Reason reason = client.refusal(share(List.of("i1"), projects(127, 129)));
    assertEquals(Reason.Kind.QUOTA, reason.kind());
    assertEquals("IMG.0088", reason.code());
    assertEquals(127, cloud.members().size());
    client.submit(share(List.of("i1"), projects(126, 128)));
    client.submit(share(List.of("i1"), projects(0, 128)));
    assertEquals(128, cloud.members().size());
    assertEquals(Reason.Kind.QUOTA, client.refusal(share(List.of("w"), projects(0, 11))).kind());
    client.submit(share(List.of("w"), projects(0, 10)));
    client.submit(ShareRequest.unshare(List.of("i1"), projects(0, 128)));
    assertEquals(10, cloud.members().size());
  }

  @Test
  void aFullImageRefusesTheWholeCall() throws Exception {
    MemoryBackend cloud =
        cloud()
            .membersPerImage(1)
            .member("i1", P1, MemberStatus.REJECTED)
            .jobsTake(Duration.ZERO)
            .build();
    VirtualClient client = new VirtualClient(cloud);
    Reason reason = client.refusal(share(List.of("i2", "i1"), List.of("p2")));
    assertEquals(Reason.Kind.QUOTA, reason.kind());
    assertTrue(reason.message().contains("i1"), reason.message());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void anImageOverItsLimitTakesNothingNew() throws Exception {
    MemoryBackend cloud =
        cloud()
            .membersPerImage(1)
            .member("i1", P1, MemberStatus.PENDING)
            .member("i1", Recipient.project("p2"), MemberStatus.PENDING)
            .build();
    VirtualClient client = new VirtualClient(cloud);
    assertEquals(Job.Status.SUCCESS, client.end(client.share("i1", "p1")).status());
    assertEquals(Reason.Kind.QUOTA, client.refusal(share(List.of("i1"), List.of("p3"))).kind());
  }

  @Test
  void ofTwoJobsThatFitOnlyOneByOneTheLaterFails() throws Exception {
    MemoryBackend cloud = cloud().membersPerImage(3).build();
    VirtualClient client = new VirtualClient(cloud);
    Job first = client.share("i1", "p1", "p2");
    Job second = client.submit(share(List.of("i1", "i2"), List.of("p2", "p3", "p4")));
    assertEquals(Job.Status.SUCCESS, client.end(first).status());
    Job failed = client.poll(second);
    assertEquals(Job.Status.FAIL, failed.status());
    assertTrue(failed.reason() != null && failed.reason().kind() == Reason.Kind.QUOTA);
    assertEquals(List.of("p1", "p2"), client.listed("i1"));
    assertEquals(List.of("p2", "p3", "p4"), client.listed("i2"));
  }

  @Test
  void limitsAreEnforcedWhenNamed() throws Exception {
    MemoryBackend strict = cloud().limits(new BatchLimits(2, 3, 5)).build();
    assertEquals(new BatchLimits(2, 3, 5), strict.limits());
    VirtualClient client = new VirtualClient(strict);
    client.submit(share(List.of("i1"), projects(0, 3)));
    client.submit(share(List.of("i1", "i2"), projects(0, 2)));
    for (ShareRequest big :
        List.of(
            share(List.of("i1", "i2", "i3"), projects(0, 1)),
            share(List.of("i1"), projects(0, 4)),
            share(List.of("i1", "i2"), projects(0, 3)))) {
      assertEquals(Reason.Kind.INVALID, client.refusal(big).kind());
    }
    MemoryBackend lax = cloud().membersPerImage(5000).build();
    assertEquals(BatchLimits.defaults(), lax.limits());
    new VirtualClient(lax).submit(share(List.of("i1"), projects(0, 5000)));
  }

  @Test
  void anyImageRegistersEveryId() throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .anyImage()
            .member("early", P1, MemberStatus.ACCEPTED)
            .build();
    VirtualClient client = new VirtualClient(cloud);
    assertEquals(Map.of(), client.listing("whatever"));
    client.end(client.share("late", "p2"));
    client.end(client.unshare("never", "p2"));
    assertEquals(
        List.of(member("early", "p1"), member("late", "p2")), List.copyOf(cloud.members()));
  }
}
