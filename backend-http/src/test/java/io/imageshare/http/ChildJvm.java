package io.imageshare.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What {@link ThreadsTest} runs in JVMs of its own. */
final class ChildJvm {
  private ChildJvm() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("threads")) {
      threads();
    } else {
      writes();
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
}
