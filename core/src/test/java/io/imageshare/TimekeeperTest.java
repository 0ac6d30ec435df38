package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.internal.time.TimedFuture;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TimekeeperTest {
  private final Timekeeper virtual = Timekeeper.virtual();

  @Test
  void virtualTimeRunsTasksInTheOrderOfTheirTimeAndTiesInTheOrderOfScheduling() throws Exception {
    List<String> order = new ArrayList<>();
    virtual.schedule(Duration.ofHours(3), () -> order.add("late"));
    virtual.schedule(Duration.ofSeconds(1), () -> order.add("first"));
    virtual.schedule(Duration.ofSeconds(1), () -> order.add("second"));
    virtual.schedule(Duration.ofSeconds(-1), () -> order.add("now"));
    Instant start = virtual.now();
    virtual.sleep(Duration.ofHours(4));
    assertEquals(List.of("now", "first", "second", "late"), order);
    assertEquals(start.plus(Duration.ofHours(4)), virtual.now());
  }

  @Test
  void aTaskForTheEndOfTimeMayBeScheduled() {
    for (Timekeeper time : List.of(virtual, Timekeeper.system())) {
      time.schedule(ChronoUnit.FOREVER.getDuration(), () -> {}).cancel();
    }
  }

  @Test
  void virtualTimeStartsAtAFixedInstantAndStandsStillUnlessSomebodyWaits() {
    virtual.schedule(Duration.ZERO, () -> {});
    assertEquals(Timekeeper.virtual().now(), virtual.now());
    assertEquals(0, virtual.nanoTime());
  }

  @Test
  void sleepStopsHalfWay() throws Exception {
    List<String> order = new ArrayList<>();
    virtual.schedule(Duration.ofSeconds(10), () -> order.add("ten"));
    virtual.sleep(Duration.ofSeconds(5));
    assertEquals(List.of(), order);
    virtual.sleep(Duration.ofSeconds(5));
    assertEquals(List.of("ten"), order);
  }

  @Test
  void aCancelledTaskDoesNotRun() throws Exception {
    List<String> order = new ArrayList<>();
    virtual.schedule(Duration.ofSeconds(1), () -> order.add("ran")).cancel();
    virtual.sleep(Duration.ofSeconds(2));
    assertEquals(List.of(), order);
  }

  @Test
  void waitingWithNothingLeftToHappenIsAnErrorThatSaysSo() {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> virtual.await(new CompletableFuture<>()));
    assertTrue(String.valueOf(e.getMessage()).contains("nothing left to happen"), e.getMessage());
  }

  @Test
  void waitingFromInsideATaskIsAnErrorThatSaysSo() throws Exception {
    for (Timekeeper time : List.of(virtual, Timekeeper.system())) {
      CompletableFuture<String> said = new CompletableFuture<>();
      time.schedule(
          Duration.ZERO,
          () ->
              said.complete(
                  assertThrows(IllegalStateException.class, () -> time.sleep(Duration.ZERO))
                      .getMessage()));
      assertTrue(time.await(said).contains("inside a task"));
    }
  }

  @Test
  void awaitGivesTheValueOrTheFailure() throws Exception {
    for (Timekeeper time : List.of(virtual, Timekeeper.system())) {
      CompletableFuture<String> value = new CompletableFuture<>();
      time.schedule(Duration.ofMillis(1), () -> value.complete("done"));
      assertEquals("done", time.await(value));
      IllegalArgumentException wrong = new IllegalArgumentException("wrong");
      CompletionException e =
          assertThrows(
              CompletionException.class, () -> time.await(CompletableFuture.failedFuture(wrong)));
      assertSame(wrong, e.getCause());
    }
  }

  @Test
  void anInterruptedWaitEnds() {
    for (Timekeeper time : List.of(virtual, Timekeeper.system())) {
      time.schedule(Duration.ofDays(1), () -> {});
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> time.sleep(Duration.ofDays(2)));
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void systemTimeRunsOnOneDaemonThreadThatGoesWhenNothingIsScheduled() throws Exception {
    Timekeeper time = Timekeeper.system();
    AtomicReference<Thread> first = new AtomicReference<>();
    AtomicReference<Thread> second = new AtomicReference<>();
    CountDownLatch both = new CountDownLatch(2);
    time.schedule(Duration.ofMillis(2), () -> note(second, both));
    time.schedule(Duration.ZERO, () -> note(first, both));
    both.await();
    Thread thread = first.get();
    assertNotNull(thread);
    assertSame(thread, second.get());
    assertTrue(thread.isDaemon());
    thread.join();
    CompletableFuture<Boolean> again = new CompletableFuture<>();
    time.schedule(Duration.ZERO, () -> again.complete(true));
    assertTrue(time.await(again));
  }

  private static void note(AtomicReference<Thread> where, CountDownLatch seen) {
    where.set(Thread.currentThread());
    seen.countDown();
  }

  @Test
  void aTaskThatThrowsDoesNotStopSystemTime() throws Exception {
    Timekeeper time = Timekeeper.system();
    time.schedule(
        Duration.ZERO,
        () -> {
          throw new IllegalStateException("planted by the test");
        });
    time.sleep(Duration.ZERO);
  }

  @Test
  void aTimedFutureMovesVirtualTimeHoweverItIsWaitedFor() throws Exception {
    assertEquals("x", later().get());
    assertEquals("x", later().join());
    assertEquals("x", later().get(1, TimeUnit.HOURS));
    assertEquals("xy", later().thenApply(x -> x + "y").join());
    assertEquals("x", later().copy().join());
    assertThrows(TimeoutException.class, () -> later().get(1, TimeUnit.SECONDS));
  }

  @Test
  void waitingAgainAndAgainLeavesNothingBehind() throws Exception {
    CompletableFuture<String> later = later();
    for (int n = 0; n < 50; n++) {
      assertThrows(TimeoutException.class, () -> later.get(1, TimeUnit.SECONDS));
    }
    assertEquals(1, later.getNumberOfDependents());
    assertEquals("x", later.get());
  }

  @Test
  void joinIgnoresInterruptsAndKeepsTheFlag() {
    CompletableFuture<String> later = later();
    Thread.currentThread().interrupt();
    assertEquals("x", later.join());
    assertTrue(Thread.interrupted());
  }

  private TimedFuture<String> later() {
    TimedFuture<String> future = new TimedFuture<>(virtual);
    virtual.schedule(Duration.ofMinutes(1), () -> future.complete("x"));
    return future;
  }
}
