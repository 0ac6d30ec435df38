package io.imageshare.internal.engine;

import static java.util.Objects.requireNonNull;

import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.RunBusyException;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.ListingReader;
import io.imageshare.internal.run.Listings;
import io.imageshare.internal.time.Failures;
import io.imageshare.internal.time.TimedFuture;
import java.time.Duration;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The runs of a workflow: started, resumed, closed. */
public final class Workflow {
  private final WorkflowContext context;
  // Changed on the timekeeper's thread only, as the next.
  private final Set<RunLoop> runs = new LinkedHashSet<>();

  /** The ids of runs that are about to begin: whoever asks for one meanwhile waits. */
  private final Map<String, CompletableFuture<Void>> starting = new ConcurrentHashMap<>();

  private final @Nullable AbandonedRuns abandoned;

  /** Completes when it is closed, for those who wait. */
  private final TimedFuture<Boolean> closed;

  public Workflow(Settings settings) {
    context = WorkflowContext.of(settings, new GuardedTime(settings.time(), this::stopAll));
    closed = new TimedFuture<>(context.time());
    Journal journal = context.journal();
    abandoned = journal == null ? null : new AbandonedRuns(journal, context, this);
    if (abandoned != null && settings.takeOver() != null) {
      abandoned.takeOver(settings.takeOver());
    }
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
    return begin(id, requests, null);
  }

  private RunLoop begin(String id, List<ShareRequest> requests, @Nullable ListingReader reader) {
    return begin(new RunLoop(id, context, checked(requests), reader, null, null, this));
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
    requests.forEach(request -> requireNonNull(request, "requests: one of them is null"));
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
    RunLoop survey = begin(id, requests, reader);
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
    return new Acceptance(request, context.time(), closed, images -> members(ids.get(), images))
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
    if (isClosed()) {
      throw new IllegalStateException("the workflow is closed; start runs before close()");
    }
  }

  /** Begins a run, or goes on with it. */
  RunLoop begin(RunLoop run) {
    refuseIfClosed();
    context.schedule(
        () -> {
          runs.add(run);
          run.begin();
          if (isClosed()) {
            run.close();
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
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = starting.putIfAbsent(id, mine);
    while (other != null) {
      answer(other);
      other = starting.putIfAbsent(id, mine);
    }
    try {
      return startOrResume(id, List.of(request));
    } finally {
      started(id);
    }
  }

  /**
   * Reserves the id of a run that is about to begin, until {@link #started}. Called on the engine's
   * thread.
   *
   * @return false if the run is under way, or about to be
   */
  boolean reserve(String id) {
    return runs.stream().noneMatch(run -> run.id().equals(id))
        && starting.putIfAbsent(id, new CompletableFuture<>()) == null;
  }

  /** A run has begun, or cannot. */
  void started(String id) {
    requireNonNull(starting.remove(id)).complete(null);
  }

  private RunLoop startOrResume(String id, List<ShareRequest> requests) {
    Optional<RunLoop> running = running(id);
    if (running.isPresent()) {
      return same(running.get(), requests);
    }
    if (abandoned == null) {
      return begin(id, requests, null);
    }
    ClaimedRun claimed = answer(abandoned.claim(id));
    try {
      return begin(claimed.resume(requests));
    } catch (RuntimeException e) {
      claimed.release();
      throw e;
    }
  }

  /** A run that is asked for once more, by its id. */
  static RunLoop same(RunLoop before, List<ShareRequest> now) {
    List<ShareRequest> asked = before.model().requests;
    if (!asked.equals(now)) {
      throw new IllegalArgumentException(
          "id: run %s is not finished and was asked for something else, %s; take another id"
              .formatted(before.id(), asked));
    }
    return before;
  }

  private Optional<RunLoop> running(String id) {
    CompletableFuture<Optional<RunLoop>> found = new CompletableFuture<>();
    context.schedule(
        () -> found.complete(runs.stream().filter(run -> run.id().equals(id)).findFirst()));
    return answer(found);
  }

  private AbandonedRuns journaled(String method) {
    if (abandoned == null) {
      throw new IllegalStateException(
          method + " needs a journal: ShareWorkflow.builder(backend).journal(...)");
    }
    return abandoned;
  }

  /** Goes on with all abandoned runs. */
  public List<ShareRun> resume() {
    AbandonedRuns from = journaled("resume()");
    refuseIfClosed();
    return answer(from.resume());
  }

  /** The report of a finished run, as the journal kept it. */
  public Optional<String> report(String id) {
    return answer(journaled("report()").report(id));
  }

  /** Cancels a run, whoever writes it; false if there is none. */
  public boolean cancel(String id) {
    AbandonedRuns others = journaled("cancel()");
    Optional<RunLoop> running = running(id);
    running.ifPresent(RunLoop::cancel);
    return running.isPresent() || answer(others.cancel(id));
  }

  boolean isClosed() {
    return closed.isDone();
  }

  private <T> T answer(CompletionStage<T> stage) {
    try {
      return context.time().await(stage);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the journal was read", e);
    } catch (CompletionException e) {
      Throwable failure = Failures.unwrap(e);
      if (failure instanceof RunBusyException busy) {
        throw new RunBusyException(busy.run(), busy.owner(), busy.freeIn());
      }
      throw new IllegalStateException("the journal failed: " + Failures.message(failure), e);
    }
  }

  /** The credentials were refused: no run that is done with them makes another call. */
  void unauthenticated(RunLoop refused, int principal, Reason reason) {
    context.gate().credentialsRefused();
    Recipient recipient = refused.model().listings.recipient(principal);
    for (RunLoop run : List.copyOf(runs)) {
      Listings listings = run.model().listings;
      IntStream.range(0, listings.principals())
          .filter(other -> Objects.equals(recipient, listings.recipient(other)))
          .forEach(other -> run.refuse(other, reason));
    }
  }

  /** Ends every run, and starts no other. */
  public void close() {
    closed.complete(true);
    context.gate().close(); // at once: a listener that closes is in the midst of a step
    CompletableFuture<List<RunLoop>> open = new CompletableFuture<>();
    context.schedule(() -> open.complete(closeAll()));
    try {
      for (RunLoop run : context.time().await(open)) {
        context.time().await(run.report());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // Called from inside a task: what was scheduled above closes the runs once it has returned.
      return;
    }
  }

  private List<RunLoop> closeAll() {
    if (abandoned != null) {
      abandoned.close();
    }
    context.gate().leave();
    List<RunLoop> open = List.copyOf(runs);
    open.forEach(RunLoop::close);
    return open;
  }
}
