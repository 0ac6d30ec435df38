package io.imageshare.journal.jdbc;

import static java.util.Objects.requireNonNull;

import io.imageshare.Journal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Journals in a database that several processes share: PostgreSQL 13 or later, and H2 for tests.
 *
 * <pre>{@code
 * JdbcJournal database = JdbcJournal.over(pool, threads);
 * ShareWorkflow.builder(backend).journal(database.scope("account/region"))
 * }</pre>
 *
 * <p>It needs two tables and a sequence. They are in the resource {@code
 * imageshare-journal/R__imageshare_journal.sql} of this jar, plain statements for Flyway (location
 * {@code classpath:imageshare-journal}), Liquibase ({@code sqlFile}) or by hand, and {@link
 * #createTables} executes them; nothing else here creates anything. Names are not qualified: they
 * are found by the connection's search path.
 *
 * <p><b>Cost.</b> An append is one transaction with one statement, which updates the row of the run
 * and adds one row, however many entries it has.
 *
 * <p><b>Connections.</b> Each call takes one connection, for one transaction. It sets {@code
 * lock_timeout} (5 s), {@code statement_timeout} and {@code idle_in_transaction_session_timeout}
 * (10 s) for this transaction only, and the connection's network timeout (15 s) until it gives it
 * back: so neither a frozen database nor a paused process holds others up for longer. Any isolation
 * level will do. The connections must not take part in transactions of somebody else (JTA).
 *
 * <p><b>Failures.</b> A transaction that failed by a conflict is tried again at once, for five
 * seconds at most; one that lost its connection, twice at most. Each try finds what an earlier one
 * has stored, also where nobody knows whether that was committed. What fails for longer is the
 * engine's to repeat.
 *
 * <p>Immutable and thread-safe. There is nothing to close; the pool and the executor stay the
 * caller's.
 */
public final class JdbcJournal {
  private static final Duration KEEP_REPORTS = Duration.ofDays(30);
  private static final Duration SHORTEST = Duration.ofHours(1);

  /** As good as for ever, and far from where the database's times end. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Of three bytes each, with the id of a run: what an index of PostgreSQL holds. */
  private static final int LONGEST_SCOPE = 500;

  private final DataSource source;
  private final Executor executor;
  private final Duration keepReports;

  private JdbcJournal(DataSource source, Executor executor, Duration keepReports) {
    this.source = requireNonNull(source, "source");
    this.executor = requireNonNull(executor, "executor");
    this.keepReports = keepReports;
  }

  /**
   * Journals over a data source, usually a pool, that keep reports for 30 days.
   *
   * @param source gives connections, several at once: with fewer than runs that write at the same
   *     time, these wait for each other
   * @param executor runs the calls, each of which holds a thread until the database has answered:
   *     one of its own, with as many threads as there are connections. {@code Runnable::run} would
   *     hold the engine up, and is for virtual time only
   * @return the journals
   */
  public static JdbcJournal over(DataSource source, Executor executor) {
    return new JdbcJournal(source, executor, KEEP_REPORTS);
  }

  /**
   * A copy that keeps the report of a finished run for another time. Later reports are deleted when
   * another run of the same scope finishes.
   *
   * @param time how long at least; 30 days by default, to look into what went wrong last month
   * @return the copy
   * @throws IllegalArgumentException if the time is below one hour, or above 36,500 days
   */
  public JdbcJournal keepReports(Duration time) {
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "keepReports: %s; it must be %s at least, and %d days at most"
              .formatted(time, SHORTEST, LONGEST.toDays()));
    }
    return new JdbcJournal(source, executor, time);
  }

  /**
   * The journal of one account at one endpoint. Runs of other scopes are not seen in it, and may
   * have the same ids.
   *
   * @param name names the account and the endpoint, "account/region" say; up to 500 characters, so
   *     that an index of PostgreSQL holds it
   * @return the journal
   * @throws IllegalArgumentException if the name is blank or longer
   */
  public Journal scope(String name) {
    requireScope(name);
    return new ScopedJournal(
        new Transactions(source, System::nanoTime), executor, keepReports, name);
  }

  static void requireScope(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "the scope is blank: name the account and the endpoint, \"account/region\" say");
    } else if (name.length() > LONGEST_SCOPE) {
      throw new IllegalArgumentException(
          "the scope has %s characters; it may have up to %s"
              .formatted(name.length(), LONGEST_SCOPE));
    }
  }

  /**
   * Creates what is missing of the tables, the index and the sequence.
   *
   * @param source gives the connection; its user must be allowed to create tables
   * @throws SQLException if the database refuses
   */
  public static void createTables(DataSource source) throws SQLException {
    Tables.create(source, "R__imageshare_journal.sql");
  }
}
