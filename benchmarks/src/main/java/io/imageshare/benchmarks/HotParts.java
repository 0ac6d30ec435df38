package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.BatchLimits;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The parts that take most of the time of large runs, measured by JMH. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HotParts {
  private static final int SIDE = 100;
  private static final ShareRequest REQUEST = EngineCost.square(SIDE);
  private static final String NORM = "wholeRun";

  private final ShareReport nothingDone = cutShort(0);
  private final ShareReport halfDone = cutShort(.5);

  /** A run cancelled before its first submit, with a part of its pairs already shared. */
  private static ShareReport cutShort(double shared) {
    Random random = new Random(1);
    MemoryBackend.Builder cloud =
        MemoryBackend.builder().time(Timekeeper.virtual()).images(REQUEST.images());
    for (String image : REQUEST.images()) {
      for (Recipient recipient : REQUEST.recipients()) {
        if (random.nextDouble() < shared) {
          cloud.member(image, recipient, MemberStatus.PENDING);
        }
      }
    }
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud.build())) {
      ShareRun run = workflow.start(REQUEST);
      run.cancel();
      return run.report().join();
    }
  }

  /** Plans a full rectangle. */
  @Benchmark
  public List<ShareRequest> planRectangle() {
    return nothingDone.remaining();
  }

  /** Plans what is left if half of the pairs are done at random, the worst case. */
  @Benchmark
  public List<ShareRequest> planScattered() {
    return halfDone.remaining();
  }

  /** Walks over all outcomes. */
  @Benchmark
  public long walkOutcomes() {
    return halfDone.outcomes().filter(outcome -> outcome.member() != null).count();
  }

  /** Plans, runs and reports in virtual time with instant calls. */
  @Benchmark
  public ShareReport wholeRun() {
    return EngineCost.run(REQUEST, BatchLimits.defaults());
  }

  static void write(Results results) throws RunnerException {
    results.heading("Hot parts");
    results.text(
        """
        JMH, one fork, 3 warm-up and 5 measured iterations of a second, %d x %d pairs. The time is relative to the whole run,
        which plans, runs and reports with instant calls.
        """
            .formatted(SIDE, SIDE));
    List<RunResult> runs =
        List.copyOf(
            new Runner(
                    new OptionsBuilder()
                        .include(HotParts.class.getName())
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run());
    double whole =
        runs.stream()
            .filter(run -> name(run).equals(NORM))
            .mapToDouble(run -> run.getPrimaryResult().getScore())
            .findFirst()
            .orElseThrow();
    List<List<String>> table = new ArrayList<>();
    for (RunResult run : runs) {
      table.add(
          List.of(
              "`" + name(run) + "`",
              "x " + number(run.getPrimaryResult().getScore() / whole),
              number(bytes(run) / (SIDE * SIDE)) + " B"));
    }
    results.table(List.of("part", "time", "allocated per pair"), table);
  }

  private static String name(RunResult run) {
    String name = run.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static double bytes(RunResult run) {
    return run.getSecondaryResults().entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
        .mapToDouble(entry -> entry.getValue().getScore())
        .findFirst()
        .orElseThrow();
  }
}
