package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What adaptive polling costs in polls and seconds of waiting, compared with polling at the best
 * times if the law of durations were known. {@code -Dpolling.seeds=20} measures more closely.
 */
class AdaptivePollingTest {
  private static final int JOBS = 600;
  private static final double BAR = 1.22;
  private static final double BAR_AFTER_A_JUMP = 1.4;
  private static final int SEEDS = Integer.getInteger("polling.seeds", 3);

  static Stream<PollingLaw> laws() {
    return PollingLaw.all().stream();
  }

  /** What a service reports of a job besides whether it has ended. */
  private enum Says {
    ALL,
    /** When it began and ended; its progress is arbitrary. */
    TIMES,
    NOTHING
  }

  @ParameterizedTest
  @MethodSource("laws")
  void pollsAndWaitingCostLittleMoreThanIfTheLawWereKnown(PollingLaw law) {
    double best = Math.min(law.oracle(1).cost(1), law.bestInterval(1));
    double all = cost(law, Says.ALL) / best;
    double times = cost(law, Says.TIMES) / best;
    double nothing = cost(law, Says.NOTHING) / best;
    String ratios =
        "%s: %.3f knowing all, %.3f knowing begin and end, %.3f knowing nothing; of %.3f"
            .formatted(law, all, times, nothing, best);
    System.out.println(ratios);
    double bar = law.drifts() ? BAR_AFTER_A_JUMP : BAR;
    assertTrue(all <= bar, ratios);
    assertTrue(times <= bar, ratios);
    assertTrue(nothing <= bar, ratios);
  }

  @Test
  void oneOfManyJobsIsPolledLessThanAJobAlone() {
    double alone = polls(1);
    double ofTen = polls(10) / 10.0;
    assertTrue(ofTen <= alone / 3, "%s polls alone, %s of 10".formatted(alone, ofTen));
  }

  @Test
  void theJobsOfACancelledRunDoNotCountAsOpenAnyMore() throws InterruptedException {
    long alone = pollsAfterCancelled(0);
    long after = pollsAfterCancelled(10);
    assertTrue(after >= alone, "%s polls alone, %s after them".formatted(alone, after));
  }

  /** The polls of one job, once a run was cancelled that left so many jobs open. */
  private static long pollsAfterCancelled(int jobs) throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    boolean[] stuck = {jobs > 0};
    MemoryBackend cloud =
        Samples.cloud(time, Math.max(1, jobs))
            .jobsTake(random -> stuck[0] ? Duration.ofDays(1) : Duration.ofSeconds(10))
            .build();
    try (ShareWorkflow workflow =
        Samples.workflow(changing(cloud, job -> job.begin(null).end(null).progress(Double.NaN)))
            .limits(new BatchLimits(1, 1, 1))
            .poll(PollPolicy.adaptive().pollCost(Duration.ofSeconds(1)))
            .build()) {
      if (stuck[0]) {
        ShareRun run = workflow.start(Samples.share(jobs, 1));
        time.sleep(Duration.ofSeconds(60));
        run.cancel();
        time.await(run.report());
        stuck[0] = false;
      }
      return workflow.run(Samples.share(1, 2)).stats().polls();
    }
  }

  /** The polls of so many jobs that begin together, while calls wait for nothing. */
  private static long polls(int jobs) {
    MemoryBackend cloud =
        Samples.cloud(Timekeeper.virtual(), jobs).jobsTake(Duration.ofSeconds(10)).build();
    return ShareWorkflow.builder(cloud)
        .limits(new BatchLimits(1, 1, 1))
        .seed(1)
        .build()
        .run(Samples.share(jobs, 1))
        .stats()
        .polls();
  }

  @Test
  void anOutageOfTwentySecondsDoesNotUseUpTheErrorsOfAJob() {
    MemoryBackend cloud = Samples.cloud(Timekeeper.virtual(), 1).build();
    Reason down = new Reason(Reason.Kind.UNAVAILABLE, "", "down");
    MemberBackend outage =
        changing(
            cloud,
            job -> {
              Duration since = Duration.between(cloud.calls().get(0).begun(), cloud.time().now());
              if (since.toSeconds() < 20) {
                throw new BackendException(down);
              }
              return job;
            });
    ShareReport report = Samples.workflow(outage).build().run(Samples.share(1, 1)).requireAllDone();
    assertEquals(1, report.stats().submits());
    assertTrue(report.stats().polls() < 10, report.stats().toString());
  }

  @Test
  void onlyErrorsInARowEndThePolling() {
    MemoryBackend cloud =
        Samples.cloud(Timekeeper.virtual(), 1).jobsTake(Duration.ofSeconds(60)).build();
    int[] polls = {0};
    MemberBackend flaky =
        changing(
            cloud,
            job -> {
              if (polls[0]++ % 2 == 0) {
                throw new BackendException(new Reason(Reason.Kind.UNAVAILABLE, "", "down"));
              }
              return job;
            });
    Samples.workflow(flaky)
        .poll(PollPolicy.fixed(Duration.ofSeconds(1)))
        .build()
        .run(Samples.share(1, 1))
        .requireAllDone();
    assertTrue(polls[0] >= 59, polls[0] + " polls");
  }

  @Test
  void patienceEndsWithAPollAtItsEnd() {
    MemoryBackend cloud = Samples.cloud(Timekeeper.virtual(), 1).build();
    cloud.inject(new Fault.StuckJob());
    ShareReport report =
        Samples.workflow(cloud)
            .poll(PollPolicy.adaptive().patience(Duration.ofSeconds(60)))
            .build()
            .run(Samples.share(1, 1));
    assertEquals(1, report.unknown().count());
    Instant submitted = Samples.calls(cloud, Call.Kind.SUBMIT).get(0).begun();
    List<Call> polls = Samples.calls(cloud, Call.Kind.JOB);
    assertEquals(submitted.plusSeconds(60), polls.get(polls.size() - 1).begun());
    assertTrue(polls.size() < 60, polls.size() + " polls");
  }

  private static double cost(PollingLaw law, Says says) {
    double sum = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      sum += cost(law, says, seed) / SEEDS;
    }
    return sum;
  }

  private static double cost(PollingLaw law, Says says, int seed) {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.virtual())
            .images(Samples.ids("image-", 6))
            .jobsTake(law.jobs(JOBS))
            .seed(seed)
            .build();
    ShareWorkflow.builder(saying(says, cloud, new Random(seed)))
        .limits(new BatchLimits(1, 1, 1))
        .flow(FlowPolicy.defaults().callsPerSecond(1e6).concurrentCalls(1000))
        .poll(PollPolicy.adaptive().pollCost(Duration.ofSeconds(1)))
        .seed(seed)
        .build()
        .run(Samples.share(6, JOBS / 6))
        .requireAllDone();
    return cost(cloud, law.drifts() ? JOBS / 2 : 30);
  }

  /** Polls and seconds of waiting a job, from one job on to number 530. */
  private static double cost(MemoryBackend cloud, int from) {
    Map<String, List<Call>> polls =
        Samples.calls(cloud, Call.Kind.JOB).stream().collect(groupingBy(Call::id));
    double cost = 0;
    for (Job job : cloud.jobs().subList(from, 530)) {
      List<Call> polled = polls.getOrDefault(job.id(), List.of());
      Call last = polled.get(polled.size() - 1);
      Duration lag = Duration.between(requireNonNull(job.end()), last.begun());
      cost += polled.size() + lag.toNanos() / 1e9;
    }
    return cost / (530 - from);
  }

  /** A cloud whose jobs are changed on their way to the caller. */
  private static MemberBackend changing(MemoryBackend cloud, UnaryOperator<Job> change) {
    return new ForwardingBackend(cloud) {
      @Override
      public CompletionStage<Job> job(String id) {
        return cloud.job(id).thenApply(change);
      }
    };
  }

  private static MemberBackend saying(Says says, MemoryBackend cloud, Random random) {
    return switch (says) {
      case ALL -> cloud;
      case TIMES -> changing(cloud, job -> job.progress(random.nextDouble()));
      case NOTHING -> changing(cloud, job -> job.begin(null).end(null).progress(Double.NaN));
    };
  }
}
