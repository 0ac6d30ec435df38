package io.imageshare.journal.jdbc;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/** Shows what is done with its connections, and loses the answers to commits. */
final class WatchedSource {
  /** The text of each statement, and "commit". */
  final List<String> done = new CopyOnWriteArrayList<>();

  /** The next commit after a statement with this text ends like a lost connection. */
  private volatile String lost = "";

  private final DataSource source;

  WatchedSource(DataSource source) {
    this.source = source;
  }

  /** What was committed stays committed, but nobody hears it. */
  void loseCommitOf(String text) {
    lost = text;
  }

  /** Whether that has happened. */
  boolean hasLost() {
    return lost.isEmpty();
  }

  DataSource watched() {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> watched(source.getConnection()));
  }

  private Connection watched(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            WatchedSource.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                done.add((String) requireNonNull(arguments)[0]);
              }
              try {
                Object result = method.invoke(connection, arguments);
                if (method.getName().equals("commit")) {
                  boolean loses = !hasLost() && done.get(done.size() - 1).contains(lost);
                  done.add("commit");
                  if (loses) {
                    lost = "";
                    connection.close();
                    throw new SQLException("the connection was lost", "08006");
                  }
                }
                return result;
              } catch (InvocationTargetException e) {
                throw requireNonNull(e.getCause());
              }
            });
  }
}
