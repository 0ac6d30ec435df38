package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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

  private static void run(ShareWorkflow workflow, WantedState.Changes changes) {
    for (List<ShareRequest> requests : List.of(changes.shares(), changes.unshares())) {
      if (!requests.isEmpty()) {
        assertTrue(workflow.run(requests).allDone());
      }
    }
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
      run(workflow, changes);
      assertEquals(new WantedState.Changes(List.of(), List.of()), workflow.changes(wanted));
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
        run(workflow, workflow.changes(WantedState.of(wanted).maxRemovals(1)));
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
}
