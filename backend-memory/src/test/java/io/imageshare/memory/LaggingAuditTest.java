package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.BatchLimits;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaggingAuditTest {

  /** What a refused slice held and a later one did is that one's to answer for. */
  @Test
  void aListingThatLagsAfterAHuntCostsNoWrite() {
    assertEquals(run(Duration.ZERO), run(Duration.ofSeconds(9)));
  }

  private static long run(Duration lag) {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(ids("image-", 4))
            .badProjects("project-3")
            .unknowns(Unknowns.defaults().listLag(lag))
            .seed(7)
            .build();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud).limits(new BatchLimits(4, 8, 32)).seed(3).build()) {
      ShareReport report = workflow.run(ShareRequest.share(ids("image-", 4), ids("project-", 8)));
      assertEquals(28, report.counts().done());
      return report.stats().submits();
    }
  }
}
