package io.imageshare.journal.jdbc;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.memory.JournalContract;
import io.imageshare.memory.JournalContract.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The contract of journals, on both databases and at every level of isolation. */
@Timeout(120)
class JournalContractTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(6);
  private final List<JdbcConnectionPool> pools = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    threads.shutdownNow();
    threads.awaitTermination(1, TimeUnit.MINUTES);
    pools.forEach(JdbcConnectionPool::dispose);
  }

  @TestFactory
  Stream<DynamicTest> holdsOnH2() throws Exception {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setUrl("jdbc:h2:mem:contract;DB_CLOSE_DELAY=-1");
    JdbcJournal.createTables(h2);
    return rules("h2", h2);
  }

  @TestFactory
  Stream<DynamicTest> holdsOnPostgres() {
    return Stream.of("read committed", "repeatable read", "serializable")
        .flatMap(level -> rules(level, pool(level)));
  }

  private DataSource pool(String isolation) {
    JdbcConnectionPool pool = Postgres.pool(6, isolation);
    pools.add(pool);
    return pool;
  }

  private Stream<DynamicTest> rules(String name, DataSource source) {
    return JournalContract.rules().stream()
        .map(rule -> dynamicTest(name + ": " + rule, () -> check(name, rule, source)));
  }

  private void check(String name, Rule rule, DataSource source) {
    String scope = name + " " + rule.number();
    rule.check()
        .on(
            JdbcJournal.over(source, threads).scope(scope),
            JdbcJournal.over(source, threads).scope(scope));
  }
}
