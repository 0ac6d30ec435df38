package io.imageshare.journal.jdbc;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.Journal.Claim;
import io.imageshare.Journal.Unfinished;
import io.imageshare.RunBusyException;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.MemoryBackend;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What the contract does not say, on PostgreSQL. */
@Timeout(120)
class JdbcJournalTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final List<String> AB = List.of("{\"a\":1}", "{\"b\":2}");

  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private final JdbcConnectionPool pool = Postgres.pool(8);
  private String scope = "";

  @BeforeEach
  void begin(TestInfo test) {
    scope = test.getDisplayName();
  }

  @AfterEach
  void end() throws InterruptedException {
    threads.shutdownNow();
    threads.awaitTermination(1, TimeUnit.MINUTES);
    pool.dispose();
  }

  private Journal journal(DataSource source) {
    return JdbcJournal.over(source, threads).scope(scope);
  }

  private static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Throwable failure(CompletionStage<?> stage) {
    return requireNonNull(assertThrows(CompletionException.class, () -> get(stage)).getCause());
  }

  @Test
  void anAppendIsOneTransactionWithOneStatement() {
    WatchedSource source = new WatchedSource(pool);
    Journal journal = journal(source.watched());
    Claim claim = get(journal.claim("run", MINUTE));
    source.done.clear();
    get(journal.append("run", claim.epoch(), 0, AB));
    get(journal.append("run", claim.epoch(), 2, List.of()));
    List<String> verbs = source.done.stream().map(text -> text.split("\\s", 2)[0]).toList();
    String limits = "SELECT";
    assertEquals(List.of(limits, "WITH", "commit", limits, "WITH", "commit"), verbs);
  }

  @Test
  void anAppendIsOneRowHoweverManyEntriesItHas() throws Exception {
    Journal journal = journal(pool);
    Claim claim = get(journal.claim("run", MINUTE));
    get(journal.append("run", claim.epoch(), 0, AB));
    get(journal.append("run", claim.epoch(), 2, List.of()));
    get(journal.append("run", claim.epoch(), 2, List.of("{}")));
    assertEquals(
        List.of("{\"a\":1}\n{\"b\":2}", "{}"),
        Postgres.execute(
            "SELECT lines FROM imageshare_entry WHERE scope = '" + scope + "' ORDER BY number"));
  }

  @Test
  void aCommitOfUnknownFateIsLookedUp() {
    WatchedSource source = new WatchedSource(pool);
    Journal journal = journal(source.watched());
    source.loseCommitOf("SELECT lines");
    Claim claim = get(journal.claim("run", MINUTE));
    assertTrue(source.hasLost());
    source.loseCommitOf("imageshare_entry");
    get(journal.append("run", claim.epoch(), 0, AB));
    assertTrue(source.hasLost());
    source.loseCommitOf("DELETE FROM imageshare_run");
    get(journal.append("run", claim.epoch(), 2, AB));
    get(journal.release("run", claim.epoch()));
    Claim next = get(journal.claim("run", MINUTE));
    assertEquals(4, next.entries().size());
    get(journal.finish("run", next.epoch(), "{}"));
    assertTrue(source.hasLost());
    assertEquals(Optional.of("{}"), get(journal.report("run")));
  }

  /** Each run's end looks at the runs that ended, and so conflicts with all that end meanwhile. */
  @Test
  void conflictsAreBorneHoweverManyThereAre() throws Exception {
    JdbcConnectionPool serializable = Postgres.pool(8, "serializable");
    Journal journal = journal(serializable);
    List<CompletableFuture<Void>> runs = new ArrayList<>();
    for (int n = 0; n < 200; n++) {
      String run = "run-" + n;
      runs.add(
          journal
              .claim(run, MINUTE)
              .thenCompose(claim -> journal.finish(run, claim.epoch(), "{}"))
              .toCompletableFuture());
    }
    runs.forEach(CompletableFuture::join);
    serializable.dispose();
  }

  @Test
  void aConnectionThatDiedInThePoolCostsATry() throws Exception {
    JdbcConnectionPool single = Postgres.pool(1);
    Journal journal = journal(single);
    Claim claim = get(journal.claim("run", MINUTE));
    String backend = settings(single).split(" ", 2)[0];
    Postgres.execute("SELECT pg_terminate_backend(%s)".formatted(backend));
    get(journal.append("run", claim.epoch(), 0, AB));
    single.dispose();
  }

  @Test
  void aConnectionIsGivenBackAsItWas() throws Exception {
    JdbcConnectionPool single = Postgres.pool(1);
    String before = settings(single);
    Journal journal = journal(single);
    Claim claim = get(journal.claim("run", MINUTE));
    get(journal.append("run", claim.epoch(), 0, AB));
    assertInstanceOf(
        IllegalStateException.class, failure(journal.append("run", claim.epoch(), 9, AB)));
    assertEquals(before, settings(single));
    single.dispose();
  }

  private static String settings(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_backend_pid(), current_setting('lock_timeout'),"
                    + " current_setting('statement_timeout'),"
                    + " current_setting('idle_in_transaction_session_timeout')")) {
      row.next();
      return "%s %s %s %s %s %s"
          .formatted(
              row.getString(1),
              row.getString(2),
              row.getString(3),
              row.getString(4),
              connection.getAutoCommit(),
              connection.getNetworkTimeout());
    }
  }

  /** A process that was stopped in the middle of a transaction, say. */
  @Test
  void aLockThatNobodyReleasesHoldsAnAppendForSecondsOnly() throws Exception {
    Journal journal = journal(pool);
    Claim claim = get(journal.claim("run", MINUTE));
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("UPDATE imageshare_run SET seen = now() WHERE scope = '" + scope + "'");
      SQLException late =
          assertInstanceOf(
              SQLException.class, failure(journal.append("run", claim.epoch(), 0, AB)));
      assertEquals("55P03", late.getSQLState());
      connection.rollback();
    }
    get(journal.append("run", claim.epoch(), 0, AB));
  }

  @Test
  void moreRunsThanConnectionsWaitForEachOther() {
    JdbcConnectionPool single = Postgres.pool(1);
    Journal journal = journal(single);
    List<CompletionStage<Boolean>> appends =
        IntStream.range(0, 20)
            .mapToObj(
                n -> {
                  Claim claim = get(journal.claim("run" + n, MINUTE));
                  return journal.append("run" + n, claim.epoch(), 0, AB);
                })
            .toList();
    appends.forEach(append -> assertEquals(false, get(append)));
    single.dispose();
  }

  @Test
  void aRunIsFreeWhenItsOwnerWasSilentForLongEnoughByTheClockOfTheDatabase() throws Exception {
    Journal journal = journal(pool);
    Claim claim = get(journal.claim("run", MINUTE));
    get(journal.append("run", claim.epoch(), 0, AB));
    Postgres.execute(
        "UPDATE imageshare_run SET seen = seen - INTERVAL '90 seconds' WHERE scope = '%s'"
            .formatted(scope));
    RunBusyException busy =
        assertInstanceOf(
            RunBusyException.class, failure(journal.claim("run", MINUTE.multipliedBy(2))));
    assertTrue(busy.freeIn().toSeconds() <= 30, () -> "free in " + busy.freeIn());
    assertEquals(List.of(), get(journal.unfinished(MINUTE.multipliedBy(2), 9)));
    List<Unfinished> silent = get(journal.unfinished(MINUTE, 9));
    assertEquals(1, silent.size());
    assertTrue(silent.get(0).silent().toSeconds() >= 90, silent::toString);
    assertEquals(AB, get(journal.claim("run", MINUTE)).entries());
    assertInstanceOf(RunBusyException.class, failure(journal.append("run", claim.epoch(), 2, AB)));
  }

  @Test
  void scopesDoNotSeeEachOther() {
    JdbcJournal database = JdbcJournal.over(pool, threads);
    Journal one = database.scope(scope + "/one");
    Journal other = database.scope(scope + "/other");
    Claim claim = get(one.claim("run", MINUTE));
    get(one.append("run", claim.epoch(), 0, AB));
    assertEquals(List.of(), get(other.claim("run", MINUTE)).entries());
    get(one.finish("run", claim.epoch(), "{}"));
    assertEquals(Optional.empty(), get(other.report("run")));
    assertThrows(IllegalArgumentException.class, () -> database.scope(" "));
  }

  @Test
  void theLongestScopeWithTheLongestIdFitsIntoTheIndexes() {
    JdbcJournal database = JdbcJournal.over(pool, threads);
    // Of so many kinds of characters that it cannot be compressed, each of three bytes.
    String longest =
        new Random(7)
            .ints(500, 0x4e00, 0x9fff)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    String id = "x".repeat(100);
    Journal journal = database.scope(longest);
    Claim claim = get(journal.claim(id, MINUTE));
    get(journal.append(id, claim.epoch(), 0, AB));
    get(journal.finish(id, claim.epoch(), "{}"));
    assertEquals(Optional.of("{}"), get(journal.report(id)));
    String why =
        requireNonNull(
            assertThrows(IllegalArgumentException.class, () -> database.scope(longest + "x"))
                .getMessage());
    assertEquals("the scope has 501 characters; it may have up to 500", why);
  }

  @Test
  void aReportIsForgottenAfterItsTimeAndItsEpochIsNot() throws Exception {
    Journal journal = JdbcJournal.over(pool, threads).keepReports(Duration.ofHours(1)).scope(scope);
    Claim before = get(journal.claim("old", MINUTE));
    get(journal.finish("old", before.epoch(), "{}"));
    Claim recent = get(journal.claim("recent", MINUTE));
    get(journal.finish("recent", recent.epoch(), "{}"));
    Postgres.execute(
        "UPDATE imageshare_run SET ended = ended - INTERVAL '2 hours',"
            + " seen = seen - INTERVAL '2 hours' WHERE id = 'old' AND scope = '%s'"
                .formatted(scope));
    assertEquals(Optional.of("{}"), get(journal.report("old")));
    get(journal.finish("recent", recent.epoch(), "{}"));
    assertEquals(Optional.empty(), get(journal.report("old")));
    assertEquals(Optional.of("{}"), get(journal.report("recent")));
    assertTrue(get(journal.claim("old", MINUTE)).epoch() > before.epoch());
  }

  @Test
  void reportsAreKeptForAnHourToAHundredYears() {
    JdbcJournal database = JdbcJournal.over(pool, threads);
    Duration longest = Duration.ofDays(36_500);
    for (Duration wrong : List.of(MINUTE, longest.plusNanos(1), ChronoUnit.FOREVER.getDuration())) {
      assertEquals(
          "keepReports: %s; it must be PT1H at least, and 36500 days at most".formatted(wrong),
          assertThrows(IllegalArgumentException.class, () -> database.keepReports(wrong))
              .getMessage());
    }
    Journal journal = database.keepReports(longest).scope(scope);
    for (String run : List.of("one", "other")) {
      get(journal.finish(run, get(journal.claim(run, MINUTE)).epoch(), "{}"));
    }
    assertEquals(Optional.of("{}"), get(journal.report("one")));
  }

  @Test
  void anExecutorThatWasShutDownFailsTheCall() {
    Executor none = Executors.newSingleThreadExecutor();
    ((ExecutorService) none).shutdown();
    Journal journal = JdbcJournal.over(pool, none).scope(scope);
    assertInstanceOf(RejectedExecutionException.class, failure(journal.report("run")));
  }

  @Test
  void theIndexFindsTheUnfinishedOfTenThousand() throws Exception {
    Postgres.execute(
        """
        INSERT INTO imageshare_run
        SELECT '%s', 'run' || n, n, 'process', now() - INTERVAL '1 hour', 3, n %% 6 = 0, FALSE,
          now(), repeat('report', 100)
        FROM generate_series(1, 60000) AS n"""
            .formatted(scope));
    Postgres.execute("ANALYZE imageshare_run");
    JdbcConnectionPool single = Postgres.pool(1);
    Journal journal = journal(single);
    long best = Long.MAX_VALUE;
    for (int n = 0; n < 20; n++) {
      long begun = System.nanoTime();
      assertEquals(100, get(journal.unfinished(MINUTE, 100)).size());
      best = Math.min(best, System.nanoTime() - begun);
    }
    single.dispose();
    System.out.printf("100 of 10,000 unfinished runs are found in %.1f ms%n", best / 1e6);
    String plan =
        String.join(
            "\n",
            Postgres.execute(
                "EXPLAIN SELECT id FROM imageshare_run WHERE scope = '%s' AND unfinished"
                        .formatted(scope)
                    + " AND (owner = '' OR seen <= now() - INTERVAL '1' SECOND * 60)"
                    + " ORDER BY ended LIMIT 1000"));
    assertTrue(plan.contains("imageshare_run_unfinished"), plan);
  }

  /** In real time: entries that arrive while the database is busy share an append. */
  @Test
  void aSliceCostsAFewTransactions() throws Exception {
    int slices = 200;
    List<String> images = IntStream.range(0, slices).mapToObj(n -> "image-" + n).toList();
    WatchedSource source = new WatchedSource(pool);
    AtomicLong bytes = new AtomicLong();
    MemoryBackend cloud =
        MemoryBackend.builder().anyImage().jobsTake(Duration.ofMillis(500)).build();
    String before = Postgres.execute("SELECT pg_current_wal_lsn()").get(0);
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .journal(counting(journal(source.watched()), bytes))
            .limits(new BatchLimits(1, 10, 10))
            .flow(FlowPolicy.defaults().callsPerSecond(1000).openJobs(20))
            .build()) {
      List<String> projects = IntStream.range(0, 10).mapToObj(n -> "project-" + n).toList();
      assertTrue(workflow.run(ShareRequest.share(images, projects)).allDone());
    }
    long log =
        Long.parseLong(
            Postgres.execute(
                    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '" + before + "')::bigint")
                .get(0));
    double transactions = source.done.stream().filter("commit"::equals).count() * 1.0 / slices;
    double rows =
        source.done.stream().filter(text -> text.startsWith("WITH")).count() * 1.0 / slices;
    System.out.printf(
        "A slice of %d: %.2f transactions, %.2f rows, %d bytes of entries, %d bytes of the database's log%n",
        slices, transactions, rows, bytes.get() / slices, log / slices);
    assertTrue(transactions <= 3.2, transactions + " transactions");
  }

  private static Journal counting(Journal journal, AtomicLong bytes) {
    return (Journal)
        Proxy.newProxyInstance(
            Journal.class.getClassLoader(),
            new Class<?>[] {Journal.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("append")) {
                ((List<?>) requireNonNull(arguments)[3])
                    .forEach(entry -> bytes.addAndGet(entry.toString().length()));
              }
              return method.invoke(journal, arguments);
            });
  }

  /** As often as all three ask, each gets its share: none takes what it cannot begin with. */
  @Test
  void threeProcessesShareAThousandRunsThatWereLeft() throws Exception {
    Postgres.execute(
        """
        INSERT INTO imageshare_run
        SELECT '%s', 'run' || n, 0, 'dead', now() - INTERVAL '1 hour', 3, TRUE, FALSE, now(), NULL
        FROM generate_series(1, 1000) AS n"""
            .formatted(scope));
    List<Journal> processes = IntStream.range(0, 3).mapToObj(n -> journal(pool)).toList();
    Set<String> taken = new HashSet<>();
    int[] shares = new int[3];
    int refused = 0;
    boolean more = true;
    while (more) {
      List<List<Unfinished>> found =
          processes.stream().map(process -> get(process.unfinished(MINUTE, 20))).toList();
      more = !found.get(0).isEmpty();
      for (int n = 0; n < 3; n++) {
        List<CompletionStage<Claim>> claims = new ArrayList<>();
        for (Unfinished run : found.get(n)) {
          claims.add(processes.get(n).claim(run.run(), MINUTE));
        }
        for (int k = 0; k < claims.size(); k++) {
          try {
            get(claims.get(k));
            assertTrue(taken.add(found.get(n).get(k).run()), "claimed twice");
            shares[n]++;
          } catch (CompletionException e) {
            assertInstanceOf(RunBusyException.class, e.getCause());
            refused++;
          }
        }
      }
    }
    System.out.printf(
        "Of 1,000 runs the processes took %d, %d and %d; %d claims came too late%n",
        shares[0], shares[1], shares[2], refused);
    assertEquals(1000, taken.size());
    assertTrue(IntStream.of(shares).allMatch(share -> share > 200), "one has taken most");
  }
}
