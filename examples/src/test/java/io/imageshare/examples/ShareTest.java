package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The program in virtual time. */
class ShareTest {

  @Test
  void sharesTheLargeExampleWithEverySeed() throws Exception {
    for (int seed = 0; seed < 50; seed++) {
      Run run = run("40x120.json", seed, false);
      assertTrue(run.clean(), run.text());
      assertTrue(run.text().contains(": 4760 pairs done, 40 failed, 0 unknown"), run.text());
      assertTrue(run.text().contains("agrees with the cloud for 4800 of 4800 pairs"), run.text());
      assertTrue(run.text().contains("     40  failed   INVALID_RECIPIENT IMG.0108"), run.text());
    }
  }

  @Test
  void sharesTheSmallExampleCompletely() throws Exception {
    Run run = run("2x2.json", Share.SEED, false);
    assertTrue(run.clean(), run.text());
    assertTrue(run.text().contains(": 4 pairs done, 0 failed, 0 unknown"), run.text());
    assertFalse(run.text().contains("not in this region"), run.text());
  }

  @Test
  void unsharesAsWell() throws Exception {
    ShareRequest request =
        ShareRequest.unshare(List.of("image-1"), List.of("project-1", "dead-project"));
    Run run = run(request, Share.SEED, false);
    assertTrue(run.clean(), run.text());
    assertTrue(run.text().contains("2 pairs done"), run.text());
  }

  @Test
  void saysSoWhenSomethingIsLeftThatShouldHaveWorked() throws Exception {
    List<String> projects = IntStream.range(0, 130).mapToObj(i -> "project-" + i).toList();
    Run run = run(ShareRequest.share(List.of("image-1"), projects), Share.SEED, false);
    assertFalse(run.clean(), run.text());
    assertTrue(
        run.text().contains("2 pairs are not done, though they were not refused as invalid."),
        run.text());
  }

  @Test
  void printsOneLineOnATerminal() throws Exception {
    String text = run("40x120.json", Share.SEED, true).text();
    assertEquals(1, Stream.of(text.split("\n")).filter(ShareTest::isProgress).count(), text);
    // Here a carriage return ends a line as well.
    List<String> shown = text.lines().filter(ShareTest::isProgress).toList();
    assertTrue(shown.size() > 20, text);
    assertTrue(shown.stream().allMatch(line -> line.length() < 80), text);
  }

  private static boolean isProgress(String line) {
    return line.contains("pending");
  }

  record Run(boolean clean, String text) {}

  static Run run(String document, long seed, boolean terminal) throws Exception {
    String json = Files.readString(Path.of("requests", document));
    return run(ShareRequest.fromJson(json), seed, terminal);
  }

  private static Run run(ShareRequest request, long seed, boolean terminal) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Share share = new Share(Timekeeper.virtual(), seed, out, new Display(out, terminal));
    boolean clean = share.run(request);
    return new Run(clean, bytes.toString(StandardCharsets.UTF_8));
  }
}
