package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loop that a careful engineer writes is right, and a workflow leaves it behind. */
class CarefulLoopTest {
  private static final int SEEDS = 20;
  private static final String BAD_IMAGE = "image-25";
  private static final String BAD_PROJECT = "project-13";
  private static final ShareRequest REQUEST = Samples.share(60, 80);

  /** A way to share all pairs; it returns those that it believes are done. */
  private interface Way {
    Set<Member> share(MemoryBackend cloud, int seed) throws InterruptedException;
  }

  @ParameterizedTest
  // With nothing in the way, eight calls at once are more per second than the defaults allow.
  @CsvSource({"0, 1, .75", ".3, 1, .75", ".3, 8, .85"})
  void aWorkflowTakesAtMostThisPartOfItsTime(double faults, int callsAtOnce, double part)
      throws InterruptedException {
    double loop =
        seconds(faults, (cloud, seed) -> new CarefulLoop(cloud, REQUEST, callsAtOnce).share());
    double workflow = seconds(faults, CarefulLoopTest::workflow);

    assertTrue(workflow <= part * loop, () -> "workflow %s s, loop %s s".formatted(workflow, loop));
  }

  private static Set<Member> workflow(MemoryBackend cloud, int seed) {
    return Samples.workflow(cloud)
        .seed(seed)
        .build()
        .run(REQUEST)
        .outcomes()
        .filter(Outcome.Done.class::isInstance)
        .map(Outcome::member)
        .collect(Collectors.toSet());
  }

  /** The mean over the seeds of how long it takes to share all that can be shared. */
  private static double seconds(double faults, Way way) throws InterruptedException {
    double seconds = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Timekeeper time = Timekeeper.virtual();
      List<String> images = new ArrayList<>(REQUEST.images());
      images.remove(BAD_IMAGE);
      MemoryBackend cloud =
          MemoryBackend.builder()
              .time(time)
              .images(images)
              .badProjects(BAD_PROJECT)
              .latency(Duration.ofMillis(40))
              .jobsTake(PollingLaw.TYPICAL.jobs(1000))
              .chaos(Chaos.passing(faults))
              .seed(seed)
              .build();
      long start = time.nanoTime();
      Set<Member> done = way.share(cloud, seed);
      seconds += (time.nanoTime() - start) / 1e9;
      assertEquals((60 - 1) * (80 - 1), done.size());
      assertEquals(cloud.members(), done);
    }
    return seconds / SEEDS;
  }
}
