package io.imageshare.internal.engine;

import io.imageshare.Journal;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, resumes and closes the runs of a workflow. */
public final class Workflow {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  /**
   * A run whose journal is silent for this long is taken for abandoned; a live one writes at least
   * every 18 s.
   */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final WorkflowContext context;
  // Both are changed on the timekeeper's thread only.
  private final Set<RunLoop> runs = new LinkedHashSet<>();
  private final Set<CompositeRun> composites = new LinkedHashSet<>();

  /** The ids being started, so that two threads do not start one of them twice. */
  private final Map<String, CompletableFuture<Started>> starting = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /** Creates a workflow without runs. */
  public Workflow(Settings settings) {
    context = WorkflowContext.of(settings);
  }

  /**
   * Fails if called from inside a task, where waiting is refused. Called before anything is
   * started.
   *
   * @throws IllegalStateException from inside a task
   */
  public void requireOutsideTasks() {
    try {
      context.time().await(CompletableFuture.completedFuture(true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the wait for the report handles it
    }
  }

  /** Starts several requests as one run. */
  public ShareRun start(String id, List<ShareRequest> requests) {
    return begin(task(id, CompositeRun.checked(requests), 0, null));
  }

  /** Waits for a run. If interrupted, cancels it and still waits for its report. */
  public ShareReport await(ShareRun run) {
    try {
      return context.time().await(run.report());
    } catch (InterruptedException e) {
      run.cancel();
      ShareReport cancelled = run.report().join();
      Thread.currentThread().interrupt();
      return cancelled;
    }
  }

  /**
   * Reads what a run would read before its first write.
   *
   * @param reader takes each listing, with the id of its image or recipient
   */
  public List<RunResult> survey(
      String id, List<ShareRequest> requests, BiConsumer<String, Map<?, MemberStatus>> reader) {
    refuseIfClosed();
    List<RunLoop> surveys = new ArrayList<>();
    for (List<ShareRequest> part : CompositeRun.split(CompositeRun.checked(requests))) {
      RunLoop survey = new RunLoop(id, id, context.reading(reader), part, 0, null, this);
      begin(survey);
      surveys.add(survey);
    }
    surveys.forEach(this::await);
    return surveys.stream().map(RunLoop::result).toList();
  }

  /** What a run would do, as far as reads show. */
  public DryRun dryRun(String id, List<ShareRequest> requests) {
    return DryRun.of(survey(id, requests, (read, listed) -> {}), context.limits());
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new IllegalStateException("the workflow is closed; start runs before close()");
    }
  }

  /**
   * A run to begin, with its history and, for a composite run, its parts.
   *
   * @param lines the number of lines in its journal
   * @param history what its journal says; null for a new run
   */
  private record Task(
      String id,
      List<ShareRequest> requests,
      int lines,
      @Nullable RunHistory history,
      List<Task> parts) {}

  private Task task(
      String id, List<ShareRequest> requests, int lines, @Nullable RunHistory history) {
    List<List<ShareRequest>> split = CompositeRun.split(requests);
    List<Task> parts = new ArrayList<>();
    for (int n = 0; split.size() > 1 && n < split.size(); n++) {
      String key = CompositeRun.key(id, n);
      List<JournalEntry> known = history == null ? List.of() : read(key);
      parts.add(
          new Task(
              key,
              split.get(n),
              known.size(),
              known.isEmpty() ? null : new RunHistory(known),
              List.of()));
    }
    return new Task(id, requests, lines, history, parts);
  }

  private List<JournalEntry> read(String key) {
    Journal journal = context.journal();
    return journal == null ? List.of() : JournalEntry.all(key, answer(journal.read(key)));
  }

  private ShareRun begin(Task task) {
    refuseIfClosed();
    if (task.parts().isEmpty()) {
      return begin(run(task.id(), context, task));
    }
    Instant deadline =
        task.history() == null ? context.end(context.time().now()) : task.history().deadline();
    CompositeRun composite =
        new CompositeRun(
            task.id(), context, task.requests(), task.lines(), deadline, composites::remove);
    WorkflowContext partContext = composite.partContext();
    task.parts().forEach(part -> composite.add(part.id(), run(task.id(), partContext, part)));
    context
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              composites.add(composite);
              composite.begin(task.history() == null, this::begin);
            });
    if (task.history() != null && task.history().wasCancelled()) {
      composite.cancel();
    }
    return composite;
  }

  private RunLoop run(String id, WorkflowContext context, Task task) {
    return new RunLoop(id, task.id(), context, task.requests(), task.lines(), task.history(), this);
  }

  private RunLoop begin(RunLoop run) {
    context
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              runs.add(run);
              run.step(run::begin);
              if (closed) {
                close(run);
              }
              if (run.report().isDone()) {
                remove(run); // cancelled before it began
              }
            });
    return run;
  }

  /** Removes a run that has ended. */
  void remove(RunLoop run) {
    runs.remove(run);
  }

  /** Continues the run with this id if there is one, else starts it. */
  public ShareRun startOrResume(String id, ShareRequest request) {
    List<ShareRequest> requests = List.of(request);
    CompletableFuture<Started> own = new CompletableFuture<>();
    CompletableFuture<Started> other = starting.putIfAbsent(id, own);
    if (other != null) {
      return same(id, answer(other), requests);
    }
    try {
      ShareRun run = startOrResume(id, requests);
      own.complete(new Started(run, requests));
      return run;
    } catch (RuntimeException e) {
      own.completeExceptionally(e);
      throw e;
    } finally {
      starting.remove(id);
    }
  }

  private ShareRun startOrResume(String id, List<ShareRequest> requests) {
    Optional<Started> running = running(id);
    if (running.isPresent()) {
      return same(id, running.get(), requests);
    }
    Journal journal = context.journal();
    List<JournalEntry> lines = read(id);
    if (journal == null || lines.isEmpty()) {
      return start(id, requests);
    }
    RunHistory history = new RunHistory(lines);
    if (history.isFinished()) {
      finish(journal, task(id, history.requests(), lines.size(), history));
      return start(id, requests);
    }
    refuseOther(id, history.requests(), requests);
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      if (unfinished.run().equals(id) && isAlive(unfinished)) {
        throw new IllegalStateException(
            "run %s is being written by %s, last at %s; wait until it ends, or close its workflow"
                .formatted(id, unfinished.owner(), unfinished.written()));
      }
    }
    return begin(claim(journal, task(id, requests, lines.size(), history)));
  }

  /** A run under way with its requests. */
  private record Started(ShareRun run, List<ShareRequest> requests) {}

  private static ShareRun same(String id, Started before, List<ShareRequest> now) {
    refuseOther(id, before.requests(), now);
    return before.run();
  }

  private static void refuseOther(String id, List<ShareRequest> before, List<ShareRequest> now) {
    if (!before.equals(now)) {
      throw new IllegalArgumentException(
          "id: run %s is not finished and has other requests, %s; use another id"
              .formatted(id, before));
    }
  }

  private Optional<Started> running(String id) {
    CompletableFuture<Optional<Started>> found = new CompletableFuture<>();
    context
        .time()
        .schedule(
            Duration.ZERO,
            () ->
                found.complete(
                    Stream.concat(
                            composites.stream()
                                .map(composite -> new Started(composite, composite.requests())),
                            runs.stream().map(run -> new Started(run, run.requests())))
                        .filter(started -> started.run().id().equals(id))
                        .findFirst()));
    return answer(found);
  }

  /** Continues all unfinished runs that no other process has. */
  public List<ShareRun> resume() {
    Journal journal = context.journal();
    if (journal == null) {
      throw new IllegalStateException(
          "resume() needs a journal: ShareWorkflow.builder(backend).journal(...)");
    }
    List<Task> found = new ArrayList<>();
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      String id = unfinished.run();
      if (CompositeRun.isPart(id)) {
        continue; // it is continued with its composite run
      }
      if (isAlive(unfinished)) {
        log.info("run {} is not resumed: {} has it", id, unfinished.owner());
        continue;
      }
      // All are read before one is resumed: a damaged journal must not leave resumed runs without a
      // handle.
      List<JournalEntry> lines = read(id);
      if (lines.isEmpty()) {
        log.info("run {} ended before it wrote or sent anything", id);
        answer(journal.finish(id));
      } else {
        RunHistory history = new RunHistory(lines);
        Task task = task(id, history.requests(), lines.size(), history);
        if (history.isFinished()) {
          finish(journal, task);
        } else {
          found.add(task);
        }
      }
    }
    // Asked again after the reads: a process that began to write since is not in what was read.
    Set<String> alive =
        answer(journal.unfinished()).stream()
            .filter(this::isAlive)
            .map(Journal.Unfinished::run)
            .collect(Collectors.toSet());
    List<ShareRun> resumed = new ArrayList<>();
    for (Task task : found) {
      if (alive.contains(task.id())) {
        log.info("run {} is not resumed, another process has it", task.id());
        continue;
      }
      try {
        resumed.add(begin(claim(journal, task)));
      } catch (IllegalStateException e) {
        log.info("run {} is not resumed, another process has it: {}", task.id(), e.getMessage());
      }
    }
    return resumed;
  }

  /** Finishes the journal of a run that has ended, and those of its parts. */
  private void finish(Journal journal, Task task) {
    task.parts().forEach(part -> finish(journal, part));
    answer(journal.finish(task.id()));
  }

  private boolean isAlive(Journal.Unfinished unfinished) {
    Instant silentSince = context.time().now().minus(SILENCE);
    return !unfinished.owner().isEmpty() && unfinished.written().isAfter(silentSince);
  }

  /** Claims a run by appending to its journal: only one process can write the next line. */
  private Task claim(Journal journal, Task task) {
    if (task.history() == null) {
      return task;
    }
    JournalEntry claim = JournalEntry.Owned.byThisProcess(context.time().now());
    answer(journal.append(task.id(), task.lines(), List.of(claim.text())));
    List<Task> parts = task.parts().stream().map(part -> claim(journal, part)).toList();
    return new Task(task.id(), task.requests(), task.lines() + 1, task.history(), parts);
  }

  private <T> T answer(@Nullable CompletionStage<T> stage) {
    if (stage == null) {
      throw new IllegalStateException("the journal returned no stage; is it a mock?");
    }
    try {
      return context.time().await(stage);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the journal was read", e);
    } catch (CompletionException e) {
      throw new IllegalStateException("the journal failed: " + Failures.unwrap(e).getMessage(), e);
    }
  }

  /** The credentials were refused: every run that uses them stops. */
  void unauthenticated(RunLoop refused, Reason reason) {
    context.gate().credentialsRefused();
    for (RunLoop run : new ArrayList<>(runs)) {
      if (run.listings().isSamePrincipal(refused.listings())) {
        run.step(() -> run.stop(reason));
      }
    }
  }

  /** Ends every run; no other can be started. */
  public void close() {
    closed = true;
    context.gate().close(); // at once, as a listener that closes is called in the middle of a step
    CompletableFuture<List<ShareRun>> open = new CompletableFuture<>();
    context.time().schedule(Duration.ZERO, () -> open.complete(closeAll()));
    try {
      for (ShareRun run : context.time().await(open)) {
        context.time().await(run.report());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // Called from inside a task: the runs are closed by the task scheduled above.
      return;
    }
  }

  private List<ShareRun> closeAll() {
    List<ShareRun> open = new ArrayList<>(composites);
    open.addAll(runs);
    List.copyOf(runs).forEach(this::close);
    return open;
  }

  private void close(RunLoop run) {
    run.step(() -> run.windDown(Ending.CLOSED, null, true, context.settings().closeTimeout()));
  }
}
