package io.imageshare.memory;

import static java.util.Objects.requireNonNull;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How long a run of 200 slices takes with the default cost of a poll.
 *
 * @param ratio to the {@link IdealMakespan}: the mean over the seeds
 * @param polls of each job: the mean
 */
public record Makespan(double ratio, double polls) {
  private static final Duration LATENCY = Duration.ofMillis(40);
  private static final int IMAGES = 10;
  private static final int SLICES = 200;

  /**
   * Measures it, with the seeds from 0.
   *
   * @param places so many jobs may be open
   */
  public static Makespan of(int places, int callsPerSecond, int seeds) {
    double ratio = 0;
    double polls = 0;
    for (int seed = 0; seed < seeds; seed++) {
      MemoryBackend cloud = cloud(seed);
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
          .run(Samples.share(IMAGES, SLICES / IMAGES))
          .requireAllDone();
      double took = seconds(Duration.between(begun, cloud.time().now()));
      ratio += took / ideal(cloud, places, callsPerSecond);
      polls += (double) Samples.calls(cloud, Call.Kind.JOB).size() / SLICES;
    }
    return new Makespan(ratio / seeds, polls / seeds);
  }

  private static MemoryBackend cloud(int seed) {
    return MemoryBackend.builder()
        .time(Timekeeper.virtual())
        .images(Samples.ids("image-", IMAGES))
        .latency(LATENCY)
        .jobsTake(PollingLaw.TYPICAL.jobs(SLICES))
        .seed(seed)
        .build();
  }

  /** What the same jobs would have taken. */
  private static double ideal(MemoryBackend cloud, int places, int callsPerSecond) {
    List<Call> submits = Samples.calls(cloud, Call.Kind.SUBMIT);
    List<String> images = Samples.ids("image-", IMAGES);
    return new IdealMakespan(
            seconds(LATENCY),
            callsPerSecond,
            places,
            cloud.jobs().stream()
                .mapToDouble(job -> seconds(Duration.between(job.begin(), job.end())))
                .toArray(),
            submits.stream().mapToInt(call -> images.indexOf(image(call))).toArray())
        .seconds();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static String image(Call submit) {
    return requireNonNull(submit.slice()).images().iterator().next();
  }
}
