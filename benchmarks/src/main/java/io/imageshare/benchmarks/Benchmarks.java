package io.imageshare.benchmarks;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Runs all benchmarks, and writes {@code RESULTS.md} and its charts into the given folder. A second
 * argument, {@code -Dsection} of the Maven command, is the heading of the only section to run; what
 * it finds then goes into {@code target} of the folder.
 */
final class Benchmarks {
  private Benchmarks() {}

  private interface Section {
    void write(Results results) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    Map<String, Section> sections = new LinkedHashMap<>();
    sections.put("Polls against lag", results -> new PollsAndLag(results).write());
    sections.put("Makespan", MakespanRatio::write);
    sections.put("Under a rate limit", UnderRateLimit::write);
    sections.put("Whole runs", results -> new RunComparison(results).write());
    sections.put("Engine cost", EngineCost::write);
    sections.put("Open jobs", OpenJobs::write);
    sections.put("HTTP", HttpCost::write);
    sections.put("Journal", JournalCost::write);
    sections.put("Hot parts", HotParts::write);
    Path folder = Path.of(args[0]);
    boolean all = args.length == 1 || args[1].isEmpty();
    Results results = new Results(all ? folder : folder.resolve("target"));
    results.text("# Results");
    results.text(
        """
        Written by `mvn -q -Pbenchmarks -pl benchmarks -am test-compile`, on JDK %d with %d processors. Counts are taken
        in virtual time and are exact: they are the same on every machine. Real times are ratios of things measured
        side by side in one run; processor time and allocation are those of the measured process alone.
        """
            .formatted(Runtime.version().feature(), Runtime.getRuntime().availableProcessors()));
    if (!all) {
      sections.keySet().retainAll(Set.of(args[1]));
    }
    for (Section section : sections.values()) {
      section.write(results);
    }
    results.write();
  }
}
