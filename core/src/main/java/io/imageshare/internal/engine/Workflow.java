package io.imageshare.internal.engine;

import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.ListingReader;
import io.imageshare.internal.run.Principal;
import io.imageshare.internal.run.RunHistory;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of a workflow: started, resumed, closed. */
public final class Workflow {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  /**
   * A run without a lock is taken for abandoned after this; a live one writes every 18 s at least.
   */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final WorkflowContext context;
  // Changed on the timekeeper's thread only, as the next.
  private final Set<RunLoop> runs = new LinkedHashSet<>();

  /** The ids that are being started, so that two threads do not start one of them twice. */
  private final Map<String, CompletableFuture<Started>> starting = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /** Completes when {@link #closed} is true, for those who wait. */
  private final CompletableFuture<Boolean> closing = new CompletableFuture<>();

  /** A workflow without runs. */
  public Workflow(Settings settings) {
    context = WorkflowContext.of(settings, new GuardedTime(settings.time(), this::stopAll));
  }

  /** Waiting is refused there; so that nothing is begun in vain, it is tried first. */
  public void requireOutsideTasks() {
    try {
      context.time().await(CompletableFuture.completedFuture(true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the wait for the report will see it
    }
  }

  /** Starts a run of requests that are done as one. */
  public ShareRun start(String id, List<ShareRequest> requests) {
    return begin(new Task(id, checked(requests), 0, null));
  }

  /** Waits for a run; one that is interrupted is cancelled, and waited for all the same. */
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

  /** The requests of a run, which does one thing. */
  private static List<ShareRequest> checked(List<ShareRequest> requests) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("requests: none given; at least one is needed");
    }
    if (requests.stream().map(ShareRequest::action).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they mix actions; one run does one action, so start one for each");
    }
    if (requests.stream().map(ShareRequest::vault).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "requests: they name different vaults; one run has one, so start one for each");
    }
    return List.copyOf(requests);
  }

  /** Reads what a run would read, and writes nothing. */
  private RunResult survey(String id, List<ShareRequest> requests, ListingReader reader) {
    refuseIfClosed();
    RunLoop survey = new RunLoop(id, context.reading(reader), checked(requests), 0, null, this);
    begin(survey);
    await(survey);
    return survey.result();
  }

  /** What a run would do, as far as reading tells. */
  public DryRun dryRun(String id, List<ShareRequest> requests) {
    return DryRun.of(survey(id, requests, new ListingReader() {}), context.settings().limits());
  }

  /** Who has some images: each is read once, and nothing is written. */
  public List<ImageMembers> members(String id, Set<String> images) {
    MembersReader reader = new MembersReader();
    RunResult survey = survey(id, List.of(reading(images)), reader);
    return reader.all(images, survey);
  }

  /**
   * Waits until all pairs of a request are accepted, or will not be.
   *
   * @param ids gives an id for the wait and for each of its reads
   */
  public RunResult awaitAccepted(Supplier<String> ids, ShareRequest request, Duration within) {
    refuseIfClosed();
    return new Acceptance(request, context.time(), closing, images -> members(ids.get(), images))
        .await(ids.get(), within, context.backend().endpoint());
  }

  /**
   * A request whose survey lists all images, whatever is told of them, as an unshare does; whom it
   * names does not matter.
   */
  public static ShareRequest reading(Collection<String> images) {
    return ShareRequest.unshare(images, List.of("nobody"));
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new IllegalStateException("the workflow is closed; start runs before close()");
    }
  }

  /**
   * What a run is to do, and what its journal says.
   *
   * @param entries how many entries the journal has of it
   * @param history what they say; null if there are none
   */
  private record Task(
      String id, List<ShareRequest> requests, int entries, @Nullable RunHistory history) {}

  private Task task(String id, List<JournalEntry> entries) {
    RunHistory history = new RunHistory(entries);
    return new Task(id, history.requests(), entries.size(), history);
  }

  private List<JournalEntry> read(String id) {
    Journal journal = context.journal();
    return journal == null ? List.of() : JournalEntry.all(id, answer(journal.read(id)));
  }

  private ShareRun begin(Task task) {
    refuseIfClosed();
    return begin(
        new RunLoop(task.id(), context, task.requests(), task.entries(), task.history(), this));
  }

  private RunLoop begin(RunLoop run) {
    context
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              runs.add(run);
              run.begin();
              if (closed) {
                close(run);
              }
              if (run.report().isDone()) {
                remove(run); // it was cancelled before it began
              }
            });
    return run;
  }

  /** Something failed that no run has handled, such as for lack of memory: none can go on. */
  private void stopAll(Throwable fault) {
    List.copyOf(runs).forEach(run -> run.stop(fault));
  }

  /** A run is over. */
  void remove(RunLoop run) {
    runs.remove(run);
  }

  /** Goes on with a run of this id if there is one, else begins it. */
  public ShareRun startOrResume(String id, ShareRequest request) {
    List<ShareRequest> requests = List.of(request);
    CompletableFuture<Started> mine = new CompletableFuture<>();
    CompletableFuture<Started> other = starting.putIfAbsent(id, mine);
    if (other != null) {
      return same(id, answer(other), requests);
    }
    try {
      ShareRun run = startOrResume(id, requests);
      mine.complete(new Started(run, requests));
      return run;
    } catch (RuntimeException e) {
      mine.completeExceptionally(e);
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
    Task task = task(id, lines);
    refuseOther(id, task.requests(), requests);
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      if (unfinished.run().equals(id) && isAlive(unfinished)) {
        throw new IllegalStateException(
            "run %s is being written by %s, last at %s; wait until it ends, or close its workflow"
                .formatted(id, unfinished.owner(), unfinished.written()));
      }
    }
    return begin(owned(journal, task));
  }

  /** A run under way, and what it was asked. */
  private record Started(ShareRun run, List<ShareRequest> requests) {}

  private static ShareRun same(String id, Started before, List<ShareRequest> now) {
    refuseOther(id, before.requests(), now);
    return before.run();
  }

  private static void refuseOther(String id, List<ShareRequest> before, List<ShareRequest> now) {
    if (!before.equals(now)) {
      throw new IllegalArgumentException(
          "id: run %s is not finished and was asked for something else, %s; take another id"
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
                    runs.stream()
                        .map(run -> new Started(run, run.requests()))
                        .filter(started -> started.run().id().equals(id))
                        .findFirst()));
    return answer(found);
  }

  /** Goes on with all unfinished runs that nobody else writes; it has a journal. */
  public List<ShareRun> resume() {
    Journal journal = context.journal();
    if (journal == null) {
      throw new IllegalStateException(
          "resume() needs a journal: ShareWorkflow.builder(backend).journal(...)");
    }
    List<Task> found = new ArrayList<>();
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      String id = unfinished.run();
      if (isAlive(unfinished)) {
        log.info("run {} is left to {}", id, unfinished.owner());
        continue;
      }
      // All are read before one is resumed: a damaged journal must not leave runs without a handle.
      List<JournalEntry> lines = read(id);
      if (lines.isEmpty()) {
        log.info("run {} ended before it had written or sent anything", id);
        answer(journal.finish(id));
      } else {
        found.add(task(id, lines));
      }
    }
    // Again after the reading: who has begun to write since is no part of what was read.
    Set<String> alive =
        answer(journal.unfinished()).stream()
            .filter(this::isAlive)
            .map(Journal.Unfinished::run)
            .collect(Collectors.toSet());
    List<ShareRun> resumed = new ArrayList<>();
    for (Task task : found) {
      if (alive.contains(task.id())) {
        log.info("run {} is left to another owner", task.id());
        continue;
      }
      try {
        resumed.add(begin(owned(journal, task)));
      } catch (IllegalStateException e) {
        log.info("run {} is left to another owner: {}", task.id(), e.getMessage());
      }
    }
    return resumed;
  }

  private boolean isAlive(Journal.Unfinished unfinished) {
    Instant silentSince = context.time().now().minus(SILENCE);
    return !unfinished.owner().isEmpty() && unfinished.written().isAfter(silentSince);
  }

  /** Of all who try to go on with a run, only one can write its next line. */
  private Task owned(Journal journal, Task task) {
    JournalEntry owned = JournalEntry.Owned.byThisProcess(context.time().now());
    answer(journal.append(task.id(), task.entries(), List.of(owned.text())));
    return new Task(task.id(), task.requests(), task.entries() + 1, task.history());
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

  /** The credentials were refused: no run that is done with them makes another call. */
  void unauthenticated(RunLoop refused, int principal, Reason reason) {
    context.gate().credentialsRefused();
    Recipient recipient = refused.model().listings.recipient(principal);
    for (RunLoop run : new ArrayList<>(runs)) {
      for (Principal other : run.model().principals) {
        if (Objects.equals(recipient, run.model().listings.recipient(other.number))) {
          run.refuse(other.number, reason);
        }
      }
    }
  }

  /** Ends every run, and starts no other. */
  public void close() {
    closed = true;
    closing.complete(true);
    context.gate().close(); // at once: a listener that closes is in the midst of a step
    CompletableFuture<List<ShareRun>> open = new CompletableFuture<>();
    context.time().schedule(Duration.ZERO, () -> open.complete(closeAll()));
    try {
      for (ShareRun run : context.time().await(open)) {
        context.time().await(run.report());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // Called from inside a task: what was scheduled above closes the runs once it has returned.
      return;
    }
  }

  private List<ShareRun> closeAll() {
    List<ShareRun> open = List.copyOf(runs);
    List.copyOf(runs).forEach(this::close);
    return open;
  }

  private void close(RunLoop run) {
    run.end(Ending.CLOSED, null, context.settings().closeTimeout());
  }
}
