package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Renewal of credentials: how often, by which thread, and what a refusal costs. */
class IdentityCacheTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final String RUNNING = "{\"status\":\"RUNNING\"}";
  private static final String REFUSED =
      "{\"error_code\":\"APIGW.0307\",\"error_msg\":\"The token must be updated.\"}";

  private static HttpBackend backend(WireServer server, Credentials credentials, Clock clock) {
    return Fixtures.backend(server.endpoint()).credentials(credentials).clock(clock).build();
  }

  private static WireServer accepting(String token) {
    return new WireServer(
        (q, s) -> {
          boolean good = token.isEmpty() || q.header("x-auth-token").equals(token);
          WireServer.reply(s, good ? 200 : 401, good ? RUNNING : REFUSED);
        });
  }

  private static Supplier<String> numbered(AtomicInteger count) {
    return () -> "token-" + count.incrementAndGet();
  }

  @Test
  void aTokenIsFetchedOnceAndReused() throws Exception {
    AtomicInteger count = new AtomicInteger();
    try (WireServer server = accepting("");
        HttpBackend backend =
            backend(server, Credentials.token(numbered(count)), new HandClock(START))) {
      Fixtures.get(backend.job("j"));
      Fixtures.get(backend.job("j"));
      assertEquals(1, count.get());
      assertEquals("token-1", server.requests().get(1).header("x-auth-token"));
      assertEquals("", server.requests().get(1).header("authorization"));
    }
  }

  @Test
  void aRefusedTokenIsRenewedAndTheCallRepeatedOnce() throws Exception {
    AtomicInteger count = new AtomicInteger();
    try (WireServer server = accepting("token-2");
        HttpBackend backend =
            backend(server, Credentials.token(numbered(count)), new HandClock(START))) {
      Fixtures.get(backend.job("j"));
      assertEquals(2, server.requests().size());
      assertEquals(2, count.get());
    }
  }

  @Test
  void aTokenRefusedAgainFailsTheCall() throws Exception {
    AtomicInteger count = new AtomicInteger();
    try (WireServer server = accepting("none");
        HttpBackend backend =
            backend(server, Credentials.token(numbered(count)), new HandClock(START))) {
      assertEquals(Kind.UNAUTHENTICATED, Fixtures.failure(backend.job("j")).reason().kind());
      assertEquals(2, server.requests().size());
    }
  }

  @Test
  void credentialsThatCannotChangeCostOneRefusedCall() throws Exception {
    for (Credentials credentials :
        List.of(
            Credentials.accessKey("ak", "sk"),
            Credentials.accessKey("ak", "sk", "st"),
            Credentials.token(() -> "always-the-same"))) {
      try (WireServer server = accepting("none");
          HttpBackend backend = backend(server, credentials, new HandClock(START))) {
        assertEquals(
            Kind.UNAUTHENTICATED, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().kind());
        assertEquals(1, server.requests().size());
      }
    }
  }

  @Test
  void temporaryKeysAreRenewedWhenHalfTheirLifeIsOver() throws Exception {
    HandClock clock = new HandClock(START);
    AtomicInteger count = new AtomicInteger();
    Credentials credentials =
        Credentials.temporary(
            () ->
                new TemporaryKey(
                    "ak" + count.incrementAndGet(),
                    "sk",
                    "st",
                    clock.instant().plus(Duration.ofMinutes(20))));
    try (WireServer server = accepting("");
        HttpBackend backend = backend(server, credentials, clock)) {
      Fixtures.get(backend.job("j"));
      clock.now = START.plus(Duration.ofMinutes(9));
      Fixtures.get(backend.job("j"));
      assertEquals(1, count.get());
      clock.now = START.plus(Duration.ofMinutes(10));
      Fixtures.get(backend.job("j"));
      assertEquals(2, count.get());
      assertTrue(server.requests().get(2).header("authorization").contains("Access=ak2,"));
      assertEquals("st", server.requests().get(2).header("x-security-token"));
    }
  }

  @Test
  void aRenewalThatFailsEarlyHarmsNobody() throws Exception {
    HandClock clock = new HandClock(START);
    AtomicInteger count = new AtomicInteger();
    Credentials credentials =
        Credentials.temporary(
            () -> {
              if (count.incrementAndGet() > 1) {
                throw new IllegalStateException("vault sealed: geheim");
              }
              return new TemporaryKey("ak", "sk", "st", START.plus(Duration.ofMinutes(20)));
            });
    try (WireServer server = accepting("");
        HttpBackend backend = backend(server, credentials, clock)) {
      Fixtures.get(backend.job("j"));
      clock.now = START.plus(Duration.ofMinutes(12));
      Fixtures.get(backend.job("j"));
      Fixtures.get(backend.job("j"));
      assertEquals(2, count.get(), "tried again before half of what was left had passed");
      clock.now = START.plus(Duration.ofMinutes(20));
      var failure = Fixtures.failure(backend.job("j"));
      assertEquals(Kind.UNAVAILABLE, failure.reason().kind());
      assertTrue(failure.reason().message().contains("IllegalStateException"));
      assertFalse(failure.toString().contains("geheim"));
      assertEquals(3, server.requests().size());
    }
  }

  @Test
  void oneRenewalServesAllCallsThatWait() throws Exception {
    AtomicInteger count = new AtomicInteger();
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<Thread> fetcher = new AtomicReference<>();
    Credentials credentials =
        Credentials.token(
            () -> {
              count.incrementAndGet();
              fetcher.set(Thread.currentThread());
              await(release);
              return "token";
            });
    try (WireServer server = accepting("token");
        HttpBackend backend = backend(server, credentials, new HandClock(START))) {
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        calls.add(backend.job("j").toCompletableFuture());
      }
      release.countDown();
      for (CompletableFuture<?> call : calls) {
        Fixtures.get(call);
      }
      assertEquals(1, count.get());
      assertFalse(Thread.currentThread().equals(fetcher.get()), "fetched on the caller's thread");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSupplierThatGivesNothingUsableIsNamed() throws Exception {
    for (Supplier<String> supplier : List.<Supplier<String>>of(() -> " ", () -> "gehéim\n")) {
      try (WireServer server = accepting("");
          HttpBackend backend =
              backend(server, Credentials.token(supplier), new HandClock(START))) {
        var reason = Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
        assertEquals(Kind.UNAUTHENTICATED, reason.kind());
        assertTrue(reason.message().startsWith("token: it "), reason.message());
        assertFalse(reason.message().contains("geh"));
        assertEquals(0, server.requests().size());
      }
    }
  }

  @Test
  void aSupplierThatBreaksIsNamedAndNotQuoted() throws Exception {
    Credentials credentials =
        Credentials.token(
            () -> {
              throw new AssertionError("geheim");
            });
    try (WireServer server = accepting("");
        HttpBackend backend = backend(server, credentials, new HandClock(START))) {
      var failure = Fixtures.failure(backend.submit(Fixtures.SHARE));
      assertEquals(Kind.UNAVAILABLE, failure.reason().kind());
      assertEquals(
          "the supplier of the token threw java.lang.AssertionError", failure.reason().message());
      assertNull(failure.getCause());
    }
  }

  @Test
  void twoRefusalsOfOneTokenRenewItOnce() {
    AtomicInteger count = new AtomicInteger();
    Clock clock = new HandClock(START);
    Supplier<Identity> source = () -> new Identity.Token("t" + count.incrementAndGet(), null);
    IdentityCache cache = new IdentityCache();
    IdentityCache.Held old = cache.current(source, clock);
    IdentityCache.Held first = cache.renewed(old, source, clock);
    IdentityCache.Held second = requireNonNull(cache.renewed(old, source, clock));
    assertEquals(2, count.get());
    assertEquals(first, second);
    IdentityCache.Held now = cache.current(source, clock);
    assertNull(cache.renewed(now, now::identity, clock), "the same is no other");
  }
}
