package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.util.HashMap;
import java.util.Map;

/** Brings a run back to where its journal left it. */
final class Replay {
  private final RunLoop run;
  private final PairTable table;
  private final RunHistory past;
  private final Map<RunHistory.RecordedSubmission, Integer> places = new HashMap<>();

  Replay(RunLoop run, RunHistory past) {
    this.run = run;
    this.past = past;
    table = run.table();
    run.rules().remember(past);
  }

  /** Takes up what is under way still, before anything is read. */
  void begin(Round round) {
    for (RunHistory.RecordedSubmission recorded : past.submissions()) {
      Slice slice = recorded.intent.slice();
      if (recorded.submitted != null) {
        run.evidence().accepted(slice);
        places.put(recorded, run.addJob(recorded.seen(), slice));
      }
      if (recorded.refused == null || recorded.submitted != null) {
        slice.forEach(table::touch);
      }
      if (recorded.isOpen()) {
        resume(round, recorded);
      }
    }
  }

  /** Gives the pairs that no listing shows what was found out before. */
  void recall() {
    past.findings().forEach(this::recall);
    for (RunHistory.RecordedSubmission recorded : past.submissions()) {
      Verdict verdict = recorded.verdict();
      if (verdict != null) {
        recorded.intent.slice().forEach((i, r) -> settleIfOpen(i, r, verdict));
      }
    }
  }

  /** Goes on with the round that was under way, with all that its pairs have used up. */
  void continueRun(Round round) {
    recall();
    pollAgain(round);
    for (RunHistory.RecordedSubmission recorded : past.submissions()) {
      recorded.intent.slice().forEach((i, r) -> run.rules().giveUpIfSpent(recorded, i, r));
      if (recorded.isDenied()) {
        round.deny(recorded.intent.slice(), recorded.outcome());
      }
    }
    round.begin();
  }

  /**
   * A job of the last round that has ended is looked at once more where the listing lacks pairs of
   * it: its results were never written down, and the readings that were to follow it may not have
   * been made.
   */
  private void pollAgain(Round round) {
    for (RunHistory.RecordedSubmission recorded : past.submissions()) {
      if (recorded.endedUnread(past.rounds()) && hasOpen(recorded.intent.slice())) {
        resume(round, recorded);
      }
    }
  }

  private void resume(Round round, RunHistory.RecordedSubmission recorded) {
    Submission submission = new Submission(run, round, recorded.intent.slice());
    recorded.intent.slice().forEach(table::ask);
    round.adopt(submission);
    submission.resume(recorded, places.getOrDefault(recorded, -1));
  }

  private void recall(JournalEntry line) {
    if (line instanceof JournalEntry.BadId bad) {
      run.rules().bad(bad.side(), bad.id(), bad.reason());
    } else if (line instanceof JournalEntry.BadPair bad) {
      settleIfOpen(bad.image(), bad.recipient(), new Verdict.Failed(bad.reason()));
    } else if (line instanceof JournalEntry.Served served) {
      past.slice(served.submission())
          .forEach(
              (i, r) -> {
                if (served.except().stream().noneMatch(slice -> slice.contains(i, r))) {
                  settleIfOpen(i, r, new Verdict.Done(false, MemberStatus.UNKNOWN));
                }
              });
    }
  }

  private void settleIfOpen(int image, int recipient, Verdict verdict) {
    if (table.isOpen(image, recipient)) {
      run.rules().settle(image, recipient, verdict);
    }
  }

  private boolean hasOpen(Slice slice) {
    return slice.images().stream()
        .anyMatch(i -> slice.recipients().stream().anyMatch(r -> table.isOpen(i, r)));
  }
}
