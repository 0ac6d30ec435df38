package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.imageshare.Reason.Kind;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Which threads there are, what is left after closing, and what a JVM's switches change. */
class ThreadsTest {
  private static final String RUNNING = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";

  private static List<String> ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            t ->
                t.getName().startsWith("imageshare-http")
                    || (t.getThreadGroup() != null
                        && t.getThreadGroup().getName().equals("imageshare-http")))
        .map(Thread::getName)
        .toList();
  }

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
      HttpBackend backend = Calls.backend(server.endpoint()).build();
      Calls.get(backend.job("j1"));
      assertFalse(ours().isEmpty());
      backend.close();
      assertEquals(List.of(), ours());
      eof.await();
      backend.close();
    }
  }

  @Test
  void closingEndsWhatIsUnderWayAndWhatWaits() throws Exception {
    CountDownLatch came = new CountDownLatch(2);
    try (WireServer server = new WireServer((q, s) -> came.countDown())) {
      HttpBackend backend = Calls.backend(server.endpoint()).concurrentCalls(2).build();
      CompletableFuture<?> write = backend.submit(Calls.SHARE).toCompletableFuture();
      CompletableFuture<?> read = backend.job("j1").toCompletableFuture();
      came.await();
      CompletableFuture<?> waiting = backend.submit(Calls.SHARE).toCompletableFuture();
      backend.close();
      assertEquals(Kind.LOST, Calls.failure(write).reason().kind());
      assertEquals(Kind.UNAVAILABLE, Calls.failure(read).reason().kind());
      assertEquals(Kind.UNAVAILABLE, Calls.failure(waiting).reason().kind());
      assertEquals(Kind.UNAVAILABLE, Calls.failure(backend.submit(Calls.SHARE)).reason().kind());
      assertEquals(2, server.requests().size());
      assertEquals(List.of(), ours());
    }
  }

  @Test
  void closingFromAContinuationDoesNotWaitForItself() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, RUNNING))) {
      HttpBackend backend = Calls.backend(server.endpoint()).build();
      Calls.get(backend.job("j1").thenAccept(job -> backend.close()));
    }
  }

  @Test
  void aClientOfTheCallersIsLeftAlone() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, RUNNING))) {
      for (int i = 0; i < 2; i++) {
        try (HttpBackend backend = Calls.backend(server.endpoint()).client(client).build()) {
          Calls.get(backend.job("j1"));
        }
      }
      assertEquals(2, server.requests().size());
      assertEquals(0, server.requests().get(1).connection());
      assertEquals(List.of(), ours());
    }
  }

  @Test
  void atMostAsManyCallsAsToldAreUnderWay() throws Exception {
    CountDownLatch came = new CountDownLatch(3);
    CountDownLatch go = new CountDownLatch(1);
    WireServer.Script script =
        (q, s) -> {
          came.countDown();
          go.await();
          WireServer.reply(s, 200, RUNNING);
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Calls.backend(server.endpoint()).concurrentCalls(3).build()) {
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        calls.add(backend.job("j1").toCompletableFuture());
      }
      came.await();
      assertEquals(3, server.requests().size());
      go.countDown();
      for (CompletableFuture<?> call : calls) {
        Calls.get(call);
      }
      assertTrue(
          server.requests().stream().allMatch(request -> request.connection() < 3),
          "connections were not reused");
    }
  }

  @Test
  void anAnswerThatComesJustAsItsTimeEndsInterruptsNothingAfterIt() throws Exception {
    AtomicBoolean awaited = new AtomicBoolean();
    HttpClient client = mock(HttpClient.class);
    when(client.followRedirects()).thenReturn(HttpClient.Redirect.NEVER);
    when(client.send(any(), any()))
        .thenAnswer(
            call -> {
              while (!awaited.get() || !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              return running();
            });
    try (HttpBackend backend =
        Calls.backend(Calls.ENDPOINT)
            .client(client)
            .requestTimeout(Duration.ofMillis(50))
            .build()) {
      CompletionStage<Boolean> after =
          backend.job("j1").thenApply(job -> Thread.currentThread().isInterrupted());
      awaited.set(true);
      assertFalse(Calls.get(after));
    }
  }

  private static HttpResponse<byte[]> running() {
    @SuppressWarnings("unchecked")
    HttpResponse<byte[]> response = mock(HttpResponse.class);
    when(response.statusCode()).thenReturn(200);
    when(response.body()).thenReturn(RUNNING.getBytes(StandardCharsets.UTF_8));
    return response;
  }

  /** In a JVM of its own: on one processor the JDK's {@code sendAsync} starts a thread a call. */
  @Test
  void aThousandCallsOnOneProcessorStartAFewThreads() throws Exception {
    String said = child("threads", "-XX:ActiveProcessorCount=1");
    int started = Integer.parseInt(said.replaceAll("(?s).*started (\\d+) threads.*", "$1"));
    assertTrue(started <= 8 + 1 + 1, said);
  }

  /** In a JVM of its own: the switch holds for all of it. */
  @Test
  void aWriteIsSentOnceEvenWhereTheJvmIsToldToRepeatAll() throws Exception {
    String said = child("writes", "-Djdk.httpclient.enableAllMethodRetry=true");
    assertTrue(said.contains("LOST after 1 writes"), said);
  }

  /** In a JVM of its own: what the JDK's client begins there never ends. */
  @Test
  void afterAChunkThatTheJdkNeverFinishesCallsGoOn() throws Exception {
    String said = child("chunks", "-Xmx64m");
    assertTrue(said.contains("LOST UNAVAILABLE LOST RUNNING"), said);
  }

  private static String child(String what, String option) throws Exception {
    Process process = ChildJvm.start(ChildJvm.class, List.of("-Xshare:auto", option), what);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
