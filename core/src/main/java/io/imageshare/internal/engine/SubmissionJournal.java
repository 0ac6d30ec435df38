package io.imageshare.internal.engine;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.Slice;
import java.util.List;

/**
 * What one flight writes to the journal. Each time it is sent it is another one to the journal,
 * with a number of its own.
 */
final class SubmissionJournal {
  private static final int NONE = -1;

  private final RunLoop run;
  private int number = NONE;

  SubmissionJournal(RunLoop run) {
    this.run = run;
  }

  /** Goes on with a flight that is in the journal. */
  void resume(int number) {
    this.number = number;
  }

  boolean hasIntent() {
    return number != NONE || !run.journal().isOn();
  }

  void intent(Slice slice, Runnable then) {
    number = run.nextSubmission();
    run.journal()
        .write(
            new JournalEntry.Intent(number, run.rounds(), slice, run.context().time().now()), then);
  }

  void submitted(String job, Runnable then) {
    run.journal().write(new JournalEntry.Submitted(number, job, run.context().time().now()), then);
  }

  void ended(Job job) {
    run.journal().note(new JournalEntry.Ended(number, job.status(), job.reason()));
  }

  void lost(Reason reason) {
    run.journal().note(new JournalEntry.Lost(number, reason));
  }

  void settled(Reason reason, boolean again) {
    run.journal().note(new JournalEntry.Settled(number, reason, again));
  }

  void served(List<Slice> except) {
    run.journal().note(new JournalEntry.Served(number, except));
  }

  /** The service took nothing of it, or it was not sent at all. */
  void refused(Reason reason) {
    if (number != NONE) {
      run.journal().note(new JournalEntry.Refused(number, reason));
      number = NONE;
    }
  }
}
