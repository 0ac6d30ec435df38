package io.imageshare.journal.jdbc;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Pacer;
import io.imageshare.Pacer.Snapshot;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The duties of a pacer, on both databases and at every level of isolation. */
@Timeout(120)
class JdbcPacerTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(6);
  private final List<JdbcConnectionPool> pools = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    threads.shutdownNow();
    threads.awaitTermination(1, TimeUnit.MINUTES);
    pools.forEach(JdbcConnectionPool::dispose);
  }

  private DataSource postgres(String isolation) throws Exception {
    JdbcConnectionPool pool = Postgres.pool(6, isolation);
    pools.add(pool);
    JdbcPacer.createTables(Postgres.server().getPostgresDatabase());
    return pool;
  }

  private DataSource postgres() throws Exception {
    return postgres("read committed");
  }

  private static Snapshot get(CompletionStage<Snapshot> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Instant clock() throws Exception {
    return OffsetDateTime.parse(
            Postgres.execute("SELECT to_json(clock_timestamp())").get(0).replace("\"", ""))
        .toInstant();
  }

  @TestFactory
  Stream<DynamicTest> holdsOnH2() throws Exception {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setUrl("jdbc:h2:mem:pacer;DB_CLOSE_DELAY=-1");
    JdbcPacer.createTables(h2);
    JdbcPacer.createTables(h2);
    return duties("h2", h2);
  }

  @TestFactory
  Stream<DynamicTest> holdsOnPostgres() throws Exception {
    return Stream.concat(
        duties("read committed", postgres()),
        Stream.concat(
            duties("repeatable read", postgres("repeatable read")),
            duties("serializable", postgres("serializable"))));
  }

  private Stream<DynamicTest> duties(String name, DataSource source) {
    JdbcPacer database = JdbcPacer.over(source, threads);
    return Stream.of(
        dynamicTest(
            name + ": what was given comes back", () -> comesBack(database.scope(name + " 1"))),
        dynamicTest(name + ": one replaces a version", () -> oneReplaces(database.scope(name))),
        dynamicTest(
            name + ": a scope is not another's",
            () -> {
              get(database.scope(name + " 2").replace(0, "its own"));
              assertEquals("", get(database.scope(name + " 3").replace(-1, "")).state());
            }));
  }

  private static void comesBack(Pacer pacer) {
    Snapshot none = get(pacer.replace(-1, ""));
    assertEquals(0, none.version());
    assertEquals("", none.state());
    String text = "pace/1 -17 2.5E-9 ".repeat(2000);
    Snapshot first = get(pacer.replace(0, text));
    assertEquals(1, first.version());
    assertEquals(text, first.state());
    assertFalse(first.now().isBefore(none.now()));
    for (long wrong : new long[] {-1, 0, 2, 7}) {
      Snapshot same = get(pacer.replace(wrong, "another"));
      assertEquals(1, same.version());
      assertEquals(text, same.state());
    }
    assertEquals("next", get(pacer.replace(1, "next")).state());
    assertEquals(2, get(pacer.replace(-1, "")).version());
  }

  private static void oneReplaces(Pacer pacer) {
    for (long version = 0; version < 20; version++) {
      long before = version;
      List<CompletionStage<Snapshot>> all =
          IntStream.range(0, 6).mapToObj(n -> pacer.replace(before, "by " + n)).toList();
      Set<String> states = new TreeSet<>();
      for (CompletionStage<Snapshot> each : all) {
        Snapshot now = get(each);
        assertEquals(version + 1, now.version());
        states.add(now.state());
      }
      assertEquals(1, states.size(), states.toString());
    }
  }

  @Test
  void aCommitOfUnknownFateIsLookedUp() throws Exception {
    WatchedSource source = new WatchedSource(postgres());
    Pacer pacer = JdbcPacer.over(source.watched(), threads).scope("unknown fate");
    for (String state : List.of("first", "second")) {
      long version = get(pacer.replace(-1, "")).version();
      source.loseCommitOf("imageshare_pace");
      Snapshot now = get(pacer.replace(version, state));
      assertTrue(source.hasLost());
      assertEquals(version + 1, now.version());
      assertEquals(state, now.state());
    }
  }

  /** And goes on while somebody waits for the row. */
  @Test
  void theClockIsThatOfTheDatabase() throws Exception {
    Pacer pacer = JdbcPacer.over(postgres(), threads).scope("clock");
    Instant before = clock();
    assertFalse(get(pacer.replace(0, "")).now().isBefore(before));
    CompletionStage<Snapshot> waiting;
    try (Connection other = postgres().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE imageshare_pace SET state = 'theirs' WHERE scope = 'clock'");
      waiting = pacer.replace(1, "mine");
      while (Postgres.execute("SELECT 1 FROM pg_locks WHERE NOT granted").isEmpty()) {
        Thread.onSpinWait();
      }
      before = clock();
      other.commit();
      other.setAutoCommit(true);
    }
    assertEquals("mine", get(waiting).state());
    assertFalse(get(waiting).now().isBefore(before));
    assertFalse(clock().isBefore(get(waiting).now()));
  }

  @Test
  void badInputIsNamed() throws Exception {
    String why =
        assertThrows(
                IllegalArgumentException.class,
                () -> JdbcPacer.over(postgres(), threads).scope(" "))
            .getMessage();
    assertTrue(String.valueOf(why).contains("account/region"), why);
    ExecutorService none = Executors.newSingleThreadExecutor();
    none.shutdown();
    Pacer pacer = JdbcPacer.over(postgres(), none).scope("none");
    Throwable failure =
        assertThrows(CompletionException.class, () -> get(pacer.replace(-1, ""))).getCause();
    assertInstanceOf(RejectedExecutionException.class, requireNonNull(failure));
  }

  @Test
  void fourWorkflowsShareWhatOneMayDo() throws Exception {
    JdbcPacer database = JdbcPacer.over(postgres(), threads);
    List<String> images = IntStream.range(0, 80).mapToObj(n -> "image-" + n).toList();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(Timekeeper.system())
            .images(images)
            .latency(Duration.ofMillis(5))
            .jobsTake(Duration.ofMillis(50))
            .build();
    List<ShareWorkflow> workflows = new ArrayList<>();
    List<ShareRun> runs = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      ShareWorkflow workflow =
          ShareWorkflow.builder(cloud)
              .time(Timekeeper.system())
              .pacer(database.scope("fleet"))
              .limits(new BatchLimits(1, 10, 10))
              .flow(FlowPolicy.defaults().callsPerSecond(100))
              .build();
      workflows.add(workflow);
      runs.add(
          workflow.start(
              ShareRequest.share(images.subList(20 * n, 20 * n + 20), List.of("project"))));
    }
    for (ShareRun run : runs) {
      run.report().get(1, TimeUnit.MINUTES).requireAllDone();
    }
    Snapshot shared = get(database.scope("fleet").replace(-1, ""));
    assertTrue(shared.version() >= 4, "only " + shared.version() + " turns");
    workflows.forEach(ShareWorkflow::close);
    System.out.printf(
        "Four workflows made %d calls in %d turns; what they share has %d characters%n",
        cloud.calls().size(), shared.version(), shared.state().length());
  }
}
