package io.imageshare.internal.run;

import static com.google.common.collect.Iterables.filter;
import static com.google.common.collect.Iterables.getLast;
import static java.util.Objects.requireNonNull;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.run.OutcomeRules.ReadRefusal;
import io.imageshare.internal.run.RunModel.Phase;
import io.imageshare.internal.run.Submission.State;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run, as a state that events change: each gives the effects that are to be carried out then.
 * It has no clock, no thread, no I/O and no callback.
 */
public final class RunState {
  public static final Duration WIND_DOWN = Duration.ofSeconds(30);

  private final RunModel run;
  private final Survey survey;
  private final Sender sender;
  private final SubmissionTracker tracker;
  private final Audits audits;
  private final @Nullable Replay replay;
  private final Instant end;
  private @Nullable WindDown windDown;

  /**
   * @param reader takes what a run reads that does nothing else; null: it writes
   * @param history what the journal says of the run; null: it is new
   * @param end when the run ends at the latest
   */
  public RunState(
      String id,
      List<ShareRequest> requests,
      Terms terms,
      @Nullable ListingReader reader,
      Instant end,
      @Nullable RunHistory history) {
    run = new RunModel(id, requests, terms, reader);
    this.end = end;
    survey = new Survey(run);
    sender = new Sender(run, survey);
    tracker = new SubmissionTracker(run, sender);
    audits = new Audits(run);
    replay = history == null ? null : new Replay(run, tracker, history);
  }

  /** What happened has these effects. */
  public List<Effect> on(Event event, long now, Instant clock) {
    run.now = now;
    run.clock = clock;
    if (run.phase != Phase.OVER) {
      take(event);
      advance();
    }
    return run.takeEffects();
  }

  /** Ends the run at once: it met a fault. */
  public List<Effect> fail(Reason fault, long now, Instant clock) {
    run.now = now;
    run.clock = clock;
    new WindDown(run, Ending.STOPPED, fault).end();
    return run.takeEffects();
  }

  private void take(Event event) {
    if (event instanceof Event.Begin) {
      begin();
    } else if (event instanceof Event.Described described) {
      if (run.isRunning()) {
        survey.described(described.images());
      }
    } else if (event instanceof Event.Reading reading) {
      run.reads.sent(reading.listing(), reading.number());
    } else if (event instanceof Event.ReadDelayed delayed) {
      survey.delayed(delayed.listing());
    } else if (event instanceof Event.Listed listed) {
      listed(listed.listing(), listed.listed());
    } else if (event instanceof Event.ReadFailed failed) {
      readFailed(failed.listing(), failed.reason());
    } else if (event instanceof Event.Due due) {
      due(due.timer());
    } else if (event instanceof Event.JournalFailed failed) {
      stopWrites(failed.reason());
    } else if (event instanceof Event.Unauthenticated refused) {
      unauthenticated(run.principals.get(refused.principal()), refused.reason());
    } else if (event instanceof Event.Unreachable unreachable) {
      run.principals.forEach(principal -> principal.stopped = unreachable.reason());
      cutOff(unreachable.reason());
    } else if (event instanceof Event.EndRequested requested) {
      end(requested.ending(), requested.reason(), requested.within());
    } else {
      write(event);
    }
  }

  /** Sends nothing more; what is under way goes on to its end. */
  private void stopWrites(Reason reason) {
    run.writesStopped = reason;
    run.toAudit.set(0, run.listings.count()); // open pairs hold no audit up any more
  }

  /** Stops if so many pairs have failed that the rest most likely would, too. */
  private void countFailures() {
    long failed = run.table.failed();
    if (failed < run.terms.stopAfterFailures()
        || run.writesStopped != null
        || run.listingReader != null) {
      return;
    }
    run.hasFailedTooOften = true;
    Reason last =
        requireNonNull(getLast(filter(run.table.verdicts(), Verdict.Failed.class))).reason();
    stopWrites(
        new Reason(
            last.kind(),
            last.code(),
            "stopped after %d failed pairs: %s".formatted(failed, last.message())));
  }

  private void write(Event event) {
    if (event instanceof Event.Preparing preparing) {
      Submission submission = submission(preparing.submission());
      run.effect(new Effect.Save(sender.intent(submission), new Event.Prepared(submission.number)));
    } else if (event instanceof Event.Sending sending) {
      sender.sending(submission(sending.submission()));
    } else if (event instanceof Event.Requeued requeued) {
      Submission submission = submission(requeued.submission());
      sender.requeued(submission, requeued.reason());
      answered(submission);
    } else if (event instanceof Event.Submitted submitted) {
      Submission submission = submission(submitted.submission());
      tracker.submitted(submission, submitted.job());
      answered(submission);
    } else if (event instanceof Event.SubmitFailed failed) {
      Submission submission = submission(failed.submission());
      if (OutcomeRules.mayHaveEffect(failed.reason().kind())) {
        tracker.lost(submission, failed.reason());
      } else {
        sender.refused(submission, failed.reason());
      }
      answered(submission);
    } else if (event instanceof Event.Saved saved) {
      tracker.schedule(submission(saved.submission()), Duration.ZERO);
    } else if (event instanceof Event.Polled polled) {
      Submission submission = submission(polled.submission());
      submission.polledFinally |= submission.polledLast;
      tracker.polled(submission, polled.job(), polled.asked());
    } else if (event instanceof Event.PollFailed failed) {
      Submission submission = submission(failed.submission());
      submission.polledFinally |= submission.polledLast;
      tracker.pollFailed(submission, failed.reason(), failed.retryAfter());
    }
  }

  private Submission submission(int number) {
    return requireNonNull(run.submissions.get(number), () -> "submission " + number);
  }

  private void begin() {
    if (replay == null) {
      run.note(
          new JournalEntry.Begun(
              run.terms.account(), run.clock, end, run.terms.limits(), run.requests));
    }
    Duration left = Duration.between(run.clock, end);
    run.deadline = run.now + left.toNanos();
    boolean cancelled = replay != null && replay.begin();
    if (cancelled || left.isNegative() || left.isZero()) {
      end(cancelled ? Ending.CANCELLED : Ending.DEADLINE, null, WIND_DOWN);
    } else {
      run.await(Event.Timer.Purpose.DEADLINE, 0, left);
      survey.begin();
    }
  }

  private void due(Event.Timer timer) {
    switch (timer.purpose()) {
      case POLL -> tracker.pollDue(submission(timer.number()));
      case READ_BACK -> tracker.readBackDue(submission(timer.number()));
      case REREAD -> audits.rereadDue(timer.number());
      case SURVEY -> survey.due();
      case PLAN -> {} // whoever waited goes on as after every event
      case DEADLINE -> end(Ending.DEADLINE, null, WIND_DOWN);
      case WIND_DOWN -> {
        if (windDown != null) {
          recall();
          windDown.end();
        }
      }
    }
  }

  // Reads

  private void listed(int listing, Map<?, MemberStatus> listed) {
    run.reader(listing).listed(listing);
    run.listed(listing, listed);
    for (int why : run.reads.answered(listing)) {
      switch (why) {
        case ListingReads.SURVEY -> survey.listed(listing, listed);
        case ListingReads.AUDIT -> audits.listed(listing);
        case ListingReads.LAST -> lastRead();
        default -> tracker.readBack(submission(why), listing, null);
      }
    }
    run.reads.makeNext(listing);
  }

  private void readFailed(int listing, Reason reason) {
    Principal principal = run.reader(listing);
    boolean unreadable =
        OutcomeRules.readRefused(reason.kind(), run.listings.side()) == ReadRefusal.UNREADABLE;
    if (unreadable && principal.refused(listing)) {
      run.effect(
          new Effect.Warn(
              "members cannot be listed ({}); outcomes follow the results of the jobs. Listing needs"
                  + " the right ims:images:get",
              reason));
      for (int other : principal.listings) {
        if (other != listing) {
          failed(other, run.reads.drop(other), reason);
        }
      }
    }
    failed(listing, run.reads.answered(listing), reason);
    if (!run.canRead(listing)) {
      failed(listing, run.reads.drop(listing), reason);
    } else {
      run.reads.makeNext(listing);
    }
  }

  private void failed(int listing, List<Integer> wanted, Reason reason) {
    for (int why : wanted) {
      switch (why) {
        case ListingReads.SURVEY -> survey.failed(listing, reason);
        case ListingReads.AUDIT -> audits.failed(listing, reason);
        case ListingReads.LAST -> {
          if (!run.canRead(listing)) {
            audits.lastRefused(listing);
          }
          lastRead();
        }
        default -> tracker.readBack(submission(why), listing, reason);
      }
    }
  }

  private void lastRead() {
    if (windDown != null) {
      windDown.read();
    }
  }

  // The course of the run

  private void advance() {
    if (run.phase == Phase.OVER) {
      return;
    }
    countFailures();
    if (replay != null && survey.isOver() && run.isRunning()) {
      replay.surveyed();
    }
    sender.advance();
    if (!run.isRunning()) {
      windDown();
      return;
    }
    audits.advance();
    if (run.listingReader != null ? survey.isOver() : !run.table.hasPending()) {
      finish();
    } else if (run.writesStopped != null && !isUnderWay()) {
      end(Ending.STOPPED, run.writesStopped, WIND_DOWN);
      windDown();
    } else {
      sender.advance(); // audits may have opened pairs
    }
  }

  private boolean isUnderWay() {
    return run.submissions.values().stream().anyMatch(s -> s.state != State.OVER)
        || !run.reads.isEmpty()
        || IntStream.range(0, run.listings.count()).anyMatch(run.table::hasUnaudited);
  }

  private void finish() {
    List<Reason> stopped =
        run.principals.stream().map(p -> p.stopped).filter(Objects::nonNull).distinct().toList();
    run.finish(
        stopped.isEmpty() ? Ending.FINISHED : Ending.STOPPED,
        stopped.isEmpty() ? null : joined(stopped));
  }

  private static Reason joined(List<Reason> reasons) {
    Reason first = reasons.get(0);
    return new Reason(
        first.kind(),
        first.code(),
        reasons.stream().map(Reason::message).collect(Collectors.joining("; ")));
  }

  /** Ends the run early, unless it is ending already in a way no less strict. */
  private void end(Ending ending, @Nullable Reason reason, Duration within) {
    boolean quiet = ending == Ending.CLOSED || ending == Ending.STOPPED;
    Phase next = quiet ? Phase.STOPPING : Phase.WINDING_DOWN;
    if (run.phase.compareTo(next) >= 0) {
      return;
    }
    if (ending == Ending.CANCELLED) {
      run.note(new JournalEntry.Cancelled(run.clock));
    }
    run.reads.dropQueued(); // the last reads come after the last polls
    run.phase = next;
    windDown = new WindDown(run, ending, reason);
    run.await(Event.Timer.Purpose.WIND_DOWN, 0, within);
  }

  /** No call is made any more. A run that was cancelled, or whose time is up, has ended as that. */
  private void cutOff(Reason reason) {
    if (windDown == null) {
      end(Ending.STOPPED, reason, WIND_DOWN);
    } else {
      run.reads.dropQueued();
      run.phase = Phase.STOPPING;
    }
  }

  private void windDown() {
    if (windDown != null) {
      recall();
      windDown.advance(replay != null && !survey.isOver());
    }
  }

  private void recall() {
    if (replay != null) {
      replay.recall();
    }
  }

  private void unauthenticated(Principal principal, Reason reason) {
    principal.stopped = reason;
    if (run.principals.size() == 1) {
      cutOff(reason);
    } else {
      stop(principal, reason);
    }
  }

  /** A write was answered, perhaps when its principal had stopped: nothing more comes of it. */
  private void answered(Submission submission) {
    if (submission.principal.stopped != null) {
      stop(submission.principal, submission.principal.stopped);
    }
  }

  /** Ends all of a principal but the writes that are not answered yet. */
  private void stop(Principal principal, Reason reason) {
    sender.stop(principal);
    // A pair may have been asked again since: its last submission knows most.
    for (Submission submission : run.submissions.descendingMap().values()) {
      if (submission.principal == principal && submission.state != State.SENT) {
        run.cutShort(submission, reason.toString());
        submission.state = State.OVER;
        run.releaseJob(submission);
      }
    }
    for (int listing : principal.listings) {
      failed(listing, run.reads.drop(listing), reason);
    }
    run.cutShort(principal, reason.toString());
  }

  // What the loop asks before it makes a call

  public boolean wantsSubmit(int submission) {
    Submission queued = run.submissions.get(submission);
    return queued != null && sender.isQueued(queued);
  }

  public boolean isIntended(int submission) {
    Submission queued = run.submissions.get(submission);
    return queued == null || queued.entry >= 0;
  }

  public boolean wantsPoll(int submission, boolean last) {
    Submission watched = run.submissions.get(submission);
    return watched != null
        && watched.state == State.WATCHED
        && (last ? run.phase == Phase.WINDING_DOWN && !watched.polledFinally : run.isRunning());
  }

  public boolean wantsRead(int listing, int number) {
    return (run.isRunning() || run.phase == Phase.WINDING_DOWN)
        && run.reads.isWanted(listing, number);
  }

  public RunModel model() {
    return run;
  }
}
