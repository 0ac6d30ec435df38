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
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private final Duration closeTimeout;
  // Changed on the timekeeper's thread only, as the next.
  private final Set<Run> runs = new LinkedHashSet<>();
  private final Set<Joint> joints = new LinkedHashSet<>();
  private final LastWords lastWords;

  /** The ids that are being started, so that two threads do not start one of them twice. */
  private final Map<String, CompletableFuture<Started>> starting = new ConcurrentHashMap<>();

  private volatile boolean closed;

  Runs(Engine engine, Duration closeTimeout) {
    this.engine = engine;
    this.closeTimeout = closeTimeout;
    lastWords = new LastWords(engine.time(), engine.journal() != null);
  }

  /** Waiting is refused there; so that nothing is begun in vain, it is tried first. */
  void refuseInsideATask() {
    try {
      engine.time().await(CompletableFuture.completedFuture(true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the wait for the report will see it
    }
  }

  ShareRun begin(String id, List<ShareRequest> requests) {
    return begin(task(id, requests, 0, null));
  }

  /** Reads, and writes nothing. */
  List<ShareRun> survey(
      String id, List<ShareRequest> requests, BiConsumer<String, Map<?, MemberStatus>> reader) {
    refuseIfClosed();
    List<ShareRun> surveys = new ArrayList<>();
    for (List<ShareRequest> part : Joint.split(requests)) {
      surveys.add(begin(new Run(id, id, engine.reading(reader), part, 0, null, this::remove)));
    }
    return surveys;
  }

  private void refuseIfClosed() {
    if (closed) {
      throw new IllegalStateException("the workflow is closed; start runs before close()");
    }
  }

  /**
   * What a run is to do, and what its journal tells; with its parts, if it is a joint one.
   *
   * @param lines how many lines the journal has of it
   * @param past what they say; null if there are none
   */
  private record Task(
      String id, List<ShareRequest> requests, int lines, @Nullable Past past, List<Task> parts) {}

  private Task task(String id, List<ShareRequest> requests, int lines, @Nullable Past past) {
    List<List<ShareRequest>> split = Joint.split(requests);
    List<Task> parts = new ArrayList<>();
    for (int n = 0; split.size() > 1 && n < split.size(); n++) {
      String key = Joint.key(id, n);
      List<Line> known = past == null ? List.of() : read(key);
      parts.add(
          new Task(
              key,
              split.get(n),
              known.size(),
              known.isEmpty() ? null : new Past(known),
              List.of()));
    }
    return new Task(id, requests, lines, past, parts);
  }

  private List<Line> read(String key) {
    Journal journal = engine.journal();
    return journal == null ? List.of() : Line.all(key, answer(journal.read(key)));
  }

  private ShareRun begin(Task task) {
    refuseIfClosed();
    if (task.parts().isEmpty()) {
      return begin(run(task.id(), engine, task));
    }
    Instant deadline =
        task.past() == null ? engine.end(engine.time().now()) : task.past().deadline();
    Joint joint =
        new Joint(task.id(), engine, task.requests(), task.lines(), deadline, joints::remove);
    Engine ofParts = joint.ofParts();
    task.parts().forEach(part -> joint.add(part.id(), run(task.id(), ofParts, part)));
    engine
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              joints.add(joint);
              joint.begin(task.past() == null, this::begin);
            });
    if (task.past() != null && task.past().wasCancelled()) {
      joint.cancel();
    }
    return joint;
  }

  private Run run(String id, Engine engine, Task task) {
    return new Run(id, task.id(), engine, task.requests(), task.lines(), task.past(), this::remove);
  }

  private Run begin(Run run) {
    engine
        .time()
        .schedule(
            Duration.ZERO,
            () -> {
              runs.add(run);
              lastWords.begun(run);
              run.step(run::begin);
              if (closed) {
                close(run);
              }
              if (run.report().isDone()) {
                remove(run); // it was cancelled before it began
              }
            });
    return run;
  }

  private void remove(Run run) {
    runs.remove(run);
    lastWords.ended(run);
  }

  /** Goes on with a run of this id if there is one, else begins it. */
  ShareRun beginOrContinue(String id, ShareRequest request) {
    List<ShareRequest> requests = List.of(request);
    CompletableFuture<Started> mine = new CompletableFuture<>();
    CompletableFuture<Started> other = starting.putIfAbsent(id, mine);
    if (other != null) {
      return same(id, answer(other), requests);
    }
    try {
      ShareRun run = beginOrContinue(id, requests);
      mine.complete(new Started(run, requests));
      return run;
    } catch (RuntimeException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      starting.remove(id);
    }
  }

  private ShareRun beginOrContinue(String id, List<ShareRequest> requests) {
    Optional<Started> running = running(id);
    if (running.isPresent()) {
      return same(id, running.get(), requests);
    }
    Journal journal = engine.journal();
    List<Line> lines = read(id);
    if (journal == null || lines.isEmpty()) {
      return begin(id, requests);
    }
    Past past = new Past(lines);
    if (past.isOver()) {
      finish(journal, task(id, past.requests(), lines.size(), past));
      return begin(id, requests);
    }
    refuseOther(id, past.requests(), requests);
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      if (unfinished.run().equals(id) && isAlive(unfinished)) {
        throw new IllegalStateException(
            "run %s is being written by %s, last at %s; wait until it ends, or close its workflow"
                .formatted(id, unfinished.owner(), unfinished.written()));
      }
    }
    return begin(owned(journal, task(id, requests, lines.size(), past)));
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
    engine
        .time()
        .schedule(
            Duration.ZERO,
            () ->
                found.complete(
                    Stream.concat(
                            joints.stream().map(joint -> new Started(joint, joint.requests())),
                            runs.stream().map(run -> new Started(run, run.requests())))
                        .filter(started -> started.run().id().equals(id))
                        .findFirst()));
    return answer(found);
  }

  /** Goes on with all unfinished runs that nobody else writes. */
  List<ShareRun> resume(Journal journal) {
    List<Task> found = new ArrayList<>();
    for (Journal.Unfinished unfinished : answer(journal.unfinished())) {
      String id = unfinished.run();
      if (Joint.isPart(id)) {
        continue; // it comes with the run that it is a part of
      }
      if (isAlive(unfinished)) {
        log.info("run {} is left to {}", id, unfinished.owner());
        continue;
      }
      // All are read before one is resumed: a damaged journal must not leave runs without a handle.
      List<Line> lines = read(id);
      if (lines.isEmpty()) {
        log.info("run {} ended before it had written or sent anything", id);
        answer(journal.finish(id));
      } else {
        Past past = new Past(lines);
        Task task = task(id, past.requests(), lines.size(), past);
        if (past.isOver()) {
          finish(journal, task);
        } else {
          found.add(task);
        }
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

  /** Ends the journal of a joint run that is over, and of its parts. */
  private void finish(Journal journal, Task task) {
    task.parts().forEach(part -> finish(journal, part));
    answer(journal.finish(task.id()));
  }

  private boolean isAlive(Journal.Unfinished unfinished) {
    Instant silentSince = engine.time().now().minus(SILENCE);
    return !unfinished.owner().isEmpty() && unfinished.written().isAfter(silentSince);
  }

  /** Of all who try to go on with a run, only one can write its next line. */
  private Task owned(Journal journal, Task task) {
    if (task.past() == null) {
      return task;
    }
    Line owned = new Line.Owned(RunLock.self(), engine.time().now());
    answer(journal.append(task.id(), task.lines(), List.of(owned.text())));
    List<Task> parts = task.parts().stream().map(part -> owned(journal, part)).toList();
    return new Task(task.id(), task.requests(), task.lines() + 1, task.past(), parts);
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

  /** The credentials were refused: no run that is done with them makes another call. */
  void unauthenticated(Run refused, Reason reason) {
    engine.gate().distrust();
    for (Run run : new ArrayList<>(runs)) {
      if (run.listings().isBySame(refused.listings())) {
        run.step(() -> run.stop(reason));
      }
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
    List<ShareRun> open = new ArrayList<>(joints);
    open.addAll(runs);
    List.copyOf(runs).forEach(this::close);
    return open;
  }

  private void close(Run run) {
    run.step(() -> run.wind(Ending.CLOSED, null, true, closeTimeout));
  }
}
