package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.Outcome;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import org.junit.jupiter.api.Test;

/** A thousand images with a thousand projects, in a JVM of its own with little memory. */
class MillionPairsTest {

  @Test
  void aMillionPairsRunIn128Megabytes() throws Exception {
    String output = ChildJvm.run(Main.class, "-Xmx128m");
    assertTrue(output.contains("1000000 done"), output);
    System.out.println(output.strip());
  }

  /** What the child runs. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      Timekeeper time = Timekeeper.virtual();
      MemoryBackend cloud =
          MemoryBackend.builder()
              .time(time)
              .images(Samples.ids("image-", 1000))
              .membersPerImage(1000)
              .build();
      ShareReport report =
          ShareWorkflow.builder(cloud)
              .flow(FlowPolicy.defaults().callsPerSecond(100))
              .build()
              .run(ShareRequest.share(Samples.ids("image-", 1000), Samples.ids("project-", 1000)));
      System.out.println(report.requireAllDone() + ", " + report.stats());
      System.out.println(
          report.outcomes().filter(Outcome.Done.class::isInstance).count() + " done");
    }
  }
}
