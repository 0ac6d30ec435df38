package io.imageshare.journal.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.RunBusyException;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * One process of a fleet: begins the runs that its input names, takes over what others leave, and
 * ends with its input. It has one connection for all its runs, and its transactions are
 * serializable.
 *
 * @param server the service as only this process sees it: its log is what the process sent
 */
record FleetProcess(Process process, ImsServer server) {
  static final String SCOPE = "fleet";

  /** Nothing more is sent while so many jobs are under way. */
  static final int OPEN_JOBS = 2;

  private static final String KEY = "example-key";
  private static final String SECRET = "example-secret";

  /** What a run shares, in four calls: images that no other run has. */
  static ShareRequest request(String run) {
    return ShareRequest.share(ids(run + "-image-", 4), ids("project-", 4));
  }

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  static FleetProcess start(String database, MemoryBackend cloud, Duration silence)
      throws IOException {
    ImsServer server = ImsServer.builder(cloud).accessKey(KEY, SECRET).build();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                FleetProcess.class.getName(),
                database,
                server.endpoint().toString(),
                silence.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/fleet.log")))
            .start();
    return new FleetProcess(process, server);
  }

  void begin(List<String> runs) throws IOException {
    for (String run : runs) {
      process.getOutputStream().write((run + "\n").getBytes(UTF_8));
    }
    process.getOutputStream().flush();
  }

  List<ImsServer.Request> submits() {
    return server.requests().stream()
        .filter(request -> request.method().equals("POST") && request.path().endsWith("/members"))
        .toList();
  }

  /** Whether it is the one that the journal names. */
  boolean isNamed(String owner) {
    return isNamed(owner, process.pid());
  }

  private static boolean isNamed(String owner, long process) {
    return owner.matches("process " + process + "( on .*)?");
  }

  void signal(String signal) throws Exception {
    Signals.send(signal, process.pid());
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public static void main(String[] arguments) throws IOException {
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setUrl(arguments[0]);
    source.setOptions("-c default_transaction_isolation=serializable");
    JdbcConnectionPool pool = JdbcConnectionPool.create(source);
    pool.setMaxConnections(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Duration silence = Duration.parse(arguments[2]);
    try (MemberBackend backend =
            HttpBackend.builder()
                .endpoint(URI.create(arguments[1]))
                .credentials(Credentials.accessKey(KEY, SECRET))
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .journal(JdbcJournal.over(pool, threads).scope(SCOPE))
                .silence(silence)
                .takeOver(Duration.ofSeconds(1), 5)
                .limits(new BatchLimits(2, 2, 4))
                .flow(FlowPolicy.defaults().callsPerSecond(100).openJobs(OPEN_JOBS))
                .poll(PollPolicy.fixed(Duration.ofMillis(100)).patience(silence.multipliedBy(2)))
                .build()) {
      BufferedReader runs = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      for (String run = runs.readLine(); run != null; run = runs.readLine()) {
        begin(workflow, run);
      }
    } finally {
      threads.shutdownNow();
      pool.dispose();
    }
  }

  /** Claims it until the database answers in time: what came too late is given back. */
  private static void begin(ShareWorkflow workflow, String run) {
    boolean begun = false;
    while (!begun) {
      try {
        workflow.start(run, request(run));
        begun = true;
      } catch (RunBusyException e) {
        begun = !e.owner().isEmpty() && !isNamed(e.owner(), ProcessHandle.current().pid());
      } catch (IllegalStateException e) {
        System.out.println(run + " is not begun yet: " + e.getMessage());
      }
    }
  }
}
