package io.imageshare.journal.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The statements of a file that create tables. */
final class Tables {
  private static final Pattern END = Pattern.compile(";\\s*\\n");

  private Tables() {}

  /** Executes them. */
  static void create(DataSource source, String file) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String text : END.splitAsStream(text("/imageshare-journal/" + file)).toList()) {
        statement.execute(text);
      }
    }
  }

  private static String text(String resource) {
    try (InputStream in = requireNonNull(Tables.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
