package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.Journal;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One workflow that shares and unshares for a long time over a service with random faults. {@code
 * -Dimageshare.soak=N} does it for that many rounds.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class SoakTest {
  private static final int RUNS_AT_ONCE = 4;
  private static final int IMAGES = 4;
  private static final List<String> PROJECTS = ids("project-", 20);
  private static final long MARGIN = 1 << 20;

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  @Test
  void memoryIsFlat(@TempDir Path journal) throws Exception {
    int rounds = Integer.getInteger("imageshare.soak", 6);
    Process service =
        ChildJvm.start(SoakTest.class, List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off"));
    try (BufferedReader said =
            new BufferedReader(new InputStreamReader(service.getInputStream(), UTF_8));
        PrintWriter ask = new PrintWriter(service.getOutputStream(), true, UTF_8);
        HttpBackend backend = Fixtures.backend(URI.create(said.readLine())).build();
        ShareWorkflow workflow = workflow(backend, journal)) {
      long warm = 0;
      for (int round = 0; round < rounds; round++) {
        shareOrUnshare(workflow, round);
        ask.println();
        int expected = round % 2 == 0 ? RUNS_AT_ONCE * IMAGES * PROJECTS.size() : 0;
        assertEquals(Integer.toString(expected), said.readLine(), "members after round " + round);
        if (round == rounds / 2 - 1) {
          warm = liveHeap();
        }
      }
      long grown = liveHeap() - warm;
      assertTrue(grown < MARGIN, "grown by " + grown + " bytes, from " + warm);
    } finally {
      service.destroyForcibly();
    }
  }

  private static ShareWorkflow workflow(HttpBackend backend, Path journal) {
    return Fixtures.workflow(backend)
        .journal(Journal.directory(journal))
        .limits(new BatchLimits(2, 10, 20))
        .build();
  }

  /** Several runs at once, each with images of its own. */
  private static void shareOrUnshare(ShareWorkflow workflow, int round) {
    List<ShareRun> runs = new ArrayList<>();
    for (int n = 0; n < RUNS_AT_ONCE; n++) {
      List<String> images = ids("image-" + n + "-", IMAGES);
      runs.add(
          workflow.start(
              round % 2 == 0
                  ? ShareRequest.share(images, PROJECTS)
                  : ShareRequest.unshare(images, PROJECTS)));
    }
    for (ShareRun run : runs) {
      ShareReport report = run.report().join();
      assertTrue(report.allDone(), () -> "round " + round + ": " + report);
    }
  }

  private static long liveHeap() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 5; n++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /** The service, in a process of its own: it keeps all calls. For each line, says who has what. */
  public static void main(String[] arguments) throws IOException {
    Chaos chaos =
        Chaos.none()
            .rate(new Fault.Unavailable(), .02)
            .rate(new Fault.Throttled(Duration.ZERO, Fault.Throttled.Style.TASKS), .01)
            .rate(new Fault.LostRequest(), .02)
            .rate(new Fault.LostAnswer(), .03)
            .rate(new Fault.PartialFail(), .05)
            .rate(new Fault.SlowJob(Duration.ofMillis(100)), .05)
            .rate(new Fault.ListLag(Duration.ofMillis(100)), .05);
    MemoryBackend cloud =
        MemoryBackend.builder()
            .owner(Fixtures.PROJECT)
            .anyImage()
            .jobsTake(random -> Duration.ofMillis(20 + random.nextInt(60)))
            .chaos(chaos)
            .seed(1)
            .build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      System.out.println(server.endpoint());
      while (asked.readLine() != null) {
        System.out.println(cloud.members().size());
      }
    }
  }
}
