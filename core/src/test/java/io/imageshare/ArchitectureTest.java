package io.imageshare;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.Maps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.TreeMultimap;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of packages in {@code docs/architecture.md}, class by class. */
class ArchitectureTest {
  private static final String ROOT = "io.imageshare";
  private static final String INTERNAL = ROOT + ".internal.";

  /** What each package may use of this library, besides itself and the API. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "time", Set.of(),
          "table", Set.of(),
          "poll", Set.of(),
          "plan", Set.of("table"),
          "flow", Set.of("time"),
          "journal", Set.of("table", "time"),
          "report", Set.of("table"),
          "run", Set.of("journal", "plan", "poll", "table", "time"),
          "engine", Set.of("flow", "journal", "plan", "poll", "report", "run", "table", "time"));

  /** The types of the API that reach inside, and where to. */
  private static final Map<String, Set<String>> DOORS =
      Map.ofEntries(
          entry("FlowPolicy", Set.of("time")),
          entry("Image", Set.of("table")),
          entry("Job", Set.of("table")),
          entry("Journal", Set.of("journal")),
          entry("Member", Set.of("table")),
          entry("Outcome", Set.of("table")),
          entry("PollPolicy", Set.of("time")),
          entry("Progress", Set.of("report")),
          entry("Reason", Set.of("table")),
          entry("Recipient", Set.of("table")),
          entry("RetryPolicy", Set.of("time")),
          entry("SharePlan", Set.of("engine", "report")),
          entry("ShareReport", Set.of("plan", "report", "table")),
          entry("ShareRequest", Set.of("report", "table")),
          entry("ShareWorkflow", Set.of("engine", "report", "time")),
          entry("Timekeeper", Set.of("time")),
          entry("WantedState", Set.of("report", "table")));

  private final JavaClasses core = new ClassFileImporter().importPath(Path.of("target", "classes"));

  private static String part(JavaClass type) {
    return type.getPackageName().equals(ROOT)
        ? ""
        : type.getPackageName().substring(INTERNAL.length());
  }

  @Test
  void eachPackageUsesWhatItMay() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : core) {
      for (Dependency use : type.getDirectDependenciesFromSelf()) {
        JavaClass target = use.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT) && !mayUse(type, target)) {
          wrong.add(type.getName() + " uses " + target.getName());
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }

  private static boolean mayUse(JavaClass type, JavaClass target) {
    String from = part(type);
    String to = part(target);
    if (from.equals(to) || to.isEmpty()) {
      return true;
    }
    return from.isEmpty()
        ? DOORS.getOrDefault(outermost(type), Set.of()).contains(to)
        : MAY_USE.getOrDefault(from, Set.of()).contains(to);
  }

  private static String outermost(JavaClass type) {
    String name = type.getName().substring(type.getPackageName().length() + 1);
    return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
  }

  @Test
  void noDoorIsShut() {
    Map<String, Set<String>> used = new TreeMap<>();
    for (JavaClass type : core) {
      for (Dependency use : type.getDirectDependenciesFromSelf()) {
        JavaClass target = use.getTargetClass().getBaseComponentType();
        if (part(type).isEmpty()
            && target.getPackageName().startsWith(INTERNAL)
            && type.getPackageName().equals(ROOT)) {
          used.computeIfAbsent(outermost(type), door -> new TreeSet<>()).add(part(target));
        }
      }
    }
    assertEquals(DOORS, used);
  }

  @Test
  void onlyDocumentsTheJournalAndWhatAFleetSharesKnowJson() {
    noClasses()
        .that()
        .resideOutsideOfPackages(INTERNAL + "flow", INTERNAL + "journal", INTERNAL + "report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml..")
        .check(core);
  }

  @Test
  void noPackagesUseEachOtherInACircle() {
    slices().matching(INTERNAL + "(*)..").should().beFreeOfCycles().check(core);
  }

  @Test
  void aRunsStateHasNoClockNoThreadAndNoBackend() {
    noClasses()
        .that()
        .resideInAPackage(INTERNAL + "run")
        .should()
        .dependOnClassesThat(
            belongToAnyOf(MemberBackend.class, Timekeeper.class, Thread.class)
                .or(resideInAPackage("java.util.concurrent.."))
                .or(resideInAPackage("java.io.."))
                .or(resideInAPackage("java.nio..")))
        .check(core);
  }

  @Test
  void whatIsPublicInsideIsNeededOutside() {
    Set<String> needless =
        core.stream()
            .filter(type -> type.getPackageName().startsWith(INTERNAL))
            .filter(type -> type.isTopLevelClass() && isPublic(type))
            .filter(
                type ->
                    core.stream()
                        .filter(user -> !user.getPackageName().equals(type.getPackageName()))
                        .noneMatch(
                            user ->
                                user.getDirectDependenciesFromSelf().stream()
                                    .anyMatch(
                                        use ->
                                            use.getTargetClass()
                                                .getBaseComponentType()
                                                .getName()
                                                .startsWith(type.getName()))))
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), needless);
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC);
  }

  /** Where two types know each other, neither can be read without the other. */
  @Test
  void fewTypesOfAPackageKnowEachOther() {
    SetMultimap<String, String> uses = TreeMultimap.create();
    for (JavaClass type : core) {
      for (Dependency use : type.getDirectDependenciesFromSelf()) {
        JavaClass target = use.getTargetClass().getBaseComponentType();
        if (target.getPackageName().equals(type.getPackageName())) {
          uses.put(part(type) + "." + outermost(type), part(target) + "." + outermost(target));
        }
      }
    }
    SetMultimap<String, String> mutual = TreeMultimap.create();
    uses.forEach(
        (type, other) -> {
          if (type.compareTo(other) < 0 && uses.containsEntry(other, type)) {
            mutual.put(type.substring(0, type.indexOf('.')), type + " and " + other);
          }
        });
    assertEquals(Map.of(), Maps.filterValues(mutual.asMap(), pairs -> pairs.size() > 3));
  }

  @Test
  void noFolderHoldsMoreThanOneCanTakeIn() {
    SetMultimap<String, String> files = TreeMultimap.create();
    for (JavaClass type : core) {
      if (!type.getSimpleName().equals("package-info")) {
        String file = type.getSource().flatMap(Source::getFileName).orElseThrow();
        files.put(type.getPackageName(), file);
      }
    }
    assertEquals(Map.of(), Maps.filterValues(files.asMap(), names -> names.size() > 26));
  }
}
