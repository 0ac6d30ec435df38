package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A test of your own, in virtual time: a lost answer takes seconds of it, and milliseconds to run.
 */
class ShareInATest {

  // region test
  @Test
  void aLostAnswerIsReadNotRepeated() {
    MemoryBackend cloud = MemoryBackend.builder().time(Timekeeper.virtual()).anyImage().build();
    cloud.inject(new Fault.LostAnswer());
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareReport report =
          workflow.run(ShareRequest.share(List.of("image-1"), List.of("project-1")));
      assertTrue(report.allDone());
      assertEquals(1, report.stats().submits());
    }
  }
  // endregion
}
