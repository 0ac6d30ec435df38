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
  private final Sightings sightings;
  private int looks;
  private int errors;
  private double looked;

  /**
   * @param before how long the job was watched by other processes
   */
  Watch(Run run, Flight flight, String job, Duration before) {
    this.run = run;
    this.flight = flight;
    this.job = job;
    this.before = before;
    poll = run.engine().poll();
    sightings = new Sightings(run.engine().schedule());
    began = run.engine().time().nanoTime();
  }

  void begin() {
    next(Duration.ZERO);
  }

  /** The job has ended: notes how long it took, if that is known and not just when it was found. */
  void ended(Job end) {
    if (before.isZero()) {
      run.engine().recent().add(age());
      if (looked > 0) {
        sightings.ended(looked, lasted(end));
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
    return before.plusNanos(run.engine().time().nanoTime() - began);
  }

  /** The one look while the run winds down. */
  Call<Job> last() {
    return new Look(true);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** The next look is to come after so long at the least. */
  private void next(Duration atLeast) {
    PollPolicy.Steps steps = poll.steps();
    if (steps == null) {
      think(atLeast);
    } else {
      after(steps.delay(looks, run.engine().random()), atLeast, this::look);
    }
    looks++;
  }

  private void after(Duration due, Duration atLeast, Runnable step) {
    Duration wait = later(due, atLeast);
    Duration left = poll.patience().minus(age());
    run.later(wait.compareTo(left) < 0 ? wait : left, step);
  }

  private void look() {
    run.make(new Look(false));
  }

  /** Waits until a look may be worth its call, and then asks whether it is. */
  private void think(Duration atLeast) {
    double now = seconds(age());
    double wait = sightings.next(now) - now;
    after(Duration.ofNanos((long) Math.ceil(wait * 1e9)), atLeast, this::lookIfWorth);
  }

  private void lookIfWorth() {
    Duration age = age();
    if (age.compareTo(poll.patience()) >= 0 || sightings.isWorth(seconds(age))) {
      look();
    } else {
      think(Duration.ZERO);
    }
  }

  private void seen(Job look) {
    errors = 0;
    if (!look.ended() && before.isZero()) {
      sightings.ran(looked, look.progress());
    }
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
          nextUnlessSpent(later(retryAfter, pause()), reason.toString());
        } else {
          flight.unwatched(
              "job %s: %d looks in a row failed, the last: %s".formatted(job, errors, reason));
        }
      }
    }
  }

  /** A learned schedule says when a look is worth its call, not when the service works again. */
  private Duration pause() {
    return poll.steps() == null
        ? PollPolicy.Steps.AFTER_ERRORS.delay(errors - 1, run.engine().random())
        : Duration.ZERO;
  }

  private static Duration later(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
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
    private double asked;

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
      asked = seconds(age());
      return run.engine().backend().job(job);
    }

    @Override
    public void answered(Job look) {
      if (flight.isWatched()) {
        looked = asked;
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
