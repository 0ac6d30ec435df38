package io.imageshare.examples;

import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Progress;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Meters of runs. Ids are never tags, as each would create a time series of its own. */
final class Meters {
  private final MeterRegistry registry;
  private final Set<ShareRun> runs = ConcurrentHashMap.newKeySet();

  Meters(MeterRegistry registry) {
    this.registry = registry;
    gauge("imageshare.pairs.pending", Progress::pending);
    gauge("imageshare.jobs.open", Progress::openJobs);
  }

  // region meters
  /** The listener of a workflow. */
  void on(ShareEvent event) {
    if (event instanceof ShareEvent.Submitted submitted) {
      count(submitted.slice().pairs(), "imageshare.submitted");
      ended(submitted.job());
    } else if (event instanceof ShareEvent.Polled polled) {
      ended(polled.job());
    } else if (event instanceof ShareEvent.Retrying retry) {
      count(1, "imageshare.retries", "call", retry.call(), "why", retry.reason().kind().name());
    } else if (event instanceof ShareEvent.Split split) {
      count(1, "imageshare.refused", "why", split.reason().kind().name());
    } else if (event instanceof ShareEvent.ImageCompleted image) {
      count(image.done(), "imageshare.pairs", "outcome", "done");
      count(image.failed(), "imageshare.pairs", "outcome", "failed");
      count(image.unknown(), "imageshare.pairs", "outcome", "unknown");
    } else if (event instanceof ShareEvent.Finished finished) {
      count(1, "imageshare.runs", "ending", finished.report().ending().name());
    }
  }

  private void ended(Job job) {
    if (job.ended()) {
      count(1, "imageshare.jobs", "status", job.status().name());
    }
  }

  private void count(long amount, String name, String... tags) {
    registry.counter(name, tags).increment((double) amount);
  }

  // endregion

  /** Adds a run to the gauges until it ends. */
  void watch(ShareRun run) {
    runs.add(run);
    CompletableFuture<?> unused = run.report().thenRun(() -> runs.remove(run));
  }

  private void gauge(String name, ToDoubleFunction<Progress> figure) {
    registry.gauge(
        name, runs, open -> open.stream().map(ShareRun::progress).mapToDouble(figure).sum());
  }

  /** Shares on the simulated cloud, in virtual time; prints the meters half way and at the end. */
  public static void main(String[] args) throws InterruptedException {
    share(new SimpleMeterRegistry(), System.out);
  }

  static ShareReport share(MeterRegistry registry, PrintStream out) throws InterruptedException {
    List<String> images = IntStream.range(0, 40).mapToObj("image-%02d"::formatted).toList();
    List<String> projects = IntStream.range(0, 60).mapToObj("project-%02d"::formatted).toList();
    Timekeeper time = Timekeeper.virtual();
    Meters meters = new Meters(registry);
    try (MemoryBackend cloud =
            MemoryBackend.builder()
                .time(time)
                .images(images)
                .badProjects("project-33")
                .jobsTake(Duration.ofSeconds(20))
                .seed(1)
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(cloud)
                .flow(FlowPolicy.defaults().callsPerSecond(5))
                .listener(meters::on)
                .seed(1)
                .build()) {
      cloud.inject(new Fault.Throttled(), 3);
      ShareRun run = workflow.start(ShareRequest.share(images, projects));
      meters.watch(run);
      time.sleep(Duration.ofSeconds(30));
      out.println("after 30 seconds");
      print(registry, out);
      ShareReport report = time.await(run.report());
      out.println("at the end");
      print(registry, out);
      return report;
    }
  }

  private static void print(MeterRegistry registry, PrintStream out) {
    registry.getMeters().stream()
        .sorted(Comparator.comparing(meter -> meter.getId().toString()))
        .forEach(meter -> out.println("  " + line(meter)));
  }

  private static String line(Meter meter) {
    String tags =
        meter.getId().getTags().stream().map(Tag::getValue).collect(Collectors.joining(" "));
    double value = meter.measure().iterator().next().getValue();
    return "%-25s %-18s %5.0f".formatted(meter.getId().getName(), tags, value);
  }
}
