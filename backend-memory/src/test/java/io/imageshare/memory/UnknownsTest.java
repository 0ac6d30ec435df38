package io.imageshare.memory;

import static io.imageshare.Image.Sharing.SHARED;
import static io.imageshare.Image.Sharing.UNKNOWN;
import static io.imageshare.Image.Sharing.UNSHARED;
import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.member;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Unknowns.Already;
import io.imageshare.memory.Unknowns.Checks;
import io.imageshare.memory.Unknowns.Detail;
import io.imageshare.memory.Unknowns.Listing;
import io.imageshare.memory.Unknowns.Naming;
import io.imageshare.memory.Unknowns.Partial;
import io.imageshare.memory.Unknowns.Telling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnknownsTest {
  private static final Unknowns DEFAULTS = Unknowns.defaults();
  private static final Recipient P1 = Recipient.project("p1");
  private static final Recipient P2 = Recipient.project("p2");

  private static MemoryBackend.Builder cloudOf(Unknowns unknowns) {
    return cloud().unknowns(unknowns).badProjects("far").owner("me");
  }

  private static Reason reason(Job job) {
    assertTrue(job.reason() != null, job.toString());
    return job.reason();
  }

  @Test
  void repeatingDoesNoHarmUnlessSaid() throws Exception {
    VirtualClient client =
        new VirtualClient(cloudOf(DEFAULTS).member("i1", P1, MemberStatus.ACCEPTED).build());
    assertEquals(Job.Status.SUCCESS, client.end(client.share("i1", "p1")).status());
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED), client.listing("i1"));
    assertEquals(Job.Status.SUCCESS, client.end(client.unshare("i1", "p2")).status());
  }

  @Test
  void aRepeatedPairCanFailInTheJob() throws Exception {
    VirtualClient client =
        new VirtualClient(
            cloudOf(DEFAULTS.readding(Already.FAIL_JOB).removing(Already.FAIL_JOB))
                .member("i1", P1, MemberStatus.ACCEPTED)
                .build());
    Job added = client.end(client.share("i1", "p1", "p2"));
    assertEquals(Job.Status.FAIL, added.status());
    assertEquals("IMG.0112", reason(added).code());
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED, P2, MemberStatus.PENDING), client.listing("i1"));
    Job removed = client.end(client.unshare("i1", "p3", "p1"));
    assertEquals("IMG.0113", reason(removed).code());
    assertEquals(List.of("p2"), client.listed("i1"));
  }

  @Test
  void aRepeatedPairCanSinkTheCall() throws Exception {
    MemoryBackend cloud =
        cloudOf(DEFAULTS.readding(Already.REFUSE).removing(Already.REFUSE))
            .member("i1", P1, MemberStatus.ACCEPTED)
            .build();
    VirtualClient client = new VirtualClient(cloud);
    Reason readded = client.refusal(share(List.of("i2", "i1"), List.of("p2", "p1")));
    assertEquals(Reason.Kind.LOST, readded.kind());
    assertEquals("IMG.0112", readded.code());
    ShareRequest removal = ShareRequest.unshare(List.of("i1"), List.of("p1", "p2"));
    assertEquals("IMG.0113", client.refusal(removal).code());
    assertEquals(List.of(), cloud.jobs());
    client.end(client.share("i1", "p2"));
    client.end(client.submit(removal));
    assertEquals(Set.of(), cloud.members());
  }

  @Test
  void badIdsCanBeFoundInTheJobWhileTheGoodPairsAreDone() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.checks(Checks.IN_JOB)).build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = client.end(client.submit(share(List.of("i1", "nix"), List.of("p1", "far", "me"))));
    assertEquals(Job.Status.FAIL, job.status());
    assertEquals("IMG.0108", reason(job).code());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    assertEquals(Reason.Kind.INVALID_IMAGE, reason(client.end(client.share("nix", "p1"))).kind());
  }

  @Test
  void aFullImageCanBeFoundInTheJob() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.checks(Checks.IN_JOB)).membersPerImage(2).build();
    VirtualClient client = new VirtualClient(cloud);
    client.end(client.share("i1", "p1"));
    Job job = client.end(client.submit(share(List.of("i1", "i2"), List.of("p2", "p3"))));
    assertEquals(Reason.Kind.QUOTA, reason(job).kind());
    assertEquals(List.of("p1"), client.listed("i1"));
    assertEquals(List.of("p2", "p3"), client.listed("i2"));
    assertEquals(Job.Status.FAIL, client.end(client.share("i1", "p4", "far")).status());
    assertEquals(List.of("p1", "p4"), client.listed("i1"));
  }

  @Test
  void aBadIdInTheJobCanUndoAllOfIt() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.checks(Checks.IN_JOB_ALL_OR_NOTHING)).build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = client.end(client.submit(share(List.of("i1", "nix"), List.of("p1"))));
    assertEquals(Job.Status.FAIL, job.status());
    assertEquals(Reason.Kind.INVALID_IMAGE, reason(job).kind());
    assertEquals(Set.of(), cloud.members());
    client.end(client.share("i1", "p1"));
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void aRefusalCanLeaveOutTheId() {
    VirtualClient client = new VirtualClient(cloudOf(DEFAULTS.naming(Naming.SIDE_ONLY)).build());
    Reason image = client.refusal(share(List.of("nix"), List.of("p1")));
    assertEquals(Reason.Kind.INVALID_IMAGE, image.kind());
    assertEquals("IMG.0027", image.code());
    assertTrue(!image.message().contains("nix"), image.message());
    Reason recipient = client.refusal(share(List.of("i1"), List.of("far")));
    assertEquals(Reason.Kind.INVALID_RECIPIENT, recipient.kind());
    assertTrue(!recipient.message().contains("far"), recipient.message());
  }

  @Test
  void aRefusalCanLeaveOutTheSide() throws Exception {
    Unknowns silent = DEFAULTS.naming(Naming.NOTHING);
    MemoryBackend cloud = cloudOf(silent).membersPerImage(1).build();
    VirtualClient client = new VirtualClient(cloud);
    Reason image = client.refusal(share(List.of("nix"), List.of("p1")));
    assertEquals(new Reason(Reason.Kind.INVALID, "IMG.0001", image.message()), image);
    assertEquals(image, client.refusal(share(List.of("i1"), List.of("far"))));
    assertEquals(image, client.failure(cloud.members("nix")).reason());
    assertEquals(
        Reason.Kind.QUOTA, client.refusal(share(List.of("i1"), List.of("p1", "p2"))).kind());
    VirtualClient late = new VirtualClient(cloudOf(silent.checks(Checks.IN_JOB)).build());
    assertEquals(image, reason(late.end(late.share("nix", "p1"))));
  }

  @Test
  void aJobOfWhichSomePairsFailCanSucceed() throws Exception {
    MemoryBackend cloud =
        cloudOf(DEFAULTS.checks(Checks.IN_JOB).partial(Partial.SUCCESS_WITH_RESULTS)).build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = client.end(client.submit(share(List.of("i1", "nix"), List.of("p1"))));
    assertEquals(Job.Status.SUCCESS, job.status());
    assertEquals(
        List.of(new Job.Result("i1", null, true, null), new Job.Result("nix", null, false, null)),
        job.results());
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    assertEquals(Job.Status.FAIL, client.end(client.share("nix", "p1")).status());
  }

  @Test
  void resultsComeWithoutRecipientAndNotForRemovals() throws Exception {
    VirtualClient client = new VirtualClient(cloudOf(DEFAULTS).build());
    Job first = client.submit(share(List.of("i2", "i1"), List.of("p1", "p2")));
    assertEquals(List.of(), first.results());
    assertEquals(
        List.of(new Job.Result("i2", null, true, null), new Job.Result("i1", null, true, null)),
        client.end(first).results());
    assertEquals(List.of(), client.end(client.unshare("i1", "p1")).results());
  }

  @Test
  void anImageOfWhichOnePairFailsIsNotCalledASuccess() throws Exception {
    VirtualClient client = new VirtualClient(cloudOf(DEFAULTS.checks(Checks.IN_JOB)).build());
    Job job = client.end(client.submit(share(List.of("i1", "i2"), List.of("p1", "far"))));
    assertEquals(
        List.of(new Job.Result("i1", null, false, null), new Job.Result("i2", null, false, null)),
        job.results());
  }

  @Test
  void resultsCanBeAbsent() throws Exception {
    VirtualClient client = new VirtualClient(cloudOf(DEFAULTS.results(Detail.ABSENT)).build());
    assertEquals(List.of(), client.end(client.share("i1", "p1")).results());
  }

  @Test
  void resultsCanTellOfEveryPair() throws Exception {
    VirtualClient client =
        new VirtualClient(cloudOf(DEFAULTS.checks(Checks.IN_JOB).results(Detail.PER_PAIR)).build());
    Job job = client.end(client.share("i1", "p1", "far"));
    assertEquals(
        List.of(
            new Job.Result("i1", P1, true, null),
            new Job.Result("i1", Recipient.project("far"), false, reason(job))),
        job.results());
    assertEquals(
        List.of(new Job.Result("i1", P1, true, null)),
        client.end(client.unshare("i1", "p1")).results());
  }

  @Test
  void theListingOfAnUnknownImageIsRefusedOrEmpty() throws Exception {
    MemoryBackend strict = cloudOf(DEFAULTS).build();
    Reason reason = new VirtualClient(strict).failure(strict.members("nix")).reason();
    assertEquals(Reason.Kind.INVALID_IMAGE, reason.kind());
    assertEquals("IMG.0027", reason.code());
    VirtualClient lax =
        new VirtualClient(cloudOf(DEFAULTS.listing(Listing.EMPTY_FOR_UNKNOWN)).build());
    assertEquals(Map.of(), lax.listing("nix"));
    assertEquals(
        Reason.Kind.INVALID_IMAGE, lax.refusal(share(List.of("nix"), List.of("p1"))).kind());
  }

  @Test
  void theListingCanBeMissing() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.listing(Listing.UNSUPPORTED)).build();
    VirtualClient client = new VirtualClient(cloud);
    assertEquals(Reason.Kind.UNSUPPORTED, client.failure(cloud.members("i1")).reason().kind());
    client.end(client.share("i1", "p1"));
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
  }

  @Test
  void theListingCanLagBehindEveryJob() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.listLag(Duration.ofSeconds(10))).build();
    VirtualClient client = new VirtualClient(cloud);
    client.share("i1", "p1");
    client.pass(4000);
    client.unshare("i1", "p1");
    client.pass(4000);
    assertEquals(Set.of(), cloud.members());
    assertEquals(List.of(), client.listed("i1"));
    client.pass(4999);
    assertEquals(List.of(), client.listed("i1"));
    client.pass(1);
    assertEquals(List.of("p1"), client.listed("i1"));
    client.pass(3999);
    assertEquals(List.of("p1"), client.listed("i1"));
    client.pass(1);
    assertEquals(List.of(), client.listed("i1"));
  }

  @Test
  void anImageThatWasSharedIsToldToBeSoEverAfterUnlessSaid() throws Exception {
    assertEquals(List.of(UNSHARED, SHARED, SHARED, SHARED), told(Telling.AT_ONCE));
    assertEquals(List.of(UNSHARED, UNSHARED, UNSHARED, SHARED), told(Telling.LATE));
    assertEquals(List.of(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN), told(Telling.NEVER));
  }

  /** What is told before a share, at its end, after the unshare, and a minute after the share. */
  private static List<Image.Sharing> told(Telling telling) throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.telling(telling)).build();
    VirtualClient client = new VirtualClient(cloud);
    List<Image.Sharing> told = new ArrayList<>();
    client.share("i1", "p1");
    client.pass(2999);
    told.add(client.sharing("i1"));
    client.pass(1);
    told.add(client.sharing("i1"));
    client.unshare("i1", "p1");
    client.pass(59_999);
    told.add(client.sharing("i1"));
    client.pass(1);
    told.add(client.sharing("i1"));
    return told;
  }

  @Test
  void anEndedJobCanBeForgotten() throws Exception {
    MemoryBackend cloud = cloudOf(DEFAULTS.jobsKept(Duration.ofSeconds(10))).build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = client.share("i1", "p1");
    client.pass(13_000);
    assertEquals(Job.Status.SUCCESS, client.poll(job).status());
    client.pass(1);
    Reason reason = client.failure(cloud.job(job.id())).reason();
    assertEquals(Reason.Kind.INVALID, reason.kind());
    assertEquals("IMG.0023", reason.code());
    cloud.inject(new Fault.StuckJob());
    Job stuck = client.share("i1", "p1");
    assertEquals(Job.Status.RUNNING, client.end(stuck).status());
  }

  @Test
  void jobsAreKeptForEverUnlessSaid() throws Exception {
    VirtualClient client = new VirtualClient(cloudOf(DEFAULTS).build());
    Job job = client.share("i1", "p1");
    client.pass(Duration.ofDays(1000).toMillis());
    assertEquals(Job.Status.SUCCESS, client.poll(job).status());
  }
}
