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

/** Polls one job until it has ended or its time or its errors are used up. */
final class JobPoller {
  private static final PollPolicy.Intervals AFTER_ERRORS =
      new PollPolicy.Intervals(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(10));

  private final RunLoop run;
  private final Submission submission;
  private final String job;
  private final PollPolicy poll;
  private final long started;
  private final Duration polledBefore;
  private final JobObservations observations;
  private int polls;
  private int errors;
  private double lastPollAge;

  /**
   * @param polledBefore how long other processes have polled the job
   */
  JobPoller(RunLoop run, Submission submission, String job, Duration polledBefore) {
    this.run = run;
    this.submission = submission;
    this.job = job;
    this.polledBefore = polledBefore;
    poll = run.context().poll();
    observations = new JobObservations(run.context().schedule());
    started = run.context().time().nanoTime();
  }

  void begin() {
    scheduleNext(Duration.ZERO);
  }

  /** The job has ended. Its duration is learned from, unless other processes polled it before. */
  void ended(Job end) {
    if (polledBefore.isZero()) {
      run.context().recent().add(age());
      if (lastPollAge > 0) {
        observations.ended(lastPollAge, lasted(end));
      }
    }
  }

  private static double lasted(Job end) {
    return end.begin() == null || end.end() == null
        ? Double.NaN
        : seconds(Duration.between(end.begin(), end.end()));
  }

  /** The job is no longer polled. */
  void unwatched() {
    observations.unwatched();
  }

  private Duration age() {
    return polledBefore.plusNanos(run.context().time().nanoTime() - started);
  }

  /** The one poll while the run winds down. */
  Call<Job> lastPoll() {
    return new Poll(true);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** Schedules the next poll, no earlier than the given delay. */
  private void scheduleNext(Duration atLeast) {
    PollPolicy.Intervals intervals = poll.intervals().orElse(null);
    if (intervals == null) {
      schedulePoll(atLeast);
    } else {
      scheduleAfter(delay(intervals, polls), atLeast, this::poll);
    }
    polls++;
  }

  private void scheduleAfter(Duration due, Duration atLeast, Runnable step) {
    Duration wait = max(due, atLeast);
    Duration left = poll.patience().minus(age());
    run.schedule(wait.compareTo(left) < 0 ? wait : left, step);
  }

  private void poll() {
    run.make(new Poll(false));
  }

  /** Schedules the check whether a poll is worth its call. */
  private void schedulePoll(Duration atLeast) {
    double now = seconds(age());
    double wait = observations.nextPoll(now) - now;
    scheduleAfter(Duration.ofNanos((long) Math.ceil(wait * 1e9)), atLeast, this::pollIfWorth);
  }

  private void pollIfWorth() {
    Duration age = age();
    if (age.compareTo(poll.patience()) >= 0 || observations.isWorthPolling(seconds(age))) {
      poll();
    } else {
      schedulePoll(Duration.ZERO);
    }
  }

  private void jobPolled(Job poll) {
    errors = 0;
    if (!poll.ended() && polledBefore.isZero()) {
      observations.running(lastPollAge, poll.progress());
    }
    submission.jobPolled(poll);
    if (!poll.ended() && run.isRunning()) {
      scheduleNextOrGiveUp(Duration.ZERO, "it has not ended");
    }
  }

  private void failed(Reason reason, Duration retryAfter) {
    switch (reason.kind()) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
          submission.jobUnknown(reason);
      case THROTTLED -> scheduleNextOrGiveUp(retryAfter, reason.toString());
      default -> {
        errors++;
        if (errors < poll.errors()) {
          scheduleNextOrGiveUp(max(retryAfter, pause()), reason.toString());
        } else {
          submission.unwatched(
              "job %s: %d polls in a row failed, the last one: %s".formatted(job, errors, reason));
        }
      }
    }
  }

  /**
   * The wait after a failed poll: a learned schedule knows nothing of when the service recovers.
   */
  private Duration pause() {
    return poll.intervals().isEmpty() ? delay(AFTER_ERRORS, errors - 1) : Duration.ZERO;
  }

  /** The interval varied by up to a tenth, so that jobs submitted together drift apart. */
  private Duration delay(PollPolicy.Intervals intervals, int poll) {
    double nanos = Backoff.nanos(intervals.first(), intervals.factor(), intervals.cap(), poll);
    return Duration.ofNanos((long) (nanos * (0.9 + 0.2 * run.context().random().nextDouble())));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  private void scheduleNextOrGiveUp(Duration atLeast, String outcome) {
    if (age().compareTo(poll.patience()) < 0) {
      scheduleNext(atLeast);
    } else {
      submission.unwatched(
          "job %s was polled for %d s; the last poll: %s"
              .formatted(job, age().toSeconds(), outcome));
    }
  }

  private final class Poll implements Call<Job> {
    private final boolean isLast;
    private double sentAt;

    Poll(boolean isLast) {
      this.isLast = isLast;
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
    public boolean isWanted() {
      return submission.isWatched() && (isLast ? run.isWindingDown() : run.isRunning());
    }

    @Override
    public boolean isRepeatable() {
      return false; // a failed poll is followed by the next one
    }

    @Override
    public CompletionStage<Job> make() {
      sentAt = seconds(age());
      return run.context().backend().job(job);
    }

    @Override
    public void answered(Job poll) {
      if (submission.isWatched()) {
        lastPollAge = sentAt;
        jobPolled(poll);
      }
      finish();
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      if (run.isRunning()) {
        run.emit(new ShareEvent.Retrying(run.id(), Kind.POLL.method, reason, retryAfter));
        JobPoller.this.failed(reason, retryAfter);
      }
      finish();
    }

    private void finish() {
      if (isLast) {
        run.answered(submission);
      }
    }
  }
}
