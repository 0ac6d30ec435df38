package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason.Kind;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many calls are under way at once, and what is left after closing. */
@Timeout(600)
class ConcurrencyTest {
  private static final String RUNNING = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("imageshare-http"))
        .toList();
  }

  private static void awaitNoThreads() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("imageshare-http")) {
        thread.join();
      }
    }
  }

  /** On 17 the connections go with the client's thread, and that with the client. */
  @Test
  void closingLeavesNoThreadAndNoConnection() throws Exception {
    CountDownLatch eof = new CountDownLatch(1);
    WireServer.Script script =
        (q, s) -> {
          WireServer.reply(s, 200, RUNNING);
          if (s.getInputStream().read() < 0) {
            eof.countDown();
          }
        };
    try (WireServer server = new WireServer(script)) {
      callAndClose(server);
      awaitNoThreads();
      do {
        if (Runtime.version().feature() < 21) {
          System.gc();
        }
      } while (!eof.await(100, TimeUnit.MILLISECONDS));
    }
  }

  private static void callAndClose(WireServer server) throws Exception {
    HttpBackend backend = Fixtures.backend(server.endpoint()).build();
    Fixtures.get(backend.job("j1"));
    assertFalse(threads().isEmpty());
    backend.close();
    backend.close();
  }

  @Test
  void closingEndsWhatIsUnderWayAndWhatWaits() throws Exception {
    CountDownLatch came = new CountDownLatch(2);
    try (WireServer server = new WireServer(afterTheFirst((q, s) -> came.countDown()))) {
      HttpBackend backend = Fixtures.backend(server.endpoint()).concurrentCalls(2).build();
      Fixtures.get(backend.job("j1"));
      CompletableFuture<?> write = backend.submit(Fixtures.SHARE).toCompletableFuture();
      CompletableFuture<?> read = backend.job("j1").toCompletableFuture();
      came.await();
      CompletableFuture<?> waiting = backend.submit(Fixtures.SHARE).toCompletableFuture();
      backend.close();
      assertEquals(Kind.LOST, Fixtures.failure(write).reason().kind());
      assertEquals(Kind.UNAVAILABLE, Fixtures.failure(read).reason().kind());
      assertEquals(Kind.UNAVAILABLE, Fixtures.failure(waiting).reason().kind());
      assertEquals(
          Kind.UNAVAILABLE, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().kind());
      assertEquals(1 + 2, server.requests().size());
      awaitNoThreads();
    }
  }

  /** A key goes alone until one call was answered. */
  private static WireServer.Script afterTheFirst(WireServer.Script script) {
    AtomicBoolean answered = new AtomicBoolean();
    return (q, s) -> {
      if (answered.getAndSet(true)) {
        script.answer(q, s);
      } else {
        WireServer.reply(s, 200, RUNNING);
      }
    };
  }

  @Test
  void closingFromAContinuationDoesNotWaitForItself() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, RUNNING))) {
      HttpBackend backend = Fixtures.backend(server.endpoint()).build();
      Fixtures.get(backend.job("j1").thenAccept(job -> backend.close()));
    }
  }

  @Test
  void aClientOfTheCallersIsLeftAlone() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, RUNNING))) {
      for (int i = 0; i < 2; i++) {
        try (HttpBackend backend = Fixtures.backend(server.endpoint()).client(client).build()) {
          Fixtures.get(backend.job("j1"));
        }
      }
      assertEquals(2, server.requests().size());
      assertEquals(0, server.requests().get(1).connection());
      awaitNoThreads();
    }
  }

  /** Tells of each request, and answers once it may. */
  private static WireServer.Script held(CountDownLatch came, CountDownLatch go) {
    return (q, s) -> {
      came.countDown();
      go.await();
      WireServer.reply(s, 200, RUNNING);
    };
  }

  @Test
  void atMostConcurrentCallsAreUnderWay() throws Exception {
    CountDownLatch came = new CountDownLatch(3);
    CountDownLatch go = new CountDownLatch(1);
    try (WireServer server = new WireServer(afterTheFirst(held(came, go)));
        HttpBackend backend = Fixtures.backend(server.endpoint()).concurrentCalls(3).build()) {
      Fixtures.get(backend.job("j1"));
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        calls.add(backend.job("j1").toCompletableFuture());
      }
      came.await();
      assertEquals(1 + 3, server.requests().size());
      go.countDown();
      for (CompletableFuture<?> call : calls) {
        Fixtures.get(call);
      }
      assertTrue(
          server.requests().stream().allMatch(request -> request.connection() < 3),
          "connections were not reused");
    }
  }

  @Test
  void whatIsCancelledBeforeItsTurnForAThreadIsNotSent() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (WireServer server = new WireServer(held(came, go));
        HttpBackend backend = Fixtures.backend(server.endpoint()).concurrentCalls(1).build()) {
      CompletableFuture<?> first = backend.job("j1").toCompletableFuture();
      came.await();
      CompletableFuture<?> write = backend.submit(Fixtures.SHARE).toCompletableFuture();
      CompletableFuture<?> list = backend.members(Fixtures.IMAGE).toCompletableFuture();
      CompletableFuture<?> last = backend.job("j1").toCompletableFuture();
      write.cancel(true);
      list.cancel(true);
      go.countDown();
      Fixtures.get(first);
      Fixtures.get(last);
      assertEquals(2, server.requests().size());
    }
  }
}
