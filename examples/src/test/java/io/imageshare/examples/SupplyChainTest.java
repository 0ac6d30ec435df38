package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What a user of a published module gets along with it. */
class SupplyChainTest {
  private static final Path ROOT = Path.of("..");
  private static final String OWN = "io.imageshare";

  /** The licences that may be used: how they call themselves, and how a bill calls them. */
  private static final Map<String, String> LICENCES =
      Map.of("Apache License, Version 2.0", "Apache-2.0", "MIT License", "MIT");

  /** Lines of the notice: a library and its licence. */
  private static Map<String, String> noticed() throws IOException {
    return Files.readAllLines(ROOT.resolve("NOTICE")).stream()
        .map(line -> line.split(" {2,}", -1))
        .filter(parts -> parts.length == 2)
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a, TreeMap::new));
  }

  private static List<String> folders() {
    return SurfaceTest.published().stream().map(SurfaceTest.Published::folder).toList();
  }

  private static String pom(String folder) throws IOException {
    return Files.readString(ROOT.resolve(folder).resolve("pom.xml"));
  }

  private static Set<String> found(String regex, String text) {
    return Pattern.compile(regex)
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The build refuses every other library: what the parent's enforcer lists is the whole list. */
  @Test
  void everyRuntimeDependencyIsNoticedAndNoOther() throws IOException {
    String parent = pom("");
    int rule = parent.indexOf("<id>runtime-dependencies</id>");
    Set<String> allowed =
        found(
            "<include>(.*?)</include>",
            parent.substring(rule, parent.indexOf("</execution>", rule)));
    allowed.removeIf(library -> library.startsWith(OWN));
    assertEquals(allowed, noticed().keySet());
    for (String folder : folders()) {
      assertFalse(pom(folder).contains("bannedDependencies"), folder + " allows more");
    }
  }

  /** As the library itself says it: the licence's address in the manifest of its jar. */
  @Test
  void eachLicenceIsTheOneOfTheJar() throws IOException {
    for (Map.Entry<String, String> library : noticed().entrySet()) {
      String artifact = library.getKey().substring(library.getKey().indexOf(':') + 1);
      try (JarFile jar = new JarFile(jar(artifact).toFile())) {
        String licence =
            String.valueOf(jar.getManifest().getMainAttributes().getValue("Bundle-License"));
        String address =
            switch (library.getValue()) {
              case "Apache License, Version 2.0" -> "apache.org/licenses/LICENSE-2.0";
              case "MIT License" -> "opensource.org/license/mit";
              default -> throw new AssertionError(library + ": another licence; may it be used?");
            };
        assertTrue(licence.contains(address), library + ": " + licence);
      }
    }
  }

  private static Path jar(String artifact) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .filter(path -> path.getFileName().toString().matches(artifact + "-\\d.*\\.jar"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(artifact + " is not on the class path"));
  }

  /** What a release says that it is made of; {@code .ci/run} makes one. */
  @Test
  @EnabledIfSystemProperty(named = "imageshare.release", matches = ".+")
  void theBillsOfAReleaseSayTheSame() throws IOException {
    Map<String, String> expected = new TreeMap<>(noticed());
    expected.replaceAll((library, licence) -> LICENCES.getOrDefault(licence, licence));
    Map<String, String> listed = new TreeMap<>();
    Set<Path> bills = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("imageshare.release")))) {
      files.filter(file -> file.toString().endsWith("-cyclonedx.json")).forEach(bills::add);
    }
    for (Path bill : bills) {
      for (JsonNode component : new ObjectMapper().readTree(bill.toFile()).path("components")) {
        if (!component.path("group").asText().equals(OWN)) {
          listed.put(
              component.path("group").asText() + ":" + component.path("name").asText(),
              component.at("/licenses/0/license/id").asText());
        }
      }
    }
    assertTrue(bills.size() > folders().size(), bills.toString());
    assertEquals(expected, listed);
  }

  @Test
  void whatIsPublishedCarriesItsLicenceAndTheNotice() throws IOException {
    for (String folder : folders()) {
      Path classes = ROOT.resolve(folder).resolve(Path.of("target", "classes"));
      for (String name : List.of("LICENSE", "NOTICE")) {
        assertEquals(
            Files.readString(ROOT.resolve(name)),
            Files.readString(classes.resolve("META-INF").resolve(name)),
            folder);
      }
    }
  }

  @Test
  void theBomManagesWhatIsPublished() throws IOException {
    Set<String> published = new TreeSet<>();
    for (String folder : folders()) {
      published.addAll(found("<artifactId>(.*?)</artifactId>\\s*<name>", pom(folder)));
    }
    String bom = pom("bom");
    String managed = bom.substring(bom.indexOf("<dependencyManagement>"), bom.indexOf("<build>"));
    assertEquals(published, found("<artifactId>(.*?)</artifactId>", managed));
    // What has a place to go to is published.
    for (String module : found("<module>(.*?)</module>", pom(""))) {
      boolean stays = pom(module).contains("<maven.deploy.skip>true</maven.deploy.skip>");
      assertEquals(folders().contains(module) || module.equals("bom"), !stays, module);
    }
  }

  /** Reflection reaches only what Jackson binds, and only Jackson. */
  @Test
  void nothingIsOpenBeyondWhatJacksonNeeds() {
    Map<String, Set<String>> open = new HashMap<>();
    for (String folder : folders()) {
      Path classes = ROOT.resolve(folder).resolve(Path.of("target", "classes"));
      ModuleDescriptor module = ModuleFinder.of(classes).findAll().iterator().next().descriptor();
      assertFalse(module.isOpen(), module.name());
      for (ModuleDescriptor.Opens opens : module.opens()) {
        assertEquals(Set.of("com.fasterxml.jackson.databind"), opens.targets(), opens.source());
        open.computeIfAbsent(module.name(), name -> new TreeSet<>()).add(opens.source());
      }
    }
    assertEquals(
        Map.of(
            OWN,
            Set.of(
                "io.imageshare.internal.flow",
                "io.imageshare.internal.journal",
                "io.imageshare.internal.report",
                "io.imageshare.internal.table"),
            "io.imageshare.memory",
            Set.of("io.imageshare.memory.internal.server")),
        open);
  }
}
