package io.imageshare.benchmarks;

import static io.imageshare.benchmarks.Results.number;

import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/** Measures what the journal in a directory writes and flushes per slice. */
final class JournalCost {
  private static final int IMAGES = 500;
  private static final int PROJECTS = 200;
  private static final Duration JOBS_TAKE = Duration.ofMillis(300);
  private static final ShareRequest REQUEST =
      ShareRequest.share(
          IntStream.range(0, IMAGES)
              .mapToObj("a4c123b1-612d-4272-8137-1c17149d%04d"::formatted)
              .toList(),
          IntStream.range(0, PROJECTS)
              .mapToObj("deadc0767cb7f8013cb790fef33e%04d"::formatted)
              .toList());

  private JournalCost() {}

  static void write(Results results) throws IOException, InterruptedException {
    results.heading("Journal");
    results.text(
        """
        %d images with %d projects, ids as long as the service's, `Journal.directory` in the folder for temporary files, real
        time, jobs of 0.3 s, instant calls. The line of the request is not counted. Appends are the calls that the engine
        makes; flushes are forced writes as Java Flight Recorder counts them: appends that arrive while the disk is busy
        share one.
        """
            .formatted(IMAGES, PROJECTS));
    List<List<String>> table = new ArrayList<>();
    for (double rate : new double[] {100, 1000}) {
      table.add(row(rate));
    }
    results.table(
        List.of(
            "calls per second",
            "slices",
            "lines per slice",
            "bytes per slice",
            "appends per slice",
            "flushes per slice"),
        table);
  }

  private static List<String> row(double rate) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("imageshare-journal");
    Path record = Files.createTempFile("imageshare", ".jfr");
    CountingJournal journal = new CountingJournal(Journal.directory(folder));
    ShareReport report;
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
      recording.start();
      report = run(rate, journal);
      recording.stop();
      recording.dump(record);
    }
    double flushes =
        RecordingFile.readAllEvents(record).stream()
            .filter(event -> event.getString("path").startsWith(folder.toString()))
            .count();
    Files.delete(record);
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : left.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
    double slices = report.stats().submits();
    return List.of(
        number(rate),
        number(slices),
        number(journal.lines.get() / slices),
        number(journal.bytes.get() / slices),
        number(journal.appends.get() / slices),
        number(flushes / slices));
  }

  private static ShareReport run(double rate, Journal journal) {
    MemoryBackend cloud =
        MemoryBackend.builder().anyImage().membersPerImage(PROJECTS).jobsTake(JOBS_TAKE).build();
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .flow(FlowPolicy.defaults().callsPerSecond(rate))
            .journal(journal)
            .seed(1)
            .build()) {
      return workflow.run(REQUEST).requireAllDone();
    }
  }

  /** Counts the appends to a journal. */
  private static final class CountingJournal implements Journal {
    private final Journal journal;
    private final AtomicLong appends = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    CountingJournal(Journal journal) {
      this.journal = journal;
    }

    @Override
    public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
      return journal.unfinished(silent, atMost);
    }

    @Override
    public CompletionStage<Claim> claim(String run, Duration silent) {
      return journal.claim(run, silent);
    }

    @Override
    public CompletionStage<Boolean> append(
        String run, long epoch, long first, List<String> entries) {
      if (first > 0) { // entry 0 is the request and belongs to no slice
        appends.incrementAndGet();
        lines.addAndGet(entries.size());
        entries.forEach(
            entry -> bytes.addAndGet(entry.getBytes(StandardCharsets.UTF_8).length + 1));
      }
      return journal.append(run, epoch, first, entries);
    }

    @Override
    public CompletionStage<Void> finish(String run, long epoch, String report) {
      return journal.finish(run, epoch, report);
    }

    @Override
    public CompletionStage<Optional<String>> report(String run) {
      return journal.report(run);
    }

    @Override
    public CompletionStage<Void> release(String run, long epoch) {
      return journal.release(run, epoch);
    }

    @Override
    public CompletionStage<Boolean> cancel(String run) {
      return journal.cancel(run);
    }
  }
}
