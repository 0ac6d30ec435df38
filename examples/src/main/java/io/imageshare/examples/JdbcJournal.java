package io.imageshare.examples;

import io.imageshare.Journal;
import io.imageshare.Timekeeper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A journal in one table of a database, for processes that share no disk. The number of a line is
 * part of the primary key, so that of two processes that append to a run, one fails. Line 0 holds
 * the owner of the run; every change updates it first, which serializes the changes of a run.
 *
 * <p>For PostgreSQL, put {@code org.postgresql:postgresql} on the class path; the driver reads
 * passwords from a file ({@code ~/.pgpass}), which keeps them out of the URL.
 */
final class JdbcJournal implements Journal {
  /** An H2 database inside this process, which no other process can open meanwhile. */
  static final String EMBEDDED = "jdbc:h2:./imageshare-journal;DB_CLOSE_DELAY=-1;WRITE_DELAY=0";

  private final String url;
  private final String owner;
  private final Timekeeper time;
  private final Executor executor;

  /**
   * @param url the database; the table is created if it is missing
   * @param owner a unique name of this process
   * @param time the timekeeper of the workflow
   * @param executor runs the calls that block on the database
   */
  JdbcJournal(String url, String owner, Timekeeper time, Executor executor) {
    this.url = url;
    this.owner = owner;
    this.time = time;
    this.executor = executor;
    transaction(
        sql ->
            sql.update(
                """
                CREATE TABLE IF NOT EXISTS journal (
                  run VARCHAR(100), number BIGINT, line TEXT NOT NULL,
                  owner VARCHAR(200) NOT NULL, written BIGINT NOT NULL, PRIMARY KEY (run, number))
                """));
  }

  @Override
  public CompletionStage<List<Unfinished>> unfinished() {
    Row<Unfinished> toRun =
        row ->
            new Unfinished(
                row.getString(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3)));
    return async(
        sql -> sql.rows(toRun, "SELECT run, owner, written FROM journal WHERE number = 0"));
  }

  @Override
  public CompletionStage<List<String>> read(String run) {
    String lines = "SELECT line FROM journal WHERE run = ? ORDER BY number";
    return async(sql -> sql.rows(row -> row.getString(1), lines, run));
  }

  @Override
  public CompletionStage<Void> append(String run, long first, List<String> lines) {
    long now = time.now().toEpochMilli();
    String updateOwner =
        "UPDATE journal SET owner = ?, written = ? WHERE run = ? AND number = 0"
            + " AND EXISTS (SELECT 1 FROM journal WHERE run = ? AND number = ?)";
    return async(
        sql -> {
          if (first > 0 && sql.update(updateOwner, owner, now, run, run, first - 1) == 0) {
            throw new SQLException("run %s has no line %d".formatted(run, first - 1));
          }
          for (int n = 0; n < lines.size(); n++) {
            String add = "INSERT INTO journal VALUES (?, ?, ?, ?, ?)";
            sql.update(add, run, first + n, lines.get(n), owner, now);
          }
          return null;
        });
  }

  @Override
  public CompletionStage<Void> finish(String run) {
    String deleteHead = "DELETE FROM journal WHERE run = ? AND number = 0 AND owner = ?";
    String others = "SELECT owner FROM journal WHERE run = ? AND number = 0";
    return async(
        sql -> {
          if (sql.update(deleteHead, run, owner) == 0) {
            for (String other : sql.rows(row -> row.getString(1), others, run)) {
              throw new SQLException("run %s is written by \"%s\"".formatted(run, other));
            }
          }
          sql.update("DELETE FROM journal WHERE run = ?", run);
          return null;
        });
  }

  @Override
  public CompletionStage<Void> release(String run) {
    String clearOwner = "UPDATE journal SET owner = '' WHERE run = ? AND number = 0 AND owner = ?";
    return async(sql -> sql.update(clearOwner, run, owner)).thenAccept(count -> {});
  }

  private <T> CompletionStage<T> async(Work<T> work) {
    return CompletableFuture.supplyAsync(() -> transaction(work), executor);
  }

  private <T> @Nullable T transaction(Work<T> work) {
    try (Connection connection = DriverManager.getDriver(url).connect(url, new Properties())) {
      connection.setAutoCommit(false);
      T result = work.with(new Sql(connection));
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw new CompletionException(e); // the transaction is rolled back
    }
  }

  private interface Work<T> {
    @Nullable T with(Sql sql) throws SQLException;
  }

  private interface Row<T> {
    T from(ResultSet row) throws SQLException;
  }

  private record Sql(Connection connection) {
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
