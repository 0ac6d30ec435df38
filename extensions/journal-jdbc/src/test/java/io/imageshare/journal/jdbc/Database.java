package io.imageshare.journal.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL that is restarted and frozen, keeps what it has confirmed, and notes who owns what.
 */
final class Database implements AutoCloseable {
  private static final String NOTES =
      """
      CREATE TABLE note (run VARCHAR, owner VARCHAR, at TIMESTAMP WITH TIME ZONE);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO note VALUES (NEW.id, NEW.owner, clock_timestamp());
          RETURN NEW;
        END $$;
      CREATE TRIGGER note AFTER INSERT OR UPDATE OF epoch, owner ON imageshare_run
        FOR EACH ROW EXECUTE FUNCTION note()""";

  private final Path directory;
  private EmbeddedPostgres server;

  /** From some time on a run is somebody's, or nobody's. */
  record Note(String run, String owner, Instant at) {}

  /** Skips the test where it cannot start. */
  Database(Path directory) throws Exception {
    Assumptions.assumeTrue(File.separatorChar == '/', "there are no signals to stop processes");
    Postgres.server(); // where this one starts, the other does
    this.directory = directory;
    server = configured().start();
    JdbcJournal.createTables(source());
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(NOTES);
    }
  }

  private EmbeddedPostgres.Builder configured() {
    return EmbeddedPostgres.builder()
        .setDataDirectory(directory)
        .setCleanDataDirectory(false)
        .setServerConfig("synchronous_commit", "on");
  }

  DataSource source() {
    return server.getPostgresDatabase();
  }

  String url() {
    return server.getJdbcUrl("postgres", "postgres");
  }

  /** All connections are lost, and nobody answers at its address meanwhile. */
  void restart() throws IOException {
    int port = server.getPort();
    server.close();
    server = configured().setPort(port).start();
  }

  /** It holds its connections, and answers nothing. */
  void freeze() throws Exception {
    signal("-STOP");
  }

  void thaw() throws Exception {
    signal("-CONT");
  }

  /** Its main process first, which then starts no others. */
  private void signal(String signal) throws Exception {
    long main = Long.parseLong(Files.readAllLines(directory.resolve("postmaster.pid")).get(0));
    Signals.send(signal, main);
    for (ProcessHandle process : ProcessHandle.of(main).orElseThrow().descendants().toList()) {
      Signals.send(signal, process.pid());
    }
  }

  /** All that it noted, the earliest first. */
  List<Note> notes() throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT run, owner, at FROM note ORDER BY at")) {
      List<Note> notes = new ArrayList<>();
      while (rows.next()) {
        Instant at = rows.getObject(3, OffsetDateTime.class).toInstant();
        notes.add(new Note(rows.getString(1), rows.getString(2), at));
      }
      return notes;
    }
  }

  /** How many runs are like this. */
  int count(String condition) throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM imageshare_run WHERE " + condition)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
