package io.imageshare.memory;

import static io.imageshare.memory.VirtualClient.cloud;
import static io.imageshare.memory.VirtualClient.share;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ThreadsTest {
  private static final ShareRequest SLICE = share(List.of("i1"), List.of("p1"));

  private static final Map<String, Consumer<MemoryBackend>> USES =
      Map.of(
          "submit", cloud -> cloud.submit(SLICE),
          "job", cloud -> cloud.job("nix"),
          "members", cloud -> cloud.members("i1"),
          "who has what", MemoryBackend::members,
          "calls", MemoryBackend::calls,
          "jobs", MemoryBackend::jobs,
          "inject", cloud -> cloud.inject(new Fault.Unavailable()));

  @TestFactory
  Stream<DynamicTest> whileOneThreadIsInTheCloudTheOthersWait() {
    return USES.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(use -> DynamicTest.dynamicTest(use.getKey(), () -> assertExcluded(use.getValue())));
  }

  /** The function that draws a job's time runs in the middle of a submit. */
  private static void assertExcluded(Consumer<MemoryBackend> use) throws Exception {
    List<Thread> other = new ArrayList<>();
    List<Thread.State> seen = new ArrayList<>();
    List<MemoryBackend> cloud = new ArrayList<>();
    cloud.add(
        cloud()
            .jobsTake(
                random -> {
                  if (other.isEmpty()) {
                    other.add(new Thread(() -> use.accept(cloud.get(0))));
                    other.get(0).start();
                    seen.add(stopped(other.get(0)));
                  }
                  return Duration.ZERO;
                })
            .build());
    cloud.get(0).submit(SLICE);
    other.get(0).join();
    assertEquals(List.of(Thread.State.BLOCKED), seen);
  }

  private static Thread.State stopped(Thread thread) {
    Thread.State state = thread.getState();
    while (state != Thread.State.BLOCKED && state != Thread.State.TERMINATED) {
      Thread.onSpinWait();
      state = thread.getState();
    }
    return state;
  }

  @Test
  void aStageIsCompletedWithTheCloudOpenToOthers() {
    MemoryBackend cloud = cloud().latency(Duration.ofMillis(40)).build();
    CompletionStage<Void> used =
        cloud.submit(SLICE).thenAccept(job -> CompletableFuture.runAsync(cloud::members).join());
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> cloud.time().await(used));
  }

  @Test
  void callsFromManyThreadsAreAllServed() throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.system())
            .anyImage()
            .latency(Duration.ofNanos(2000))
            .jobsTake(Duration.ZERO)
            .build();
    List<Thread> threads = new ArrayList<>();
    List<List<CompletionStage<Job>>> answers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String image = "i" + t;
      List<CompletionStage<Job>> mine = new ArrayList<>();
      answers.add(mine);
      Runnable work =
          () -> {
            for (int i = 0; i < 100; i++) {
              mine.add(cloud.submit(share(List.of(image), List.of("p" + i))));
            }
          };
      threads.add(new Thread(work));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    HashSet<String> ids = new HashSet<>();
    for (CompletionStage<Job> answer : answers.stream().flatMap(List::stream).toList()) {
      Job job = cloud.time().await(answer);
      assertEquals(Job.Status.SUCCESS, job.status());
      ids.add(job.id());
    }
    assertEquals(400, ids.size());
    assertEquals(400, cloud.members().size());
    assertEquals(400, cloud.calls().size());
    assertTrue(cloud.calls().stream().map(Call::answered).noneMatch(answered -> answered == null));
  }
}
