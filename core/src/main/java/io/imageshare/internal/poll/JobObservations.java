package io.imageshare.internal.poll;

/** What looks saw of one job: taught to the schedule of all jobs, and asked of it. In seconds. */
public final class JobObservations {
  private final PollSchedule schedule;
  private final ProgressForecast forecast = new ProgressForecast();
  private double ran;

  public JobObservations(PollSchedule schedule) {
    this.schedule = schedule;
  }

  /** When to look next, or to think again. */
  public double next(double now) {
    return isForetold(now) ? forecast.end() : schedule.next(ran, now);
  }

  /** Whether to look at a time that {@link #next} gave. */
  public boolean isWorth(double now) {
    return isForetold(ran) || schedule.isWorth(ran, now);
  }

  private boolean isForetold(double now) {
    return schedule.trustsProgress() && forecast.end() > now;
  }

  /** It was running at an age, and so much of it was done. */
  public void ran(double age, double progress) {
    schedule.ran(ran, age);
    ran = age;
    forecast.told(age, progress);
  }

  /**
   * It had ended at an age.
   *
   * @param lasted how long the service says it took; NaN: it does not say
   */
  public void ended(double age, double lasted) {
    // Where it began late, what it says is less than what was seen.
    boolean told = lasted > ran;
    double by = told ? Math.min(lasted, age) : age;
    if (forecast.isMade()) {
      schedule.foretold(forecast.wasRight(told ? by : ran, by));
    }
    schedule.ended(ran, by, told);
    ran = 0;
  }

  /** It is looked at no more. */
  public void over() {
    schedule.gone(ran);
    ran = 0;
  }
}
