package io.imageshare;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Watches one job: a look when one is due, until it has ended or can be watched no longer. */
final class Watch {
  private final Run run;
  private final Flight flight;
  private final String job;
  private final PollPolicy poll;
  private final long began;
  private final Duration before;
  private int looks;
  private int errors;

  /**
   * @param before how long the job was watched by other processes
   */
  Watch(Run run, Flight flight, String job, Duration before) {
    this.run = run;
    this.flight = flight;
    this.job = job;
    this.before = before;
    poll = run.engine().poll();
    began = run.engine().time().nanoTime();
  }

  void begin() {
    next(Duration.ZERO);
  }

  /** The job has ended: notes how long it took, if that is known and not just when it was found. */
  void ended() {
    if (before.isZero()) {
      run.engine().recent().add(age());
    }
  }

  private Duration age() {
    return before.plusNanos(run.engine().time().nanoTime() - began);
  }

  /** The one look while the run winds down. */
  Call<Job> last() {
    return new Look(true);
  }

  private void next(Duration atLeast) {
    Duration due = poll.delay(looks, run.engine().random());
    looks++;
    Duration wait = due.compareTo(atLeast) < 0 ? atLeast : due;
    Duration left = poll.patience().minus(age());
    run.later(wait.compareTo(left) < 0 ? wait : left, () -> run.make(new Look(false)));
  }

  private void seen(Job look) {
    errors = 0;
    flight.seen(look);
    if (!look.ended() && run.isGoing()) {
      nextUnlessSpent(Duration.ZERO, "it has not ended");
    }
  }

  private void failed(Reason reason, Duration retryAfter) {
    switch (reason.kind()) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN, UNSUPPORTED ->
          flight.gone(reason);
      case THROTTLED -> nextUnlessSpent(retryAfter, reason.toString());
      default -> {
        errors++;
        if (errors < poll.errors()) {
          nextUnlessSpent(retryAfter, reason.toString());
        } else {
          flight.unwatched(
              "job %s: %d looks in a row failed, the last: %s".formatted(job, errors, reason));
        }
      }
    }
  }

  private void nextUnlessSpent(Duration atLeast, String last) {
    if (age().compareTo(poll.patience()) < 0) {
      next(atLeast);
    } else {
      flight.unwatched(
          "job %s was watched for %d s; at the last look: %s"
              .formatted(job, age().toSeconds(), last));
    }
  }

  private final class Look implements Call<Job> {
    private final boolean last;

    Look(boolean last) {
      this.last = last;
    }

    @Override
    public Kind kind() {
      return Kind.LOOK;
    }

    @Override
    public String subject() {
      return job;
    }

    @Override
    public Run run() {
      return run;
    }

    @Override
    public boolean wanted() {
      return flight.isWatched() && (last ? run.isWinding() : run.isGoing());
    }

    @Override
    public boolean repeats() {
      return false; // a failed look is followed by the next one
    }

    @Override
    public CompletionStage<Job> make() {
      return run.engine().backend().job(job);
    }

    @Override
    public void answered(Job look) {
      if (flight.isWatched()) {
        seen(look);
      }
      over();
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      if (run.isGoing()) {
        run.emit(new ShareEvent.Retrying(run.id(), Kind.LOOK.method, reason, retryAfter));
        Watch.this.failed(reason, retryAfter);
      }
      over();
    }

    private void over() {
      if (last) {
        run.answered(flight);
      }
    }
  }
}
