package fleet;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.RunBusyException;
import io.imageshare.ShareEvent;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.journal.jdbc.JdbcJournal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One of several processes that share for several accounts. A task of db-scheduler is one request of
 * one account. It holds no thread while its run is under way: it starts the run, or continues it if
 * nobody has it, and looks again in two seconds whether there is a report.
 */
final class Worker implements AutoCloseable {
  static final String TASK = "share";
  static final String READY = "looks for tasks";
  static final List<String> ACCOUNTS = List.of("north", "south");

  /** Usually a minute, which is the default; shorter for those who watch. */
  private static final Duration SILENCE = Duration.ofSeconds(8);

  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final int CONNECTIONS = 4;

  private final HikariDataSource database;
  private final ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
  private final List<HttpBackend> backends = new ArrayList<>();
  private final Map<String, ShareWorkflow> workflows = new HashMap<>();
  private final Set<String> mine = ConcurrentHashMap.newKeySet();
  private final Scheduler scheduler;

  Worker(String url, URI endpoint) {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(2 * CONNECTIONS); // for the journal and for the scheduler
    database = new HikariDataSource(pool);
    JdbcJournal journals = JdbcJournal.over(database, threads);
    for (String account : ACCOUNTS) {
      HttpBackend backend =
          HttpBackend.builder()
              .endpoint(endpoint)
              .credentials(Credentials.accessKey(account, "secret"))
              .build();
      backends.add(backend);
      workflows.put(
          account,
          ShareWorkflow.builder(backend)
              .journal(journals.scope(account))
              .silence(SILENCE)
              .limits(new BatchLimits(2, 2, 4))
              .flow(FlowPolicy.defaults().openJobs(3))
              .listener(Worker::tell)
              .build());
    }
    CustomTask<String> task = Tasks.custom(TASK, String.class).execute((t, context) -> look(t));
    scheduler =
        Scheduler.create(database, task)
            .threads(CONNECTIONS)
            .pollingInterval(LOOK.dividedBy(4))
            .heartbeatInterval(SILENCE)
            .build();
  }

  /** The id of a task is "account/run", its data the request. */
  private CompletionHandler<String> look(TaskInstance<String> task) {
    String[] id = task.getId().split("/");
    ShareWorkflow workflow = workflows.get(id[0]);
    if (workflow.report(id[1]).isPresent()) {
      return new CompletionHandler.OnCompleteRemove<>();
    }
    Duration next = LOOK;
    try {
      workflow.start(id[1], ShareRequest.fromJson(task.getData()));
      if (mine.add(id[1])) {
        System.out.println(id[1] + ": begun or taken over");
      }
    } catch (RunBusyException busy) {
      next = busy.freeIn().compareTo(LOOK) < 0 ? busy.freeIn() : LOOK; // it is another's
    }
    Instant at = Instant.now().plus(next);
    return (complete, operations) -> operations.reschedule(complete, at);
  }

  private static void tell(ShareEvent event) {
    if (event instanceof ShareEvent.Submitted sent) {
      System.out.println(sent.run() + ": sent " + sent.slice().pairs() + " pairs");
    } else if (event instanceof ShareEvent.Finished over) {
      System.out.println(over.run() + ": " + over.report().ending());
    }
  }

  /** Takes no more tasks, and gives back the runs under way: another process has them in seconds. */
  @Override
  public void close() {
    scheduler.stop();
    workflows.values().forEach(ShareWorkflow::close);
    backends.forEach(HttpBackend::close);
    threads.shutdown();
    database.close();
  }

  public static void main(String[] args) {
    Worker worker = new Worker(args[0], URI.create(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close)); // SIGTERM
    worker.scheduler.start();
    System.out.println(READY);
  }
}
