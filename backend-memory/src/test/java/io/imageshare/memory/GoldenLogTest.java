package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.memory.GoldenRun.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Forty runs do what they did when they were written down: every event and every call, at the same
 * virtual time. {@code -Dimageshare.accept=true} writes them down anew.
 */
class GoldenLogTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden");

  private record Golden(Family family, int seed) {
    @Override
    public String toString() {
      return family.name().toLowerCase(Locale.ROOT) + "-" + seed;
    }
  }

  static Stream<Golden> runs() {
    return Arrays.stream(Family.values())
        .flatMap(family -> IntStream.range(0, 8).mapToObj(seed -> new Golden(family, seed)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void theRunIsAsWrittenDown(Golden golden) throws Exception {
    Path file = FOLDER.resolve(golden + ".txt");
    List<String> now = GoldenRun.lines(golden.family(), golden.seed());
    if (Boolean.getBoolean("imageshare.accept")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, String.join("\n", now) + "\n");
      return;
    }
    compare(file, now);
  }

  private static void compare(Path file, List<String> now) throws IOException {
    List<String> written = Files.exists(file) ? Files.readAllLines(file) : List.of();
    int line = 0;
    while (line < now.size() && line < written.size() && now.get(line).equals(written.get(line))) {
      line++;
    }
    if (line < now.size() || line < written.size()) {
      fail(
          "%s, line %d%nexpected: %s%nactual:   %s%n"
                  .formatted(file, line + 1, at(written, line), at(now, line))
              + "If that is meant, accept it and commit the file: mvn test -pl backend-memory -am"
              + " -Dtest=GoldenLogTest -Dimageshare.accept=true"
              + " -Dsurefire.failIfNoSpecifiedTests=false");
    }
  }

  private static String at(List<String> lines, int line) {
    return line < lines.size() ? lines.get(line) : "nothing, the log ends";
  }
}
