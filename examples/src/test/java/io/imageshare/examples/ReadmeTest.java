package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.memory.BackendContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README says what is so: its tables are compared, what it prints is printed. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

  private final String readme;

  ReadmeTest() throws IOException {
    readme = Files.readString(ROOT.resolve("README.md"));
  }

  private static List<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  /** What stands under a heading, up to the next one of its level. */
  private String section(String title) {
    Matcher section = Pattern.compile("(?ms)^## " + title + "\\n(.*?)(?=^## |\\z)").matcher(readme);
    assertTrue(section.find(), "no section " + title);
    return section.group(1);
  }

  @Test
  void twoCommandsAreTwo() {
    List<String> commands =
        found(BLOCK, section("Two commands")).stream().map(block -> block.group(2)).toList();
    assertEquals(List.of("mvn -q -Pdemo -pl examples -am compile\n", "mvn -B verify\n"), commands);
  }

  @Test
  void itsTableOfRulesIsTheContract() {
    List<String> rules =
        BackendContract.rules().stream()
            .map(rule -> "| " + rule.id() + " | " + rule.sentence() + " |")
            .toList();
    assertEquals(rules, rows(section("The contract"), "[A-Z]\\d+"));
  }

  @Test
  void eachPromiseIsATest() throws IOException {
    Set<String> tested = new TreeSet<>();
    for (String tests :
        List.of(
            "backend-memory/src/test/java/io/imageshare/memory/PromiseTest.java",
            "backend-http/src/test/java/io/imageshare/http/SecretPromiseTest.java")) {
      found(Pattern.compile("void promise(\\d+)"), Files.readString(ROOT.resolve(tests)))
          .forEach(test -> tested.add(test.group(1)));
    }
    Set<String> promised = new TreeSet<>();
    rows(section("Promises"), "\\d+").forEach(row -> promised.add(row.split("[ |]+", -1)[1]));
    assertEquals(tested, promised);
  }

  /** The rows of a table whose first cell is like this. */
  private static List<String> rows(String section, String first) {
    return section.lines().filter(line -> line.matches("\\| " + first + " \\|.*")).toList();
  }

  @Test
  void whatCommandOnePrintsIsWhatItPrints() throws Exception {
    String quoted = found(BLOCK, section("What command one prints")).get(0).group(2);
    List<String> now = shape(ShareTest.run("40x120.json", Share.SEED, false).text());
    List<String> then = shape(quoted);
    assertTrue(then.size() > 8, quoted);
    assertEquals(now.subList(now.size() - then.size(), now.size()), then);
  }

  /** The lines without progress and without the figures, which real time changes. */
  private static List<String> shape(String output) {
    return output
        .lines()
        .filter(line -> !line.startsWith("["))
        .map(line -> line.startsWith("faults") ? "faults" : line.replaceAll("\\d+", "0"))
        .toList();
  }
}
