package io.imageshare.benchmarks;

import java.nio.file.Path;

/** Measures all, and writes {@code RESULTS.md} and its charts into the folder named. */
final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] args) throws Exception {
    Results results = new Results(Path.of(args[0]));
    results.text("# Results");
    results.text(
        """
        Written by `mvn -q -Pbenchmarks -pl benchmarks -am test-compile`, on JDK %d with %d processors. Counts come from
        virtual time and are exact: they are the same wherever it runs. Real times are ratios, of things measured
        side by side in one run; processor time and allocation are the process's own.
        """
            .formatted(Runtime.version().feature(), Runtime.getRuntime().availableProcessors()));
    new LooksAndLag(results).write();
    Makespans.write(results);
    AtAThrottle.write(results);
    new WholeRuns(results).write();
    EngineCost.write(results);
    OpenJobs.write(results);
    HttpCost.write(results);
    JournalCost.write(results);
    HotParts.write(results);
    results.write();
  }
}
