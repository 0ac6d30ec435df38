package io.imageshare.internal.run;

import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.run.RunModel.Phase;
import io.imageshare.internal.run.Submission.State;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run that is cut short: one last poll of each open job, one read of each listing with
 * pairs that were asked, then the report. A run that stops makes no call at all, and only waits for
 * the answers to writes under way.
 */
final class WindDown {
  private final RunModel run;
  private final Ending ending;
  private final @Nullable Reason reason;
  private boolean readingBegun;
  private int reading;

  WindDown(RunModel run, Ending ending, @Nullable Reason reason) {
    this.run = run;
    this.ending = ending;
    this.reason = reason;
  }

  /**
   * @param unread whether it was resumed, and its listings were not read since
   */
  void advance(boolean unread) {
    boolean quiet = run.phase == Phase.STOPPING;
    boolean waits = false;
    for (Submission submission : run.submissions.values()) {
      boolean watched = submission.state == State.WATCHED && !quiet;
      if (watched && !submission.polledLast) {
        submission.polledLast = true;
        run.effect(submission.poll(/* last= */ true));
      }
      waits |= submission.state == State.SENT || (watched && !submission.polledFinally);
    }
    if (waits) {
      return;
    }
    if (!readingBegun) {
      readingBegun = true;
      for (int listing = 0; !quiet && listing < run.listings.count(); listing++) {
        boolean asked = run.table.hasUnderWay(listing) || run.table.hasUnaudited(listing);
        if (run.canRead(listing) && (asked || unread)) {
          reading++;
          run.reads.want(listing, ListingReads.LAST);
        }
      }
    }
    if (reading == 0 || quiet) {
      end();
    }
  }

  /** One of the last reads was answered, or failed. */
  void read() {
    reading--;
  }

  /** Gives every pair that has none its outcome, and ends the run. */
  void end() {
    run.phase = Phase.OVER; // nothing is waited for any more
    // A pair may have been asked again since: its last submission knows most.
    for (Submission submission : run.submissions.descendingMap().values()) {
      if (submission.state != State.QUEUED) {
        run.cutShort(submission, why());
      }
    }
    run.principals.forEach(principal -> run.cutShort(principal, why()));
    run.finish(ending, reason);
  }

  private String why() {
    return switch (ending) {
      case CANCELLED -> "it was cancelled";
      case DEADLINE -> "its deadline passed";
      case CLOSED -> "its workflow was closed, or it was released";
      default -> reason == null ? "it was stopped" : reason.toString();
    };
  }
}
