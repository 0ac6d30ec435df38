package io.imageshare.internal.poll;

/**
 * What polls have shown of one job. It feeds the schedule that all jobs share and says when this
 * job is due. Ages are in seconds since the submit.
 */
public final class JobObservations {
  private final PollSchedule schedule;
  private final ProgressForecast forecast = new ProgressForecast();
  private double lastRunning;

  public JobObservations(PollSchedule schedule) {
    this.schedule = schedule;
  }

  /** The age at which to poll, or to ask {@link #isWorthPolling} again. */
  public double nextPoll(double now) {
    return hasForecast(now) ? forecast.end() : schedule.nextPoll(lastRunning, now);
  }

  /** Whether to poll now, at an age that {@link #nextPoll} gave. */
  public boolean isWorthPolling(double now) {
    return hasForecast(lastRunning) || schedule.isWorthPolling(lastRunning, now);
  }

  private boolean hasForecast(double now) {
    return schedule.trustsProgress() && forecast.end() > now;
  }

  /**
   * The job was running.
   *
   * @param progress the part done as the job reported it, or {@code NaN}
   */
  public void running(double age, double progress) {
    schedule.running(lastRunning, age);
    lastRunning = age;
    forecast.add(age, progress);
  }

  /**
   * The job had ended.
   *
   * @param lasted the duration that the service reports; {@code NaN} if it reports none
   */
  public void ended(double age, double lasted) {
    // A job that began late reports less than the age at which it was still running.
    boolean reported = lasted > lastRunning;
    double by = reported ? Math.min(lasted, age) : age;
    if (forecast.isMade()) {
      schedule.forecastChecked(forecast.wasRight(reported ? by : lastRunning, by));
    }
    schedule.ended(lastRunning, by, reported);
    lastRunning = 0;
  }

  /** The job is no longer polled. */
  public void unwatched() {
    schedule.unwatched(lastRunning);
    lastRunning = 0;
  }
}
