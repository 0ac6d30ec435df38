package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.util.HashMap;
import java.util.Map;

/** Restores a run to the state in its journal. */
final class Replay {
  private final RunLoop run;
  private final PairTable table;
  private final RunHistory history;
  private final Map<RunHistory.RecordedSubmission, Integer> jobIndices = new HashMap<>();

  Replay(RunLoop run, RunHistory history) {
    this.run = run;
    this.history = history;
    table = run.table();
    run.rules().resume(history);
  }

  /** Resumes what is still under way, before the survey. */
  void begin(Round round) {
    for (RunHistory.RecordedSubmission recorded : history.submissions()) {
      Slice slice = recorded.intent.slice();
      if (recorded.submitted != null) {
        run.evidence().accepted(slice);
        jobIndices.put(recorded, run.addJob(recorded.lastKnownJob(), slice));
      }
      if (recorded.refused == null || recorded.submitted != null) {
        slice.forEach(table::touch);
      }
      if (recorded.isOpen()) {
        resume(round, recorded);
      }
    }
  }

  /** Settles pairs that are still open by what earlier processes found out. */
  void applyFindings() {
    history.findings().forEach(this::applyFinding);
    for (RunHistory.RecordedSubmission recorded : history.submissions()) {
      Verdict verdict = recorded.verdict();
      if (verdict != null) {
        recorded.intent.slice().forEach((i, r) -> settleIfOpen(i, r, verdict));
      }
    }
  }

  /** Continues the round that was under way, with the asks already used. */
  void continueRun(Round round) {
    applyFindings();
    pollAgain(round);
    for (RunHistory.RecordedSubmission recorded : history.submissions()) {
      recorded.intent.slice().forEach((i, r) -> run.rules().giveUpIfExhausted(recorded, i, r));
      if (recorded.isUnexplainedRefusal()) {
        round.countRefusal(recorded.intent.slice(), recorded.outcome());
      }
    }
    round.begin();
  }

  /**
   * Polls an ended job of the last round once more if pairs of it are still open: its results are
   * not in the journal, and the reads after it may not have been made.
   */
  private void pollAgain(Round round) {
    for (RunHistory.RecordedSubmission recorded : history.submissions()) {
      if (recorded.endedUnread(history.rounds()) && hasOpen(recorded.intent.slice())) {
        resume(round, recorded);
      }
    }
  }

  private void resume(Round round, RunHistory.RecordedSubmission recorded) {
    Submission submission = new Submission(run, round, recorded.intent.slice());
    recorded.intent.slice().forEach(table::ask);
    round.adopt(submission);
    submission.resume(recorded, jobIndices.getOrDefault(recorded, -1));
  }

  private void applyFinding(JournalEntry finding) {
    if (finding instanceof JournalEntry.BadId bad) {
      run.rules().badId(bad.side(), bad.id(), bad.reason());
    } else if (finding instanceof JournalEntry.BadPair bad) {
      settleIfOpen(bad.image(), bad.recipient(), new Verdict.Failed(bad.reason()));
    } else if (finding instanceof JournalEntry.Served served) {
      history
          .slice(served.submission())
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
