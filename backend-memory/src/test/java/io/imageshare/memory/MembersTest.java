package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareWorkflow;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has which images. */
@Timeout(60)
class MembersTest {
  private static final Recipient FORMULA = Recipient.project("=1+1");

  private static MemoryBackend.Builder cloud() {
    return MemoryBackend.virtual()
        .images("image-0", "image-1", "image-2")
        .member("image-0", Recipient.project("project-1"), MemberStatus.ACCEPTED)
        .member("image-0", Recipient.project("project-0"), MemberStatus.PENDING)
        .member("image-2", FORMULA, MemberStatus.REJECTED);
  }

  @Test
  void eachImageIsToldWithItsMembersOrWhyTheyCannotBeRead() {
    MemoryBackend cloud = cloud().build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      List<ImageMembers> images =
          workflow.members(List.of("image-2", "nix", "image-1", "image-2", "image-0")).stream()
              .toList();
      assertEquals(
          List.of("image-2", "nix", "image-1", "image-0"),
          images.stream().map(ImageMembers::image).toList());
      assertEquals(Map.of(FORMULA, MemberStatus.REJECTED), images.get(0).members());
      assertEquals(
          Reason.Kind.INVALID_IMAGE, Objects.requireNonNull(images.get(1).reason()).kind());
      assertEquals(Map.of(), images.get(2).members());
      assertNull(images.get(2).reason());
      assertEquals(
          List.of(Recipient.project("project-0"), Recipient.project("project-1")),
          List.copyOf(images.get(3).members().keySet()));
      assertTrue(cloud.calls().stream().allMatch(call -> call.kind() == Call.Kind.MEMBERS));
    }
  }

  @Test
  void theyAreReadSomeAtATimeThroughTheRateLimit() {
    MemoryBackend cloud = MemoryBackend.virtual().anyImage().build();
    FlowPolicy flow = FlowPolicy.defaults().callsPerSecond(2);
    try (ShareWorkflow workflow = ShareWorkflow.builder(cloud).flow(flow).build()) {
      ShareWorkflow.Memberships members = workflow.members(ids("image-", 5_000));
      assertEquals(0, cloud.calls().size());
      Instant before = cloud.time().now();
      assertEquals("image-0", members.stream().iterator().next().image());
      assertEquals(50, calls(cloud, Call.Kind.MEMBERS).size());
      Duration took = Duration.between(before, cloud.time().now());
      assertTrue(took.toSeconds() >= 24, took.toString());
    }
  }

  @Test
  void oneThatCannotBeReachedIsToldSo() {
    MemoryBackend cloud = cloud().build();
    cloud.inject(new Fault.Unavailable(), 100);
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      List<ImageMembers> images = workflow.members(ids("image-", 3)).stream().toList();
      assertEquals(3, images.size());
      images.forEach(
          image ->
              assertEquals(Reason.Kind.UNAVAILABLE, Objects.requireNonNull(image.reason()).kind()));
    }
  }

  @Test
  void theTableIsSafeForSpreadsheetsAndIsReadAsAWantedState() throws IOException {
    MemoryBackend cloud = cloud().build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      StringWriter csv = new StringWriter();
      workflow.members(ids("image-", 3)).toCsv(csv);
      assertEquals(
          """
          image,type,recipient,status,reason
          image-0,project,project-0,PENDING,
          image-0,project,project-1,ACCEPTED,
          image-1,,,,
          image-2,project,'=1+1,REJECTED,
          """,
          csv.toString());
      WantedState wanted = WantedState.read(new StringReader(csv.toString()));
      assertEquals(
          Map.of(
              "image-0",
              Set.of(Recipient.project("project-0"), Recipient.project("project-1")),
              "image-1",
              Set.of(),
              "image-2",
              Set.of(FORMULA)),
          wanted.recipients());
      assertEquals("changes: 0 pairs to share, 0 to unshare", workflow.changes(wanted).toString());
    }
  }

  /** What a service lists is shown, but is taken for nothing else when the table is read again. */
  @Test
  void oddMembersAreShownEscapedAndNotReadAsOthers() throws IOException {
    Map<String, String> shown =
        Map.of(
            "p\u001b[2Jq", "p\\u001b[2Jq",
            "p\u202eq", "p\\u202eq",
            "\uff1d1+1", "'\uff1d1+1",
            "'=1+1", "''=1+1",
            "@SUM", "'@SUM");
    for (Map.Entry<String, String> odd : shown.entrySet()) {
      MemoryBackend cloud =
          MemoryBackend.virtual()
              .images("image-0")
              .member("image-0", Recipient.project(odd.getKey()), MemberStatus.PENDING)
              .build();
      try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
        StringWriter csv = new StringWriter();
        workflow.members(List.of("image-0")).toCsv(csv);
        String row = csv.toString().lines().skip(1).findFirst().orElseThrow();
        assertEquals("image-0,project," + odd.getValue() + ",PENDING,", row);
        try {
          WantedState wanted = WantedState.read(new StringReader(csv.toString()));
          assertEquals(
              Map.of("image-0", Set.of(Recipient.project(odd.getKey()))), wanted.recipients());
        } catch (IllegalArgumentException e) {
          assertTrue(
              String.valueOf(e.getMessage()).startsWith("line 2: recipient: "), e.toString());
        }
      }
    }
  }

  @Test
  void aTableOfWhatCouldNotBeReadIsNoWantedState() throws IOException {
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud().build())) {
      StringWriter csv = new StringWriter();
      workflow.members(List.of("image-0", "nix")).toCsv(csv);
      String last = csv.toString().lines().reduce((before, line) -> line).orElseThrow();
      assertTrue(last.startsWith("nix,,,,"), last);
      Exception e =
          assertThrows(
              IllegalArgumentException.class,
              () -> WantedState.read(new StringReader(csv.toString())));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.startsWith("line 4: it says that the members could not be read"), message);
    }
  }

  @Test
  void theDocumentIsAnArrayOfTheImages() throws IOException {
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud().build())) {
      StringWriter json = new StringWriter();
      workflow.members(List.of("image-0", "image-1")).toJson(json);
      assertEquals(
          """
          [
          {"image":"image-0","members":[{"project":"project-0","status":"PENDING"},{"project":"project-1","status":"ACCEPTED"}]},
          {"image":"image-1","members":[]}
          ]
          """,
          json.toString());
    }
  }

  @Test
  void whatIsNoImageIsRefusedBeforeAnyCall() {
    MemoryBackend cloud = cloud().build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      assertThrows(IllegalArgumentException.class, () -> workflow.members(List.of()));
      assertThrows(IllegalArgumentException.class, () -> workflow.members(List.of("a;b")));
      assertEquals(0, cloud.calls().size());
    }
  }
}
