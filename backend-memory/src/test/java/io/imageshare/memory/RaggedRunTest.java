package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A request of which much is done already, too large to be planned in one step. */
class RaggedRunTest {

  @Test
  void theNextStepOfAPlanDoesNotWaitForTheJobsOfTheLast() {
    Timekeeper time = Timekeeper.virtual();
    List<String> images = Samples.ids("image-", 320);
    List<String> projects = Samples.ids("project-", 320);
    MemoryBackend.Builder builder =
        MemoryBackend.builder()
            .time(time)
            .images(images)
            .membersPerImage(320)
            .jobsTake(Duration.ofSeconds(30));
    Random random = new Random(7);
    for (String image : images) {
      for (String project : projects) {
        if (random.nextInt(20) == 0) {
          builder.member(image, Recipient.project(project), MemberStatus.ACCEPTED);
        }
      }
    }
    MemoryBackend cloud = builder.build();
    ShareReport report =
        ShareWorkflow.builder(cloud)
            .flow(FlowPolicy.defaults().callsPerSecond(100).openJobs(5_000))
            .build()
            .run(ShareRequest.share(images, projects));
    assertEquals(102_400, report.counts().done());
    List<Instant> submits =
        cloud.calls().stream()
            .filter(call -> call.kind() == MemoryBackend.Call.Kind.SUBMIT)
            .map(MemoryBackend.Call::begun)
            .toList();
    for (int i = 1; i < submits.size(); i++) {
      Duration gap = Duration.between(submits.get(i - 1), submits.get(i));
      assertTrue(gap.compareTo(Duration.ofSeconds(1)) < 0, "submit " + i + " waited " + gap);
    }
  }
}
