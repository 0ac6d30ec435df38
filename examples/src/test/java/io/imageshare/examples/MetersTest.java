package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareReport;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private long counted(String name, String... tags) {
    return (long) registry.get(name).tags(tags).counter().count();
  }

  @Test
  void theMetersAgreeWithTheReport() throws InterruptedException {
    ShareReport report = Meters.share(registry, out);
    assertEquals(40, report.counts().failed(), report.toString());
    assertEquals(report.counts().done(), counted("imageshare.pairs", "outcome", "done"));
    assertEquals(40, counted("imageshare.pairs", "outcome", "failed"));
    assertEquals(0, counted("imageshare.pairs", "outcome", "unknown"));
    assertEquals(1, counted("imageshare.runs", "ending", "FINISHED"));
    assertEquals(
        report.jobs().stream().filter(submitted -> submitted.job().ended()).count(),
        registry.find("imageshare.jobs").counters().stream()
            .mapToLong(c -> (long) c.count())
            .sum());
    assertEquals(
        report.jobs().stream().mapToLong(submitted -> submitted.slice().pairs()).sum(),
        counted("imageshare.submitted"));
    // Three calls are throttled, and the first of them, the description, is not made again.
    assertEquals(2, counted("imageshare.retries", "why", "THROTTLED"));
    assertTrue(counted("imageshare.refused", "why", "INVALID_RECIPIENT") > 0);
  }

  @Test
  void theGaugesAreZeroAfterTheRun() throws InterruptedException {
    Meters.share(registry, out);
    String text = bytes.toString(StandardCharsets.UTF_8);
    String half = text.substring(0, text.indexOf("at the end"));
    assertTrue(half.matches("(?s).*imageshare.jobs.open +[1-9].*"), half);
    assertTrue(half.matches("(?s).*imageshare.pairs.pending +[1-9].*"), half);
    assertEquals(0, registry.get("imageshare.jobs.open").gauge().value());
    assertEquals(0, registry.get("imageshare.pairs.pending").gauge().value());
  }

  @Test
  void theGuideShowsWhatIsPrinted() throws Exception {
    Meters.share(registry, out);
    String text = bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    String guide = Files.readString(Path.of("..", "docs", "guide.md"));
    assertTrue(guide.contains("```\n" + text + "```\n"), text);
  }

  @Test
  void noIdIsATag() throws InterruptedException {
    ShareReport report = Meters.share(registry, out);
    Set<String> tags =
        registry.getMeters().stream()
            .map(Meter::getId)
            .flatMap(id -> id.getTags().stream())
            .map(Tag::getValue)
            .collect(Collectors.toSet());
    assertTrue(tags.size() > 5, tags.toString());
    for (String tag : tags) {
      assertFalse(tag.contains("image-") || tag.contains("project-"), tag);
      assertFalse(tag.contains(report.id()), tag);
      report.jobs().forEach(submitted -> assertFalse(tag.contains(submitted.job().id()), tag));
    }
  }
}
