package io.imageshare.internal.engine;

import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One slice from the submit to the end of its job, or to the reads after a lost answer. */
final class Submission implements Call<Job> {
  private enum State {
    QUEUED,
    WITHDRAWN,
    SENT,
    WATCHED,
    READING_BACK,
    FINISHED
  }

  private final RunLoop run;
  private final Round round;
  private final PairTable table;
  private final Slice slice;
  private final SubmissionJournal journal;
  private State state = State.QUEUED;
  private boolean holdsSlot;
  private String id = "";
  private @Nullable Job job;
  private @Nullable Reason unclear;
  private JobResults results = JobResults.NONE;
  private int jobIndex;
  private @Nullable JobPoller poller;

  Submission(RunLoop run, Round round, Slice slice) {
    this.run = run;
    this.round = round;
    this.slice = slice;
    table = run.table();
    journal = new SubmissionJournal(run);
  }

  Slice slice() {
    return slice;
  }

  /** The job's id; empty while none is known. */
  String id() {
    return id;
  }

  boolean hasFailed() {
    return job != null && job.status() == Job.Status.FAIL;
  }

  boolean isWatched() {
    return state == State.WATCHED;
  }

  /** Withdraws the slice if it has not been sent. */
  void withdraw() {
    if (state == State.QUEUED) {
      state = State.WITHDRAWN;
      journal.refused(new Reason(Reason.Kind.NOT_SENT, "", "withdrawn"));
    }
  }

  /** Frees the slot of its job. */
  void release() {
    if (holdsSlot) {
      holdsSlot = false;
      run.counter().addOpenJobs(-1);
      run.context().gate().removeOpenJob();
      if (poller != null) {
        poller.unwatched();
      }
    }
  }

  // The submit

  @Override
  public Kind kind() {
    return Kind.SUBMIT;
  }

  @Override
  public RunLoop owner() {
    return run;
  }

  @Override
  public String subject() {
    return slice.images().size() + " images with " + slice.recipients().size() + " recipients";
  }

  @Override
  public boolean isWanted() {
    return state == State.QUEUED && run.mayWrite();
  }

  @Override
  public boolean isRepeatable() {
    return run.mayWrite();
  }

  @Override
  public boolean isPrepared() {
    return journal.hasIntent();
  }

  /** The intent must be in the journal before the slice is sent. */
  @Override
  public void prepare(Runnable ready) {
    journal.intent(slice, ready);
  }

  @Override
  public CompletionStage<Job> make() {
    state = State.SENT;
    holdsSlot = true;
    run.counter().addOpenJobs(1);
    slice.forEach(table::ask);
    round.sent(this);
    return run.context().backend().submit(table.request(slice));
  }

  @Override
  public void retrying(Reason reason) {
    state = State.QUEUED;
    journal.refused(reason);
    slice.forEach(table::reopen);
    round.requeue(this);
    release();
  }

  @Override
  public void answered(Job first) {
    job = first;
    id = first.id();
    state = State.WATCHED;
    poller = new JobPoller(run, this, id, Duration.ZERO);
    jobIndex = run.addJob(first, slice);
    slice.forEach(table::touch);
    run.emit(new ShareEvent.Submitted(run.id(), table.request(slice), first));
    round.accepted(this);
    if (first.ended()) {
      journal.submitted(id, () -> {});
      ended(first);
    } else {
      journal.submitted(id, poller::begin);
    }
    run.answered(this);
  }

  /** Continues where another process left off; the pairs are already marked as asked. */
  void resume(RunHistory.RecordedSubmission recorded, int jobIndex) {
    journal.resume(recorded.intent.submission());
    if (recorded.submitted == null) {
      readBack(recorded.lost, run.context().since(recorded.intent.at()));
      return;
    }
    this.jobIndex = jobIndex;
    id = recorded.job();
    state = State.WATCHED;
    holdsSlot = true;
    run.context().gate().addOpenJob();
    run.counter().addOpenJobs(1);
    poller = new JobPoller(run, this, id, run.context().since(recorded.submitted.at()));
    poller.begin();
  }

  @Override
  public void failed(Reason reason, Duration retryAfter) {
    switch (reason.kind()) {
      case LOST, INTERNAL -> {
        journal.lost(reason);
        slice.forEach(table::touch);
        round.lost();
        readBack(reason, Duration.ZERO);
      }
      default -> {
        state = State.FINISHED;
        round.answered();
        journal.refused(reason);
        round.refused(this, reason);
        release(); // last: no other submission may take the slot before the refusal is known
      }
    }
    run.answered(this);
  }

  // The job

  /** The one poll of an open job while the run winds down. */
  Call<Job> lastPoll() {
    return requireNonNull(poller).lastPoll();
  }

  /** A poll was answered. */
  void jobPolled(Job poll) {
    job = poll;
    run.updateJob(jobIndex, poll);
    run.emit(new ShareEvent.Polled(run.id(), poll));
    if (poll.ended()) {
      ended(poll);
    }
  }

  /** The service refuses polls of the job or no longer knows it. */
  void jobUnknown(Reason reason) {
    readBack(reason, Duration.ZERO);
  }

  /** The job is no longer polled: the audit decides. */
  void unwatched(String why) {
    unclear = new Reason(Reason.Kind.LOST, "", why);
    finish(false);
  }

  private void ended(Job end) {
    journal.ended(end);
    requireNonNull(poller).ended(end);
    release();
    results = new JobResults(end);
    if (!run.isRunning()) {
      state = State.FINISHED;
      settleByJobIfUnlistable();
    } else if (end.status() == Job.Status.FAIL) {
      Reason reason = requireNonNull(end.reason());
      state = State.READING_BACK;
      new ReadBack(run, this, reason, List.of(Duration.ZERO), () -> jobFailed(reason)).next();
    } else {
      finish(true);
    }
  }

  private void jobFailed(Reason reason) {
    state = State.FINISHED;
    forEachMissing(this::failIfJobRefuses);
    settleByJobIfUnlistable();
    journal.refused(reason);
    round.refused(this, reason);
  }

  private void finish(boolean succeeded) {
    state = State.FINISHED;
    release();
    settleByJobIfUnlistable();
    if (!run.canList()) {
      forEachMissing(this::settleByJob);
    }
    round.finished(this, succeeded ? results : null);
  }

  private void settleByJobIfUnlistable() {
    if (run.canList()) {
      return;
    }
    List<Slice> except = new ArrayList<>();
    slice.forEach(
        (i, r) -> {
          if (!confirms(i, r)) {
            except.add(new Slice(List.of(i), List.of(r)));
          } else if (table.isAsked(i, r)) {
            settleByJob(i, r);
          }
        });
    if (except.size() < slice.pairs()) {
      journal.served(except);
    }
  }

  // Reads after a lost answer

  /**
   * Reads the listings after one, two and four times the longest duration of recent jobs.
   *
   * @param age the time since the submit, if another process made it
   */
  private void readBack(Reason reason, Duration age) {
    state = State.READING_BACK;
    unclear = reason;
    if (!run.isRunning()) {
      return; // the read of the wind-down decides
    }
    Duration longest = run.context().recent().longest();
    Duration patience = run.context().poll().patience();
    List<Duration> times =
        Stream.of(1, 2, 4)
            .map(longest::multipliedBy)
            .map(time -> (time.compareTo(patience) < 0 ? time : patience).minus(age))
            .map(time -> time.isNegative() ? Duration.ZERO : time)
            .distinct()
            .toList();
    Runnable settled =
        () -> {
          boolean askAgain = run.canList() && reason.kind() == Reason.Kind.LOST;
          journal.settled(reason, askAgain);
          forEachMissing(
              (i, r) -> {
                if (askAgain) {
                  run.rules().askAgain(i, r, reason, "");
                } else {
                  run.rules().settle(i, r, new Verdict.Unknown(reason, id()));
                }
              });
          finish(false);
        };
    new ReadBack(run, this, reason, times, settled).next();
  }

  // Its pairs

  /** Whether the job says that the pair is done. */
  boolean confirms(int image, int recipient) {
    return results.confirms(table.member(image, recipient));
  }

  /** Calls the action for each pair that is still asked and that the job does not confirm. */
  void forEachMissing(Slice.Pair action) {
    slice.forEach(
        (i, r) -> {
          if (table.isAsked(i, r) && !confirms(i, r)) {
            action.accept(i, r);
          }
        });
  }

  long missing() {
    long[] missing = {0};
    forEachMissing((i, r) -> missing[0]++);
    return missing[0];
  }

  /** The listings of the missing pairs. */
  List<Integer> listingsMissing() {
    Set<Integer> listings = new LinkedHashSet<>();
    forEachMissing((image, recipient) -> listings.add(run.listings().of(image)));
    return List.copyOf(listings);
  }

  void forEachAsked(int listing, Slice.Pair action) {
    run.listings()
        .part(slice, listing)
        .forEach(
            (image, recipient) -> {
              if (table.isAsked(image, recipient)) {
                action.accept(image, recipient);
              }
            });
  }

  /** The listing does not show the pair, and is not read again. */
  void unlisted(int image, int recipient) {
    if (unclear != null) {
      run.rules().settle(image, recipient, new Verdict.Unknown(unclear, id()));
    } else {
      failIfJobRefuses(image, recipient);
      run.rules().askAgain(image, recipient, JobResults.unlisted(id()), id());
    }
  }

  /** Settles a pair by the results of the job, as members cannot be listed. */
  void settleByJob(int image, int recipient) {
    if (unclear != null) {
      run.rules().settle(image, recipient, new Verdict.Unknown(unclear, id()));
    } else if (confirms(image, recipient)) {
      run.rules().settle(image, recipient, new Verdict.Done(false, MemberStatus.UNKNOWN));
    } else {
      failIfJobRefuses(image, recipient);
      run.rules().askAgain(image, recipient, JobResults.unlisted(id()), id());
    }
  }

  /** Fails the pair if the job gives a permanent reason for this pair. */
  private void failIfJobRefuses(int image, int recipient) {
    Reason reason = results.failure(table.member(image, recipient));
    if (reason != null) {
      switch (reason.kind()) {
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
            run.rules().settle(image, recipient, new Verdict.Failed(reason));
        default -> {}
      }
    }
  }

  /** The verdict on an asked pair when the run is cut short: it may still take effect. */
  Verdict cutShort(Reason why) {
    Reason known = hasFailed() ? requireNonNull(job).reason() : unclear;
    return new Verdict.Unknown(known == null ? why : known, id());
  }
}
