package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Runs a main class of the tests in a JVM of its own. */
final class ChildJvm {
  private ChildJvm() {}

  /** What it printed; fails if it did not exit with 0. */
  static String run(Class<?> main, String... options) throws Exception {
    Process child = start(main, List.of(options));
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), output);
    return output;
  }

  static Process start(Class<?> main, List<String> options, String... arguments)
      throws IOException {
    return start(new ArrayList<>(), main, options, arguments);
  }

  /** The same after a command of the shell, {@code ulimit} say. */
  static Process startAfter(String shell, Class<?> main, List<String> options, String... arguments)
      throws IOException {
    List<String> command = List.of("sh", "-c", shell + " && exec \"$@\"", "sh");
    return start(new ArrayList<>(command), main, options, arguments);
  }

  private static Process start(
      List<String> command, Class<?> main, List<String> options, String... arguments)
      throws IOException {
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** The tests run in a named module, the child on the class path: all there is, in one. */
  private static String classPath() {
    String tests = Path.of(System.getProperty("basedir", "."), "target", "test-classes").toString();
    return String.join(
        File.pathSeparator,
        tests,
        Objects.toString(System.getProperty("jdk.module.path"), ""),
        Objects.toString(System.getProperty("java.class.path"), ""));
  }
}
