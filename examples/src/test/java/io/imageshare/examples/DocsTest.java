package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents quote is compiled and run: it equals a region of an example or of a test. */
class DocsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// region (\\w+)\\n(.*?)\\n *// endregion$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern PROFILE = Pattern.compile("mvn [^\\n`]*-P(\\w+)");
  private static final Pattern CITED =
      Pattern.compile("ims-api\\.md\\}? sections? ([\\d.]+(?:(?:, | and | to )[\\d.]+)*)");
  private static final Pattern CITED_ROWS =
      Pattern.compile("ims-api\\.md\\}? section 1, rows (\\d+) to (\\d+)");

  private static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(path -> path.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  private static List<MatchResult> found(Pattern pattern, Path file) throws IOException {
    return pattern.matcher(Files.readString(file)).results().toList();
  }

  private static Map<String, String> regions() throws IOException {
    Map<String, String> regions = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
        for (MatchResult region : found(REGION, file)) {
          String text = region.group(2).stripTrailing().stripIndent().strip();
          assertNull(regions.put(region.group(1), text), "two regions " + region.group(1));
        }
      }
    }
    return regions;
  }

  @Test
  void whatIsQuotedIsARegionAndEveryRegionIsQuoted() throws IOException {
    Map<String, String> regions = regions();
    Set<String> quoted = new TreeSet<>();
    for (Path document : documents()) {
      for (MatchResult block : found(JAVA, document)) {
        String text = block.group(1).strip();
        assertTrue(
            regions.containsValue(text),
            () ->
                "%s quotes none of the regions %s:%n%s"
                    .formatted(document, regions.keySet(), text));
        quoted.add(text);
      }
    }
    regions.values().removeAll(quoted);
    assertEquals(Set.of(), regions.keySet());
  }

  @Test
  void theirLinksLeadToFilesAndHeadings() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      for (MatchResult link : found(LINK, document)) {
        String[] parts = link.group(1).split("#", 2);
        Path to = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
        if (!link.group(1).contains(":")
            && (!Files.exists(to) || (parts.length > 1 && !anchors(to).contains(parts[1])))) {
          broken.add(document + ": " + link.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static Set<String> anchors(Path document) throws IOException {
    return found(Pattern.compile("(?m)^#+ (.*)$"), document).stream()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void theProfilesOfTheirCommandsAreThere() throws IOException {
    StringBuilder poms = new StringBuilder();
    for (String module : List.of(".", "examples", "benchmarks")) {
      poms.append(Files.readString(ROOT.resolve(module).resolve("pom.xml")));
    }
    Set<String> named = new TreeSet<>();
    for (Path document : documents()) {
      found(PROFILE, document).forEach(command -> named.add(command.group(1)));
    }
    assertTrue(named.size() > 4, named.toString());
    named.removeIf(profile -> poms.indexOf("<id>" + profile + "</id>") >= 0);
    assertEquals(Set.of(), named);
  }

  @Test
  void theSectionsOfTheApiThatCodeCitesAreThere() throws IOException {
    Path document = ROOT.resolve("docs").resolve("ims-api.md");
    Set<String> sections = groups(Pattern.compile("(?m)^#+ ([\\d.]+?)\\.? "), document);
    Set<String> rows = groups(Pattern.compile("(?m)^\\| (\\d+) \\|"), document);
    List<String> missing = new ArrayList<>();
    int citations = 0;
    for (Path file : sources()) {
      // A citation may go over the end of a line of a comment.
      String text = Files.readString(file).replaceAll("\\s+(?:\\*|//)?\\s*", " ");
      for (MatchResult cited : CITED.matcher(text).results().toList()) {
        citations++;
        for (String section : cited.group(1).replaceAll("\\.$", "").split(", | and | to ", -1)) {
          if (!sections.contains(section)) {
            missing.add(file + ": section " + section);
          }
        }
      }
      for (MatchResult cited : CITED_ROWS.matcher(text).results().toList()) {
        if (!rows.contains(cited.group(1)) || !rows.contains(cited.group(2))) {
          missing.add(file + ": " + cited.group());
        }
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(citations > 40, "citations found: " + citations);
  }

  private static Set<String> groups(Pattern pattern, Path file) throws IOException {
    return found(pattern, file).stream().map(match -> match.group(1)).collect(Collectors.toSet());
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "backend-http", "backend-memory")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        files.filter(path -> path.toString().endsWith(".java")).sorted().forEach(sources::add);
      }
    }
    return sources;
  }

  /** A picture of packages: nodes such as {@code flow["internal.flow"]}, arrows between them. */
  private record Picture(Set<String> packages, Set<String> arrows) {
    private static final Pattern NODE = Pattern.compile("(?m)^ *(\\w+)\\[\"([\\w.]+)\"\\]$");
    private static final Pattern ARROW = Pattern.compile("(?m)^ *(\\w+) (-->|-\\.->) (\\w+)$");

    /** What the document draws; nothing if it has no picture of this module. */
    static Picture drawn(String module, String base, String document) {
      Pattern block =
          Pattern.compile("(?ms)^```mermaid\\ngraph TD\\n *%% " + module + "\\n(.*?)^```$");
      String picture =
          block.matcher(document).results().map(found -> found.group(1)).findAny().orElse("");
      Map<String, String> packages = new TreeMap<>();
      NODE.matcher(picture)
          .results()
          .forEach(
              node ->
                  packages.put(
                      node.group(1),
                      node.group(2).equals(base) ? base : base + "." + node.group(2)));
      Set<String> arrows = new TreeSet<>();
      ARROW
          .matcher(picture)
          .results()
          .forEach(
              arrow -> {
                String from = packages.get(arrow.group(1));
                assertEquals(base.equals(from), arrow.group(2).equals("-.->"), arrow.group());
                arrows.add(from + " -> " + packages.get(arrow.group(3)));
              });
      return new Picture(new TreeSet<>(packages.values()), arrows);
    }

    /** What the sources are; an arrow is an import of another package, other than the exported. */
    static Picture real(String base, Path sources) throws IOException {
      Pattern imported =
          Pattern.compile("(?m)^import (?:static )?(io\\.imageshare[a-z.]*)\\.[A-Z]");
      Map<String, Set<String>> imports = new TreeMap<>();
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String from = sources.relativize(file.getParent()).toString().replaceAll("[/\\\\]", ".");
          Set<String> uses = imports.computeIfAbsent(from, name -> new TreeSet<>());
          found(imported, file).forEach(match -> uses.add(match.group(1)));
        }
      }
      imports.remove("");
      Set<String> arrows = new TreeSet<>();
      imports.forEach(
          (from, uses) -> {
            uses.retainAll(imports.keySet());
            uses.remove(from);
            uses.remove(base);
            uses.forEach(to -> arrows.add(from + " -> " + to));
          });
      return new Picture(new TreeSet<>(imports.keySet()), arrows);
    }
  }

  @Test
  void thePicturesOfTheArchitectureAreThePackages() throws IOException {
    String document = Files.readString(ROOT.resolve("docs").resolve("architecture.md"));
    Map<String, String> modules =
        Map.of(
            "core", "io.imageshare",
            "backend-http", "io.imageshare.http",
            "backend-memory", "io.imageshare.memory");
    for (Map.Entry<String, String> module : modules.entrySet()) {
      Path sources = ROOT.resolve(Path.of(module.getKey(), "src", "main", "java"));
      Picture real = Picture.real(module.getValue(), sources);
      if (real.packages().size() > 1) {
        assertEquals(real, Picture.drawn(module.getKey(), module.getValue(), document));
        for (String name : real.packages()) {
          assertTrue(document.contains("\n| `" + name + "` |"), "no row for " + name);
        }
      }
    }
  }
}
