package io.imageshare.http;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class of the tests in a JVM of its own; and what {@link ThreadsTest} runs so. */
final class ChildJvm {
  private ChildJvm() {}

  /** The tests run in a named module, the child on the class path: all there is, in one. */
  static Process start(Class<?> main, List<String> options, String... arguments)
      throws IOException, URISyntaxException {
    String path =
        Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
            .map(System::getProperty)
            .filter(p -> p != null && !p.isEmpty())
            .collect(Collectors.joining(File.pathSeparator));
    String classes =
        Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolveSibling("test-classes")
            .toString();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", path + File.pathSeparator + classes, main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "threads" -> threads();
      case "writes" -> writes();
      default -> chunks();
    }
  }

  private static void threads() throws Exception {
    try (WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, "{\"status\":\"RUNNING\"}"));
        HttpBackend backend = Calls.backend(server.endpoint()).build()) {
      Calls.get(backend.job("j1"));
      long before = newestThread();
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        calls.add(backend.job("j1").toCompletableFuture());
      }
      for (CompletableFuture<?> call : calls) {
        Calls.get(call);
      }
      long after = newestThread();
      long servers =
          server.requests().stream().map(WireServer.Request::connection).distinct().count() - 1;
      System.out.println("started " + (after - before - 1 - servers) + " threads");
    }
  }

  /** The JVM numbers its threads as they are made. */
  private static long newestThread() {
    return new Thread(() -> {}).getId();
  }

  private static void writes() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reset(s));
        HttpBackend backend = Calls.backend(server.endpoint()).build()) {
      String kind = Calls.failure(backend.submit(Calls.SHARE)).reason().kind().name();
      System.out.println(kind + " after " + server.requests().size() + " writes");
    }
  }

  /** On a chunk this long the JDK's client counts below zero, and goes round for ever. */
  private static void chunks() throws Exception {
    String job = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";
    AtomicInteger left = new AtomicInteger(3);
    WireServer.Script script =
        (q, s) -> {
          if (left.getAndDecrement() > 0) {
            WireServer.send(s, "HTTP/1.1 200 word\r\nTransfer-Encoding: chunked\r\n\r\n");
            WireServer.send(s, "80000000\r\n" + job + "\r\n0\r\n\r\n");
          } else {
            WireServer.reply(s, 200, job);
          }
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend =
            Calls.backend(server.endpoint()).requestTimeout(Duration.ofMillis(300)).build()) {
      StringBuilder said = new StringBuilder();
      said.append(Calls.failure(backend.submit(Calls.SHARE)).reason().kind()).append(' ');
      said.append(Calls.failure(backend.job("j1")).reason().kind()).append(' ');
      said.append(Calls.failure(backend.submit(Calls.SHARE)).reason().kind()).append(' ');
      System.out.println(said.append(Calls.get(backend.job("j1")).status()));
      System.out.flush();
      Runtime.getRuntime().halt(0); // closing would wait for each thread that does not end
    }
  }
}
