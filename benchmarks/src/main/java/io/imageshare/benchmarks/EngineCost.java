package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/** Measures what planning, running and reporting cost if calls and jobs take no time. */
final class EngineCost {
  private static final int[] SIDES = {100, 316, 1000, 3162};
  private static final int RUNS = 5;
  private static final double MILLION = 1e6;

  private EngineCost() {}

  static void write(Results results) throws IOException, InterruptedException {
    results.heading("Engine cost");
    results.text(
        """
        Planning, running and reporting in virtual time, over a backend that keeps one bit per pair and answers at once;
        its cost is included. Processor time and allocation are those of the one thread that does all this, the median of %d
        runs in one JVM with a heap of 512 MB (`-Xmx512m`). What a report keeps is the heap with it less the heap before.
        The pair table alone is what the report of a run in one slice keeps, less the part of the ids, which is what reports
        of all images with one project, and of one image with all projects, keep.
        """
            .formatted(RUNS));
    List<List<String>> table = new ArrayList<>();
    List<Double> pairs = new ArrayList<>();
    List<Double> millis = new ArrayList<>();
    List<Double> megabytes = new ArrayList<>();
    double pairTable = 0;
    for (String[] row :
        Child.rows(Child.home(), List.of("-Xmx512m"), EngineCost.class, List.of())) {
      double count = Double.parseDouble(row[0]);
      double slices = Double.parseDouble(row[1]);
      double cpu = Double.parseDouble(row[2]);
      double bytes = Double.parseDouble(row[3]);
      pairTable = Double.parseDouble(row[5]) / count;
      table.add(
          List.of(
              number(count),
              number(slices),
              number(cpu / count) + " ns",
              number(cpu / slices / 1000) + " us",
              number(bytes / count) + " B",
              number(bytes / slices) + " B",
              number(Double.parseDouble(row[4]) / count) + " B",
              number(pairTable) + " B"));
      pairs.add(count);
      millis.add(cpu / MILLION);
      megabytes.add(bytes / MILLION);
    }
    results.atMost(
        "pair table, bytes per pair, to a hundredth", 2, Math.round(pairTable * 100) / 100.0);
    results.table(
        List.of(
            "pairs",
            "slices",
            "CPU per pair",
            "CPU per slice",
            "allocated per pair",
            "allocated per slice",
            "report keeps per pair",
            "pair table alone"),
        table);
    XYChart chart = Charts.curves("A whole run, instant calls", "pairs", "CPU ms, allocated MB");
    Charts.line(chart, "CPU, ms", pairs, millis);
    Charts.line(chart, "allocated, MB", pairs, megabytes);
    results.chart("engine-growth", "Growth with the number of pairs", chart);
  }

  public static void main(String[] args) {
    for (int i = 0; i < RUNS; i++) {
      run(square(SIDES[1]), BatchLimits.defaults()); // warm-up
    }
    for (int side : SIDES) {
      measure(square(side));
    }
  }

  private static void measure(ShareRequest request) {
    List<ThreadUsage> used = new ArrayList<>();
    long slices = 0;
    long kept = 0;
    for (int i = 0; i < RUNS; i++) {
      long before = heap();
      ThreadUsage began = ThreadUsage.read();
      ShareReport report = run(request, BatchLimits.defaults());
      used.add(ThreadUsage.read().since(began));
      slices = report.stats().submits();
      kept = heap() - before;
      report.requireAllDone();
    }
    System.out.println(
        "%d %d %d %d %d %d"
            .formatted(
                (long) request.images().size() * request.recipients().size(),
                slices,
                used.stream().mapToLong(ThreadUsage::cpuNanos).sorted().toArray()[RUNS / 2],
                used.stream().mapToLong(ThreadUsage::bytes).sorted().toArray()[RUNS / 2],
                kept,
                pairTable(request)));
  }

  private static long pairTable(ShareRequest request) {
    String image = request.images().iterator().next();
    Recipient recipient = request.recipients().iterator().next();
    return kept(request)
        - kept(new ShareRequest(Action.SHARE, request.images(), Set.of(recipient)))
        - kept(new ShareRequest(Action.SHARE, Set.of(image), request.recipients()));
  }

  private static long kept(ShareRequest request) {
    int any = Integer.MAX_VALUE;
    long before = heap();
    ShareReport report = run(request, new BatchLimits(any, any, any));
    long kept = heap() - before;
    report.requireAllDone();
    return kept;
  }

  /** A request for {@code side} images with as many projects. */
  static ShareRequest square(int side) {
    return ShareRequest.share(
        IntStream.range(0, side).mapToObj(i -> "image-" + i).toList(),
        IntStream.range(0, side).mapToObj(i -> "project-" + i).toList());
  }

  static ShareReport run(ShareRequest request, BatchLimits limits) {
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(new BitSetBackend(Timekeeper.virtual(), request))
            .flow(FlowPolicy.defaults().callsPerSecond(1e6))
            .limits(limits)
            .seed(1)
            .build()) {
      return workflow.run(request);
    }
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
