package io.imageshare.memory;

import static io.imageshare.memory.Samples.calls;
import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run stops once so many pairs have failed. */
@Timeout(60)
class StopAfterFailuresTest {
  private static ShareWorkflow workflow(MemoryBackend cloud, long failures) {
    return ShareWorkflow.builder(cloud)
        .limits(new BatchLimits(1, 1, 1))
        .flow(FlowPolicy.defaults().concurrentCalls(1))
        .stopAfterFailures(failures)
        .seed(1)
        .build();
  }

  private static Outcome outcome(ShareReport report, String project) {
    return report.outcome(new Member("image-0", Recipient.project(project)));
  }

  private static Reason.Kind failed(ShareReport report, String project) {
    return assertInstanceOf(Outcome.Failed.class, outcome(report, project)).reason().kind();
  }

  @Test
  void whatIsUnderWayGoesOnAndTheRestIsNotSent() {
    MemoryBackend cloud =
        MemoryBackend.virtual()
            .images("image-0")
            .badProjects("bad")
            .jobsTake(Duration.ofSeconds(30))
            .build();
    ShareReport report =
        workflow(cloud, 1)
            .run(
                ShareRequest.share(
                    List.of("image-0"), List.of("good-0", "bad", "good-1", "good-2")));
    assertEquals(Ending.STOPPED, report.ending(), report.toString());
    Reason reason = report.reason().orElseThrow();
    assertEquals(Reason.Kind.INVALID_RECIPIENT, reason.kind());
    assertEquals("IMG.0108", reason.code());
    assertTrue(reason.message().startsWith("stopped after 1 failed pairs: "), reason.message());
    assertInstanceOf(Outcome.Done.class, outcome(report, "good-0"));
    assertEquals(Reason.Kind.INVALID_RECIPIENT, failed(report, "bad"));
    assertEquals(Reason.Kind.NOT_SENT, failed(report, "good-1"));
    assertEquals(Reason.Kind.NOT_SENT, failed(report, "good-2"));
    assertEquals(2, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void aRunOfWrongImagesStopsBeforeItsFirstWrite() {
    MemoryBackend cloud = MemoryBackend.virtual().images("image-0").build();
    ShareReport report =
        workflow(cloud, 4).run(ShareRequest.share(ids("image-", 6), List.of("project-1")));
    assertEquals(Ending.STOPPED, report.ending(), report.toString());
    assertEquals(Reason.Kind.NOT_SENT, failed(report, "project-1"));
    assertEquals(0, calls(cloud, Call.Kind.SUBMIT).size());
  }

  @Test
  void fewerFailuresStopNothing() {
    MemoryBackend cloud = MemoryBackend.virtual().images("image-0").badProjects("bad").build();
    ShareRequest request =
        ShareRequest.share(List.of("image-0"), List.of("good-0", "bad", "good-1"));
    ShareReport report = workflow(cloud, 2).run(request);
    assertEquals(Ending.FINISHED, report.ending(), report.toString());
    assertEquals(2, report.counts().done(), report.toString());
    // As many as that, but the last of all pairs: nothing is left to be stopped.
    ShareReport last = workflow(cloud, 1).run(request);
    assertEquals(Ending.FINISHED, last.ending(), last.toString());
  }

  @Test
  void aNumberBelowOneIsRefused() {
    ShareWorkflow.Builder builder = ShareWorkflow.builder(MemoryBackend.virtual().build());
    Exception e = assertThrows(IllegalArgumentException.class, () -> builder.stopAfterFailures(0));
    assertEquals("stopAfterFailures: 0; it must be at least 1", e.getMessage());
  }
}
