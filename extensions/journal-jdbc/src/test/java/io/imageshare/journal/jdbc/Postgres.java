package io.imageshare.journal.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** A PostgreSQL for all tests of this JVM, with which it ends. */
final class Postgres {
  private static @Nullable EmbeddedPostgres server;
  private static String obstacle = "";

  private Postgres() {}

  /** Starts it at the first call; tests are skipped where it cannot start. */
  static synchronized EmbeddedPostgres server() {
    if (server == null && obstacle.isEmpty()) {
      try {
        EmbeddedPostgres started = EmbeddedPostgres.builder().start();
        JdbcJournal.createTables(started.getPostgresDatabase());
        server = started;
      } catch (Exception | LinkageError e) {
        obstacle = e.toString();
      }
    }
    return server == null ? Assumptions.abort("no PostgreSQL starts here: " + obstacle) : server;
  }

  /** A pool that trusts the connections in it. */
  static JdbcConnectionPool pool(int connections) {
    return pool(connections, "read committed");
  }

  static JdbcConnectionPool pool(int connections, String isolation) {
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setUrl(server().getJdbcUrl("postgres", "postgres"));
    source.setOptions("-c default_transaction_isolation=" + isolation.replace(" ", "\\ "));
    JdbcConnectionPool pool = JdbcConnectionPool.create(source);
    pool.setMaxConnections(connections);
    return pool;
  }

  /** Executes a statement; the first column of its rows, if it has any. */
  static List<String> execute(String text) throws SQLException {
    try (Connection connection = server().getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      List<String> values = new ArrayList<>();
      if (statement.execute(text)) {
        ResultSet rows = statement.getResultSet();
        while (rows.next()) {
          values.add(String.valueOf(rows.getString(1)));
        }
      }
      return values;
    }
  }
}
