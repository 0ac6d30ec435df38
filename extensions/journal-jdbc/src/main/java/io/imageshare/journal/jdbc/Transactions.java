package io.imageshare.journal.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Transactions on borrowed connections, bounded in time. */
final class Transactions {
  private static final Duration LOCK = Duration.ofSeconds(5);
  private static final Duration STATEMENT = Duration.ofSeconds(10);
  private static final Duration NETWORK = Duration.ofSeconds(15);
  private static final int TRIES = 3;

  /** Two processes that began the same run; the database is starting or ending; it is full. */
  private static final Set<String> PASSING = Set.of("23505", "57P01", "57P02", "57P03", "53300");

  private static final String LIMITS =
      """
      SELECT set_config('lock_timeout', ?, true), set_config('statement_timeout', ?, true),
        set_config('idle_in_transaction_session_timeout', ?, true)""";

  private final DataSource source;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime the monotonic clock
   */
  Transactions(DataSource source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
  }

  /** What is done in a transaction; doing it again after it was committed changes nothing. */
  interface Work<T> {
    T with(Sql sql) throws SQLException;
  }

  interface Row<T> {
    T from(ResultSet row) throws SQLException;
  }

  /**
   * Commits the work. What fails is tried again at once, if that may help and failing took no time:
   * conflicts as long as that, as each means that another transaction got on; the rest twice.
   */
  <T> T commit(Work<T> work) throws SQLException {
    long begun = nanoTime.getAsLong();
    for (int tries = 1; ; tries++) {
      try {
        return commitOnce(work);
      } catch (SQLException e) {
        boolean slow = nanoTime.getAsLong() - begun > LOCK.toNanos();
        boolean again = isConflict(e.getSQLState()) || (tries < TRIES && mayPass(e.getSQLState()));
        if (slow || !again) {
          throw e;
        }
      }
    }
  }

  private static boolean isConflict(@Nullable String state) {
    return state != null && state.startsWith("40");
  }

  /** Class 08: the connection was lost, one that lay in the pool for long say. */
  private static boolean mayPass(@Nullable String state) {
    return state != null && (state.startsWith("08") || PASSING.contains(state));
  }

  private <T> T commitOnce(Work<T> work) throws SQLException {
    try (Connection connection = source.getConnection()) {
      boolean commits = connection.getAutoCommit();
      int network = connection.getNetworkTimeout();
      try {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(NETWORK.toMillis()));
        connection.setAutoCommit(false);
        T result = work.with(limited(connection));
        connection.commit();
        return result;
      } catch (Throwable e) {
        quietly(connection::rollback);
        throw e;
      } finally {
        quietly(() -> connection.setAutoCommit(commits));
        quietly(() -> connection.setNetworkTimeout(Runnable::run, network));
      }
    }
  }

  /** The limits hold for this transaction: a pool gets its connections back as they were. */
  private static Sql limited(Connection connection) throws SQLException {
    Sql sql = Sql.on(connection);
    if (sql.isPostgres()) {
      sql.rows(row -> "", LIMITS, millis(LOCK), millis(STATEMENT), millis(STATEMENT));
    }
    return sql;
  }

  private static String millis(Duration limit) {
    return limit.toMillis() + "ms";
  }

  private interface Step {
    void take() throws SQLException;
  }

  /** What fails on a lost connection, which the pool finds out for itself. */
  private static void quietly(Step step) {
    try {
      step.take();
    } catch (SQLException e) {
      // What was committed is committed.
    }
  }

  /** Statements of a transaction. */
  record Sql(Connection connection, boolean isPostgres) {

    static Sql on(Connection connection) throws SQLException {
      String name = connection.getMetaData().getDatabaseProductName();
      if (!name.equals("PostgreSQL") && !name.equals("H2")) {
        throw new SQLFeatureNotSupportedException(
            "the journal is for PostgreSQL 13 or later, and for H2 in tests, not for " + name);
      }
      return new Sql(connection, name.equals("PostgreSQL"));
    }

    int update(String text, Object... values) throws SQLException {
      try (PreparedStatement statement = prepared(text, values)) {
        return statement.executeUpdate();
      }
    }

    <T> List<T> rows(Row<T> row, String text, Object... values) throws SQLException {
      List<T> rows = new ArrayList<>();
      try (PreparedStatement statement = prepared(text, values);
          ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          rows.add(row.from(found));
        }
      }
      return rows;
    }

    private PreparedStatement prepared(String text, Object... values) throws SQLException {
      PreparedStatement statement = connection.prepareStatement(text);
      for (int n = 0; n < values.length; n++) {
        statement.setObject(n + 1, values[n]);
      }
      return statement;
    }
  }
}
