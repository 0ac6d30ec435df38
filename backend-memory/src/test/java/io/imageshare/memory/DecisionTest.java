package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.cloud;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.Unknowns.Checks;
import io.imageshare.memory.Unknowns.Detail;
import io.imageshare.memory.Unknowns.Partial;
import io.imageshare.memory.internal.cloud.CloudProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of what recipients say, in virtual time. */
class DecisionTest {
  private static final Recipient P1 = Recipient.project("p1");
  private static final Recipient P2 = Recipient.project("p2");

  private static ShareRequest decision(MemberStatus status, String... images) {
    List<String> projects = List.of(P1.id());
    return status == MemberStatus.ACCEPTED
        ? ShareRequest.accept(List.of(images), projects)
        : ShareRequest.reject(List.of(images), projects);
  }

  private static ShareRequest accept(String... images) {
    return decision(MemberStatus.ACCEPTED, images);
  }

  private static Job submit(MemoryBackend cloud, ShareRequest work) throws InterruptedException {
    return cloud.time().await(cloud.submit(work));
  }

  private static MemoryBackend.Builder shared() {
    return cloud()
        .wholeImages("whole")
        .member("i1", P1, MemberStatus.PENDING)
        .member("i2", P2, MemberStatus.PENDING)
        .member("i2", P1, MemberStatus.REJECTED)
        .member("whole", P1, MemberStatus.PENDING);
  }

  @Test
  void aJobCarriesItOutWhenItEnds() throws Exception {
    MemoryBackend cloud = shared().build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = submit(cloud, accept("i1", "i2"));
    assertEquals(Job.Status.INIT, job.status());
    assertEquals("imsUpdateImageMembersJob", job.type());
    client.pass(2999);
    assertEquals(Job.Status.RUNNING, client.poll(job).status());
    assertEquals(Map.of(P1, MemberStatus.PENDING), client.listing("i1"));
    client.pass(1);
    Job end = client.poll(job);
    assertEquals(Job.Status.SUCCESS, end.status());
    assertEquals(
        List.of(new Job.Result("i1", null, true, null), new Job.Result("i2", null, true, null)),
        end.results());
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED), client.listing("i1"));
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED, P2, MemberStatus.PENDING), client.listing("i2"));
  }

  @Test
  void aDecisionMayBeRepeatedAndTakenBack() throws Exception {
    MemoryBackend cloud = shared().jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    for (MemberStatus status :
        List.of(
            MemberStatus.ACCEPTED,
            MemberStatus.ACCEPTED,
            MemberStatus.REJECTED,
            MemberStatus.REJECTED,
            MemberStatus.ACCEPTED)) {
      assertEquals(Job.Status.SUCCESS, submit(cloud, decision(status, "i1")).status());
      assertEquals(Map.of(P1, status), client.listing("i1"));
    }
    client.unshare("i1", "p1");
    client.share("i1", "p1");
    assertEquals(Map.of(P1, MemberStatus.PENDING), client.listing("i1"));
  }

  private static Reason refusal(MemoryBackend cloud, ShareRequest work) {
    return new VirtualClient(cloud).failure(cloud.submit(work)).reason();
  }

  @Test
  void whatOneWasNotGivenDoesNotExist() throws Exception {
    MemoryBackend cloud = shared().build();
    for (String image : List.of("i3", "nix")) {
      assertEquals(
          new Reason(
              Reason.Kind.INVALID_IMAGE, "IMG.0027", "The image does not exist: " + image + "."),
          refusal(cloud, accept("i1", image)));
    }
    assertEquals(List.of(), cloud.jobs());
    MemoryBackend any = MemoryBackend.builder().time(cloud.time()).anyImage().build();
    assertEquals("IMG.0027", refusal(any, accept("whatever")).code());
    assertEquals(Set.of(), any.members());
  }

  @Test
  void aFullServerImageIsAcceptedIntoAVault() throws Exception {
    MemoryBackend cloud = shared().jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    Reason reason = refusal(cloud, accept("whole"));
    assertEquals("IMG.0184", reason.code());
    assertEquals("IMG.0184", refusal(cloud, accept("i1", "whole")).code());
    submit(cloud, decision(MemberStatus.REJECTED, "whole"));
    assertEquals(Map.of(P1, MemberStatus.REJECTED), client.listing("whole"));
    submit(cloud, accept("whole").vault("vault"));
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED), client.listing("whole"));
  }

  @Test
  void inAJobOnlyTheBadOnesFail() throws Exception {
    Unknowns inJob = Unknowns.defaults().checks(Checks.IN_JOB).results(Detail.PER_PAIR);
    MemoryBackend cloud = shared().unknowns(inJob).jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    Job job = submit(cloud, accept("i3", "i1", "whole"));
    assertEquals(Job.Status.FAIL, job.status());
    assertEquals("IMG.0027", requireNonNull(job.reason()).code());
    assertEquals(
        List.of(false, true, false), job.results().stream().map(Job.Result::succeeded).toList());
    assertEquals("IMG.0184", requireNonNull(job.results().get(2).reason()).code());
    assertEquals(P1, job.results().get(1).recipient());
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED), client.listing("i1"));
    assertEquals(Map.of(), client.listing("i3"));
  }

  @Test
  void whatWasTakenBackMeanwhileCannotBeAccepted() throws Exception {
    MemoryBackend cloud = shared().build();
    VirtualClient client = new VirtualClient(cloud);
    Job unshared = client.unshare("i1", "p1");
    Job accepted = submit(cloud, accept("i1"));
    assertEquals(Job.Status.SUCCESS, client.end(unshared).status());
    Job end = client.poll(accepted);
    assertEquals("IMG.0027", requireNonNull(end.reason()).code());
    assertEquals(Map.of(), client.listing("i1"));
  }

  @Test
  void faultsStrikeItAsTheyStrikeASubmit() throws Exception {
    MemoryBackend cloud = shared().jobsTake(Duration.ZERO).build();
    VirtualClient client = new VirtualClient(cloud);
    cloud.inject(new Fault.LostAnswer());
    cloud.inject(new Fault.Throttled().on(Call.Kind.SUBMIT));
    BackendException lost = client.failure(cloud.submit(accept("i1")));
    assertEquals(Reason.Kind.LOST, lost.reason().kind());
    assertEquals(Map.of(P1, MemberStatus.ACCEPTED), client.listing("i1"));
    assertEquals(Reason.Kind.THROTTLED, refusal(cloud, accept("i2")).kind());
    Call call = cloud.calls().get(0);
    assertEquals(Call.Kind.SUBMIT, call.kind());
    assertEquals(accept("i1"), call.slice());
    assertEquals(cloud.jobs().get(0).id(), call.job());
    cloud.inject(new Fault.PartialFail());
    Job failed = submit(cloud, decision(MemberStatus.REJECTED, "i1", "i2"));
    assertEquals("IMG.0061", requireNonNull(failed.reason()).code());
  }

  @Test
  void whatAProjectSeesLagsAsTheListingDoes() throws Exception {
    Unknowns lagging = Unknowns.defaults().listLag(Duration.ofSeconds(5));
    MemoryBackend cloud = shared().unknowns(lagging).jobsTake(Duration.ZERO).build();
    submit(cloud, accept("i1"));
    assertEquals(MemberStatus.PENDING, seen(cloud));
    cloud.time().sleep(Duration.ofSeconds(5));
    assertEquals(MemberStatus.ACCEPTED, seen(cloud));
  }

  private static MemberStatus seen(MemoryBackend cloud) {
    return requireNonNull(requireNonNull(cloud.pipeline.image("i1", P1)).status());
  }

  @Test
  void itAgreesWithAModel() {
    Seeds.forEach(seed -> new Model(new Random(seed)).compare("seed " + seed));
  }

  /** Slices and decisions in turn, each done as it comes. */
  private static final class Model {
    private static final List<String> IMAGES = List.of("i1", "i2", "i3", "w1", "nix");
    private static final List<Recipient> PROJECTS = List.of(P1, P2, Recipient.project("p3"));

    private final Random random;
    private final Checks checks;
    private final Partial partial;
    private final Map<String, Map<Recipient, MemberStatus>> expected = new HashMap<>();

    Model(Random random) {
      this.random = random;
      checks = any(List.of(Checks.values()));
      partial = any(List.of(Partial.values()));
    }

    private <T> T any(List<T> values) {
      return values.get(random.nextInt(values.size()));
    }

    private void compare(String seed) {
      MemoryBackend cloud =
          cloud()
              .wholeImages("w1")
              .unknowns(Unknowns.defaults().checks(checks).partial(partial))
              .jobsTake(Duration.ZERO)
              .build();
      for (int i = 0; i < 20; i++) {
        List<String> images = some();
        Recipient project = any(PROJECTS);
        ShareRequest work = work(images, project);
        String outcome =
            switch (work.action()) {
              case SHARE, UNSHARE -> share(work);
              case ACCEPT, REJECT -> decide(work);
            };
        cloud.submit(work);
        Call call = cloud.calls().get(i);
        List<Job> jobs = cloud.jobs();
        String real = call.reason() == null ? jobs.get(jobs.size() - 1).status().name() : "refused";
        assertEquals(outcome, real, () -> seed + " " + work);
        for (String image : List.of("i1", "i2", "i3", "w1")) {
          Map<Recipient, MemberStatus> listed = CloudProbe.members(cloud.pipeline, image);
          assertEquals(has(image), listed, () -> seed + " " + work);
        }
      }
    }

    private ShareRequest work(List<String> images, Recipient project) {
      List<String> projects = List.of(project.id());
      return switch (random.nextInt(6)) {
        case 0 -> ShareRequest.unshare(images, projects);
        case 1, 2 -> ShareRequest.share(images, projects);
        case 3 -> ShareRequest.reject(images, projects);
        case 4 -> ShareRequest.accept(images, projects);
        default -> ShareRequest.accept(images, projects).vault("vault");
      };
    }

    private List<String> some() {
      List<String> shuffled = new ArrayList<>(IMAGES);
      Collections.shuffle(shuffled, random);
      return shuffled.subList(0, 1 + random.nextInt(3));
    }

    private Map<Recipient, MemberStatus> has(String image) {
      return expected.computeIfAbsent(image, added -> new HashMap<>());
    }

    private String decide(ShareRequest decision) {
      Recipient project = decision.recipients().iterator().next();
      boolean accepts = decision.action() == ShareRequest.Action.ACCEPT;
      List<String> good = new ArrayList<>(decision.images());
      good.removeIf(
          image ->
              !has(image).containsKey(project)
                  || (image.equals("w1") && decision.vault().isEmpty() && accepts));
      MemberStatus status = accepts ? MemberStatus.ACCEPTED : MemberStatus.REJECTED;
      return outcome(decision, good, image -> has(image).put(project, status));
    }

    private String share(ShareRequest slice) {
      Recipient project = slice.recipients().iterator().next();
      List<String> good = new ArrayList<>(slice.images());
      good.remove("nix");
      boolean share = slice.action() == ShareRequest.Action.SHARE;
      return outcome(
          slice,
          good,
          image -> {
            if (share) {
              has(image).putIfAbsent(project, MemberStatus.PENDING);
            } else {
              has(image).remove(project);
            }
          });
    }

    private String outcome(
        ShareRequest work, List<String> good, java.util.function.Consumer<String> done) {
      boolean bad = good.size() < work.images().size();
      if (bad && checks == Checks.SYNC) {
        return "refused";
      }
      if (bad && checks == Checks.IN_JOB_ALL_OR_NOTHING) {
        good.clear();
      }
      good.forEach(done);
      return bad && (partial == Partial.FAIL_IF_ANY || good.isEmpty()) ? "FAIL" : "SUCCESS";
    }
  }
}
