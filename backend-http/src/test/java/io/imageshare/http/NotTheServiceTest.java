package io.imageshare.http;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * What is not the service's word is no verdict: the table of what comes from proxies, firewalls and
 * gateways, and what is made of it. Every row is sent over a real socket.
 */
@Timeout(600)
class NotTheServiceTest {
  private static final String HTML =
      "<!DOCTYPE html><html><head><style>h1 { color: red }</style><title>Sorry</title></head>"
          + "<body><h1>Access denied</h1><script>go()</script></body></html>";
  private static final String SAYS = "that is not the service's answer but a page";
  private static final String OTHER_SHAPE = "{\"message\":\"no Route matched with those values\"}";

  /** One row: an answer, its kind by what was asked, and what the message says. */
  private record Row(
      String status, String body, String header, Kind read, Kind write, List<String> words) {
    void send(Socket socket) throws IOException {
      WireServer.send(
          socket,
          "HTTP/1.1 %s\r\nServer: squid/5.7\r\n%sContent-Length: %d\r\n\r\n%s"
              .formatted(status, header.isEmpty() ? "" : header + "\r\n", body.length(), body));
    }

    @Override
    public String toString() {
      return status + " " + header + " " + ErrorBody.clean(body);
    }
  }

  private static Row page(String status, String body, String... words) {
    List<String> all = both(SAYS, words);
    return new Row(status, body, "", Kind.UNAVAILABLE, Kind.LOST, all);
  }

  private static Row redirect(String status, String location, String... words) {
    return new Row(
        status,
        HTML,
        location,
        Kind.UNSUPPORTED,
        Kind.UNSUPPORTED,
        both("redirects are not followed", words));
  }

  private static List<String> both(String first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toList();
  }

  private static List<Row> rows() {
    String named = ": check the endpoint, and the proxy, firewall or gateway";
    return List.of(
        page("400 Bad Request", HTML, "\"Sorry Access denied\" (HTTP 400 to ", "squid/5.7"),
        page("403 Forbidden", "", "an empty page (HTTP 403 to ", ", Server squid/5.7)"),
        page("403 Forbidden", "<center>Blocked</center>", "\"Blocked\""),
        page("404 Not Found", "404 page not found", "\"404 page not found\""),
        page("404 Not Found", OTHER_SHAPE, "no Route matched"),
        page("405 Method Not Allowed", HTML, "HTTP 405"),
        page("411 Length Required", "", "HTTP 411"),
        page("421 Misdirected Request", "{}", "HTTP 421"),
        page("451 Unavailable For Legal Reasons", HTML, "HTTP 451"),
        page("501 Not Implemented", "", "HTTP 501"),
        page("408 Request Timeout", HTML, "HTTP 408"),
        page("425 Too Early", "", "HTTP 425"),
        page("460 word", "", "HTTP 460"),
        page("499 word", "", "HTTP 499"),
        page("500 Internal Server Error", HTML, "HTTP 500"),
        page("502 Bad Gateway", HTML, "HTTP 502"),
        page("503 Service Unavailable", "", "HTTP 503"),
        page("504 Gateway Timeout", HTML, "HTTP 504"),
        page("200 OK", HTML, "\"Sorry Access denied\" (HTTP 200 to "),
        page("204 No Content", "", "HTTP 204"),
        new Row(
            "403 Forbidden",
            HTML,
            "Location: https://portal.test/login?key=geheim",
            Kind.UNAVAILABLE,
            Kind.LOST,
            List.of("a page that names https://portal.test/login" + named)),
        new Row(
            "401 Unauthorized",
            HTML,
            "",
            Kind.UNAUTHENTICATED,
            Kind.UNAUTHENTICATED,
            List.of(SAYS)),
        new Row(
            "429 Too Many Requests",
            HTML,
            "Retry-After: 3",
            Kind.THROTTLED,
            Kind.THROTTLED,
            List.of(SAYS)),
        new Row(
            "413 Request Entity Too Large",
            HTML,
            "",
            Kind.UNAVAILABLE,
            Kind.INVALID,
            List.of(SAYS)),
        tooLong("431 Request Header Fields Too Large", HTML),
        tooLong("494 word", ""),
        tooLong("400 Bad Request", "<h1>400 Bad Request</h1>Request Header Or Cookie Too Large"),
        redirect("300 Multiple Choices", "X: y", "it leads to no address"),
        redirect("301 Moved Permanently", "Location: /elsewhere", "it leads to /elsewhere:"),
        redirect(
            "302 Found", "Location: https://portal.test/login?key=geheim", "portal.test/login:"),
        redirect("303 See Other", "Location: https://me:geheim@portal.test/", "//***@portal.test"),
        redirect("307 Temporary Redirect", "Location: //portal.test", "//portal.test:"),
        redirect("308 Permanent Redirect", "Location: https://[", "leads to https://[:"));
  }

  private static Row tooLong(String status, String body) {
    return new Row(
        status,
        body,
        "",
        Kind.UNSUPPORTED,
        Kind.UNSUPPORTED,
        List.of("the headers of the request are too long", "is the token very long?"));
  }

  @TestFactory
  Stream<DynamicTest> eachIsTakenForWhatItIs() {
    return rows().stream().map(row -> dynamicTest(row.toString(), () -> check(row)));
  }

  private static void check(Row row) throws Exception {
    try (WireServer server = new WireServer((q, s) -> row.send(s));
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .recipients(project -> Credentials.token(() -> "recipients-token"))
                .build()) {
      says(row, row.write(), backend.submit(Fixtures.SHARE));
      says(row, row.write(), backend.submit(Fixtures.UNSHARE));
      says(row, row.read(), backend.describe(Set.of(Fixtures.IMAGE)));
      says(row, row.read(), backend.members(Fixtures.IMAGE));
      says(row, row.read(), backend.images(Recipient.project(Fixtures.PROJECT), ACCEPTED));
      says(row, row.read(), backend.job("j1"));
    }
  }

  private static final MemberStatus ACCEPTED = MemberStatus.ACCEPTED;

  private static Reason says(Row row, Kind kind, CompletionStage<?> call) throws Exception {
    Reason reason = Fixtures.failure(call).reason();
    assertEquals(kind, reason.kind(), reason.message());
    for (String words : row.words()) {
      assertTrue(reason.message().contains(words), () -> words + "\n not in \n" + reason.message());
    }
    assertFalse(reason.message().contains("geheim"), reason.message());
    assertFalse(reason.message().contains("color"), reason.message());
    return reason;
  }

  @Test
  void theServicesOwnWordIsOneInEveryShape() throws Exception {
    for (String body :
        List.of(
            "{\"error\":{\"message\":\"m\",\"code\":\"IMG.9999\"}}",
            "{\"error_msg\":\"m\",\"error_code\":\"APIGW.9999\",\"request_id\":\"r\"}",
            "{\"error_msg\":\"m\"}",
            "{\"code\":\"AS.0001\",\"message\":\"m\"}",
            "{\"badRequest\":{\"message\":\"m\",\"code\":400}}",
            "{\"message\":\"m<br /><br />\\n\\n\\n\",\"code\":\"400 Bad Request\",\"title\":\"t\"}",
            "<?xml version=\"1.0\"?>\n<badRequest code=\"400\"><message>m</message></badRequest>",
            "<badRequest xmlns='http://docs' code='400'><message>m</message></badRequest>")) {
      try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 400, body));
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        Reason reason = Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
        assertEquals(Kind.INVALID, reason.kind(), body);
        assertTrue(reason.message().startsWith("m (HTTP 400 to "), reason.message());
      }
    }
  }

  @Test
  void anErrorIsNoneUnderAnotherStatus() throws Exception {
    String throttled = "{\"error_code\":\"APIGW.0308\",\"error_msg\":\"too fast\"}";
    for (int status : new int[] {200, 390}) {
      try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, status, throttled));
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        assertEquals(Kind.LOST, kind(backend.submit(Fixtures.SHARE)), "HTTP " + status);
      }
    }
  }

  /** A page to every write, where reads are answered. */
  private static WireServer refusingWrites(Row row) {
    return new WireServer(
        (q, s) -> {
          if (q.method().equals("GET")) {
            WireServer.reply(s, 200, "{\"members\":[]}");
          } else {
            row.send(s);
          }
        });
  }

  @Test
  void theSamePageToEveryWriteIsAVerdictOnThatKindOfWrite() throws Exception {
    Row row = page("403 Forbidden", HTML);
    try (WireServer server = refusingWrites(row);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      says(row, Kind.LOST, backend.submit(Fixtures.UNSHARE));
      Reason reason = says(row, Kind.UNSUPPORTED, backend.submit(Fixtures.UNSHARE));
      assertTrue(
          reason
              .message()
              .contains(
                  "nothing else ever came to DELETE /v1/cloudimages/members, so it is not sent again"
                      + " within 30 s;"),
          reason.message());
      assertTrue(reason.message().endsWith("refuse a DELETE, or one with a body?"));
      says(row, Kind.LOST, backend.submit(Fixtures.SHARE));
    }
  }

  @Test
  void aPageThatSaysAWriteIsDoneIsSettledByReading() throws Exception {
    Row row = page("200 OK", HTML);
    try (WireServer server = refusingWrites(row);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      says(row, Kind.LOST, backend.submit(Fixtures.SHARE));
      says(row, Kind.INTERNAL, backend.submit(Fixtures.SHARE));
    }
  }

  @Test
  void aPageThatMayPassIsNoVerdictHoweverOftenItComes() throws Exception {
    Row row = page("502 Bad Gateway", HTML);
    try (WireServer server = refusingWrites(row);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      for (int i = 0; i < 5; i++) {
        says(row, Kind.LOST, backend.submit(Fixtures.SHARE));
      }
    }
  }

  @Test
  void pagesThatComeTogetherCountOnce() throws Exception {
    Row row = page("403 Forbidden", HTML);
    int calls = 8;
    CountDownLatch all = new CountDownLatch(calls);
    try (WireServer server =
            new WireServer(
                (q, s) -> {
                  if (q.method().equals("GET")) {
                    WireServer.reply(s, 200, "{\"status\":\"RUNNING\"}");
                    return;
                  }
                  all.countDown();
                  all.await();
                  row.send(s);
                });
        HttpBackend backend = Fixtures.backend(server.endpoint()).concurrentCalls(calls).build()) {
      Fixtures.get(backend.job("j1")); // until one call was answered, a key goes alone
      List<CompletionStage<?>> submits = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        submits.add(backend.submit(Fixtures.SHARE));
      }
      for (CompletionStage<?> submit : submits) {
        says(row, Kind.LOST, submit);
      }
      says(row, Kind.UNSUPPORTED, backend.submit(Fixtures.SHARE));
    }
  }

  @Test
  void oneAnswerOfTheServiceEndsAllVerdicts() throws Exception {
    Row row = page("403 Forbidden", HTML);
    String word = "{\"error\":{\"message\":\"m\",\"code\":\"IMG.0066\"}}";
    for (String answer : List.of("{\"job_id\":\"j1\"}", word)) {
      AtomicBoolean answers = new AtomicBoolean();
      HandTicker ticker = new HandTicker();
      WireServer.Script script =
          (q, s) -> {
            if (answers.getAndSet(false)) {
              WireServer.reply(s, answer.equals(word) ? 400 : 200, answer);
            } else {
              row.send(s);
            }
          };
      try (WireServer server = new WireServer(script);
          HttpBackend backend = Fixtures.backend(server.endpoint()).ticker(ticker).build()) {
        says(row, Kind.LOST, backend.submit(Fixtures.SHARE));
        says(row, Kind.UNSUPPORTED, backend.submit(Fixtures.SHARE));
        answers.set(true);
        ticker.pass(Duration.ofSeconds(29));
        says(row, Kind.UNSUPPORTED, backend.submit(Fixtures.SHARE));
        assertEquals(2, server.requests().size(), "a verdict is not asked for again at once");
        ticker.pass(Duration.ofSeconds(1));
        backend.submit(Fixtures.SHARE).toCompletableFuture().handle((job, e) -> job).join();
        for (int i = 0; i < 5; i++) {
          says(row, Kind.LOST, backend.submit(Fixtures.SHARE));
        }
      }
    }
  }

  @Test
  void theSamePageToEveryListingIsAVerdictWhereOthersAreAnswered() throws Exception {
    Row row = page("403 Forbidden", HTML);
    WireServer.Script script =
        (q, s) -> {
          if (q.target().contains("/members")) {
            row.send(s);
          } else {
            WireServer.reply(s, 200, "{\"images\":[]}");
          }
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      for (int i = 0; i < 5; i++) {
        says(row, Kind.UNAVAILABLE, backend.members("image-" + i));
      }
      Fixtures.get(backend.describe(Set.of(Fixtures.IMAGE)));
      says(row, Kind.UNSUPPORTED, backend.members("image-6"));
    }
  }

  @Test
  void anEndpointThatEverAnsweredIsPublished() throws Exception {
    AtomicBoolean answers = new AtomicBoolean(true);
    WireServer.Script script =
        (q, s) ->
            WireServer.reply(s, answers.get() ? 200 : 404, answers.get() ? "{\"members\":[]}" : "");
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Fixtures.get(backend.members(Fixtures.IMAGE));
      answers.set(false);
      for (int i = 0; i < 5; i++) {
        assertEquals(Kind.UNAVAILABLE, kind(backend.members(Fixtures.IMAGE)));
      }
      assertEquals(
          Set.of("/v2/images/" + Fixtures.IMAGE + "/members"),
          server.requests().stream().map(WireServer.Request::target).collect(toSet()));
    }
  }

  @Test
  void aPathAndAnIdThatAreNotThereDifferInTheBody() throws Exception {
    String path = "The resource could not be found.<br /><br />\\n\\n\\n";
    String id = "No image found with ID " + Fixtures.IMAGE;
    String json = "{\"message\":\"%s\",\"code\":\"404 Not Found\",\"title\":\"Not Found\"}";
    for (String words : List.of(path, id)) {
      WireServer.Script script =
          (q, s) -> {
            if (q.target().startsWith("/v2/")) {
              WireServer.reply(s, 404, json.formatted(words));
            } else {
              WireServer.reply(s, 200, "{\"members\":[]}");
            }
          };
      try (WireServer server = new WireServer(script);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        if (words.equals(path)) {
          assertEquals(0, Fixtures.get(backend.members(Fixtures.IMAGE)).size());
        } else {
          assertEquals(Kind.INVALID_IMAGE, kind(backend.members(Fixtures.IMAGE)));
        }
      }
    }
  }

  private static Kind kind(CompletionStage<?> call) throws Exception {
    return Fixtures.failure(call).reason().kind();
  }

  // Whole runs, through something in front of the simulated service

  private static final List<String> IMAGES =
      IntStream.range(0, 4).mapToObj(n -> new UUID(17, n).toString()).toList();
  private static final List<String> PROJECTS =
      IntStream.range(0, 5).mapToObj("%032x"::formatted).toList();

  /** Whether something in front of the service answers, in its place, the nth request. */
  private interface Front {
    boolean answers(WireServer.Request request, int number);
  }

  private record Run(ShareReport report, List<WireServer.Request> requests) {
    long count(String method) {
      return requests.stream().filter(request -> request.method().equals(method)).count();
    }

    Set<Reason> reasons() {
      return Stream.concat(
              report.failed().map(Outcome.Failed::reason),
              report.unknown().map(Outcome.Unknown::reason))
          .collect(toSet());
    }
  }

  private static Run run(ShareRequest request, Row row, Front front) throws Exception {
    AcceleratedTime time = new AcceleratedTime();
    MemoryBackend.Builder builder =
        MemoryBackend.builder()
            .time(time)
            .owner(Fixtures.PROJECT)
            .images(IMAGES)
            .jobsTake(Duration.ofSeconds(2));
    if (request.action() == ShareRequest.Action.UNSHARE) {
      IMAGES.forEach(
          image ->
              PROJECTS.forEach(
                  p -> builder.member(image, Recipient.project(p), MemberStatus.PENDING)));
    }
    MemoryBackend cloud = builder.build();
    List<WireServer.Request> requests = new ArrayList<>();
    try (ImsServer service = ImsServer.start(cloud);
        WireServer proxy =
            new WireServer(
                (q, s) -> {
                  boolean mine;
                  synchronized (requests) {
                    mine = front.answers(q, requests.size());
                    requests.add(q);
                  }
                  if (mine) {
                    row.send(s);
                  } else {
                    s.getOutputStream()
                        .write(
                            RawResponse.ask(service.endpoint(), q.method(), q.target(), q.body())
                                .wire());
                  }
                });
        HttpBackend backend = Fixtures.backend(proxy.endpoint()).ticker(new HandTicker()).build();
        ShareWorkflow workflow = ShareWorkflow.builder(backend).time(time).seed(1).build()) {
      ShareReport report = workflow.run(request);
      synchronized (requests) {
        return new Run(report, List.copyOf(requests));
      }
    }
  }

  private static final ShareRequest SHARE = ShareRequest.share(IMAGES, PROJECTS);

  @TestFactory
  Stream<DynamicTest> aPageInPlaceOfAnyOneAnswerChangesNothing() {
    return rows().stream()
        .filter(row -> row.write() == Kind.LOST)
        .map(row -> dynamicTest(row.toString(), () -> changesNothing(row)));
  }

  private static void changesNothing(Row row) throws Exception {
    for (int number = 0; ; number++) {
      int struck = number;
      Run run = run(SHARE, row, (q, n) -> n == struck);
      assertTrue(run.report().allDone(), () -> "answer " + struck + ": " + run.reasons());
      if (run.requests().size() <= struck) {
        return;
      }
    }
  }

  @Test
  void aPageToEverythingStopsTheRun() throws Exception {
    for (Row row : List.of(page("403 Forbidden", HTML), page("404 Not Found", ""))) {
      Run run = run(SHARE, row, (q, n) -> true);
      assertEquals(Ending.STOPPED, run.report().ending(), row.toString());
      assertEquals(Kind.UNAVAILABLE, run.report().reason().orElseThrow().kind());
      assertEquals(SHARE.pairs(), run.report().counts().failed(), run.reasons().toString());
      assertTrue(run.reasons().stream().allMatch(reason -> reason.message().contains(SAYS)));
      assertTrue(run.requests().size() <= 60, () -> run.requests().size() + " requests");
    }
  }

  @Test
  void aProxyThatRefusesDeleteIsNamedAfterOneRepeat() throws Exception {
    for (Row row : List.of(page("405 Method Not Allowed", ""), page("400 Bad", HTML))) {
      ShareRequest request = ShareRequest.unshare(IMAGES, PROJECTS);
      Run run = run(request, row, (q, n) -> q.method().equals("DELETE"));
      assertEquals(request.pairs(), run.report().counts().failed(), run.reasons().toString());
      // One is lost, and its repeat is a verdict, which no id can be to blame for.
      assertEquals(2, run.count("DELETE"));
      for (Reason reason : run.reasons()) {
        assertEquals(Kind.UNSUPPORTED, reason.kind());
        assertTrue(reason.message().contains("does something on the way refuse a DELETE"));
      }
    }
  }

  @Test
  void aRedirectedWriteIsNotLostAndFailsNamingTheTarget() throws Exception {
    Row row = redirect("307 Temporary Redirect", "Location: https://portal.test/login");
    Run run = run(SHARE, row, (q, n) -> q.method().equals("POST"));
    assertEquals(SHARE.pairs(), run.report().counts().failed());
    assertEquals(2, run.count("POST"), "the second shows that it is not for one alone");
    for (Reason reason : run.reasons()) {
      assertEquals(Kind.UNSUPPORTED, reason.kind());
      assertTrue(reason.message().contains("it leads to https://portal.test/login"));
    }
  }

  @Test
  void aPageToEveryListingLeavesTheJobsWord() throws Exception {
    Row row = page("403 Forbidden", HTML);
    Run run = run(SHARE, row, (q, n) -> q.target().contains("/members") && q.body().isEmpty());
    assertTrue(run.report().allDone(), () -> run.reasons().toString());
    assertTrue(
        run.report()
            .outcomes()
            .allMatch(o -> o instanceof Outcome.Done d && d.status() == MemberStatus.UNKNOWN));
  }

  @Test
  void tooLargeABodyIsCutIntoSmallerOnes() throws Exception {
    Row row = page("413 Request Entity Too Large", HTML);
    Run run = run(SHARE, row, (q, n) -> q.body().length() > 250);
    assertTrue(run.report().allDone(), () -> run.reasons().toString());
  }
}
