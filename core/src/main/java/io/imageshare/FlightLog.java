package io.imageshare;

import java.util.List;

/**
 * What one flight writes to the journal. Each time it is sent it is another one to the journal,
 * with a number of its own.
 */
final class FlightLog {
  private static final int NONE = -1;

  private final Run run;
  private int number = NONE;

  FlightLog(Run run) {
    this.run = run;
  }

  /** Goes on with a flight that is in the journal. */
  void takeUp(int number) {
    this.number = number;
  }

  boolean hasIntent() {
    return number != NONE || !run.log().isOn();
  }

  void intent(Slice slice, Runnable then) {
    number = run.nextFlight();
    run.log().write(new Line.Intent(number, run.rounds(), slice, run.engine().time().now()), then);
  }

  void submitted(String job, Runnable then) {
    run.log().write(new Line.Submitted(number, job, run.engine().time().now()), then);
  }

  void ended(Job job) {
    run.log().note(new Line.Ended(number, job.status(), job.reason()));
  }

  void lost(Reason reason) {
    run.log().note(new Line.Lost(number, reason));
  }

  void settled(Reason reason, boolean again) {
    run.log().note(new Line.Settled(number, reason, again));
  }

  void served(List<Slice> except) {
    run.log().note(new Line.Served(number, except));
  }

  /** The service took nothing of it, or it was not sent at all. */
  void refused(Reason reason) {
    if (number != NONE) {
      run.log().note(new Line.Refused(number, reason));
      number = NONE;
    }
  }
}
