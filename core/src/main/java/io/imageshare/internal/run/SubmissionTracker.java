package io.imageshare.internal.run;

import static com.google.common.collect.Comparators.max;
import static com.google.common.collect.Comparators.min;
import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareEvent;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.run.Event.Timer.Purpose;
import io.imageshare.internal.run.OutcomeRules.ReadRefusal;
import io.imageshare.internal.run.Submission.State;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what became of what was sent: by its job, or by reading where nobody says. */
final class SubmissionTracker {
  /** Reads are harmless: those that fail are made again so often. */
  private static final int FAILED_READS = 4;

  private final RunModel run;
  private final PairTable table;
  private final Sender sender;

  SubmissionTracker(RunModel run, Sender sender) {
    this.run = run;
    this.sender = sender;
    table = run.table;
  }

  // The job

  void submitted(Submission submission, Job first) {
    submission.state = State.WATCHED;
    submission.place = run.jobs.size();
    submission.job = first;
    submission.poller = poller(run.now, true);
    run.jobs.add(new SubmittedSlice(first, submission.slice));
    submission.slice.forEach(table::touch);
    run.emit(new ShareEvent.Submitted(run.id, table.request(submission.slice), first));
    sender.accepted(submission);
    JournalEntry entry = new JournalEntry.Submitted(submission.entry, first.id(), run.clock);
    if (first.ended()) {
      run.note(entry);
      submission.poller.polled(first, run.now);
      ended(submission, first);
    } else {
      run.effect(new Effect.Save(entry, new Event.Saved(submission.number)));
    }
  }

  /** A job that another process submitted, so long ago. */
  void resume(Submission submission, Job job, Duration age) {
    submission.state = State.WATCHED;
    submission.job = job;
    submission.poller = poller(run.now - age.toNanos(), false);
    run.occupyJob(submission);
    run.effect(new Effect.OccupyJob());
    schedule(submission, Duration.ZERO);
  }

  private JobPoller poller(long began, boolean fromTheStart) {
    return new JobPoller(
        run.terms.poll(), run.terms.schedule(), run.terms.random(), began, fromTheStart);
  }

  void schedule(Submission submission, Duration atLeast) {
    if (submission.state == State.WATCHED && run.isRunning()) {
      Duration wait = requireNonNull(submission.poller).next(run.now, atLeast);
      run.await(Purpose.POLL, submission.number, wait);
    }
  }

  /** The time has come that a poll may be worth its call. */
  void pollDue(Submission submission) {
    if (submission.state != State.WATCHED || !run.isRunning()) {
      return;
    }
    if (requireNonNull(submission.poller).isWorth(run.now)) {
      run.effect(submission.poll(/* last= */ false));
    } else {
      schedule(submission, Duration.ZERO);
    }
  }

  void polled(Submission submission, Job job, long asked) {
    if (submission.state != State.WATCHED) {
      return;
    }
    JobPoller poller = requireNonNull(submission.poller);
    poller.polled(job, asked);
    submission.job = job;
    run.jobs.set(submission.place, new SubmittedSlice(job, submission.slice));
    run.emit(new ShareEvent.Polled(run.id, job));
    if (job.ended()) {
      ended(submission, job);
    } else if (poller.isSpent(run.now)) {
      unwatched(submission, "it has not ended");
    } else {
      schedule(submission, Duration.ZERO);
    }
  }

  void pollFailed(Submission submission, Reason reason, Duration retryAfter) {
    if (submission.state != State.WATCHED || !run.isRunning()) {
      return;
    }
    run.emit(new ShareEvent.Retrying(run.id, "job", reason, retryAfter));
    JobPoller poller = requireNonNull(submission.poller);
    Duration pause = poller.failed(reason, retryAfter);
    if (pause == null) {
      expired(
          submission,
          "job %s: %d polls in a row failed, the last: %s"
              .formatted(submission.jobId(), poller.errors(), reason));
    } else if (poller.isSpent(run.now)) {
      unwatched(submission, reason.toString());
    } else {
      schedule(submission, pause);
    }
  }

  private void unwatched(Submission submission, String last) {
    expired(
        submission,
        "job %s was watched for %d s; at the last poll: %s"
            .formatted(
                submission.jobId(),
                requireNonNull(submission.poller).age(run.now).toSeconds(),
                last));
  }

  /** The job is watched no more: the audit decides. */
  private void expired(Submission submission, String why) {
    submission.unclear = new Reason(Reason.Kind.LOST, "", why);
    finish(submission, null);
  }

  private void ended(Submission submission, Job end) {
    run.note(new JournalEntry.Ended(submission.entry, end.status(), end.reason()));
    JobPoller poller = requireNonNull(submission.poller);
    if (poller.isFromTheStart()) {
      run.terms.durations().add(poller.age(run.now));
    }
    run.releaseJob(submission);
    submission.results = new JobResults(end);
    if (run.isRunning() && submission.hasFailed()) {
      // Others of its pairs may be done: the listings are read before it counts as refused.
      readBack(submission, Duration.ZERO);
    } else {
      finish(submission, submission.hasFailed() ? null : submission.results);
    }
  }

  /**
   * A submission is over, and its pairs await their audit.
   *
   * @param served what its job says that ended well; null: none did
   */
  private void finish(Submission submission, @Nullable JobResults served) {
    submission.state = State.OVER;
    run.releaseJob(submission);
    if (served != null) {
      proven(submission, served);
      submission.principal.evidence.taken(submission.slice);
      sender.cleared(submission);
    } else {
      sender.inconclusive(submission);
    }
    settleUnlistable(submission);
    submission.slice.forEach(table::awaitAudit);
    run.audit(submission);
  }

  /** A job that ended well may have failed for some, whose ids are not proven good by it. */
  private void proven(Submission submission, JobResults served) {
    boolean all = served.provesAll();
    Principal principal = submission.principal;
    submission.slice.forEach(
        (i, r) -> {
          if (all || served.proves(table.member(i, r))) {
            principal.evidence.served(i, r);
          }
        });
  }

  /** Where a listing cannot be read, what the job says must do. */
  private void settleUnlistable(Submission submission) {
    settleConfirmed(submission);
    if (run.isRunning()) {
      submission.slice.forEach(
          (i, r) -> {
            if (table.isUnderWay(i, r) && !run.canRead(run.listings.of(i, r))) {
              run.ruleUnlistable(submission, i, r);
            }
          });
    }
  }

  /** The pairs that the job confirms and no listing can show are done. */
  private void settleConfirmed(Submission submission) {
    if (run.listings.of(submission.slice).stream().allMatch(run::canRead)) {
      return;
    }
    List<Slice> except = new ArrayList<>();
    submission.slice.forEach(
        (i, r) -> {
          boolean confirmed = submission.results.proves(table.member(i, r));
          if (run.canRead(run.listings.of(i, r)) || !confirmed) {
            except.add(new Slice(List.of(i), List.of(r)));
          } else if (table.isUnderWay(i, r)) {
            run.settle(i, r, new Verdict.Done(false, MemberStatus.UNKNOWN));
          }
        });
    if (except.size() < submission.slice.pairs() && submission.entry >= 0) {
      run.note(new JournalEntry.Served(submission.entry, except));
    }
  }

  // Reading back

  /** The answer to a write was lost: its listings are read when its job has most likely ended. */
  void lost(Submission submission, Reason reason) {
    run.note(new JournalEntry.Lost(submission.entry, reason));
    submission.slice.forEach(table::touch);
    submission.unclear = reason;
    sender.inconclusive(submission);
    Duration age = Duration.ofNanos(run.now - submission.sentAt);
    Duration patience = run.terms.poll().patience(); // longer no job is waited for
    Duration wait = min(run.terms.durations().mostEnded(), patience).minus(age);
    readBack(submission, max(wait, Duration.ZERO));
  }

  private void readBack(Submission submission, Duration wait) {
    submission.state = State.READING_BACK;
    run.await(Purpose.READ_BACK, submission.number, wait);
  }

  void readBackDue(Submission submission) {
    if (submission.state != State.READING_BACK || !run.isRunning()) {
      return; // while the run winds down, its last reads decide
    }
    submission.unread.clear();
    submission.someFailed = false;
    run.forEachMissing(submission, (i, r) -> submission.toRead.set(run.listings.of(i, r)));
    for (int listing : submission.toRead.stream().toArray()) {
      if (run.canRead(listing)) {
        run.reads.want(listing, submission.number);
      } else {
        submission.toRead.clear(listing);
        submission.unread.set(listing);
      }
    }
    readBackDone(submission);
  }

  /** A listing was read, or could not be. */
  void readBack(Submission submission, int listing, @Nullable Reason failure) {
    if (submission.state != State.READING_BACK || !submission.toRead.get(listing)) {
      return;
    }
    submission.toRead.clear(listing);
    if (failure != null) {
      readRefused(submission, listing, failure);
    }
    readBackDone(submission);
  }

  private void readRefused(Submission submission, int listing, Reason reason) {
    ReadRefusal refusal = OutcomeRules.readRefused(reason.kind(), run.listings.side());
    if (refusal != ReadRefusal.BAD_ID) {
      submission.unread.set(listing);
      submission.someFailed |= refusal == ReadRefusal.NOTHING;
      return;
    }
    run.listings
        .part(submission.slice, listing)
        .forEach(
            (i, r) -> {
              if (table.isUnderWay(i, r)) {
                run.settle(i, r, new Verdict.Failed(reason));
              }
            });
  }

  private void readBackDone(Submission submission) {
    if (!submission.toRead.isEmpty() || !run.isRunning()) {
      return;
    }
    long missing = run.missing(submission);
    if (missing > 0 && submission.someFailed && submission.failedReads < FAILED_READS) {
      submission.failedReads++;
      readBack(submission, run.terms.readPause());
      return;
    }
    if (submission.hasFailed()) {
      failed(submission);
      return;
    }
    if (missing > 0 && missing < submission.slice.pairs() && !submission.readTwice) {
      submission.readTwice = true; // the listing shows a part: the rest may lag
      readBack(submission, run.terms.lags().next(1));
      return;
    }
    Reason reason = requireNonNull(submission.unclear);
    boolean again = reason.kind() != Reason.Kind.INTERNAL && submission.unread.isEmpty();
    run.note(new JournalEntry.Settled(submission.entry, reason, again));
    run.forEachMissing(
        submission,
        (i, r) ->
            run.rule(
                submission,
                i,
                r,
                OutcomeRules.afterLoss(
                    reason, !submission.unread.get(run.listings.of(i, r)), submission.jobId())));
    finish(submission, null);
  }

  /** A failed job's pairs that are not listed count as if the call had been refused. */
  private void failed(Submission submission) {
    Reason reason = requireNonNull(submission.told());
    run.forEachMissing(
        submission,
        (i, r) -> {
          OutcomeRules.Ask ask = run.ask(submission, i, r);
          int listing = run.listings.of(i, r);
          if (submission.unread.get(listing) && run.canRead(listing)) {
            run.settle(i, r, new Verdict.Unknown(reason, submission.jobId()));
          } else if (ask.refusal() != null && OutcomeRules.isFinal(ask.refusal().kind())) {
            run.settle(i, r, new Verdict.Failed(ask.refusal()));
          }
        });
    settleConfirmed(submission);
    sender.refused(submission, reason);
  }
}
