package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imageshare.BatchLimits;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.SharePlan;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dry runs, in virtual time. */
@Timeout(60)
class PlanTest {
  private final MemoryBackend.Builder builder =
      MemoryBackend.builder()
          .time(Timekeeper.virtual())
          .images(ids("image-", 4))
          .member("image-0", Recipient.project("project-0"), MemberStatus.PENDING)
          .membersPerImage(3)
          .seed(1);

  private static ShareWorkflow.Builder workflow(MemoryBackend cloud) {
    return ShareWorkflow.builder(cloud).limits(new BatchLimits(2, 9, 9)).seed(1);
  }

  private static long calls(MemoryBackend cloud, Call.Kind kind) {
    return cloud.calls().stream().filter(call -> call.kind() == kind).count();
  }

  @Test
  void tellsWhatARunThenDoes() {
    MemoryBackend cloud = builder.build();
    List<ShareEvent> events = new ArrayList<>();
    ShareRequest request = ShareRequest.share(ids("image-", 5), ids("project-", 4));
    try (ShareWorkflow workflow = workflow(cloud).listener(events::add).build()) {
      SharePlan plan = workflow.plan(request);
      assertEquals(0, calls(cloud, Call.Kind.SUBMIT));
      assertEquals(5, calls(cloud, Call.Kind.MEMBERS));
      assertEquals(List.of(), events);
      assertEquals(1, plan.already().count());
      // No room for the fourth project, and nobody knows image-4.
      assertEquals(4 + 4, plan.refused().count());
      assertEquals(4, plan.listings());
      assertTrue(plan.reason().isEmpty());

      ShareReport report = workflow.run(request);
      assertEquals(plan.slices().size(), calls(cloud, Call.Kind.SUBMIT));
      assertEquals(
          plan.slices(), report.jobs().stream().map(ShareReport.SubmittedJob::slice).toList());
      assertEquals(plan.refused().toList(), report.failed().toList());
      assertEquals(5 + 5 + plan.listings(), calls(cloud, Call.Kind.MEMBERS));
      assertEquals(
          plan.slices().stream().mapToLong(ShareRequest::pairs).sum() + 1, report.counts().done());
      assertEquals(List.of(), workflow.plan(request).slices());
    }
  }

  @Test
  void isReadableAndJson() throws Exception {
    try (ShareWorkflow workflow = workflow(builder.build()).build()) {
      SharePlan plan = workflow.plan(ShareRequest.share(ids("image-", 5), ids("project-", 4)));
      String text = plan.toString();
      assertTrue(text.startsWith("plan: 11 pairs to do by "), text);
      assertTrue(text.contains(", 1 as asked already, 8 refused"), text);
      assertTrue(text.contains("SHARE 1 images with 2 recipients: image-0"), text);
      assertTrue(text.contains("refused, 4 pairs: INVALID_IMAGE IMG.0027"), text);
      JsonNode json = new ObjectMapper().readTree(plan.toJson());
      assertEquals(plan.slices().size(), json.at("/calls/submits").asInt());
      List<ShareRequest> slices = new ArrayList<>();
      json.path("slices").forEach(slice -> slices.add(ShareRequest.fromJson(slice.toString())));
      assertEquals(plan.slices(), slices);
      assertEquals(8, json.path("refused").size());
      assertEquals("image-4", json.at("/refused/7/image").asText());
    }
  }

  @Test
  void refusedCredentialsMakeNoPlan() {
    MemoryBackend cloud = builder.build();
    cloud.inject(new Fault.Unauthenticated());
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      SharePlan plan = workflow.plan(ShareRequest.share(ids("image-", 2), ids("project-", 2)));
      assertEquals(Reason.Kind.UNAUTHENTICATED, plan.reason().orElseThrow().kind());
      assertEquals(List.of(), plan.slices());
      assertTrue(plan.toString().contains("cut short: UNAUTHENTICATED"), plan::toString);
    }
  }

  @Test
  void aRecipientsRunIsPlannedToo() {
    MemoryBackend cloud = builder.build();
    try (ShareWorkflow workflow = workflow(cloud).build()) {
      workflow.run(ShareRequest.share(ids("image-", 3), ids("project-", 2)));
      workflow.run(ShareRequest.accept(ids("image-", 1), ids("project-", 2)));
      SharePlan plan = workflow.plan(ShareRequest.accept(ids("image-", 3), ids("project-", 2)));
      assertEquals(2, plan.already().count());
      assertEquals(2, plan.listings());
      assertEquals(2, plan.slices().size());
    }
  }

  @Test
  void whatOnlyReadsWritesNothingHoweverItsReadsFare() {
    for (int seed = 0; seed < 200; seed++) {
      MemoryBackend cloud =
          MemoryBackend.builder()
              .time(Timekeeper.virtual())
              .images(ids("image-", 4))
              .member("image-0", Recipient.project("project-0"), MemberStatus.PENDING)
              .member("image-3", Recipient.project("project-9"), MemberStatus.ACCEPTED)
              .latency(Duration.ofMillis(40))
              .chaos(Chaos.passing(.2).rate(new Fault.Unavailable(), .3))
              .seed(seed)
              .build();
      Set<Member> before = cloud.members();
      try (ShareWorkflow workflow = workflow(cloud).seed(seed).build()) {
        workflow.plan(ShareRequest.share(ids("image-", 4), ids("project-", 3)));
        workflow.plan(ShareRequest.unshare(ids("image-", 4), ids("project-", 3)));
        workflow.plan(ShareRequest.accept(ids("image-", 4), ids("project-", 3)));
        workflow.members(ids("image-", 4)).stream().forEach(image -> {});
        workflow.awaitAccepted(
            ShareRequest.share(ids("image-", 4), ids("project-", 3)), Duration.ofMinutes(1));
        changes(workflow, WantedState.of(Map.of("image-3", Set.of())));
      }
      assertEquals(0, calls(cloud, Call.Kind.SUBMIT), "seed " + seed);
      assertEquals(before, cloud.members(), "seed " + seed);
    }
  }

  private static void changes(ShareWorkflow workflow, WantedState wanted) {
    try {
      workflow.changes(wanted);
    } catch (IllegalStateException e) {
      // An image could not be read.
    }
  }

  @Test
  void aPlanThatWasCutShortSaysWhy() {
    MemoryBackend cloud = builder.latency(Duration.ofSeconds(2)).build();
    try (ShareWorkflow workflow = workflow(cloud).deadline(Duration.ofSeconds(1)).build()) {
      SharePlan plan = workflow.plan(ShareRequest.share(ids("image-", 2), ids("project-", 2)));
      assertEquals(
          "NOT_SENT: the dry run ended before all was read: DEADLINE",
          plan.reason().orElseThrow().toString());
      assertTrue(plan.toString().contains("cut short: NOT_SENT"), plan::toString);
    }
  }
}
