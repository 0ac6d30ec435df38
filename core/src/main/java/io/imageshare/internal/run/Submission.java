package io.imageshare.internal.run;

import io.imageshare.Job;
import io.imageshare.Reason;
import io.imageshare.internal.table.Slice;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One slice on its way: queued, sent, its job watched, and what became of it read where nobody
 * says.
 */
final class Submission {
  enum State {
    QUEUED,
    SENT,
    WATCHED,
    READING_BACK,
    OVER
  }

  final int number;
  final Principal principal;
  final Slice slice;

  /** The search whose part it asks for. */
  @Nullable BadIdSearch search;

  State state = State.QUEUED;

  /** Its number in the journal, one for each time it is sent; -1: it has none. */
  int entry = -1;

  /** Whether it takes the place of an open job. */
  boolean holdsJob;

  /** When it was sent, or would have been had this process sent it, by the monotonic clock. */
  long sentAt;

  /** Where its job stands among those of the report. */
  int place = -1;

  @Nullable Job job;
  @Nullable JobPoller poller;
  JobResults results = JobResults.NONE;

  /** Why nobody knows what became of it. */
  @Nullable Reason unclear;

  /** Whether the last poll of its job, while the run winds down, was wanted. */
  boolean polledLast;

  /** Whether that poll was answered, or failed. */
  boolean polledFinally;

  /** The listings that are still to be read back. */
  final BitSet toRead = new BitSet();

  /** The listings that could not be read back. */
  final BitSet unread = new BitSet();

  /** Whether a read of one of them failed in a way that may pass. */
  boolean someFailed;

  /** How often reading back failed. */
  int failedReads;

  /** Whether its listings were read a second time, since they showed a part of it. */
  boolean readTwice;

  Submission(int number, Principal principal, Slice slice) {
    this.number = number;
    this.principal = principal;
    this.slice = slice;
  }

  /** The job's id; empty while none is known. */
  String jobId() {
    return job == null ? "" : job.id();
  }

  Effect.Poll poll(boolean last) {
    return new Effect.Poll(number, principal.number, jobId(), last);
  }

  boolean hasFailed() {
    return job != null && job.status() == Job.Status.FAIL;
  }

  /** What its job or its answer says of what went wrong, if anything. */
  @Nullable Reason told() {
    return job != null && hasFailed() ? job.reason() : unclear;
  }
}
