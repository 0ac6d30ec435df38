package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.MemberBackend;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.BackendContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The README, {@code docs/contract.md} and {@code docs/promises.md} match the code: their tables
 * and what they quote.
 */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

  private final String readme;

  ReadmeTest() throws IOException {
    readme = text("README.md");
  }

  private static String text(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
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
  void itIsShort() {
    assertTrue(readme.lines().count() <= 200, readme.lines().count() + " lines");
  }

  @Test
  void twoCommandsAreTwo() {
    List<String> commands =
        found(BLOCK, section("Two commands")).stream().map(block -> block.group(2)).toList();
    assertEquals(List.of("mvn -q -Pdemo -pl examples -am compile\n", "mvn -B verify\n"), commands);
  }

  @Test
  void theVersionToInstallIsTheOneThatIsBuilt() throws IOException {
    Pattern built = Pattern.compile("<revision>(.*)</revision>");
    String version = found(built, text("pom.xml")).get(0).group(1);
    List<String> shown =
        found(Pattern.compile("<version>(.*)</version>"), section("Install")).stream()
            .map(match -> match.group(1))
            .toList();
    assertEquals(List.of(version, version), shown);
    assertTrue(section("Status").contains(version), version);
  }

  // region region
  static MemberBackend northFour(Credentials credentials) {
    return HttpBackend.builder()
        .endpoint(URI.create("https://ims.cn-north-4.myhuaweicloud.com"))
        .credentials(credentials)
        .build();
  }

  // endregion

  @Test
  void theBackendOfARegionIsBuiltWithoutACall() {
    try (MemberBackend backend = northFour(Credentials.accessKey("key", "secret"))) {
      assertEquals("HttpBackend[https://ims.cn-north-4.myhuaweicloud.com]", backend.toString());
    }
  }

  @Test
  void theTableOfRulesIsTheContract() throws IOException {
    List<String> rules =
        BackendContract.rules().stream()
            .map(rule -> "| " + rule.id() + " | " + rule.sentence() + " |")
            .toList();
    assertEquals(rules, rows(text("docs/contract.md"), "[A-Z]\\d+"));
  }

  @Test
  void eachPromiseIsATest() throws IOException {
    Set<String> tested = new TreeSet<>();
    for (String tests :
        List.of(
            "backend-memory/src/test/java/io/imageshare/memory/PromiseTest.java",
            "backend-memory/src/test/java/io/imageshare/memory/OneRefusalPromiseTest.java",
            "backend-memory/src/test/java/io/imageshare/memory/FleetTest.java",
            "extensions/journal-jdbc/src/test/java/io/imageshare/journal/jdbc/FleetPromiseTest.java",
            "backend-http/src/test/java/io/imageshare/http/SecretPromiseTest.java")) {
      found(Pattern.compile("void promise(\\d+)"), text(tests))
          .forEach(test -> tested.add(test.group(1)));
    }
    Set<String> promised = new TreeSet<>();
    rows(text("docs/promises.md"), "\\d+").forEach(row -> promised.add(row.split("[ |]+", -1)[1]));
    assertEquals(tested, promised);
  }

  /** The rows of a table whose first cell is like this. */
  private static List<String> rows(String section, String first) {
    return section.lines().filter(line -> line.matches("\\| " + first + " \\|.*")).toList();
  }

  @Test
  void itsComparisonIsTheMeasuredOne() throws IOException {
    String results = text("benchmarks/RESULTS.md");
    String faults = results.substring(results.indexOf("\n### Faults\n"));
    List<String> measured =
        found(Pattern.compile("(?m)^\\| (imageshare|(?:careful )?loop[^|]*) \\| (.*) \\|$"), faults)
            .stream()
            .limit(7)
            .map(row -> row.group(2).split(" \\| ", -1))
            .map(cell -> String.join(" | ", cell[0], cell[2], cell[4], cell[5]))
            .toList();
    List<String> shown =
        rows(section("How it compares"), "[^|]*").stream()
            .filter(row -> row.matches(".*\\d \\|$"))
            .map(row -> row.replaceAll("^\\| [^|]* \\| (.*) \\|$", "$1"))
            .toList();
    assertEquals(7, shown.size());
    assertEquals(measured, shown);
  }

  @Test
  void whatTheDemoPrintsIsWhatItPrints() throws Exception {
    String quoted = found(BLOCK, section("What the demo prints")).get(0).group(2);
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
