package io.imageshare.journal.jdbc;

import io.imageshare.Journal;
import io.imageshare.RunBusyException;
import io.imageshare.journal.jdbc.Transactions.Row;
import io.imageshare.journal.jdbc.Transactions.Sql;
import io.imageshare.journal.jdbc.Transactions.Work;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * The runs of one scope. Whatever changes a run first updates its row, which holds the row until
 * the transaction ends: so an append and a claim, or two of either, follow each other.
 */
final class ScopedJournal implements Journal {
  private static final String CLAIM =
      """
      UPDATE imageshare_run SET epoch = ?, owner = ?, seen = now()
      WHERE scope = ? AND id = ? AND epoch < ?
        AND (owner = '' OR seen <= now() - INTERVAL '1' SECOND * CAST(? AS NUMERIC))""";
  private static final String BEGIN =
      """
      INSERT INTO imageshare_run
      SELECT ?, ?, ?, ?, now(), 0, FALSE, FALSE, now(), NULL
      WHERE NOT EXISTS (SELECT 1 FROM imageshare_run WHERE scope = ? AND id = ?)""";

  /** A sign of life; and room for the entries, unless an earlier try has made it. */
  private static final String MARK =
      """
      UPDATE imageshare_run
      SET seen = now(), entries = GREATEST(entries, ?), unfinished = unfinished OR ? > 0
      WHERE scope = ? AND id = ? AND epoch = ? AND owner <> '' AND entries >= ?""";

  private static final String APPEND =
      """
      WITH marked AS (%s RETURNING cancelled),
        added AS (
          INSERT INTO imageshare_entry SELECT ?, ?, ?, ? FROM marked WHERE ? > 0
          ON CONFLICT DO NOTHING)
      SELECT cancelled FROM marked"""
          .formatted(MARK);

  /** The same as two statements, for H2. */
  private static final String ADD =
      """
      INSERT INTO imageshare_entry SELECT ?, ?, ?, ?
      WHERE ? > 0
        AND NOT EXISTS (SELECT 1 FROM imageshare_entry WHERE scope = ? AND run = ? AND number = ?)""";

  private static final String FINISH =
      """
      UPDATE imageshare_run
      SET owner = '', seen = now(), entries = 0, unfinished = FALSE, cancelled = FALSE,
        ended = now(), report = ?
      WHERE scope = ? AND id = ? AND epoch = ? AND (owner <> '' OR NOT unfinished)""";

  /** Also what was claimed long ago and never begun. */
  private static final String FORGET =
      """
      DELETE FROM imageshare_run
      WHERE scope = ? AND NOT unfinished AND ended < now() - INTERVAL '1' SECOND * CAST(? AS NUMERIC)
        AND seen < now() - INTERVAL '1' SECOND * CAST(? AS NUMERIC)""";

  private static final String SILENT = "CAST(EXTRACT(EPOCH FROM (now() - seen)) * 1000 AS BIGINT)";

  private static final String UNFINISHED =
      """
      SELECT id, owner, silent FROM (
        SELECT id, owner, %s AS silent FROM imageshare_run
        WHERE scope = ? AND unfinished
          AND (owner = '' OR seen <= now() - INTERVAL '1' SECOND * CAST(? AS NUMERIC))
        ORDER BY ended LIMIT ?) AS free
      ORDER BY random() LIMIT ?"""
          .formatted(SILENT);
  private static final String LATEST =
      """
      SELECT epoch, owner, %s, entries, cancelled FROM imageshare_run
      WHERE scope = ? AND id = ?"""
          .formatted(SILENT);

  private final Transactions transactions;
  private final Background background;
  private final Duration keepReports;
  private final String scope;

  ScopedJournal(Transactions transactions, Executor executor, Duration keepReports, String scope) {
    this.transactions = transactions;
    background = new Background(executor);
    this.keepReports = keepReports;
    this.scope = scope;
  }

  /**
   * A random part of the ten times as many that were begun first: processes that ask at the same
   * time get different runs, mostly, and no more than these are read.
   */
  @Override
  public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
    Row<Unfinished> unfinished =
        row ->
            new Unfinished(
                row.getString(1), row.getString(2), Duration.ofMillis(Math.max(0, row.getLong(3))));
    return commit(
        sql -> sql.rows(unfinished, UNFINISHED, scope, seconds(silent), 10L * atMost, atMost));
  }

  /**
   * The number is drawn before, so that a try of the claim finds what an earlier one has committed.
   */
  @Override
  public CompletionStage<Claim> claim(String run, Duration silent) {
    return background.run(
        () -> {
          String owner = owner();
          long epoch = transactions.commit(ScopedJournal::nextEpoch);
          return transactions.commit(sql -> claim(sql, run, silent, epoch, owner));
        });
  }

  private static long nextEpoch(Sql sql) throws SQLException {
    return sql.rows(row -> row.getLong(1), "SELECT nextval('imageshare_epoch')").get(0);
  }

  private Claim claim(Sql sql, String run, Duration silent, long epoch, String owner)
      throws SQLException {
    if (sql.update(CLAIM, epoch, owner, scope, run, epoch, seconds(silent)) == 0
        && sql.update(BEGIN, scope, run, epoch, owner, scope, run) == 0) {
      Latest latest = latest(sql, run);
      if (latest.epoch != epoch) {
        Duration left = silent.minus(latest.silent);
        throw new RunBusyException(run, latest.owner, left.isNegative() ? Duration.ZERO : left);
      }
    }
    List<String> lines =
        sql.rows(
            row -> row.getString(1),
            "SELECT lines FROM imageshare_entry WHERE scope = ? AND run = ? ORDER BY number",
            scope,
            run);
    return new Claim(
        epoch, lines.stream().flatMap(text -> Stream.of(text.split("\n", -1))).toList());
  }

  @Override
  public CompletionStage<Boolean> append(String run, long epoch, long first, List<String> entries) {
    int count = entries.size();
    String lines = String.join("\n", entries);
    Object[] mark = {first + count, count, scope, run, epoch, first};
    Object[] add = {scope, run, first, lines, count};
    return commit(
        sql -> {
          List<Boolean> cancelled;
          if (sql.isPostgres()) {
            cancelled = sql.rows(row -> row.getBoolean(1), APPEND, both(mark, add));
          } else if (sql.update(MARK, mark) == 0) {
            cancelled = List.of();
          } else {
            sql.update(ADD, both(add, scope, run, first));
            cancelled = List.of(latest(sql, run).cancelled);
          }
          if (cancelled.isEmpty()) {
            throw refusal(sql, run, epoch);
          }
          return cancelled.get(0);
        });
  }

  private static Object[] both(Object[] some, Object... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray();
  }

  /** Why a write with this epoch changed nothing. */
  private RuntimeException refusal(Sql sql, String run, long epoch) throws SQLException {
    Latest latest = latest(sql, run);
    return latest.epoch == epoch && !latest.owner.isEmpty()
        ? new IllegalStateException(
            "run %s has %d entries: those before the first of these are missing"
                .formatted(run, latest.entries))
        : new RunBusyException(run, latest.owner, Duration.ZERO);
  }

  @Override
  public CompletionStage<Void> finish(String run, long epoch, String report) {
    return commit(
            sql -> {
              if (sql.update(FINISH, report, scope, run, epoch) == 0) {
                throw refusal(sql, run, epoch);
              }
              sql.update("DELETE FROM imageshare_entry WHERE scope = ? AND run = ?", scope, run);
              return sql.update(FORGET, scope, seconds(keepReports), seconds(keepReports));
            })
        .thenAccept(count -> {});
  }

  @Override
  public CompletionStage<Optional<String>> report(String run) {
    return commit(
        sql ->
            sql
                .rows(
                    row -> row.getString(1),
                    "SELECT report FROM imageshare_run"
                        + " WHERE scope = ? AND id = ? AND report IS NOT NULL",
                    scope,
                    run)
                .stream()
                .findFirst());
  }

  @Override
  public CompletionStage<Void> release(String run, long epoch) {
    return commit(
            sql ->
                sql.update(
                    "UPDATE imageshare_run SET owner = '' WHERE scope = ? AND id = ? AND epoch = ?",
                    scope,
                    run,
                    epoch))
        .thenAccept(count -> {});
  }

  @Override
  public CompletionStage<Boolean> cancel(String run) {
    return commit(
            sql ->
                sql.update(
                    "UPDATE imageshare_run SET cancelled = TRUE"
                        + " WHERE scope = ? AND id = ? AND unfinished",
                    scope,
                    run))
        .thenApply(count -> count == 1);
  }

  private record Latest(
      long epoch, String owner, Duration silent, long entries, boolean cancelled) {}

  /** The row of a run; of one that there is not, as if it had been released. */
  private Latest latest(Sql sql, String run) throws SQLException {
    return sql
        .rows(
            row ->
                new Latest(
                    row.getLong(1),
                    row.getString(2),
                    Duration.ofMillis(row.getLong(3)),
                    row.getLong(4),
                    row.getBoolean(5)),
            LATEST,
            scope,
            run)
        .stream()
        .findFirst()
        .orElse(new Latest(0, "", Duration.ZERO, 0, false));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Asks the name service, perhaps: not on the engine's thread. */
  private static String owner() {
    String process = "process " + ProcessHandle.current().pid();
    try {
      return process + " on " + InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return process;
    }
  }

  private <T> CompletionStage<T> commit(Work<T> work) {
    return background.run(() -> transactions.commit(work));
  }
}
