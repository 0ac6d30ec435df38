package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.ShareRequest;
import io.imageshare.http.HttpBackend;
import io.imageshare.journal.jdbc.JdbcJournal;
import io.imageshare.memory.MemoryBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a published module shows stands in its {@code api.txt}, so that a change of it is seen. */
class SurfaceTest {

  /** A published module: its folder, and any class of its package. */
  record Published(String folder, Class<?> anchor) {
    @Override
    public String toString() {
      return folder;
    }
  }

  static List<Published> published() {
    return List.of(
        new Published("core", ShareRequest.class),
        new Published("backend-http", HttpBackend.class),
        new Published("backend-memory", MemoryBackend.class),
        new Published("extensions/journal-jdbc", JdbcJournal.class));
  }

  @ParameterizedTest
  @MethodSource("published")
  void theSurfaceIsAsWrittenDown(Published module) throws Exception {
    Path file = Path.of("..", module.folder(), "api.txt");
    List<String> now = Surface.types(module.anchor()).stream().flatMap(Surface::lines).toList();
    if (Boolean.getBoolean("imageshare.accept")) {
      Files.writeString(file, String.join("\n", now) + "\n");
      return;
    }
    List<String> written = Files.exists(file) ? Files.readAllLines(file) : List.of();
    if (!now.equals(written)) {
      fail(
          "The public surface of %s is not what %s/api.txt says:%n%s%n"
                  .formatted(module, module, String.join("\n", difference(written, now)))
              + "If that is meant, accept it and commit the file:"
              + " mvn test -pl examples -am -Dtest=SurfaceTest -Dimageshare.accept=true"
              + " -Dsurefire.failIfNoSpecifiedTests=false");
    }
  }

  private static List<String> difference(List<String> before, List<String> after) {
    List<String> gone = qualified(before);
    List<String> come = qualified(after);
    List<String> both = new ArrayList<>(gone);
    both.retainAll(come);
    gone.removeAll(both);
    come.removeAll(both);
    List<String> lines = new ArrayList<>();
    gone.forEach(line -> lines.add("- " + line));
    come.forEach(line -> lines.add("+ " + line));
    return lines.isEmpty() ? List.of("only the order changed") : lines;
  }

  /** Each member's line with its type's before it. */
  private static List<String> qualified(List<String> lines) {
    List<String> qualified = new ArrayList<>();
    String type = "";
    for (String line : lines) {
      type = line.startsWith(" ") ? type : line;
      qualified.add(line.startsWith(" ") ? type + " |" + line : line);
    }
    return qualified;
  }

  @Test
  void coreHasAtMost26PublicTypes() throws Exception {
    List<Class<?>> types = Surface.types(ShareRequest.class);
    assertTrue(types.size() <= 26, types.size() + ": " + types);
    assertTrue(types.contains(ShareRequest.class), types.toString());
  }
}
