package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a run takes with the default price of a look, against who knows when jobs end. */
class MakespanTest {
  private static final double BAR = 1.15;
  private static final double LATENCY = .04;
  private static final int IMAGES = 10;
  private static final int SEEDS = Integer.getInteger("polling.seeds", 3);

  @ParameterizedTest
  @CsvSource({"1, 5", "1, 50", "1, 500", "8, 5", "8, 50", "8, 500", "64, 5", "64, 50", "64, 500"})
  void aRunTakesLittleLongerThanWithAnAllKnowingWatcher(int places, int callsPerSecond) {
    double sum = 0;
    double looks = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      MemoryBackend cloud =
          MemoryBackend.builder()
              .time(Timekeeper.virtual())
              .images(Samples.ids("image-", IMAGES))
              .latency(Duration.ofMillis(40))
              .jobsTake(PollingLaw.all().get(0).jobs(200))
              .seed(seed)
              .build();
      Instant begun = cloud.time().now();
      ShareWorkflow.builder(cloud)
          .limits(new BatchLimits(1, 1, 1))
          .flow(
              FlowPolicy.defaults()
                  .callsPerSecond(callsPerSecond)
                  .concurrentCalls(1000)
                  .openJobs(places))
          .seed(seed)
          .build()
          .run(Samples.share(IMAGES, 200 / IMAGES))
          .requireDone();
      double took = Duration.between(begun, cloud.time().now()).toNanos() / 1e9;
      sum += took / allKnowing(cloud, places, callsPerSecond) / SEEDS;
      looks += Samples.calls(cloud, Call.Kind.JOB).size() / 200.0 / SEEDS;
    }
    String ratio =
        "%d places, %d calls/s: %.3f times as long, %.2f looks a job"
            .formatted(places, callsPerSecond, sum, looks);
    System.out.println(ratio);
    assertTrue(sum <= BAR, ratio);
  }

  private static double allKnowing(MemoryBackend cloud, int places, int callsPerSecond) {
    List<Call> submits = Samples.calls(cloud, Call.Kind.SUBMIT);
    List<String> images = Samples.ids("image-", IMAGES);
    return new AllKnowing(
            LATENCY,
            callsPerSecond,
            places,
            cloud.jobs().stream()
                .mapToDouble(job -> Duration.between(job.begin(), job.end()).toNanos() / 1e9)
                .toArray(),
            submits.stream().mapToInt(call -> images.indexOf(image(call))).toArray())
        .makespan();
  }

  private static String image(Call submit) {
    return requireNonNull(submit.slice()).images().iterator().next();
  }
}
