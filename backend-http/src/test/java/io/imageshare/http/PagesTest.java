package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ticker;
import io.imageshare.BackendException;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareWorkflow;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lists of many pages, as services end them, cap them and never end them. */
@Timeout(600)
class PagesTest {
  private static final Recipient RECIPIENT = Recipient.project(Fixtures.RECIPIENT);
  private static final String RUNNING = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";

  private static HttpBackend.Builder backend(WireServer server) {
    return Fixtures.backend(server.endpoint())
        .recipients(project -> Credentials.accessKey("AK", "SK"));
  }

  private static Set<String> members(HttpBackend backend) throws Exception {
    return Fixtures.get(backend.members(Fixtures.IMAGE)).keySet().stream()
        .map(Recipient::id)
        .collect(Collectors.toSet());
  }

  private static Set<String> images(HttpBackend backend) throws Exception {
    return Fixtures.get(backend.images(RECIPIENT, MemberStatus.ACCEPTED));
  }

  private static String marker(WireServer.Request request) {
    return Stream.of(request.target().split("[?&]"))
        .filter(parameter -> parameter.startsWith("marker="))
        .map(parameter -> parameter.substring("marker=".length()))
        .findFirst()
        .orElse("");
  }

  private static String entries(String field, String... ids) {
    return Stream.of(ids)
        .map(id -> "{\"%s\":\"%s\"}".formatted(field, id))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String membersPage(String next, String... ids) {
    return "{\"members\":%s,\"page_info\":{\"next_marker\":\"%s\"}}"
        .formatted(entries("member_id", ids), next);
  }

  /** Answers by the marker of the request; a page that is not there is empty. */
  private static WireServer server(Map<String, String> pages) {
    return new WireServer(
        (request, socket) ->
            WireServer.reply(
                socket,
                200,
                pages.getOrDefault(marker(request), "{\"members\":[],\"images\":[]}")));
  }

  /** A list without an end: each page has one that is new, and names the next. */
  private static void endless(WireServer.Request request, Socket socket) throws IOException {
    int page = marker(request).isEmpty() ? 0 : Integer.parseInt(marker(request));
    WireServer.reply(
        socket,
        200,
        request.target().contains("/members")
            ? membersPage(Integer.toString(page + 1), "p" + page)
            : "{\"images\":%s}".formatted(entries("id", Integer.toString(page + 1))));
  }

  @Test
  void aPageOfImagesShorterThanTheLimitIsNotTheLast() throws Exception {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("", "{\"images\":%s}".formatted(entries("id", "i1", "i2")));
    pages.put("i2", "{\"images\":%s}".formatted(entries("id", "i3")));
    pages.put("i3", "{\"images\":%s}".formatted(entries("id", "i4", "i5")));
    try (WireServer server = server(pages);
        HttpBackend backend = backend(server).build()) {
      assertEquals(Set.of("i1", "i2", "i3", "i4", "i5"), images(backend));
      assertEquals(4, server.requests().size());
      assertEquals(Set.of("i1", "i5"), Fixtures.get(backend.describe(Set.of("i1", "i5"))).keySet());
    }
  }

  @Test
  void theProjectsOwnImagesAreReadByTheSameRules() throws Exception {
    String page = "{\"images\":[{\"id\":\"%s\",\"owner\":\"%s\"}]}";
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("", page.formatted("i1", Fixtures.PROJECT));
    pages.put("i1", page.formatted("i2", Fixtures.RECIPIENT));
    pages.put("i2", page.formatted("i3", Fixtures.PROJECT.toUpperCase(Locale.ROOT)));
    try (WireServer server = server(pages);
        HttpBackend backend = backend(server).build()) {
      assertEquals(List.of("i1", "i3"), List.copyOf(backend.images(image -> true)));
      assertEquals(4, server.requests().size());
    }
    try (WireServer server = new WireServer(PagesTest::endless);
        HttpBackend backend = backend(server).build()) {
      BackendException failure =
          assertThrows(BackendException.class, () -> backend.images(image -> true));
      assertTrue(failure.reason().message().contains("own images does not end: 100 pages"));
    }
  }

  @Test
  void aPageOfImagesWithoutNewsIsTheLast() throws Exception {
    try (WireServer server =
            new WireServer(
                (q, s) ->
                    WireServer.reply(
                        s, 200, "{\"images\":%s}".formatted(entries("id", "i1", "i2"))));
        HttpBackend backend = backend(server).build()) {
      assertEquals(Set.of("i1", "i2"), images(backend));
      assertEquals(2, server.requests().size());
    }
  }

  @Test
  void theLinkToTheNextPageIsReadAsGlanceWritesIt() throws Exception {
    String link = "https://elsewhere.example/v9/other?limit=1&marker=%s&sort=x";
    Map<String, String> pages = new LinkedHashMap<>();
    for (String kind : List.of("members", "images")) {
      String id = kind.equals("members") ? "member_id" : "id";
      String form = "{\"%s\":%s,\"first\":\"/v2/images\"%s}";
      pages.put(
          "",
          form.formatted(kind, entries(id, "x1"), ",\"next\":\"" + link.formatted("a%2Fb") + "\""));
      pages.put(
          "a%2Fb",
          form.formatted(kind, entries(id, "x2"), ",\"next\":\"" + link.formatted("c") + "\""));
      pages.put("c", form.formatted(kind, entries(id, "x3"), ""));
      try (WireServer server = server(pages);
          HttpBackend backend = backend(server).build()) {
        assertEquals(
            Set.of("x1", "x2", "x3"), kind.equals("members") ? members(backend) : images(backend));
        assertEquals(3, server.requests().size());
        for (WireServer.Request request : server.requests()) {
          assertTrue(request.target().startsWith("/v2/"), request.target());
        }
      }
    }
  }

  @Test
  void aLinkThatCannotBeReadIsNoEnd() throws Exception {
    for (String link : List.of("/v2/images?offset=2", "%", "?marker=%zz")) {
      Map<String, String> pages =
          Map.of(
              "",
              "{\"members\":%s,\"images\":%s,\"next\":\"%s\"}"
                  .formatted(entries("member_id", "p1"), entries("id", "i1"), link));
      try (WireServer server = server(pages);
          HttpBackend backend = backend(server).build()) {
        assertEquals(
            Kind.INTERNAL, Fixtures.failure(backend.members(Fixtures.IMAGE)).reason().kind());
        assertEquals(
            Kind.INTERNAL,
            Fixtures.failure(backend.images(RECIPIENT, MemberStatus.ACCEPTED)).reason().kind());
      }
    }
  }

  @Test
  void aMarkerThatRepeatsIsAnError() throws Exception {
    Map<String, String> pages =
        Map.of(
            "", membersPage("a", "p1"),
            "a", membersPage("b", "p2"),
            "b", membersPage("a", "p3"));
    try (WireServer server = server(pages);
        HttpBackend backend = backend(server).build()) {
      BackendException failure = Fixtures.failure(backend.members(Fixtures.IMAGE));
      assertEquals(Kind.INTERNAL, failure.reason().kind());
      assertTrue(failure.reason().message().contains("the marker of page 4, \"a\""));
      assertEquals(3, server.requests().size());
    }
  }

  @Test
  void aListWithoutAnEndIsAnError() throws Exception {
    try (WireServer server = new WireServer(PagesTest::endless);
        HttpBackend backend = backend(server).build()) {
      BackendException members = Fixtures.failure(backend.members(Fixtures.IMAGE));
      assertEquals(Kind.INTERNAL, members.reason().kind());
      assertTrue(members.reason().message().contains("does not end: 100 pages"));
      assertEquals(100, server.requests().size());
      BackendException images = Fixtures.failure(backend.images(RECIPIENT, MemberStatus.ACCEPTED));
      assertEquals(Kind.INTERNAL, images.reason().kind());
      assertEquals(200, server.requests().size());
    }
  }

  /** What is read of a list is bounded, whatever its pages hold. */
  @Test
  void aListOfHugePagesIsAnError() throws Exception {
    IntFunction<String> ids =
        page ->
            Stream.iterate(0, n -> n + 1)
                .limit(20_000)
                .map(n -> "{\"member_id\":\"p%d-%d\"}".formatted(page, n))
                .collect(Collectors.joining(",", "[", "]"));
    WireServer.Script script =
        (request, socket) -> {
          int page = marker(request).isEmpty() ? 0 : Integer.parseInt(marker(request));
          WireServer.reply(
              socket,
              200,
              "{\"members\":%s,\"page_info\":{\"next_marker\":%d}}"
                  .formatted(ids.apply(page), page + 1));
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = backend(server).build()) {
      BackendException failure = Fixtures.failure(backend.members(Fixtures.IMAGE));
      assertEquals(Kind.INTERNAL, failure.reason().kind());
      assertEquals(3, server.requests().size(), failure.reason().message());
    }
  }

  private static Ticker reading(AtomicLong nanos) {
    return new Ticker() {
      @Override
      public long read() {
        return nanos.get();
      }
    };
  }

  @Test
  void aListHasOneTimeLimit() throws Exception {
    AtomicLong nanos = new AtomicLong();
    WireServer.Script script =
        (request, socket) -> {
          nanos.addAndGet(Duration.ofSeconds(25).toNanos());
          endless(request, socket);
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend =
            backend(server).requestTimeout(Duration.ofMinutes(1)).ticker(reading(nanos)).build()) {
      BackendException failure = Fixtures.failure(backend.members(Fixtures.IMAGE));
      assertEquals(Kind.UNAVAILABLE, failure.reason().kind(), failure.reason().message());
      assertEquals(3, server.requests().size());
    }
  }

  /** However long a page waits for its turn, it does not count for the time limit. */
  @Test
  void eachPageButTheFirstWaitsForItsTurn() throws Exception {
    AtomicLong nanos = new AtomicLong();
    BlockingQueue<CompletableFuture<Void>> turns = new LinkedBlockingQueue<>();
    try (WireServer server = new WireServer(PagesTest::endless);
        HttpBackend backend =
            backend(server).requestTimeout(Duration.ofMinutes(1)).ticker(reading(nanos)).build()) {
      MemberBackend paced =
          backend.inTurns(
              () -> {
                CompletableFuture<Void> turn = new CompletableFuture<>();
                turns.add(turn);
                return turn;
              });
      List<Supplier<CompletionStage<?>>> lists =
          List.of(
              () -> paced.members(Fixtures.IMAGE),
              () -> paced.images(RECIPIENT, MemberStatus.ACCEPTED),
              () -> paced.describe(Set.of("a", "b")));
      for (Supplier<CompletionStage<?>> list : lists) {
        int before = server.requests().size();
        CompletableFuture<?> read = list.get().toCompletableFuture();
        for (int page = 1; page < 5; page++) {
          CompletableFuture<Void> turn = turns.take();
          assertEquals(before + page, server.requests().size());
          nanos.addAndGet(Duration.ofHours(1).toNanos());
          turn.complete(null);
        }
        turns.take();
        assertFalse(read.isDone());
        read.cancel(true);
      }
    }
  }

  @Test
  void aTurnThatIsRefusedEndsTheList() throws Exception {
    IllegalStateException refusal = new IllegalStateException("no turn");
    List<Supplier<CompletionStage<Void>>> turns =
        List.of(
            () -> CompletableFuture.failedFuture(refusal),
            () -> {
              throw refusal;
            });
    try (WireServer server = new WireServer(PagesTest::endless);
        HttpBackend backend = backend(server).build()) {
      for (Supplier<CompletionStage<Void>> turn : turns) {
        CompletableFuture<?> list =
            backend.inTurns(turn).members(Fixtures.IMAGE).toCompletableFuture();
        ExecutionException e =
            assertThrows(ExecutionException.class, () -> list.get(1, TimeUnit.MINUTES));
        assertEquals(refusal, e.getCause());
      }
      assertEquals(2, server.requests().size());
    }
  }

  /** With one thread: what is asked while a page is read comes before the next page. */
  @Test
  void otherCallsGoOnBetweenThePages() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    WireServer.Script script =
        (request, socket) -> {
          asked.await();
          if (request.target().contains("/job/")) {
            WireServer.reply(socket, 200, RUNNING);
          } else {
            endless(request, socket);
          }
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = backend(server).concurrentCalls(1).build()) {
      CompletableFuture<?> list = backend.members(Fixtures.IMAGE).toCompletableFuture();
      CompletableFuture<?> job = backend.job("j1").toCompletableFuture();
      asked.countDown();
      Fixtures.get(job);
      assertEquals("/v1/cloudimages/job/j1", server.requests().get(1).target());
      Fixtures.failure(list);
    }
  }

  /** A list without end, whose third page comes when it may. */
  private static WireServer.Script heldAtTheThirdPage(CountDownLatch third, CountDownLatch may) {
    return (request, socket) -> {
      if (request.target().contains("/job/")) {
        WireServer.reply(socket, 200, RUNNING);
        return;
      }
      if (marker(request).equals("2")) {
        third.countDown();
        may.await();
      }
      endless(request, socket);
    };
  }

  @Test
  void aListThatNobodyWaitsForAnyMoreEndsWithThePageUnderWay() throws Exception {
    CountDownLatch third = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (WireServer server = new WireServer(heldAtTheThirdPage(third, cancelled));
        HttpBackend backend = backend(server).concurrentCalls(1).build()) {
      CompletableFuture<?> list = backend.members(Fixtures.IMAGE).toCompletableFuture();
      third.await();
      list.cancel(true);
      cancelled.countDown();
      // The one thread has come to the end of the page once it makes the first of these calls, and
      // would make the call for the next page before the second.
      Fixtures.get(backend.job("j1"));
      Fixtures.get(backend.job("j1"));
      assertEquals(
          3, server.requests().stream().filter(q -> q.target().contains("/members")).count());
    }
  }

  /** The same where a workflow reads it: with its end, the list ends. */
  @Test
  void aListEndsWithTheWorkflowThatReadsIt() throws Exception {
    CountDownLatch third = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (WireServer server = new WireServer(heldAtTheThirdPage(third, closed));
        HttpBackend backend = backend(server).concurrentCalls(1).build()) {
      try (ShareWorkflow workflow = ShareWorkflow.over(backend)) {
        workflow.start(Fixtures.UNSHARE);
        third.await();
      }
      closed.countDown();
      Fixtures.get(backend.job("j1"));
      Fixtures.get(backend.job("j1"));
      assertEquals(
          3, server.requests().stream().filter(q -> q.target().contains("/members")).count());
    }
  }
}
