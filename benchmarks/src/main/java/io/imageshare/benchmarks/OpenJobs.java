package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.PollPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Measures what many open jobs need: threads, scheduled tasks, and processor time per poll. */
final class OpenJobs {
  private static final int[] OPEN = {100, 1000, 10_000};
  private static final int POLLS = 100_000;
  private static final double SECONDS = 4;

  private OpenJobs() {}

  static void write(Results results) throws IOException, InterruptedException {
    results.heading("Open jobs");
    results.text(
        """
        All jobs are open at the same time, with a poll of each every second. Scheduled tasks and processor time are
        measured in virtual time, threads in real time with jobs of %s s. Scheduled tasks are those that wait at the same
        time.
        """
            .formatted(number(SECONDS)));
    List<List<String>> table = new ArrayList<>();
    for (String[] row : Child.rows(Child.home(), List.of(), OpenJobs.class, List.of())) {
      table.add(
          List.of(
              number(Double.parseDouble(row[0])),
              number(Double.parseDouble(row[1])),
              number(Double.parseDouble(row[2])),
              number(Double.parseDouble(row[3])) + " us",
              number(Double.parseDouble(row[4])) + " B",
              row[5]));
    }
    results.table(
        List.of(
            "jobs",
            "most open at the same time",
            "most scheduled tasks",
            "CPU per poll",
            "allocated per poll",
            "threads besides the caller's"),
        table);
  }

  public static void main(String[] args) {
    virtual(OPEN[1]); // warm-up
    virtual(OPEN[1]);
    for (int open : OPEN) {
      System.out.println(virtual(open) + " " + threads(open));
    }
  }

  private static String virtual(int open) {
    CountingTime time = new CountingTime();
    SimulatedJobs backend = new SimulatedJobs(time, new double[] {(double) POLLS / open}, false);
    ThreadUsage before = ThreadUsage.read();
    int most = run(backend, open);
    ThreadUsage used = ThreadUsage.read().since(before);
    double polls = backend.cost(0, open).polls() * open;
    return "%d %d %d %s %s"
        .formatted(open, most, time.most, used.cpuNanos() / polls / 1000, used.bytes() / polls);
  }

  private static int threads(int open) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    threads.resetPeakThreadCount();
    int before = threads.getThreadCount();
    run(new SimulatedJobs(Timekeeper.system(), new double[] {SECONDS}, false), open);
    return threads.getPeakThreadCount() - before;
  }

  /** Runs jobs, and returns the most that were open at the same time. */
  private static int run(SimulatedJobs backend, int jobs) {
    int[] open = new int[2];
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(backend)
            .limits(new BatchLimits(1, 1, 1))
            .flow(FlowPolicy.defaults().callsPerSecond(1e9).concurrentCalls(jobs).openJobs(jobs))
            .poll(PollPolicy.fixed(Duration.ofSeconds(1)).patience(Duration.ofHours(1)))
            .listener(event -> count(event, open))
            .seed(1)
            .build()) {
      List<String> projects = IntStream.range(0, jobs).mapToObj(i -> "project-" + i).toList();
      workflow.run(ShareRequest.share(List.of("image"), projects)).requireAllDone();
    }
    return open[1];
  }

  private static void count(ShareEvent event, int[] open) {
    if (event instanceof ShareEvent.Submitted) {
      open[0]++;
      open[1] = Math.max(open[0], open[1]);
    } else if (event instanceof ShareEvent.Polled polled && polled.job().ended()) {
      open[0]--;
    }
  }

  /** Virtual time that counts scheduled tasks. */
  private static final class CountingTime implements Timekeeper {
    private final Timekeeper time = Timekeeper.virtual();
    private int waiting;
    private int most;

    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      boolean[] ended = new boolean[1];
      waiting++;
      most = Math.max(most, waiting);
      Scheduled scheduled =
          time.schedule(
              delay,
              () -> {
                end(ended);
                task.run();
              });
      return () -> {
        end(ended);
        scheduled.cancel();
      };
    }

    private void end(boolean[] ended) {
      waiting -= ended[0] ? 0 : 1;
      ended[0] = true;
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws InterruptedException {
      return time.await(stage);
    }
  }
}
