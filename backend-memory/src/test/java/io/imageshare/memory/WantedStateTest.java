package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ascii;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom images should have, and what leads there, in virtual time. */
@Timeout(60)
class WantedStateTest {
  private static final List<String> IMAGES = ids("image-", 3);

  private static MemoryBackend.Builder cloud() {
    MemoryBackend.Builder cloud =
        MemoryBackend.builder().time(Timekeeper.virtual()).images(IMAGES).seed(1);
    for (String image : IMAGES) {
      for (String project : ids("project-", 10)) {
        cloud.member(image, Recipient.project(project), MemberStatus.ACCEPTED);
      }
    }
    return cloud;
  }

  @Test
  void oneProjectComesAndOneGoes() {
    MemoryBackend cloud = cloud().build();
    WantedState wanted =
        WantedState.of(IMAGES, IntStream.range(1, 11).mapToObj(n -> "project-" + n).toList());
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      WantedState.Changes changes = workflow.changes(wanted);
      assertEquals(List.of(ShareRequest.share(IMAGES, List.of("project-10"))), changes.shares());
      assertEquals(List.of(ShareRequest.unshare(IMAGES, List.of("project-0"))), changes.unshares());
      assertTrue(cloud.calls().stream().allMatch(call -> call.kind() == Call.Kind.MEMBERS));
      List<ShareReport> reports = workflow.run(changes);
      assertEquals(
          List.of(ShareRequest.Action.SHARE, ShareRequest.Action.UNSHARE),
          reports.stream().map(ShareReport::action).toList());
      reports.forEach(ShareReport::requireAllDone);
      WantedState.Changes none = workflow.changes(wanted);
      assertEquals(new WantedState.Changes(List.of(), List.of(), Map.of()), none);
      assertEquals(List.of(), workflow.run(none));
    }
  }

  @Test
  void aListThatIsEmptyByMistakeTakesNothingBack() {
    MemoryBackend cloud = cloud().build();
    WantedState nobody = WantedState.of(IMAGES, List.of());
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      String refused =
          assertThrows(IllegalStateException.class, () -> workflow.changes(nobody)).getMessage();
      assertTrue(String.valueOf(refused).contains("30 of 30 members"), refused);
      assertTrue(String.valueOf(refused).contains("maxRemovals(...)"), refused);
      WantedState.Changes changes = workflow.changes(nobody.maxRemovals(1));
      assertEquals(List.of(ShareRequest.unshare(IMAGES, ids("project-", 10))), changes.unshares());
    }
    assertThrows(IllegalArgumentException.class, () -> nobody.maxRemovals(1.5));
    assertThrows(IllegalArgumentException.class, () -> WantedState.of(List.of(), List.of("p")));
  }

  @Test
  void aFewMayBeRemovedWhateverPartTheyAre() {
    MemoryBackend cloud = cloud().build();
    WantedState seven = WantedState.of(List.of("image-0"), ids("project-", 7));
    WantedState six = WantedState.of(List.of("image-0"), ids("project-", 6));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      assertEquals(1, workflow.changes(seven).unshares().size());
      assertThrows(IllegalStateException.class, () -> workflow.changes(six));
      assertThrows(IllegalStateException.class, () -> workflow.changes(seven.maxRemovals(0)));
      assertThrows(IllegalStateException.class, () -> workflow.changes(seven.maxRemovals(.2, 2)));
      assertEquals(1, workflow.changes(six.maxRemovals(.1, 4)).unshares().size());
    }
    assertThrows(IllegalArgumentException.class, () -> six.maxRemovals(.1, -1));
  }

  @Test
  void anImageThatIsNoLongerOnTheListIsToldAndLeftAsItIs() {
    MemoryBackend cloud = cloud().images("image-3").build();
    WantedState wanted = WantedState.of(IMAGES.subList(0, 2), ids("project-", 10));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      WantedState.Changes changes = workflow.changes(wanted, ids("image-", 5)); // 4 is deleted
      assertEquals(List.of(), changes.unshares());
      assertEquals(List.of("image-2"), List.copyOf(changes.unlisted().keySet()));
      assertEquals(
          ids("project-", 10).stream().map(Recipient::project).toList(),
          List.copyOf(changes.unlisted().get("image-2")));
      assertTrue(
          changes
              .toString()
              .startsWith(
                  "changes: 0 pairs to share, 0 to unshare\n"
                      + "  not on the list: image-2 with [project-0, project-1, "),
          changes.toString());
      assertEquals(Map.of(), workflow.changes(wanted).unlisted());
      // Who has them does not raise the number that may be removed.
      WantedState less = WantedState.of(List.of("image-0"), ids("project-", 6));
      assertThrows(IllegalStateException.class, () -> workflow.changes(less, IMAGES));
    }
  }

  @Test
  void whatCannotBeReadCannotBeCompared() {
    MemoryBackend cloud = cloud().build();
    WantedState wanted = WantedState.of(List.of("image-0", "nix"), ids("project-", 10));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      String refused =
          assertThrows(IllegalStateException.class, () -> workflow.changes(wanted)).getMessage();
      assertTrue(String.valueOf(refused).startsWith("image nix: "), refused);
      assertTrue(String.valueOf(refused).contains("IMG.0027"), refused);
    }
  }

  @Test
  void leadsFromAnyStateToAny() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      MemoryBackend.Builder builder =
          MemoryBackend.builder().time(Timekeeper.virtual()).images(IMAGES).seed(seed);
      Map<String, Set<Recipient>> wanted = new HashMap<>();
      for (String image : IMAGES) {
        wanted.put(image, some(random));
        some(random).forEach(r -> builder.member(image, r, MemberStatus.PENDING));
      }
      MemoryBackend cloud = builder.build();
      try (ShareWorkflow workflow = ShareWorkflow.builder(cloud).seed(seed).build()) {
        workflow
            .run(workflow.changes(WantedState.of(wanted).maxRemovals(1)))
            .forEach(ShareReport::requireAllDone);
      }
      Set<Member> expected = new HashSet<>();
      wanted.forEach(
          (image, recipients) -> recipients.forEach(r -> expected.add(new Member(image, r))));
      assertEquals(expected, cloud.members(), "seed " + seed);
    }
  }

  private static Set<Recipient> some(Random random) {
    Set<Recipient> some = new HashSet<>();
    for (String project : ids("project-", 6)) {
      if (random.nextBoolean()) {
        some.add(Recipient.project(project));
      }
    }
    return some;
  }

  @Test
  void anImageIsOneHoweverItIsSpelled() {
    String image = "a4c123b1-628d-4272-8137-1c17149d4395";
    String upper = "A4C123B1628D427281371C17149D4395";
    MemoryBackend cloud = cloud().images(image).build();
    MemberBackend lax =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Map<Recipient, MemberStatus>> members(String id) {
            return super.members(id.equals(upper) ? image : id);
          }
        };
    Recipient one = Recipient.project("project-1");
    Recipient two = Recipient.project("project-2");
    Map<String, Set<Recipient>> twice = new LinkedHashMap<>();
    twice.put(image, Set.of(one));
    twice.put(upper, Set.of(two));
    WantedState wanted = WantedState.of(twice);
    assertEquals(Map.of(image, Set.of(one, two)), wanted.recipients());
    try (ShareWorkflow workflow = ShareWorkflow.over(lax)) {
      workflow.run(workflow.changes(wanted)).forEach(ShareReport::requireAllDone);
      WantedState.Changes none = new WantedState.Changes(List.of(), List.of(), Map.of());
      assertEquals(none, workflow.changes(wanted, List.of(upper)));
      // Nor does it count twice for the part that may be removed.
      WantedState nobody = WantedState.of(Map.of(image, Set.<Recipient>of())).maxRemovals(.5, 0);
      assertThrows(IllegalStateException.class, () -> workflow.changes(nobody, List.of(upper)));
    }
  }

  @Test
  void aPairCountsOnceHoweverItsIdsAreSpelled() {
    String project = "0123456789abcdef0123456789abcdef";
    WantedState wanted = WantedState.of(IMAGES, List.of(project, Ascii.toUpperCase(project)));
    assertEquals(Set.of(Recipient.project(project)), wanted.recipients().get("image-0"));
    ShareRequest request = ShareRequest.share(IMAGES, List.of(project, Ascii.toUpperCase(project)));
    assertEquals(3, request.pairs());
  }

  @Test
  void nothingIsTakenAwayWhereTheSharingDidNotFinish() {
    MemoryBackend cloud = cloud().badProjects("nobody").build();
    WantedState wanted = WantedState.of(IMAGES, List.of("nobody", "new")).maxRemovals(1);
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      cloud.inject(new Fault.Unauthenticated().on(Call.Kind.SUBMIT));
      List<ShareReport> reports = workflow.run(workflow.changes(wanted));
      assertEquals(
          List.of(ShareReport.Ending.STOPPED), reports.stream().map(ShareReport::ending).toList());
    }
    assertTrue(cloud.members().contains(new Member("image-0", Recipient.project("project-0"))));
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      List<ShareReport> reports = workflow.run(workflow.changes(wanted));
      assertEquals(3, reports.get(0).counts().failed());
      assertTrue(reports.get(1).allDone());
    }
  }

  /** A list with blanks serves the cloud, requests, listings and comparisons alike. */
  @Test
  void blanksAroundIdsMakeNoDifference() {
    List<String> images = List.of("image-1\r", " image-2", "image-2");
    MemoryBackend cloud = MemoryBackend.virtual().images(images).build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareReport report = workflow.run(ShareRequest.share(images, List.of("project-1 ")));
      assertEquals(2, report.counts().done(), report.toString());
      assertEquals(2, workflow.members(images).stream().count());
      WantedState wanted = WantedState.of(List.of("image-1 "), List.of("\tproject-1"));
      WantedState.Changes changes = workflow.changes(wanted, images);
      assertEquals(List.of(), changes.shares());
      assertEquals(Set.of("image-2"), changes.unlisted().keySet());
      Exception e =
          assertThrows(
              IllegalArgumentException.class,
              () -> workflow.changes(wanted, List.of("image-1", "image-3;image-4")));
      assertTrue(String.valueOf(e.getMessage()).startsWith("images[1]: "), e.getMessage());
    }
  }
}
