package io.imageshare.benchmarks;

import java.nio.file.Path;

/** Runs all benchmarks, and writes {@code RESULTS.md} and its charts into the given folder. */
final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] args) throws Exception {
    Results results = new Results(Path.of(args[0]));
    results.text("# Results");
    results.text(
        """
        Written by `mvn -q -Pbenchmarks -pl benchmarks -am test-compile`, on JDK %d with %d processors. Counts are taken
        in virtual time and are exact: they are the same on every machine. Real times are ratios of things measured
        side by side in one run; processor time and allocation are those of the measured process alone.
        """
            .formatted(Runtime.version().feature(), Runtime.getRuntime().availableProcessors()));
    new PollsAndLag(results).write();
    MakespanRatio.write(results);
    UnderRateLimit.write(results);
    new RunComparison(results).write();
    EngineCost.write(results);
    OpenJobs.write(results);
    HttpCost.write(results);
    JournalCost.write(results);
    HotParts.write(results);
    results.write();
  }
}
