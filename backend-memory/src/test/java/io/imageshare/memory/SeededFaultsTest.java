package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.assertRefused;
import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class SeededFaultsTest {
  private static final ShareRequest SLICE = share(List.of("i1"), List.of("p1"));

  /** A cloud that has taken 1,000 submits, polls and listings each. */
  private static MemoryBackend busy(Chaos chaos, long seed) throws Exception {
    MemoryBackend cloud = cloud().chaos(chaos).seed(seed).build();
    for (int i = 0; i < 1000; i++) {
      cloud.submit(SLICE);
      cloud.job("nix");
      cloud.members("i2");
      cloud.images(Recipient.project("p1"), MemberStatus.ACCEPTED);
      cloud.describe(Set.of("i1"));
      cloud.time().sleep(Duration.ofMillis(100));
    }
    return cloud;
  }

  private static long struck(MemoryBackend cloud, Call.Kind kind, Predicate<Fault> which) {
    return cloud.calls().stream()
        .filter(call -> call.kind() == kind)
        .filter(call -> call.faults().stream().anyMatch(which))
        .count();
  }

  @Test
  void eachFaultStrikesAtItsRate() throws Exception {
    Chaos chaos =
        Chaos.none()
            .rate(new Fault.Unavailable(), .1)
            .rate(new Fault.Throttled().on(Call.Kind.MEMBERS), .2)
            .rate(new Fault.LostAnswer(), .3)
            .rate(new Fault.StuckJob(), .25)
            .rate(new Fault.ListLag(Duration.ofSeconds(1)), 1);
    MemoryBackend cloud = busy(chaos, 1);
    for (Call.Kind kind : Call.Kind.values()) {
      assertNear(100, struck(cloud, kind, Fault.Unavailable.class::isInstance));
    }
    assertNear(200, struck(cloud, Call.Kind.MEMBERS, Fault.Throttled.class::isInstance));
    assertEquals(0, struck(cloud, Call.Kind.SUBMIT, Fault.Throttled.class::isInstance));
    assertNear(300, struck(cloud, Call.Kind.SUBMIT, Fault.LostAnswer.class::isInstance));
    int jobs = cloud.jobs().size();
    assertNear(900, jobs);
    assertNear(jobs / 4, struck(cloud, Call.Kind.SUBMIT, Fault.StuckJob.class::isInstance));
    assertEquals(jobs, struck(cloud, Call.Kind.SUBMIT, Fault.ListLag.class::isInstance));
  }

  private static void assertNear(long expected, long actual) {
    assertTrue(Math.abs(expected - actual) < 40, "about " + expected + ", not " + actual);
  }

  @Test
  void theSeedDecidesWhatGoesWrong() throws Exception {
    assertEquals(busy(Chaos.mixed(1), 3).calls(), busy(Chaos.mixed(1), 3).calls());
    assertNotEquals(busy(Chaos.mixed(1), 3).calls(), busy(Chaos.mixed(1), 4).calls());
  }

  @Test
  void lookingOnChangesNothing() throws Exception {
    assertEquals(watched(false), watched(true));
  }

  private static List<Call> watched(boolean watched) throws Exception {
    MemoryBackend cloud = cloud().chaos(Chaos.passing(1)).seed(9).build();
    for (int i = 0; i < 200; i++) {
      cloud.submit(SLICE);
      for (int tick = 0; tick < 10; tick++) {
        cloud.time().sleep(Duration.ofMillis(100));
        if (watched) {
          cloud.members();
          cloud.jobs();
        }
      }
    }
    return cloud.calls();
  }

  @Test
  void withoutChaosNothingGoesWrong() throws Exception {
    for (Chaos chaos : List.of(Chaos.none(), Chaos.mixed(0))) {
      assertTrue(busy(chaos, 1).calls().stream().allMatch(call -> call.faults().isEmpty()));
    }
  }

  @Test
  void passingFaultsPass() throws Exception {
    MemoryBackend cloud = busy(Chaos.passing(1), 5);
    cloud.time().sleep(Duration.ofMinutes(2));
    assertTrue(cloud.calls().stream().noneMatch(call -> call.answered() == null));
    assertTrue(cloud.jobs().stream().allMatch(job -> job.ended()));
    assertTrue(struck(cloud, Call.Kind.SUBMIT, Fault.HollowSuccess.class::isInstance) > 50);
    assertNear(320, struck(cloud, Call.Kind.SUBMIT, fault -> fault.part() == Fault.Part.CALL));
    assertNear(100, struck(cloud, Call.Kind.MEMBERS, fault -> true));
  }

  @Test
  void someOfTheMixedFaultsLast() throws Exception {
    MemoryBackend cloud = busy(Chaos.mixed(1), 5);
    cloud.time().sleep(Duration.ofMinutes(2));
    assertTrue(cloud.calls().stream().anyMatch(call -> call.answered() == null));
    assertFalse(cloud.jobs().stream().allMatch(job -> job.ended()));
  }

  @Test
  void injectedFaultsComeBeforeChance() {
    MemoryBackend cloud = cloud().chaos(Chaos.none().rate(new Fault.LostRequest(), 1)).build();
    VirtualClient client = new VirtualClient(cloud);
    cloud.inject(new Fault.Unavailable());
    assertEquals(Reason.Kind.UNAVAILABLE, client.refusal(SLICE).kind());
    assertEquals(Reason.Kind.LOST, client.refusal(SLICE).kind());
  }

  @Test
  void refusalsNameTheBadIdInAllWays() {
    MemoryBackend cloud = cloud().chaos(Chaos.none().mixedNaming(true)).build();
    VirtualClient client = new VirtualClient(cloud);
    Set<Reason> reasons = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      reasons.add(client.refusal(share(List.of("nix"), List.of("p1"))));
    }
    assertEquals(3, reasons.size());
    assertEquals(
        Set.of(Reason.Kind.INVALID, Reason.Kind.INVALID_IMAGE),
        new HashSet<>(reasons.stream().map(Reason::kind).toList()));
  }

  @Test
  void impossibleRatesAreRefused() {
    Chaos chaos = Chaos.none();
    assertRefused("0 to 1", () -> chaos.rate(new Fault.Unavailable(), 1.1));
    assertRefused("0 to 1", () -> chaos.rate(new Fault.Unavailable(), -.1));
    assertRefused("0 to 1", () -> chaos.rate(new Fault.Unavailable(), Double.NaN));
    assertRefused("0 to 1", () -> Chaos.mixed(1.1));
    assertRefused("0 to 1", () -> Chaos.mixed(-.1));
    Chaos full = chaos.rate(new Fault.LostAnswer(), 1).rate(new Fault.StuckJob(), 1);
    assertRefused("CALL of SUBMIT", () -> full.rate(new Fault.Unavailable(), .1));
    full.rate(new Fault.Unavailable().on(Call.Kind.JOB), 1);
    Fault refused = new Fault.Refused(new Reason(Reason.Kind.INVALID, "", ""));
    assertRefused("cause", () -> chaos.rate(refused, .1));
    assertRefused("cause", () -> chaos.rate(refused.on(Call.Kind.SUBMIT), .1));
    Reason gone = new Reason(Reason.Kind.INVALID_IMAGE, "", "");
    assertRefused("cause", () -> chaos.rate(new Fault.Refused(Call.Kind.MEMBERS, gone), .1));
  }
}
