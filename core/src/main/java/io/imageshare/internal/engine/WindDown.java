package io.imageshare.internal.engine;

import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends a run early: one last poll of each open job, one read of each listing with open pairs, then
 * the report. A quiet one makes no call and only waits for the answers to submits under way.
 */
final class WindDown {
  private final RunLoop run;
  private final PairTable table;
  private final @Nullable Round round;
  private final List<Submission> submissions;
  private final Ending ending;
  private final @Nullable Reason reason;
  private final boolean quiet;
  private final BitSet polled = new BitSet();
  private int openPolls;
  private int openReads;
  private boolean readsStarted;

  WindDown(
      RunLoop run, @Nullable Round round, Ending ending, @Nullable Reason reason, boolean quiet) {
    this.run = run;
    this.round = round;
    this.ending = ending;
    this.reason = reason;
    this.quiet = quiet;
    table = run.table();
    submissions = round == null ? List.of() : round.sent();
  }

  boolean isQuiet() {
    return quiet;
  }

  void begin() {
    if (run.isCancelled()) {
      run.journal().note(new JournalEntry.Cancelled(run.context().time().now()));
    }
    if (round != null) {
      round.advance(); // withdraws what was not sent yet
    }
    advance();
  }

  /** A submit or a last poll was answered. */
  void answered(Submission submission) {
    int index = submissions.indexOf(submission);
    if (polled.get(index)) {
      openPolls--;
    }
    advance();
  }

  private void advance() {
    poll();
    if (openPolls > 0 || (round != null && round.isUnanswered())) {
      return;
    }
    if (!readsStarted) {
      readsStarted = true;
      read();
    }
    if (openReads == 0) {
      end();
    }
  }

  private void poll() {
    for (int n = 0; !quiet && n < submissions.size(); n++) {
      if (submissions.get(n).isWatched() && !polled.get(n)) {
        polled.set(n);
        openPolls++;
        run.make(submissions.get(n).lastPoll());
      }
    }
  }

  private void read() {
    Listings listings = run.listings();
    for (int listing = 0; !quiet && run.canList() && listing < listings.count(); listing++) {
      if (listings.hasAsked(listing) || (listings.hasPending(listing) && run.isSurveyPending())) {
        openReads++;
        run.read(new LastRead(listing));
      }
    }
  }

  private final class LastRead extends ListingRead {
    LastRead(int listing) {
      super(run, listing, true);
    }

    @Override
    void finished() {
      openReads--;
      if (openReads == 0) {
        end();
      }
    }
  }

  /** Settles every pair that has no outcome, and ends the run. */
  void end() {
    run.applyFindings();
    Reason cut = new Reason(Reason.Kind.LOST, "", "the run was cut short: " + why());
    // A pair may be in several submissions: the last one knows most.
    for (int n = submissions.size() - 1; n >= 0; n--) {
      Submission submission = submissions.get(n);
      submission
          .slice()
          .forEach(
              (i, r) -> {
                if (table.isAsked(i, r)) {
                  run.rules().settle(i, r, submission.cutShort(cut));
                }
              });
    }
    Reason notSent = new Reason(Reason.Kind.NOT_SENT, "", "not sent: " + why());
    for (int i = 0; i < table.images(); i++) {
      for (int r = 0; r < table.recipients(); r++) {
        run.rules()
            .settle(
                i,
                r,
                table.isTouched(i, r) ? new Verdict.Unknown(cut, "") : new Verdict.Failed(notSent));
      }
    }
    run.finish(ending, reason);
  }

  private String why() {
    return switch (ending) {
      case CANCELLED -> "it was cancelled";
      case DEADLINE -> "its deadline passed";
      case CLOSED -> "its workflow was closed";
      default -> reason == null ? "it was stopped" : reason.toString();
    };
  }
}
