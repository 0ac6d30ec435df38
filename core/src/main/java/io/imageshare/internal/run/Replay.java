package io.imageshare.internal.run;

import static com.google.common.collect.Comparators.max;

import com.google.common.collect.Lists;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.run.RunHistory.Recorded;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Brings a run back to where its journal left it. */
final class Replay {
  private final RunModel run;
  private final PairTable table;
  private final SubmissionTracker tracker;
  private final RunHistory history;
  private boolean surveyed;

  Replay(RunModel run, SubmissionTracker tracker, RunHistory history) {
    this.run = run;
    this.tracker = tracker;
    this.history = history;
    table = run.table;
  }

  /**
   * Takes up what is under way still, before anything is read.
   *
   * @return whether the run was cancelled
   */
  boolean begin() {
    run.nextEntry = history.nextEntry();
    for (Recorded recorded : history.submissions()) {
      Slice slice = recorded.slice();
      if (recorded.submitted != null) {
        principal(slice).evidence.accepted(slice);
        recorded.place = run.jobs.size();
        run.jobs.add(new SubmittedSlice(recorded.lastSeen(), slice));
      }
      if (recorded.hasAsked()) {
        slice.forEach(table::touch);
        if (!recorded.isOpen()) {
          slice.forEach(table::countAsk);
        }
      }
      if (recorded.isOpen()) {
        resume(recorded);
      }
    }
    return history.wasCancelled();
  }

  private Principal principal(Slice slice) {
    return run.reader(run.listings.of(slice).get(0));
  }

  private void resume(Recorded recorded) {
    Submission submission = run.add(principal(recorded.slice()), recorded.slice());
    submission.entry = recorded.intent.submission();
    submission.slice.forEach(table::ask);
    run.sent(submission);
    if (recorded.submitted == null) {
      Duration age = since(recorded.intent.at());
      submission.sentAt = run.now - age.toNanos();
      tracker.lost(submission, recorded.lost);
    } else {
      submission.place = recorded.place;
      tracker.resume(submission, recorded.lastSeen(), since(recorded.submitted.at()));
    }
  }

  /** How much time has passed since then; none if the clock says that it is yet to come. */
  private Duration since(Instant then) {
    return max(Duration.between(then, run.clock), Duration.ZERO);
  }

  /** Gives the pairs that no listing shows what was found out before. */
  void recall() {
    if (surveyed) {
      return;
    }
    history.findings().forEach(this::recall);
    for (Recorded recorded : history.submissions()) {
      Verdict verdict = recorded.verdict();
      if (verdict != null) {
        recorded.slice().forEach((i, r) -> run.settleIfOpen(i, r, verdict));
      }
    }
  }

  /** The listings were read: goes on with all that its pairs have used up. */
  void surveyed() {
    if (surveyed) {
      return;
    }
    recall();
    surveyed = true;
    List<Recorded> all = history.submissions();
    Lists.reverse(all).forEach(this::pollAgain);
    for (Recorded recorded : all) {
      recorded
          .slice()
          .forEach(
              (i, r) -> {
                Verdict verdict =
                    OutcomeRules.askedInVain(
                        table.asks(i, r),
                        table.isTouched(i, r),
                        recorded.outcome(),
                        recorded.job());
                if (verdict != null) {
                  run.settleIfOpen(i, r, verdict);
                }
              });
      Reason refused = recorded.refused;
      if (refused != null && OutcomeRules.isFinal(refused.kind())) {
        principal(recorded.slice()).refusals.add(recorded.slice(), refused);
      }
    }
  }

  /**
   * A job that has ended is polled once more where the listing lacks pairs of it: its results were
   * never written down, and the reads that were to follow it may not have been made.
   */
  private void pollAgain(Recorded recorded) {
    boolean ended = recorded.ended != null && recorded.refused == null;
    boolean[] lacks = {false};
    recorded.slice().forEach((i, r) -> lacks[0] |= table.isOpen(i, r));
    if (ended && recorded.settled == null && lacks[0]) {
      resume(recorded);
    }
  }

  private void recall(JournalEntry entry) {
    if (entry instanceof JournalEntry.BadId bad) {
      run.bad(run.principals.get(bad.principal()), bad.side(), bad.id(), bad.reason());
    } else if (entry instanceof JournalEntry.BadPair bad) {
      run.settleIfOpen(bad.image(), bad.recipient(), new Verdict.Failed(bad.reason()));
    } else if (entry instanceof JournalEntry.Served served) {
      history
          .recorded(served.submission())
          .slice()
          .forEach(
              (i, r) -> {
                if (served.except().stream().noneMatch(slice -> slice.contains(i, r))) {
                  run.settleIfOpen(i, r, new Verdict.Done(false, MemberStatus.UNKNOWN));
                }
              });
    }
  }
}
