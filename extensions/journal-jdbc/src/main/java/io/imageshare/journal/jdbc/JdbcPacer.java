package io.imageshare.journal.jdbc;

import static java.util.Objects.requireNonNull;

import io.imageshare.Pacer;
import io.imageshare.Pacer.Snapshot;
import io.imageshare.journal.jdbc.Transactions.Sql;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Pacers in a database that several processes share: PostgreSQL 13 or later, and H2 for tests.
 *
 * <pre>{@code
 * JdbcPacer database = JdbcPacer.over(pool, Executors.newFixedThreadPool(2));
 * ShareWorkflow.builder(backend).pacer(database.scope("account/region"))
 * }</pre>
 *
 * <p>It needs a table. It is in the resource {@code imageshare-journal/R__imageshare_pacer.sql} of
 * this jar, beside those of {@link JdbcJournal}, and {@link #createTables} creates it; nothing else
 * here creates anything.
 *
 * <p><b>Cost.</b> One row an account, of some kilobytes, or 30 where the service takes 2,000 calls
 * a minute. Each process replaces it in a transaction of its own one to five times a second on
 * average while it makes calls, and up to twenty times in a second in which the service refuses
 * calls. Calls rarely wait for it.
 *
 * <p><b>Connections</b> are used as {@link JdbcJournal} uses them: one at a time, for one
 * transaction that is bounded in time. The clock is that of the database.
 *
 * <p>Immutable and thread-safe. There is nothing to close; the pool and the executor stay the
 * caller's.
 */
public final class JdbcPacer {
  private static final String BEGIN =
      """
      INSERT INTO imageshare_pace
      SELECT ?, 1, ? WHERE NOT EXISTS (SELECT 1 FROM imageshare_pace WHERE scope = ?)""";
  private static final String REPLACE =
      "UPDATE imageshare_pace SET version = version + 1, state = ? WHERE scope = ? AND version = ?";

  /** A row in any case: of a scope that there is not, with the time only. */
  private static final String READ =
      """
      SELECT version, state, moment FROM (SELECT %s AS moment) AS clock
      LEFT JOIN imageshare_pace ON scope = ?""";

  private final Transactions transactions;
  private final Background background;

  private JdbcPacer(DataSource source, Executor executor) {
    transactions = new Transactions(requireNonNull(source, "source"), System::nanoTime);
    background = new Background(requireNonNull(executor, "executor"));
  }

  /**
   * Pacers over a data source, usually a pool.
   *
   * @param source gives connections, one at a time
   * @param executor runs the calls, each of which holds a thread until the database has answered:
   *     one of its own with two threads, so that neither a slow answer nor the journal holds the
   *     next call up. {@code Runnable::run} would hold the engine up
   * @return the pacers
   */
  public static JdbcPacer over(DataSource source, Executor executor) {
    return new JdbcPacer(source, executor);
  }

  /**
   * The pacer of one account at one endpoint, as the service counts its calls.
   *
   * @param name names the account and the endpoint, "account/region" say; up to 500 characters
   * @return the pacer
   * @throws IllegalArgumentException if the name is blank or longer
   */
  public Pacer scope(String name) {
    JdbcJournal.requireScope(name);
    return (version, state) ->
        background.run(() -> transactions.commit(sql -> replace(sql, name, version, state)));
  }

  /** Doing it again after it was committed changes nothing: the version is another. */
  private static Snapshot replace(Sql sql, String scope, long version, String state)
      throws SQLException {
    if (version == 0) {
      sql.update(BEGIN, scope, state, scope);
    } else if (version > 0) {
      sql.update(REPLACE, state, scope, version);
    }
    // The clock of the statement: that of the transaction stands while it waits for the row.
    String now = sql.isPostgres() ? "clock_timestamp()" : "CURRENT_TIMESTAMP";
    List<Snapshot> read =
        sql.rows(
            row ->
                new Snapshot(
                    row.getLong(1),
                    row.getString(2) == null ? "" : row.getString(2),
                    row.getObject(3, OffsetDateTime.class).toInstant()),
            READ.formatted(now),
            scope);
    return read.get(0);
  }

  /**
   * Creates the table if it is missing.
   *
   * @param source gives the connection; its user must be allowed to create tables
   * @throws SQLException if the database refuses
   */
  public static void createTables(DataSource source) throws SQLException {
    Tables.create(source, "R__imageshare_pacer.sql");
  }
}
