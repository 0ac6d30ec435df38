package io.imageshare.internal.run;

import io.imageshare.Reason;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.Slice;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a run wants done. The loop does it once the state is consistent. */
public sealed interface Effect {

  /** Queue the write of a submission. */
  record Submit(int submission, int principal, Slice slice) implements Effect {}

  /** Poll the job of a submission; the last time, while the run winds down. */
  record Poll(int submission, int principal, String job, boolean last) implements Effect {}

  /** Read a listing; the number tells this read from others of the same listing. */
  record Read(int listing, int number) implements Effect {}

  record Describe(Set<String> images) implements Effect {}

  record Wait(Event.Timer timer, Duration delay) implements Effect {}

  /** Write an entry; nothing waits for it. */
  record Note(JournalEntry entry) implements Effect {}

  /** Write an entry, and tell when it is safe. */
  record Save(JournalEntry entry, Event saved) implements Effect {}

  /** A job that another process submitted takes its place among the open ones. */
  record OccupyJob() implements Effect {}

  /** A job gives its place back. */
  record ReleaseJob() implements Effect {}

  record Emit(ShareEvent event) implements Effect {}

  /** Warn of a reason, which the message has a place for. */
  record Warn(String message, Reason reason) implements Effect {}

  /** The credentials of a principal were refused, as a job says. */
  record RefuseCredentials(int principal, Reason reason) implements Effect {}

  record Finish(Ending ending, @Nullable Reason reason) implements Effect {}
}
