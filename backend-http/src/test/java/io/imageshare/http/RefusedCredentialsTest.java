package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ticker;
import io.imageshare.BackendException;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 6 over the wire: what was refused is not tried again by anybody. */
@Timeout(600)
class RefusedCredentialsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final List<String> PROJECTS =
      IntStream.range(1, 21).mapToObj("%032x"::formatted).toList();
  private static final List<String> IMAGES = List.of(Fixtures.IMAGE);
  private static final ShareRequest ACCEPT = ShareRequest.accept(IMAGES, PROJECTS);
  private static final String REFUSED =
      "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"Incorrect: decrypt token fail\"}";
  private static final String EMPTY = "{\"images\":[],\"status\":\"RUNNING\"}";

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner(Fixtures.PROJECT)
          .images(IMAGES)
          .jobsTake(Duration.ZERO)
          .build();

  private static ShareReport run(HttpBackend backend) {
    try (ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      return workflow.run(ACCEPT);
    }
  }

  private static HttpBackend.Builder client(
      URI endpoint, Function<String, Credentials> recipients) {
    return Fixtures.backend(endpoint).recipients(recipients);
  }

  private static void stopped(ShareReport report) {
    assertEquals(Ending.STOPPED, report.ending());
    assertEquals(20, report.counts().failed(), report.toString());
    assertEquals(
        1, report.failed().map(f -> f.reason()).distinct().count(), "one cause, told once");
  }

  @Test
  void promise6OneKeyOfManyProjectsIsRefusedOnce() throws Exception {
    try (ImsServer server =
        ImsServer.builder(cloud)
            .accessKey(Fixtures.AK, Fixtures.SK)
            .accessKey("SHARED", "right")
            .build()) {
      Credentials shared = Credentials.accessKey("SHARED", "wrong");
      for (Function<String, Credentials> recipients :
          List.<Function<String, Credentials>>of(
              project -> shared, project -> Credentials.accessKey("SHARED", "wrong"))) {
        int before = server.requests().size();
        try (HttpBackend backend = client(server.endpoint(), recipients).build()) {
          ShareReport first = run(backend);
          stopped(first);
          assertTrue(
              first.reason().orElseThrow().message().contains("nothing more is sent with this"),
              first::toString);
          stopped(run(backend));
        }
        assertEquals(before + 1, server.requests().size(), "in two workflows");
      }
      try (HttpBackend other = client(server.endpoint(), project -> shared).build()) {
        stopped(run(other));
      }
      assertEquals(2, server.requests().size(), "nor by another backend with the same object");
      try (HttpBackend right =
          client(server.endpoint(), project -> Credentials.accessKey("SHARED", "right")).build()) {
        Fixtures.get(cloud.submit(ShareRequest.share(IMAGES, PROJECTS)));
        assertTrue(run(right).allDone(), "it is not locked");
      }
    }
  }

  @Test
  void anotherKeyIsNothingToIt() throws Exception {
    try (ImsServer server =
            ImsServer.builder(cloud)
                .accessKey(Fixtures.AK, Fixtures.SK)
                .accessKey("SHARED", "right")
                .build();
        HttpBackend backend =
            client(
                    server.endpoint(),
                    project ->
                        project.equals(PROJECTS.get(0))
                            ? Credentials.accessKey("SHARED", "wrong")
                            : Credentials.accessKey("SHARED", "right"))
                .build()) {
      Fixtures.get(cloud.submit(ShareRequest.share(IMAGES, PROJECTS)));
      ShareReport report = run(backend);
      assertEquals(19, report.counts().done(), report.toString());
    }
  }

  @Test
  void aProjectOfAnotherRegionSaysNothingOfItsKey() throws Exception {
    try (ImsServer server =
            ImsServer.builder(cloud)
                .accessKey(Fixtures.AK, Fixtures.SK)
                .otherRegion(PROJECTS.get(0))
                .build();
        HttpBackend backend =
            client(server.endpoint(), project -> Credentials.accessKey(Fixtures.AK, Fixtures.SK))
                .build()) {
      Fixtures.get(cloud.submit(ShareRequest.share(IMAGES, PROJECTS)));
      ShareReport report = run(backend);
      assertEquals(19, report.counts().done(), report.toString());
    }
  }

  @Test
  void promise6AWrongPasswordIsTriedOnceForAllProjects() throws Exception {
    try (ImsServer server =
            ImsServer.builder(cloud)
                .accessKey(Fixtures.AK, Fixtures.SK)
                .user("account", "user", "right-password")
                .build();
        HttpBackend backend =
            client(
                    server.endpoint(),
                    project ->
                        Credentials.password(
                            server.endpoint(), "account", "user", "wrong-password", project))
                .build()) {
      stopped(run(backend));
      stopped(run(backend));
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void promise6ATemporaryKeyThatIsGivenAgainIsNotSentAgain() throws Exception {
    AtomicInteger given = new AtomicInteger();
    Credentials shared =
        Credentials.temporary(
            () -> {
              given.incrementAndGet();
              return new TemporaryKey("TEMP", "wrong-secret", "token", NOW.plusSeconds(3600));
            });
    HandClock clock = new HandClock(NOW);
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 401, REFUSED));
        HttpBackend backend = client(server.endpoint(), p -> shared).clock(clock).build()) {
      stopped(run(backend));
      stopped(run(backend));
      assertEquals(1, server.requests().size());
      assertEquals(2, given.get(), "asked once for another");
      clock.now = NOW.plusSeconds(301);
      stopped(run(backend));
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void promise6AnExpiredTokenIsRenewedOnceForAll() throws Exception {
    AtomicInteger given = new AtomicInteger();
    Credentials shared = Credentials.token(() -> "token-" + given.incrementAndGet());
    HandClock clock = new HandClock(NOW);
    AtomicReference<String> good = new AtomicReference<>("none");
    try (WireServer server =
            new WireServer(
                (q, s) -> {
                  boolean in = q.header("x-auth-token").equals(good.get());
                  WireServer.reply(s, in ? 200 : 401, in ? EMPTY : REFUSED);
                });
        HttpBackend backend = client(server.endpoint(), p -> shared).clock(clock).build()) {
      stopped(run(backend));
      stopped(run(backend));
      assertEquals(2, server.requests().size());
      good.set("token-3");
      clock.now = NOW.plusSeconds(300);
      Fixtures.get(backend.images(Recipient.project(PROJECTS.get(0)), MemberStatus.ACCEPTED));
      assertEquals(3, given.get());
      assertEquals(3, server.requests().size(), "asked for another later, which is good");
    }
  }

  @Test
  void oneCallProvesANewKeyBeforeOthersFollow() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (WireServer server =
            new WireServer(
                (q, s) -> {
                  first.countDown();
                  release.await();
                  WireServer.reply(s, 401, REFUSED);
                });
        HttpBackend backend =
            client(server.endpoint(), project -> Credentials.accessKey("SHARED", "wrong"))
                .build()) {
      List<CompletionStage<?>> calls = new ArrayList<>();
      for (String project : PROJECTS) {
        calls.add(backend.images(Recipient.project(project), MemberStatus.ACCEPTED));
      }
      first.await();
      release.countDown();
      for (CompletionStage<?> call : calls) {
        assertEquals(Kind.UNAUTHENTICATED, Fixtures.failure(call).reason().kind());
      }
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void aPageInPlaceOfAnAnswerProvesNoKey() throws Exception {
    for (int status : new int[] {200, 413}) {
      AtomicInteger requests = new AtomicInteger();
      CountDownLatch release = new CountDownLatch(1);
      try (WireServer server =
              new WireServer(
                  (q, s) -> {
                    if (requests.incrementAndGet() == 1) {
                      WireServer.reply(s, status, "<html>Welcome</html>");
                    } else {
                      release.await();
                      WireServer.reply(s, 401, REFUSED);
                    }
                  });
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        Fixtures.failure(backend.submit(Fixtures.SHARE));
        List<CompletionStage<?>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          calls.add(backend.job("j"));
        }
        release.countDown();
        for (CompletionStage<?> call : calls) {
          assertEquals(Kind.UNAUTHENTICATED, Fixtures.failure(call).reason().kind());
        }
        assertEquals(2, requests.get(), "after a page with " + status);
      }
    }
  }

  @Test
  void whoWaitsForAProofThatNeverComesTriesItself() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (WireServer server =
            new WireServer(
                (q, s) -> WireServer.reply(s, requests.incrementAndGet() == 1 ? 500 : 200, EMPTY));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      List<CompletionStage<?>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(backend.job("j"));
      }
      int failed = 0;
      for (CompletionStage<?> call : calls) {
        try {
          Fixtures.get(call);
        } catch (AssertionError e) {
          failed++;
        }
      }
      assertEquals(1, failed);
      assertEquals(8, requests.get());
    }
  }

  /** The first call of a backend, held by the service, and a write that waits for it. */
  private static final class Trial {
    final CountDownLatch tried = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final CountDownLatch waits = new CountDownLatch(1);
    final AtomicLong nanos = new AtomicLong();
    final Ticker ticker =
        new Ticker() {
          @Override
          public long read() {
            long now = nanos.get();
            if (tried.getCount() == 0) {
              waits.countDown(); // the first call asks no more before it is answered
            }
            return now;
          }
        };

    CompletableFuture<?> begin(HttpBackend backend) throws InterruptedException {
      CompletableFuture<?> first = backend.job("j").toCompletableFuture();
      tried.await();
      CompletableFuture<?> write = backend.submit(Fixtures.SHARE).toCompletableFuture();
      waits.await();
      assertFalse(first.isDone());
      return write;
    }
  }

  @Test
  void whoHasWaitedForAProofBeyondItsTimeIsNotSent() throws Exception {
    Trial trial = new Trial();
    WireServer.Script script =
        (q, s) -> {
          trial.tried.countDown();
          trial.release.await();
          WireServer.reply(s, 500, "");
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .requestTimeout(Duration.ofMinutes(1))
                .ticker(trial.ticker)
                .build()) {
      CompletableFuture<?> write = trial.begin(backend);
      trial.nanos.set(Duration.ofMinutes(1).toNanos());
      trial.release.countDown();
      Reason reason = Fixtures.failure(write).reason();
      assertEquals(Kind.UNAVAILABLE, reason.kind(), reason.message());
      assertTrue(reason.message().startsWith("not sent"), reason.message());
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void whoIsCancelledWhileItWaitsForAProofIsNotSent() throws Exception {
    Trial trial = new Trial();
    CountDownLatch both = new CountDownLatch(2);
    WireServer.Script script =
        (q, s) -> {
          if (trial.tried.getCount() > 0) {
            trial.tried.countDown();
            trial.release.await();
          } else if (q.method().equals("GET")) {
            both.countDown();
            both.await(); // so that each of the two threads has done with what it had before
          }
          WireServer.reply(s, 200, EMPTY);
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).concurrentCalls(2).ticker(trial.ticker).build()) {
      trial.begin(backend).cancel(true);
      trial.release.countDown();
      CompletionStage<?> next = backend.job("j");
      Fixtures.get(backend.job("j"));
      Fixtures.get(next);
      assertEquals(3, server.requests().size());
    }
  }

  /** The key may be good again when these have ended. */
  @Test
  void whatMayPassIsTriedAgainAfterFiveMinutes() throws Exception {
    String locked =
        "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"AK access failed to reach the"
            + " limit,forbidden\"}";
    for (String body : List.of(locked, "<html>Who are you?</html>")) {
      HandClock clock = new HandClock(NOW);
      try (WireServer server =
              new WireServer(
                  (q, s) ->
                      WireServer.reply(
                          s,
                          clock.now.equals(NOW) ? 401 : 200,
                          clock.now.equals(NOW) ? body : EMPTY));
          HttpBackend backend = Fixtures.backend(server.endpoint()).clock(clock).build()) {
        Reason reason = Fixtures.failure(backend.job("j")).reason();
        assertTrue(reason.message().endsWith("before 2026-01-02T03:09:05Z"), reason.message());
        assertEquals(reason, Fixtures.failure(backend.job("j")).reason());
        assertEquals(1, server.requests().size());
        clock.now = NOW.plusSeconds(300);
        Fixtures.get(backend.job("j"));
      }
    }
  }

  @Test
  void whatEndsAtOnceOrNeverIsNotFetchedForEachCall() throws Exception {
    for (String expiry :
        List.of(
            "1970-01-01T00:00:00.000000Z",
            "-999999999-01-01T00:00:00Z",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:06Z",
            "+999999999-12-31T23:59:59Z",
            "2999-01-01T00:00:00.000000Z",
            "soon")) {
      HandClock clock = new HandClock(NOW);
      String token = "{\"token\":{\"expires_at\":\"" + expiry + "\"}}";
      try (WireServer iam =
              new WireServer((q, s) -> WireServer.reply(s, 201, token, "X-Subject-Token: MIIabc"));
          WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, EMPTY));
          HttpBackend backend =
              Fixtures.backend(server.endpoint())
                  .clock(clock)
                  .credentials(Credentials.password(iam.endpoint(), "a", "u", "password", "p"))
                  .build()) {
        for (int second = 0; second < 20; second++) {
          clock.now = NOW.plusSeconds(second);
          Fixtures.get(backend.job("j"));
        }
        assertEquals(1, iam.requests().size(), expiry);
      }
    }
  }

  @Test
  void whatRecipientsThrowsIsNotQuoted() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, EMPTY));
        HttpBackend backend =
            client(
                    server.endpoint(),
                    project -> {
                      throw new IllegalStateException("geheim");
                    })
                .build()) {
      BackendException failure =
          Fixtures.failure(backend.submit(ShareRequest.accept(IMAGES, PROJECTS.subList(0, 1))));
      assertEquals(Kind.UNAVAILABLE, failure.reason().kind());
      assertEquals(
          "recipients(...) threw java.lang.IllegalStateException", failure.reason().message());
      assertFalse(String.valueOf(failure.getCause()).contains("geheim"));
      assertEquals(0, server.requests().size());
    }
  }

  @Test
  void aReasonHidesWhatWasUsedBefore() throws Exception {
    AtomicInteger given = new AtomicInteger();
    Credentials tokens = Credentials.token(() -> "MIIgeheim-" + given.incrementAndGet());
    try (WireServer server =
            new WireServer(
                (q, s) ->
                    WireServer.reply(
                        s,
                        q.header("x-auth-token").endsWith("1") ? 401 : 400,
                        "{\"error_code\":\"IMG.0001\",\"error_msg\":\"not MIIgeheim-1\"}"));
        HttpBackend backend = Fixtures.backend(server.endpoint()).credentials(tokens).build()) {
      String message = Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().message();
      assertEquals(2, given.get());
      assertTrue(message.startsWith("not *** (HTTP 400"), message);
    }
  }

  @Test
  void aReasonHidesWhatWasSentHoweverManySecretsThereAre() throws Exception {
    WireServer.Script script =
        (q, s) -> {
          String token = q.header("x-security-token");
          switch (q.method()) {
            case "PUT" ->
                WireServer.reply(
                    s, 400, "{\"error_code\":\"IMG.1\",\"error_msg\":\"not " + token + "\"}");
            case "GET" ->
                WireServer.reply(
                    s,
                    200,
                    "{\"images\":[],\"status\":\"FAIL\",\"fail_reason\":\"not " + token + "\"}");
            default -> throw new AssertionError(q);
          }
        };
    Function<String, Credentials> keys =
        project -> Credentials.accessKey("AK", "geheim-sk-" + project, "geheim-st-" + project);
    try (WireServer server = new WireServer(script);
        HttpBackend backend = client(server.endpoint(), keys).build()) {
      for (int i = 1; i <= 140; i++) {
        Recipient recipient = Recipient.project("%032x".formatted(i));
        Fixtures.get(backend.images(recipient, MemberStatus.ACCEPTED));
      }
      String project = PROJECTS.get(0);
      Reason refusal =
          Fixtures.failure(backend.submit(ShareRequest.accept(IMAGES, List.of(project)))).reason();
      assertTrue(refusal.message().startsWith("not *** (HTTP 400"), refusal.message());
      Reason ended = Fixtures.get(backend.job(project + "@j")).reason();
      assertEquals("not ***", requireNonNull(ended).message());
    }
  }
}
