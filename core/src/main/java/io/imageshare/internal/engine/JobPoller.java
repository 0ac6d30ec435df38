package io.imageshare.internal.engine;

import io.imageshare.Job;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.ShareEvent;
import io.imageshare.internal.flow.Backoff;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.poll.JobObservations;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Watches one job: a look when one is due, until it has ended or can be watched no longer. */
final class JobPoller {
  private static final PollPolicy.Intervals AFTER_ERRORS =
      new PollPolicy.Intervals(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(10));

  private final RunLoop run;
  private final Submission submission;
  private final String job;
  private final PollPolicy poll;
  private final long began;
  private final Duration before;
  private final JobObservations sightings;
  private int polls;
  private int errors;
  private double polled;

  /**
   * @param before how long the job was watched by other processes
   */
  JobPoller(RunLoop run, Submission submission, String job, Duration before) {
    this.run = run;
    this.submission = submission;
    this.job = job;
    this.before = before;
    poll = run.context().poll();
    sightings = new JobObservations(run.context().schedule());
    began = run.context().time().nanoTime();
  }

  void begin() {
    next(Duration.ZERO);
  }

  /** The job has ended: notes how long it took, if that is known and not just when it was found. */
  void ended(Job end) {
    if (before.isZero()) {
      run.context().recent().add(age());
      if (polled > 0) {
        sightings.ended(polled, lasted(end));
      }
    }
  }

  private static double lasted(Job end) {
    return end.begin() == null || end.end() == null
        ? Double.NaN
        : seconds(Duration.between(end.begin(), end.end()));
  }

  /** The job is no longer looked at. */
  void over() {
    sightings.over();
  }

  private Duration age() {
    return before.plusNanos(run.context().time().nanoTime() - began);
  }

  /** The one look while the run winds down. */
  Call<Job> last() {
    return new Poll(true);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** The next look is to come after so long at the least. */
  private void next(Duration atLeast) {
    PollPolicy.Intervals intervals = poll.intervals().orElse(null);
    if (intervals == null) {
      schedulePoll(atLeast);
    } else {
      after(delay(intervals, polls), atLeast, this::poll);
    }
    polls++;
  }

  private void after(Duration due, Duration atLeast, Runnable step) {
    Duration wait = later(due, atLeast);
    Duration left = poll.patience().minus(age());
    run.schedule(wait.compareTo(left) < 0 ? wait : left, step);
  }

  private void poll() {
    run.make(new Poll(false));
  }

  /** Waits until a look may be worth its call, and then asks whether it is. */
  private void schedulePoll(Duration atLeast) {
    double now = seconds(age());
    double wait = sightings.next(now) - now;
    after(Duration.ofNanos((long) Math.ceil(wait * 1e9)), atLeast, this::pollIfWorth);
  }

  private void pollIfWorth() {
    Duration age = age();
    if (age.compareTo(poll.patience()) >= 0 || sightings.isWorth(seconds(age))) {
      poll();
    } else {
      schedulePoll(Duration.ZERO);
    }
  }

  private void seen(Job poll) {
    errors = 0;
    if (!poll.ended() && before.isZero()) {
      sightings.ran(polled, poll.progress());
    }
    submission.seen(poll);
    if (!poll.ended() && run.isGoing()) {
      nextUnlessSpent(Duration.ZERO, "it has not ended");
    }
  }

  private void failed(Reason reason, Duration retryAfter) {
    switch (reason.kind()) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
          submission.gone(reason);
      case THROTTLED -> nextUnlessSpent(retryAfter, reason.toString());
      default -> {
        errors++;
        if (errors < poll.errors()) {
          nextUnlessSpent(later(retryAfter, pause()), reason.toString());
        } else {
          submission.unwatched(
              "job %s: %d looks in a row failed, the last: %s".formatted(job, errors, reason));
        }
      }
    }
  }

  /** A learned schedule says when a look is worth its call, not when the service works again. */
  private Duration pause() {
    return poll.intervals().isEmpty() ? delay(AFTER_ERRORS, errors - 1) : Duration.ZERO;
  }

  /** Give or take a tenth: many jobs submitted together are not polled together for ever. */
  private Duration delay(PollPolicy.Intervals intervals, int poll) {
    double nanos = Backoff.nanos(intervals.first(), intervals.factor(), intervals.cap(), poll);
    return Duration.ofNanos((long) (nanos * (0.9 + 0.2 * run.context().random().nextDouble())));
  }

  private static Duration later(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  private void nextUnlessSpent(Duration atLeast, String last) {
    if (age().compareTo(poll.patience()) < 0) {
      next(atLeast);
    } else {
      submission.unwatched(
          "job %s was watched for %d s; at the last look: %s"
              .formatted(job, age().toSeconds(), last));
    }
  }

  private final class Poll implements Call<Job> {
    private final boolean last;
    private double asked;

    Poll(boolean last) {
      this.last = last;
    }

    @Override
    public Kind kind() {
      return Kind.POLL;
    }

    @Override
    public String subject() {
      return job;
    }

    @Override
    public RunLoop owner() {
      return run;
    }

    @Override
    public boolean wanted() {
      return submission.isWatched() && (last ? run.isWinding() : run.isGoing());
    }

    @Override
    public boolean repeats() {
      return false; // a failed look is followed by the next one
    }

    @Override
    public CompletionStage<Job> make() {
      asked = seconds(age());
      return run.context().backend().job(job);
    }

    @Override
    public void answered(Job poll) {
      if (submission.isWatched()) {
        polled = asked;
        seen(poll);
      }
      over();
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      if (run.isGoing()) {
        run.emit(new ShareEvent.Retrying(run.id(), Kind.POLL.method, reason, retryAfter));
        JobPoller.this.failed(reason, retryAfter);
      }
      over();
    }

    private void over() {
      if (last) {
        run.answered(submission);
      }
    }
  }
}
