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

/** One slice on its way: submitted, its job watched to the end, or its lost answer settled. */
final class Submission implements Call<Job> {
  private enum State {
    QUEUED,
    WITHDRAWN,
    SENT,
    WATCHED,
    SETTLING,
    OVER
  }

  private final RunLoop run;
  private final Round round;
  private final PairTable table;
  private final Slice slice;
  private final SubmissionJournal journal;
  private State state = State.QUEUED;
  private boolean holdsPlace;
  private String id = "";
  private @Nullable Job job;
  private @Nullable Reason unclear;
  private JobResults word = JobResults.NONE;
  private int place;
  private @Nullable JobPoller watch;

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

  /** It is no longer to be sent, unless it was. */
  void withdraw() {
    if (state == State.QUEUED) {
      state = State.WITHDRAWN;
      journal.refused(new Reason(Reason.Kind.NOT_SENT, "", "withdrawn"));
    }
  }

  /** Gives up the place of its job. */
  void release() {
    if (holdsPlace) {
      holdsPlace = false;
      run.counter().jobs(-1);
      run.context().gate().jobOver();
      if (watch != null) {
        watch.over();
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
  public boolean wanted() {
    return state == State.QUEUED && run.mayWrite();
  }

  @Override
  public boolean repeats() {
    return run.mayWrite();
  }

  @Override
  public boolean isPrepared() {
    return journal.hasIntent();
  }

  /** Its intent is safe before it is sent. */
  @Override
  public void prepare(Runnable ready) {
    journal.intent(slice, ready);
  }

  @Override
  public CompletionStage<Job> make() {
    state = State.SENT;
    holdsPlace = true;
    run.counter().jobs(1);
    slice.forEach(table::ask);
    round.sent(this);
    return run.context().backend().submit(table.request(slice));
  }

  @Override
  public void retrying(Reason reason) {
    state = State.QUEUED;
    journal.refused(reason);
    slice.forEach(table::reopen);
    round.back(this);
    release();
  }

  @Override
  public void answered(Job first) {
    job = first;
    id = first.id();
    state = State.WATCHED;
    watch = new JobPoller(run, this, id, Duration.ZERO);
    place = run.addJob(first, slice);
    slice.forEach(table::touch);
    run.emit(new ShareEvent.Submitted(run.id(), table.request(slice), first));
    round.accepted(this);
    if (first.ended()) {
      journal.submitted(id, () -> {});
      ended(first);
    } else {
      journal.submitted(id, watch::begin);
    }
    run.answered(this);
  }

  /** Goes on where another process left it; its pairs are asked. */
  void resume(RunHistory.RecordedSubmission recorded, int place) {
    journal.resume(recorded.intent.submission());
    if (recorded.submitted == null) {
      settle(recorded.lost, run.context().since(recorded.intent.at()));
      return;
    }
    this.place = place;
    id = recorded.job();
    state = State.WATCHED;
    holdsPlace = true;
    run.context().gate().jobFound();
    run.counter().jobs(1);
    watch = new JobPoller(run, this, id, run.context().since(recorded.submitted.at()));
    watch.begin();
  }

  @Override
  public void failed(Reason reason, Duration retryAfter) {
    switch (reason.kind()) {
      case LOST, INTERNAL -> {
        journal.lost(reason);
        slice.forEach(table::touch);
        round.lost();
        settle(reason, Duration.ZERO);
      }
      default -> {
        state = State.OVER;
        round.answered();
        journal.refused(reason);
        round.refused(this, reason);
        release(); // last: nobody else may take its place before the refusal is known
      }
    }
    run.answered(this);
  }

  // The job

  /** The one look at an open job while its run winds down. */
  Call<Job> lastPoll() {
    return requireNonNull(watch).last();
  }

  /** A look was answered. */
  void seen(Job poll) {
    job = poll;
    run.updateJob(place, poll);
    run.emit(new ShareEvent.Polled(run.id(), poll));
    if (poll.ended()) {
      ended(poll);
    }
  }

  /** The service does not let its job be looked at, or knows it no longer. */
  void gone(Reason reason) {
    settle(reason, Duration.ZERO);
  }

  /** Its job is no longer watched: the audit decides. */
  void unwatched(String why) {
    unclear = new Reason(Reason.Kind.LOST, "", why);
    over(false);
  }

  private void ended(Job end) {
    journal.ended(end);
    requireNonNull(watch).ended(end);
    release();
    word = new JobResults(end);
    if (!run.isGoing()) {
      state = State.OVER;
      byWordIfNothingLists();
    } else if (end.status() == Job.Status.FAIL) {
      Reason reason = requireNonNull(end.reason());
      state = State.SETTLING;
      new ReadBack(run, this, reason, List.of(Duration.ZERO), () -> jobFailed(reason)).next();
    } else {
      over(true);
    }
  }

  private void jobFailed(Reason reason) {
    state = State.OVER;
    forEachMissing(this::rules);
    byWordIfNothingLists();
    journal.refused(reason);
    round.refused(this, reason);
  }

  private void over(boolean served) {
    state = State.OVER;
    release();
    byWordIfNothingLists();
    if (!run.canList()) {
      forEachMissing(this::byWord);
    }
    round.over(this, served ? word : null);
  }

  private void byWordIfNothingLists() {
    if (run.canList()) {
      return;
    }
    List<Slice> except = new ArrayList<>();
    slice.forEach(
        (i, r) -> {
          if (!vouches(i, r)) {
            except.add(new Slice(List.of(i), List.of(r)));
          } else if (table.isAsked(i, r)) {
            byWord(i, r);
          }
        });
    if (except.size() < slice.pairs()) {
      journal.served(except);
    }
  }

  // ReadBack by reading

  /**
   * Reads the listings after one, two and four times the longest of recent jobs.
   *
   * @param age how long ago the call was made, where another process made it
   */
  private void settle(Reason reason, Duration age) {
    state = State.SETTLING;
    unclear = reason;
    if (!run.isGoing()) {
      return; // the one reading of the wind-down decides
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
          boolean again = run.canList() && reason.kind() == Reason.Kind.LOST;
          journal.settled(reason, again);
          forEachMissing(
              (i, r) -> {
                if (again) {
                  run.rules().again(i, r, reason, "");
                } else {
                  run.rules().settle(i, r, new Verdict.Unknown(reason, id()));
                }
              });
          over(false);
        };
    new ReadBack(run, this, reason, times, settled).next();
  }

  // What to make of its pairs

  /** Whether its job says that the pair is done. */
  boolean vouches(int image, int recipient) {
    return word.vouches(table.member(image, recipient));
  }

  /** The pairs that are asked still and that its job does not vouch for. */
  void forEachMissing(Slice.Pair action) {
    slice.forEach(
        (i, r) -> {
          if (table.isAsked(i, r) && !vouches(i, r)) {
            action.accept(i, r);
          }
        });
  }

  long missing() {
    long[] missing = {0};
    forEachMissing((i, r) -> missing[0]++);
    return missing[0];
  }

  /** The listings that would show them. */
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

  /** The listing lacks the pair, and there is no more waiting for it. */
  void unlisted(int image, int recipient) {
    if (unclear != null) {
      run.rules().settle(image, recipient, new Verdict.Unknown(unclear, id()));
    } else {
      rules(image, recipient);
      run.rules().again(image, recipient, JobResults.unlisted(id()), id());
    }
  }

  /** Members cannot be listed: the job's word must do. */
  void byWord(int image, int recipient) {
    if (unclear != null) {
      run.rules().settle(image, recipient, new Verdict.Unknown(unclear, id()));
    } else if (vouches(image, recipient)) {
      run.rules().settle(image, recipient, new Verdict.Done(false, MemberStatus.UNKNOWN));
    } else {
      rules(image, recipient);
      run.rules().again(image, recipient, JobResults.unlisted(id()), id());
    }
  }

  /** Fails the pair if its job gives a reason for this very pair that will not pass. */
  private void rules(int image, int recipient) {
    Reason reason = word.against(table.member(image, recipient));
    if (reason != null) {
      switch (reason.kind()) {
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
            run.rules().settle(image, recipient, new Verdict.Failed(reason));
        default -> {}
      }
    }
  }

  /** The run is over, and the pair has no outcome: a listing that lags may yet show it. */
  Verdict cutShort(Reason why) {
    Reason told = hasFailed() ? requireNonNull(job).reason() : unclear;
    return new Verdict.Unknown(told == null ? why : told, id());
  }
}
