package io.imageshare.internal.engine;

import static java.util.Objects.requireNonNull;

import com.google.common.math.IntMath;
import io.imageshare.Journal;
import io.imageshare.RunBusyException;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.internal.journal.JournalCall;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the journal that nobody writes: claimed one after the other, and gone on with. What
 * is wrong with one of them, or takes too long, is told and costs the others nothing.
 */
final class AbandonedRuns {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  private final Journal journal;
  private final WorkflowContext context;
  private final Workflow workflow;
  private final Duration silence;

  /** How long the journal has to answer what concerns one run. */
  private final Duration limit;

  /** The runs that cannot be resumed here; each is warned of once. */
  private final Set<String> left = new HashSet<>();

  /** The runs that were taken over and are under way, as far as the last look saw. */
  private final List<ShareRun> taken = new ArrayList<>();

  private Timekeeper.Scheduled next = () -> {};

  AbandonedRuns(Journal journal, WorkflowContext context, Workflow workflow) {
    this.journal = journal;
    this.context = context;
    this.workflow = workflow;
    silence = context.settings().silence();
    limit = silence.dividedBy(4);
  }

  /** The report of a finished run, as the journal kept it. */
  CompletionStage<Optional<String>> report(String id) {
    return ask("report", () -> journal.report(id));
  }

  /** Asks whoever writes a run to cancel it; false if there is none. */
  CompletionStage<Boolean> cancel(String id) {
    return ask("cancel", () -> journal.cancel(id));
  }

  private <T> CompletionStage<T> ask(String method, Supplier<CompletionStage<T>> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    JournalCall.make(
        context.time(),
        context.time()::schedule,
        limit,
        () -> JournalCall.required(method, call.get()),
        into(answer),
        (value, failure) -> {});
    return answer;
  }

  /** Completes a future, for whoever waits for the answer on a thread of its own. */
  private static <T> BiConsumer<@Nullable T, @Nullable Throwable> into(
      CompletableFuture<T> answer) {
    return (value, failure) -> {
      if (value != null) {
        answer.complete(value);
      } else {
        answer.completeExceptionally(new CompletionException(requireNonNull(failure)));
      }
    };
  }

  /** Claims a run for this process, which is new or abandoned. */
  CompletionStage<ClaimedRun> claim(String id) {
    CompletableFuture<ClaimedRun> claimed = new CompletableFuture<>();
    claim(id, into(claimed));
    return claimed;
  }

  private void claim(String id, BiConsumer<@Nullable ClaimedRun, @Nullable Throwable> then) {
    long began = context.time().nanoTime();
    JournalCall.make(
        context.time(),
        context.time()::schedule,
        limit,
        () -> JournalCall.required("claim", journal.claim(id, silence)),
        (claim, failure) -> then.accept(claim == null ? null : claimed(id, claim, began), failure),
        (claim, failure) -> {
          if (claim != null) {
            claimed(id, claim, began).release(); // nobody waits for it any more
          }
        });
  }

  private ClaimedRun claimed(String id, Journal.Claim claim, long began) {
    return new ClaimedRun(id, claim, began, journal, context, workflow);
  }

  /** Goes on with all of them; completes with those that are under way now. */
  CompletionStage<List<ShareRun>> resume() {
    CompletableFuture<List<ShareRun>> resumed = new CompletableFuture<>();
    context.schedule(() -> resume(Integer.MAX_VALUE, into(resumed)));
    return resumed;
  }

  /**
   * Goes on with abandoned runs. Called on the engine's thread.
   *
   * @param then takes those that are under way now, or why the journal cannot tell of any
   */
  private void resume(int atMost, BiConsumer<@Nullable List<ShareRun>, @Nullable Throwable> then) {
    int wanted = IntMath.saturatedAdd(atMost, left.size());
    JournalCall.make(
        context.time(),
        context.time()::schedule,
        limit,
        () -> JournalCall.required("unfinished", journal.unfinished(silence, wanted)),
        (unfinished, failure) -> {
          if (unfinished == null) {
            then.accept(null, failure);
          } else {
            next(new ArrayDeque<>(unfinished), atMost, new ArrayList<>(), then);
          }
        },
        (unfinished, failure) -> {});
  }

  /** Looks for abandoned runs again and again, until the workflow is closed. */
  void takeOver(Settings.TakeOver terms) {
    context.schedule(() -> look(terms));
  }

  private void look(Settings.TakeOver terms) {
    if (workflow.isClosed()) {
      return;
    }
    taken.removeIf(run -> run.report().isDone());
    int free = terms.atMost() - taken.size();
    if (free <= 0) {
      lookAgain(terms);
      return;
    }
    resume(
        free,
        (runs, failure) -> {
          if (runs == null) {
            log.warn("no runs are taken over for now: {}", String.valueOf(failure));
          } else {
            taken.addAll(runs);
          }
          lookAgain(terms);
        });
  }

  private void lookAgain(Settings.TakeOver terms) {
    if (!workflow.isClosed()) {
      next = context.time().schedule(terms.every(), () -> look(terms));
    }
  }

  void close() {
    next.cancel();
  }

  private void next(
      Deque<Journal.Unfinished> unfinished,
      int atMost,
      List<ShareRun> resumed,
      BiConsumer<@Nullable List<ShareRun>, @Nullable Throwable> then) {
    boolean enough = resumed.size() >= atMost || workflow.isClosed();
    Journal.Unfinished next = enough ? null : unfinished.poll();
    while (next != null && !workflow.reserve(next.run())) {
      next = unfinished.poll(); // its own
    }
    if (next == null) {
      then.accept(resumed, null);
      return;
    }
    String id = next.run();
    claim(
        id,
        (claimed, failure) -> {
          if (claimed != null) {
            resume(claimed, resumed);
          } else if (failure instanceof RunBusyException busy) {
            log.info("run {} is left to {}", id, busy.owner());
          } else {
            leave(id, requireNonNull(failure));
          }
          workflow.started(id);
          next(unfinished, atMost, resumed, then);
        });
  }

  private void resume(ClaimedRun claimed, List<ShareRun> resumed) {
    try {
      if (!claimed.isNew()) {
        resumed.add(workflow.begin(claimed.resume()));
        left.remove(claimed.id());
        return;
      }
    } catch (RuntimeException e) {
      leave(claimed.id(), e);
    }
    claimed.release(); // it was finished meanwhile, or is left to whoever can read it
  }

  private void leave(String id, Throwable why) {
    if (left.add(id)) {
      log.warn("run {} is not resumed: {}", id, Failures.message(why));
    }
  }
}
