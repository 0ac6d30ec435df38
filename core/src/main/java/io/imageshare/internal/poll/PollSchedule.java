package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The learned poll schedule that all jobs of a workflow share. Ages are in seconds. */
public final class PollSchedule {
  /** A poll costs so much at least: if it cost nothing, it would be best to poll without end. */
  private static final double LEAST_COST = .03;

  /** The number of observations after which the times are planned anew; fewer at the beginning. */
  private static final int REPLAN_AFTER = 8;

  private final DurationEstimator durations = new DurationEstimator();
  private final RandomGenerator random;
  private final DoubleSupplier cost;
  private final boolean fixedCost;
  private double @Nullable [] shares;
  private @Nullable PollTimes atLeastCost;
  private @Nullable PollTimes atCurrentCost;
  private int observations;
  private boolean reportsDurations;
  private double trust;

  /**
   * @param pollCost the cost of a poll in waiting; null: as the calls are under way
   * @param currentCost that cost, in seconds
   */
  public PollSchedule(
      @Nullable Duration pollCost, DoubleSupplier currentCost, RandomGenerator random) {
    fixedCost = pollCost != null;
    cost = pollCost != null ? () -> pollCost.toNanos() / 1e9 : currentCost;
    this.random = random;
  }

  /**
   * The age at which to poll, or to ask {@link #isWorthPolling} again: where the cost may fall, the
   * best age in case it does.
   *
   * @param lastRunning the age at which the job was last seen running, or 0
   */
  double nextPoll(double lastRunning, double now) {
    PollTimes times = fixedCost ? atCurrentCost() : atLeastCost();
    return times.next(lastRunning, now, reportsDurations ? null : random);
  }

  /** Whether to poll now, at an age that {@link #nextPoll} gave, or to ask for another age. */
  boolean isWorthPolling(double lastRunning, double now) {
    return fixedCost || atCurrentCost().isWorth(lastRunning, now);
  }

  /** Whether forecasts from reported progress have been right of late. */
  boolean trustsProgress() {
    return trust > .7;
  }

  /** A forecast from reported progress has turned out right or wrong. */
  void forecastChecked(boolean right) {
    trust += .2 * ((right ? 1 : 0) - trust);
  }

  /**
   * A job was running at an age.
   *
   * @param previous the age at which it was last seen running before, or 0
   */
  void running(double previous, double age) {
    durations.running(previous, age);
    observations++;
  }

  /** A job last seen running at an age, or 0, is no longer polled. */
  void unwatched(double lastRunning) {
    durations.removeOpen(lastRunning);
  }

  /**
   * A job has ended.
   *
   * @param lastRunning the age at which it was last seen running, or 0
   * @param by the age by which it had ended
   * @param exactly whether it ended at that age, and not before
   */
  void ended(double lastRunning, double by, boolean exactly) {
    durations.removeOpen(lastRunning);
    reportsDurations = exactly;
    if (exactly) {
      durations.addDuration(by);
    } else {
      durations.addRange(lastRunning, by);
    }
    observations++;
  }

  private PollTimes atLeastCost() {
    double[] known = shares();
    PollTimes times =
        atLeastCost == null ? new PollTimes(durations, known, LEAST_COST) : atLeastCost;
    atLeastCost = times;
    return times;
  }

  private PollTimes atCurrentCost() {
    double[] known = shares();
    double now = Math.max(LEAST_COST, cost.getAsDouble());
    PollTimes times = atCurrentCost;
    if (times == null || times.pollCost() != now) {
      times = new PollTimes(durations, known, now);
      atCurrentCost = times;
    }
    return times;
  }

  /** The distribution of durations; enough new observations make all plans obsolete. */
  private double[] shares() {
    double[] known = shares;
    if (known == null || observations >= Math.min(REPLAN_AFTER, 1 + durations.jobs() / 4)) {
      known = durations.shares();
      shares = known;
      observations = 0;
      atLeastCost = null;
      atCurrentCost = null;
    }
    return known;
  }
}
