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
 * The end of a run that is cut short: one last look at each open job, one reading of each listing
 * with open pairs, then the report. A quiet one makes no call at all, and only waits for the
 * answers to writes under way.
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
  private int looking;
  private int reading;
  private boolean readingBegun;

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
      round.advance(); // withdraws what was not sent yet, and notes it
    }
    advance();
  }

  /** A write was answered, or a last look. */
  void answered(Submission submission) {
    int index = submissions.indexOf(submission);
    if (polled.get(index)) {
      looking--;
    }
    advance();
  }

  private void advance() {
    poll();
    if (looking > 0 || (round != null && round.isUnanswered())) {
      return;
    }
    if (!readingBegun) {
      readingBegun = true;
      read();
    }
    if (reading == 0) {
      end();
    }
  }

  private void poll() {
    for (int f = 0; !quiet && f < submissions.size(); f++) {
      if (submissions.get(f).isWatched() && !polled.get(f)) {
        polled.set(f);
        looking++;
        run.make(submissions.get(f).lastPoll());
      }
    }
  }

  private void read() {
    Listings listings = run.listings();
    for (int listing = 0; !quiet && run.canList() && listing < listings.count(); listing++) {
      if (listings.hasAsked(listing) || (listings.hasPending(listing) && run.isUnread())) {
        reading++;
        run.read(new Last(listing));
      }
    }
  }

  private final class Last extends ListingRead {
    Last(int listing) {
      super(run, listing, true);
    }

    @Override
    void over() {
      reading--;
      if (reading == 0) {
        end();
      }
    }
  }

  /** Gives every pair that has none its outcome, and ends the run. */
  void end() {
    run.recall();
    Reason cut = new Reason(Reason.Kind.LOST, "", "the run was cut short: " + why());
    // A pair may have been asked again since: its last flight knows most.
    for (int f = submissions.size() - 1; f >= 0; f--) {
      Submission submission = submissions.get(f);
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
