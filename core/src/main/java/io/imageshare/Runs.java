package io.imageshare;

import io.imageshare.ShareReport.Ending;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of a workflow: begun, resumed, closed. */
final class Runs {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  /**
   * A run without a lock is taken for abandoned after this; a live one writes every 18 s at least.
   */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final Engine engine;
  private final Duration closeWithin;
  // Changed on the timekeeper's thread only.
  private final Set<Run> runs = new LinkedHashSet<>();

  /** The ids that are being started, so that two threads do not start one of them twice. */
  private final Map<String, CompletableFuture<Run>> starting = new ConcurrentHashMap<>();

  private volatile boolean closed;

  Runs(Engine engine, Duration closeWithin) {
    this.engine = engine;
    this.closeWithin = closeWithin;
  }

  Run begin(String id, List<ShareRequest> requests) {
    return begin(new Run(id, engine, requests, 0, null, this::over));
  }

  private Run begin(Run run) {
    if (closed) {
      throw new IllegalStateException("the workflow is closed; start runs before close()");
    }
    engine
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              runs.add(run);
              run.step(run::begin);
              if (closed) {
                close(run);
              }
            });
    return run;
  }

  private void over(Run run) {
    runs.remove(run);
  }

  /** Goes on with a run of this id if there is one, else begins it. */
  Run beginOrContinue(String id, ShareRequest request) {
    List<ShareRequest> requests = List.of(request);
    CompletableFuture<Run> mine = new CompletableFuture<>();
    CompletableFuture<Run> other = starting.putIfAbsent(id, mine);
    if (other != null) {
      Run run = answer(other);
      return same(id, run.requests(), requests, run);
    }
    try {
      Run run = beginOrContinue(id, requests);
      mine.complete(run);
      return run;
    } catch (RuntimeException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      starting.remove(id);
    }
  }

  private Run beginOrContinue(String id, List<ShareRequest> requests) {
    Optional<Run> running = running(id);
    if (running.isPresent()) {
      return same(id, running.get().requests(), requests, running.get());
    }
    Journal journal = engine.journal();
    List<Line> lines = journal == null ? List.of() : Line.all(id, answer(journal.read(id)));
    if (journal == null || lines.isEmpty()) {
      return begin(id, requests);
    }
    Past past = new Past(lines);
    same(id, past.requests(), requests, past);
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      if (unfinished.run().equals(id) && isAlive(unfinished)) {
        throw new IllegalStateException(
            "run %s is being written by %s, last at %s"
                .formatted(id, unfinished.owner(), unfinished.written()));
      }
    }
    own(journal, id, lines.size());
    return resume(id, lines.size(), past);
  }

  private static <T> T same(
      String id, List<ShareRequest> before, List<ShareRequest> now, T continued) {
    if (!before.equals(now)) {
      throw new IllegalArgumentException(
          "id: run %s is not finished and was asked for something else, %s; take another id"
              .formatted(id, before));
    }
    return continued;
  }

  private Optional<Run> running(String id) {
    CompletableFuture<Optional<Run>> found = new CompletableFuture<>();
    engine
        .time()
        .schedule(
            Duration.ZERO,
            () -> found.complete(runs.stream().filter(run -> run.id().equals(id)).findFirst()));
    return answer(found);
  }

  /** Goes on with all unfinished runs that nobody else writes. */
  List<ShareRun> resume(Journal journal) {
    record Found(String id, int lines, Past past) {}
    List<Found> found = new ArrayList<>();
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      String id = unfinished.run();
      if (isAlive(unfinished)) {
        log.info("run {} is left to {}", id, unfinished.owner());
        continue;
      }
      // All are read before one is resumed: a damaged journal must not leave runs without a handle.
      List<Line> lines = Line.all(id, answer(journal.read(id)));
      if (lines.isEmpty()) {
        log.info("run {} ended before it had written or sent anything", id);
        answer(journal.finish(id));
      } else {
        found.add(new Found(id, lines.size(), new Past(lines)));
      }
    }
    // Again after the reading: who has begun to write since is no part of what was read.
    Set<String> alive =
        answer(journal.unfinished()).stream()
            .filter(this::isAlive)
            .map(Journal.Unfinished::run)
            .collect(Collectors.toSet());
    List<ShareRun> resumed = new ArrayList<>();
    for (Found run : found) {
      if (alive.contains(run.id())) {
        log.info("run {} is left to another owner", run.id());
        continue;
      }
      try {
        own(journal, run.id(), run.lines());
        resumed.add(resume(run.id(), run.lines(), run.past()));
      } catch (IllegalStateException e) {
        log.info("run {} is left to another owner: {}", run.id(), e.getMessage());
      }
    }
    return resumed;
  }

  private boolean isAlive(Journal.Unfinished unfinished) {
    Instant silentSince = engine.time().now().minus(SILENCE);
    return !unfinished.owner().isEmpty() && unfinished.written().isAfter(silentSince);
  }

  /** Of all who try to go on with a run, only one can write its next line. */
  private void own(Journal journal, String id, int lines) {
    Line owned = new Line.Owned(RunLock.self(), engine.time().now());
    answer(journal.append(id, lines, List.of(owned.text())));
  }

  private Run resume(String id, int lines, Past past) {
    return begin(new Run(id, engine, past.requests(), lines + 1, past, this::over));
  }

  private <T> T answer(@Nullable CompletionStage<T> stage) {
    if (stage == null) {
      throw new IllegalStateException("the journal returned no stage; is it a mock?");
    }
    try {
      return engine.time().await(stage);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the journal was read", e);
    } catch (CompletionException e) {
      throw new IllegalStateException("the journal failed: " + Calls.unwrap(e).getMessage(), e);
    }
  }

  /** The credentials were refused: no run of this workflow makes another call. */
  void unauthenticated(Reason reason) {
    engine.gate().distrust();
    for (Run run : new ArrayList<>(runs)) {
      run.step(() -> run.stop(reason));
    }
  }

  void close() {
    closed = true;
    engine.gate().close(); // at once: a listener that closes is in the midst of a step
    CompletableFuture<List<ShareRun>> open = new CompletableFuture<>();
    engine.time().schedule(Duration.ZERO, () -> open.complete(closeAll()));
    try {
      for (ShareRun run : engine.time().await(open)) {
        engine.time().await(run.report());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // Called from inside a task: what was scheduled above closes the runs once it has returned.
      return;
    }
  }

  private List<ShareRun> closeAll() {
    List<Run> open = new ArrayList<>(runs);
    open.forEach(this::close);
    return List.copyOf(open);
  }

  private void close(Run run) {
    run.step(() -> run.wind(Ending.CLOSED, null, true, closeWithin));
  }
}
