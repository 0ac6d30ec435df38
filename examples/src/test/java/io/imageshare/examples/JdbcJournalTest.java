package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that share a database: two workflows over one cloud, in virtual time. */
class JdbcJournalTest {
  private static final String MEMORY = "jdbc:h2:mem:journal;DB_CLOSE_DELAY=-1";

  private final Timekeeper time = Timekeeper.virtual();
  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .time(time)
          .anyImage()
          .latency(Duration.ofMillis(40))
          .jobsTake(Duration.ofSeconds(30))
          .build();
  private final ShareRequest request =
      ShareRequest.share(
          List.of("image-1", "image-2", "image-3", "image-4"),
          List.of("project-1", "project-2", "project-3"));

  @AfterEach
  void shutDown() throws SQLException {
    shutDown(MEMORY);
  }

  private static void shutDown(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    }
  }

  private Journal journal(String owner) {
    return new JdbcJournal(MEMORY, owner, time, Runnable::run);
  }

  /** Two open jobs at a time, so that a resumed run still has slices to submit. */
  private ShareWorkflow workflow(Journal journal) {
    return ShareWorkflow.builder(cloud)
        .journal(journal)
        .limits(new BatchLimits(1, 3, 3))
        .flow(FlowPolicy.defaults().openJobs(2))
        .build();
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static void assertRefused(CompletionStage<?> stage) {
    CompletionException refused = assertThrows(CompletionException.class, () -> get(stage));
    assertTrue(refused.getCause() instanceof SQLException, refused.toString());
  }

  /** Every pair was sent once, although its job was under way when its first owner stopped. */
  private void assertEachPairWasSentOnce() {
    List<Member> sent = new ArrayList<>();
    for (Call call : cloud.calls()) {
      ShareRequest slice = call.slice();
      if (slice != null) {
        for (String image : slice.images()) {
          for (Recipient recipient : slice.recipients()) {
            sent.add(new Member(image, recipient));
          }
        }
      }
    }
    assertEquals(request.pairs(), sent.size());
    assertEquals(request.pairs(), sent.stream().distinct().count());
    assertEquals(request.pairs(), cloud.members().size());
  }

  /** When the second process intervenes while the first is resuming. */
  private enum Moment {
    LISTING,
    READING,
    OWNING,
    AFTER
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoProcessesThatResumeARunOneGetsIt(Moment moment) throws InterruptedException {
    ShareWorkflow before = workflow(journal("before"));
    before.start("nightly", request);
    time.sleep(Duration.ofSeconds(5));
    before.close();
    ShareWorkflow second = workflow(journal("second"));
    List<ShareRun> resumed = new ArrayList<>();
    Runnable other = () -> resumed.addAll(second.resume());
    ShareWorkflow first = workflow(new Interrupted(journal("first"), moment, other));
    resumed.addAll(first.resume());
    if (moment == Moment.AFTER) {
      other.run();
    }
    assertEquals(List.of("nightly"), resumed.stream().map(ShareRun::id).toList());
    assertTrue(resumed.get(0).report().join().allDone());
    assertEachPairWasSentOnce();
    assertEquals(List.of(), get(journal("anybody").unfinished()));
  }

  /** A journal that lets another process intervene at a given moment. */
  private record Interrupted(Journal journal, Moment moment, Runnable other) implements Journal {
    private void at(Moment now) {
      if (now == moment) {
        other.run();
      }
    }

    @Override
    public CompletionStage<List<Unfinished>> unfinished() {
      at(Moment.LISTING);
      return journal.unfinished();
    }

    @Override
    public CompletionStage<List<String>> read(String run) {
      at(Moment.READING);
      return journal.read(run);
    }

    @Override
    public CompletionStage<Void> append(String run, long first, List<String> lines) {
      at(Moment.OWNING);
      return journal.append(run, first, lines);
    }

    @Override
    public CompletionStage<Void> finish(String run) {
      return journal.finish(run);
    }

    @Override
    public CompletionStage<Void> release(String run) {
      return journal.release(run);
    }
  }

  @Test
  void aProcessTakenForDeadSubmitsNothingMore() throws InterruptedException {
    FlakyLink link = new FlakyLink();
    ShareWorkflow first = workflow(new JdbcJournal(MEMORY, "first", time, link));
    ShareRun stalled = first.start("nightly", request);
    time.sleep(Duration.ofSeconds(5));
    link.cut = true;
    ShareWorkflow second = workflow(journal("second"));
    time.sleep(Duration.ofSeconds(40));
    assertEquals(List.of(), second.resume(), "its owner may be alive");
    time.sleep(Duration.ofSeconds(30));
    ShareRun taken = second.resume().get(0);
    link.restore();
    ShareReport report = stalled.report().join();
    assertEquals(Ending.STOPPED, report.ending());
    String reason = report.reason().orElseThrow().message();
    assertTrue(reason.startsWith("the journal failed"), reason);
    assertEquals(6, report.counts().done(), "its jobs were polled to the end");
    assertTrue(report.failed().allMatch(f -> f.reason().kind() == Reason.Kind.NOT_SENT));
    assertTrue(taken.report().join().allDone());
    assertEachPairWasSentOnce();
  }

  /** The connection to the database: while it is cut, calls wait. */
  private static final class FlakyLink implements Executor {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean cut;

    @Override
    public void execute(Runnable work) {
      if (cut) {
        waiting.add(work);
      } else {
        work.run();
      }
    }

    void restore() {
      cut = false;
      waiting.forEach(Runnable::run);
    }
  }

  @Test
  void appendsAreWholeAndInOrder() {
    Journal journal = journal("me");
    String big = "x".repeat(3_000_000);
    get(journal.append("run", 0, List.of("{\"a\":\"ü\"}", big)));
    assertRefused(journal("other").append("run", 1, List.of("b")));
    assertRefused(journal.append("run", 3, List.of("c")));
    assertRefused(journal.append("none", 1, List.of("c")));
    assertRefused(journal.append("run", 2, Arrays.asList("c", null, "d")));
    assertEquals(List.of("{\"a\":\"ü\"}", big), get(journal.read("run")));
    assertEquals("me", get(journal.unfinished()).get(0).owner(), "a refused process owns nothing");
    assertEquals(time.now(), get(journal.unfinished()).get(0).written());
  }

  @Test
  void onlyTheOwnerFinishesOrReleases() {
    Journal mine = journal("me");
    Journal theirs = journal("they");
    get(mine.append("run", 0, List.of("a")));
    assertRefused(theirs.finish("run"));
    get(theirs.release("run"));
    assertEquals("me", get(theirs.unfinished()).get(0).owner());
    get(mine.release("run"));
    assertEquals("", get(theirs.unfinished()).get(0).owner());
    get(theirs.append("run", 1, List.of("b")));
    assertRefused(mine.finish("run"));
    get(theirs.finish("run"));
    assertEquals(List.of(), get(mine.unfinished()));
    assertEquals(List.of(), get(mine.read("run")));
    assertRefused(theirs.append("run", 2, List.of("late")));
    get(mine.append("run", 0, List.of("again")));
  }

  @Test
  void linesSurviveTheProcess(@TempDir Path path) throws Exception {
    String url =
        JdbcJournal.EMBEDDED.replace("./imageshare-journal", path.resolve("db").toString());
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      get(new JdbcJournal(url, "me", time, threads).append("run", 0, List.of("a", "b")));
      shutDown(url);
      assertEquals(List.of("a", "b"), get(new JdbcJournal(url, "I", time, threads).read("run")));
    } finally {
      threads.shutdownNow();
      shutDown(url);
    }
  }
}
