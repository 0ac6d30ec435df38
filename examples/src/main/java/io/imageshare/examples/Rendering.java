package io.imageshare.examples;

import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Saves a report, and renders a saved report as a page. */
final class Rendering {
  private Rendering() {}

  /**
   * Writes {@code report.json} and {@code report.html} into a folder.
   *
   * @param args the folder, and optionally the file of a saved report; by default a report is
   *     created on the simulated cloud, in virtual time
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    Path kept = args.length > 1 ? Path.of(args[1]) : folder.resolve("report.json");
    if (args.length == 1) {
      keep(made(140, 120), kept);
    }
    ShareReport report = kept(kept);
    Path page = folder.resolve("report.html");
    Files.writeString(page, Page.of(report));
    System.out.println(report);
    System.out.println(kept);
    System.out.println(page);
  }

  // region keep
  static void keep(ShareReport report, Path file) throws IOException {
    try (Writer to = Files.newBufferedWriter(file)) {
      report.toJson(to);
    }
  }

  static ShareReport kept(Path file) throws IOException {
    try (Reader from = Files.newBufferedReader(file)) {
      return ShareReport.read(from);
    }
  }

  // endregion

  // region again
  /** Runs again everything that an earlier report does not have as done. */
  static ShareReport again(ShareWorkflow workflow, Path file) throws IOException {
    ShareReport before = kept(file);
    return before.allDone() ? before : workflow.run(before.remaining());
  }

  // endregion

  /** Creates a report with every outcome. */
  static ShareReport made(int images, int projects) {
    Chaos chaos =
        Chaos.none()
            .rate(new Fault.LostAnswer(), .05)
            .rate(new Fault.SlowJob(Duration.ofSeconds(40)), .1)
            .rate(new Fault.StuckJob(), .02)
            .rate(new Fault.PartialFail(), .05);
    List<String> ids = IntStream.range(0, images).mapToObj("image-%03d"::formatted).toList();
    try (MemoryBackend cloud =
            MemoryBackend.builder()
                .time(Timekeeper.virtual())
                .images(ids.subList(0, images - 2))
                .badProjects("project-003")
                .jobsTake(chance -> Duration.ofMillis(5_000 + chance.nextInt(20_000)))
                .chaos(chaos)
                .seed(2)
                .build();
        ShareWorkflow workflow = ShareWorkflow.builder(cloud).seed(2).build()) {
      return workflow.run(
          ShareRequest.share(
              ids, IntStream.range(0, projects).mapToObj("project-%03d"::formatted).toList()));
    }
  }
}
