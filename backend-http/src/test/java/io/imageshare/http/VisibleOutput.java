package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;

import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All visible output of runs, as text: logs of any level, also the JDK's, exceptions, and every
 * object that a user holds.
 */
final class VisibleOutput implements AutoCloseable {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final Logger root = Logger.getLogger("");
  private final @Nullable Level level = root.getLevel();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          seen.add(new SimpleFormatter().format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  VisibleOutput() {
    PrintStream stream = new PrintStream(printed, true, UTF_8);
    System.setOut(stream);
    System.setErr(stream);
    handler.setLevel(Level.ALL);
    root.addHandler(handler);
    root.setLevel(Level.ALL);
  }

  @Override
  public void close() {
    root.removeHandler(handler);
    root.setLevel(level);
    System.setOut(out);
    System.setErr(err);
  }

  /** How much the JDK logs; all unless told. */
  void jdkLogs(Level level) {
    root.setLevel(level);
  }

  /** All of it, each line once: most are the same again. */
  String text() {
    String all = String.join("", seen) + printed.toString(UTF_8);
    return all.lines().distinct().collect(Collectors.joining("\n"));
  }

  /** Takes an object's text; of an exception also that of its causes and the suppressed. */
  void add(@Nullable Object object) {
    seen.add(shown(object));
  }

  private static String shown(@Nullable Object object) {
    StringWriter shown = new StringWriter();
    PrintWriter lines = new PrintWriter(shown);
    lines.println(object);
    if (object instanceof Throwable thrown) {
      thrown.printStackTrace(lines);
    }
    return shown.toString();
  }

  /** Takes what is thrown. */
  void addThrown(Runnable refused) {
    try {
      refused.run();
      throw new AssertionError("it was not refused");
    } catch (RuntimeException e) {
      add(e);
    }
  }

  /** What became of a run, and all that its backend answered. */
  record RunResult(ShareReport report, String output) {}

  /** Runs a request over each of these at the same time, to their ends. */
  List<RunResult> runs(List<HttpBackend.Builder> clients, ShareRequest request) {
    List<HttpBackend> backends = new ArrayList<>();
    List<Queue<String>> outputs = new ArrayList<>();
    List<ShareWorkflow> workflows = new ArrayList<>();
    List<ShareRun> runs = new CopyOnWriteArrayList<>();
    for (HttpBackend.Builder client : clients) {
      add(client);
      backends.add(client.build());
      Queue<String> texts = new ConcurrentLinkedQueue<>();
      outputs.add(texts);
      ShareWorkflow.Builder builder =
          workflow(
                  new ObservedBackend(
                      backends.get(backends.size() - 1),
                      () -> {},
                      (value, failure) -> texts.add(shown(failure == null ? value : failure))))
              .listener(event -> onEvent(event, runs))
              .seed(backends.size());
      add(builder);
      workflows.add(builder.build());
    }
    for (ShareWorkflow workflow : workflows) {
      ShareRun run = workflow.start(request);
      runs.add(run);
      add(run);
      add(run.progress());
    }
    List<RunResult> results = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      results.add(new RunResult(runs.get(i).report().join(), String.join("", outputs.get(i))));
      add(runs.get(i).progress());
      add(runs.get(i).report());
      add(backends.get(i));
      add(workflows.get(i));
      add(results.get(i).output());
      report(results.get(i).report());
      workflows.get(i).close();
      backends.get(i).close();
    }
    return results;
  }

  /** A throttled call would be repeated for as long as there is time: the first time will do. */
  private void onEvent(ShareEvent event, List<ShareRun> runs) {
    add(event);
    if (event instanceof ShareEvent.Retrying retrying
        && retrying.reason().kind() == Reason.Kind.THROTTLED) {
      runs.stream().filter(run -> run.id().equals(event.run())).forEach(ShareRun::cancel);
    }
  }

  private ShareWorkflow.Builder workflow(MemberBackend backend) {
    Duration instant = Duration.ofMillis(1);
    return ShareWorkflow.builder(backend)
        .journal(new Noted(seen))
        .flow(FlowPolicy.defaults().callsPerSecond(2000).concurrentCalls(2))
        .retry(RetryPolicy.defaults().attempts(2).backoff(instant, instant))
        .poll(PollPolicy.fixed(Duration.ofMillis(5)).patience(Duration.ofMillis(20)).errors(2));
  }

  private void report(ShareReport report) {
    add(report);
    report.outcomes().forEach(this::add);
    report.jobs().forEach(this::add);
    add(report.stats());
    add(report.reason());
    report.remaining().forEach(rest -> add(rest + rest.toJson()));
    if (!report.allDone()) {
      addThrown(report::requireAllDone);
    }
  }

  /** A journal whose lines are all that is wanted of it. */
  private record Noted(Queue<String> seen) implements Journal {
    private static final String NOTED = "journal: ";

    @Override
    public CompletionStage<List<Unfinished>> unfinished(Duration silent, int atMost) {
      return completedFuture(List.of());
    }

    @Override
    public CompletionStage<Claim> claim(String run, Duration silent) {
      return completedFuture(new Claim(1, List.of()));
    }

    @Override
    public CompletionStage<Boolean> append(
        String run, long epoch, long first, List<String> entries) {
      entries.forEach(entry -> seen.add(NOTED + entry + "\n"));
      return completedFuture(false);
    }

    @Override
    public CompletionStage<@Nullable Void> finish(String run, long epoch, String report) {
      seen.add(NOTED + report + "\n");
      return completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<String>> report(String run) {
      return completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<@Nullable Void> release(String run, long epoch) {
      return completedFuture(null);
    }

    @Override
    public CompletionStage<Boolean> cancel(String run) {
      return completedFuture(false);
    }
  }
}
