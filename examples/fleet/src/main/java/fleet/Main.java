package fleet;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.imageshare.ShareRequest;
import io.imageshare.journal.jdbc.JdbcJournal;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Starts a PostgreSQL, the simulated service and three workers, kills one worker and ends another,
 * and prints who did what. It exits with 0 if the third has finished everything, and nothing was
 * sent twice.
 */
final class Main {
  /** As db-scheduler documents it. */
  private static final String TASKS =
      """
      CREATE TABLE scheduled_tasks (
        task_name TEXT NOT NULL, task_instance TEXT NOT NULL, task_data BYTEA,
        execution_time TIMESTAMP WITH TIME ZONE NOT NULL, picked BOOLEAN NOT NULL, picked_by TEXT,
        last_success TIMESTAMP WITH TIME ZONE, last_failure TIMESTAMP WITH TIME ZONE,
        consecutive_failures INT, last_heartbeat TIMESTAMP WITH TIME ZONE,
        version BIGINT NOT NULL, priority SMALLINT,
        PRIMARY KEY (task_name, task_instance));
      CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
      CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)""";

  private static final int REQUESTS = 6;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Instant begun = Instant.now();
  private final CountDownLatch ready = new CountDownLatch(3);
  private final Map<String, Map<String, Integer>> sent = new TreeMap<>();

  private static ShareRequest request(String run) {
    List<String> images = IntStream.range(0, 4).mapToObj(n -> run + "-image-" + n).toList();
    return ShareRequest.share(images, List.of("project-1", "project-2", "project-3", "project-4"));
  }

  public static void main(String[] args) throws Exception {
    System.exit(new Main().run() ? 0 : 1);
  }

  private boolean run() throws Exception {
    MemoryBackend cloud =
        MemoryBackend.builder().anyImage().jobsTake(Duration.ofSeconds(2)).build();
    ImsServer.Builder service = ImsServer.builder(cloud);
    Worker.ACCOUNTS.forEach(account -> service.accessKey(account, "secret"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        ImsServer server = service.build()) {
      DataSource database = postgres.getPostgresDatabase();
      JdbcJournal.createTables(database);
      execute(database, TASKS);
      String url = postgres.getJdbcUrl("postgres", "postgres");
      Process killed = worker("A", url, server.endpoint());
      Process ended = worker("B", url, server.endpoint());
      Process third = worker("C", url, server.endpoint());
      await(() -> ready.getCount() == 0); // who comes late would find nothing to do
      schedule(database);
      await(() -> sent("A") > 3 && sent("B") > 3);
      say("A is killed (SIGKILL): its runs are free when the silence is over");
      killed.destroyForcibly();
      say("B is told to end (SIGTERM): its runs are free when it has given them back");
      ended.toHandle().destroy(); // what it says until it ends is read
      ended.waitFor();
      say("B has ended");
      await(() -> execute(database, "SELECT count(*) FROM scheduled_tasks") == 0);
      third.toHandle().destroy();
      third.waitFor();
      return succeeded(cloud);
    }
  }

  private static void schedule(DataSource database) {
    SchedulerClient client = SchedulerClient.Builder.create(database).build();
    for (String account : Worker.ACCOUNTS) {
      for (int n = 1; n <= REQUESTS; n++) {
        String run = account + "-" + n;
        client.scheduleIfNotExists(
            new TaskInstance<>(Worker.TASK, account + "/" + run, request(run).toJson()),
            Instant.now());
      }
    }
  }

  private Process worker(String name, String url, URI endpoint) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                url,
                endpoint.toString())
            .redirectErrorStream(true)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    Thread reader = new Thread(() -> read(name, process));
    reader.setDaemon(true);
    reader.start();
    return process;
  }

  private void read(String name, Process process) {
    try (BufferedReader said = process.inputReader()) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        say(name + ": " + line);
        if (line.equals(Worker.READY)) {
          ready.countDown();
        } else if (line.contains(": sent ")) {
          note(line.substring(0, line.indexOf(':')), name);
        }
      }
    } catch (IOException e) {
      say(name + " is gone");
    }
  }

  private synchronized void note(String run, String by) {
    sent.computeIfAbsent(run, id -> new TreeMap<>()).merge(by, 1, Integer::sum);
  }

  private synchronized int sent(String by) {
    return sent.values().stream().mapToInt(run -> run.getOrDefault(by, 0)).sum();
  }

  private void say(String line) {
    System.out.printf("%5.1f s  %s%n", Duration.between(begun, Instant.now()).toMillis() / 1e3, line);
  }

  private synchronized boolean succeeded(MemoryBackend cloud) {
    System.out.println("calls that share, by run and worker:");
    sent.forEach((run, by) -> System.out.println("  " + run + " " + by));
    int calls = (int) cloud.calls().stream().filter(c -> c.kind() == Call.Kind.SUBMIT).count();
    int runs = Worker.ACCOUNTS.size() * REQUESTS;
    System.out.printf(
        "%d runs, %d pairs shared with %d calls; %d calls would do%n",
        sent.size(), cloud.members().size(), calls, 4 * runs);
    return cloud.members().size() == 16 * runs && calls == 4 * runs;
  }

  /** The first number of the answer, if there is one. */
  private static int execute(DataSource database, String text) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      if (!statement.execute(text)) {
        return 0;
      }
      statement.getResultSet().next();
      return statement.getResultSet().getInt(1);
    }
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static void await(Condition condition) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("it takes longer than " + PATIENCE);
      }
      Thread.sleep(50);
    }
  }
}
