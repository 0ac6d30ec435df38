package io.imageshare.internal.engine;

import io.imageshare.Journal;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalCall;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.journal.JournalWriter;
import io.imageshare.internal.run.RunHistory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run that this process may write, and has not begun yet. */
record ClaimedRun(
    String id,
    Journal.Claim claim,
    long began,
    Journal journal,
    WorkflowContext context,
    Workflow workflow) {

  /** Whether there is nothing to go on with. */
  boolean isNew() {
    return claim.entries().isEmpty();
  }

  /** Goes on with it, or begins it with these requests. */
  RunLoop resume(List<ShareRequest> requests) {
    return isNew() ? loop(requests, null) : Workflow.same(resume(), requests);
  }

  /**
   * Goes on with it.
   *
   * @throws IllegalStateException if its journal is damaged, of another version or another account
   */
  RunLoop resume() {
    RunHistory history = new RunHistory(JournalEntry.all(id, claim.entries()));
    String own = context.terms().account();
    String account = history.begun().account();
    if (!own.isEmpty() && !account.isEmpty() && !own.equals(account)) {
      throw new IllegalStateException(
          "run %s is of %s, and this workflow of %s; give each account a journal of its own"
              .formatted(id, account, own));
    }
    return loop(history.begun().requests(), history);
  }

  private RunLoop loop(List<ShareRequest> requests, @Nullable RunHistory history) {
    JournalWriter.Held held = new JournalWriter.Held(claim.epoch(), claim.entries().size(), began);
    return new RunLoop(id, context, requests, null, held, history, workflow);
  }

  void release() {
    JournalCall.make(
        context.time(), () -> journal.release(id, claim.epoch()), (nothing, failure) -> {});
  }
}
