package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaggingAuditTest {

  /** What a refused slice held and a later one did is that one's to answer for. */
  @Test
  void aListingThatLagsAfterAHuntCostsNoWrite() {
    assertEquals(run(Duration.ZERO), run(Duration.ofSeconds(9)));
  }

  /** What lags shows nothing of a job; what shows a part of it is read once more. */
  @Test
  void aListingThatShowsAPartOfAJobIsNotWaitedFor() {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        MemoryBackend.builder().time(time).images("image-0").jobsTake(ofSeconds(1)).seed(7).build();
    cloud.inject(new Fault.HollowSuccess());
    long start = time.nanoTime();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      workflow.run(ShareRequest.share(List.of("image-0"), ids("project-", 8))).requireAllDone();
    }
    assertTrue(time.nanoTime() - start < ofSeconds(8).toNanos());
    assertEquals(3, Samples.calls(cloud, Kind.MEMBERS).size());
  }

  @Test
  void pairsThatAreOpenAgainWaitForNoStraggler() {
    Timekeeper time = Timekeeper.virtual();
    Iterator<Duration> durations =
        List.of(ofMillis(1000), ofMillis(1500), ofSeconds(60), ofSeconds(1)).iterator();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(time)
            .images(ids("image-", 3))
            .jobsTake(random -> durations.next())
            .seed(7)
            .build();
    cloud.inject(new Fault.PartialFail());
    long start = time.nanoTime();
    List<Long> submitted = new ArrayList<>();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .limits(new BatchLimits(1, 8, 8))
            .listener(
                event -> {
                  if (event instanceof ShareEvent.Submitted) {
                    submitted.add(time.nanoTime() - start);
                  }
                })
            .build()) {
      workflow.run(ShareRequest.share(ids("image-", 3), ids("project-", 8))).requireAllDone();
    }
    assertEquals(4, submitted.size());
    assertTrue(submitted.get(3) < ofSeconds(10).toNanos(), submitted.toString());
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
