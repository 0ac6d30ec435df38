package io.imageshare.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs a measurement in a JVM of its own, so that none affects the code or the heap of another. */
final class Child {
  private Child() {}

  /**
   * Starts a main class on the class path of this JVM.
   *
   * @param home the JDK to run it on
   */
  static Process start(Path home, List<String> options, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve("java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Runs a main class to its end. Every line that it prints is a row of words. */
  static List<String[]> rows(Path home, List<String> options, Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    Process process = start(home, options, main, arguments);
    List<String[]> rows = process.inputReader().lines().map(line -> line.split(" ", -1)).toList();
    if (process.waitFor() != 0) {
      throw new IOException(main.getSimpleName() + " ended with " + process.exitValue());
    }
    return rows;
  }

  /** The JDK of this JVM. */
  static Path home() {
    return Path.of(System.getProperty("java.home"));
  }

  /** The JDK of this JVM, and the newest one in the same folder if that is newer. */
  static List<Path> homes() throws IOException {
    List<Path> homes = new ArrayList<>(List.of(home()));
    try (Stream<Path> siblings = Files.list(home().getParent())) {
      siblings
          .filter(home -> version(home) > version(home()))
          .max(Comparator.comparingInt(Child::version))
          .ifPresent(homes::add);
    }
    return homes;
  }

  /** The version of a JDK; 0 if the folder is none. */
  static int version(Path home) {
    try (Stream<String> lines = Files.lines(home.resolve("release"))) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.substring("JAVA_VERSION=".length()).replace("\"", ""))
          .mapToInt(version -> Runtime.Version.parse(version).feature())
          .findFirst()
          .orElse(0);
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    }
  }
}
