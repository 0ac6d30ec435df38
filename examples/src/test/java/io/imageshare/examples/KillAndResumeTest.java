package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KillAndResumeTest {

  @Test
  void aRunOfAKilledProcessIsFinishedByAnother(@TempDir Path journal) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    boolean succeeded = new KillAndResume(out, journal).run();
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(succeeded, text);
    List<String> lines = text.lines().toList();
    String[] started = words(lines, " begins run ");
    String[] resumed = words(lines, " resumes run ");
    assertNotEquals(started[0], resumed[0], text);
    assertEquals(started[1], resumed[1], text);
    assertTrue(lines.contains(started[0].replace(":", " is killed")), text);
    assertTrue(text.contains(", 48 pairs: 48 done"), text);
    assertEquals(
        "the service: 48 of 48 pairs are shared, 0 were sent twice", lines.get(lines.size() - 1));
    try (Stream<Path> left = Files.list(journal)) {
      assertTrue(left.allMatch(file -> file.toString().endsWith(".report")));
    }
  }

  private static String[] words(List<String> lines, String between) {
    List<String> found = lines.stream().filter(line -> line.contains(between)).toList();
    assertEquals(1, found.size(), lines.toString());
    return found.get(0).split(between, -1);
  }
}
