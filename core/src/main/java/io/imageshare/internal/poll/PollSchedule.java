package io.imageshare.internal.poll;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The learned schedule of looks that all jobs of a workflow share. Ages are in seconds. */
public final class PollSchedule {
  /** What a look is worth that displaces nothing: enough not to look for the sake of looking. */
  private static final double CHEAP = .03;

  /** After so much news the times are planned anew; sooner while little is known. */
  private static final int NEWS = 8;

  private final DurationEstimator durations = new DurationEstimator();
  private final RandomGenerator random;
  private final DoubleSupplier displaced;
  private final boolean pinned;
  private double @Nullable [] shares;
  private @Nullable PollTimes cheap;
  private @Nullable PollTimes dear;
  private int news;
  private boolean told;
  private double trust;

  /**
   * @param price what a look is worth in seconds of waiting; null: what it displaces
   * @param displaced how many seconds of a job's waiting it makes up for that a call need not queue
   */
  public PollSchedule(@Nullable Duration price, DoubleSupplier displaced, RandomGenerator random) {
    pinned = price != null;
    this.displaced = price != null ? () -> price.toNanos() / 1e9 : displaced;
    this.random = random;
  }

  /**
   * When to look next, or to think again: where a price may fall, the time that is best if it does.
   */
  double next(double ran, double now) {
    PollTimes polls = pinned ? dear() : cheap();
    return polls.next(ran, now, told ? null : random);
  }

  /** Whether to look now, at a time that {@link #next} gave, or to ask for another time. */
  boolean isWorth(double ran, double now) {
    return pinned || dear().isWorth(ran, now);
  }

  /** Whether what jobs say of their progress has told well of late when they end. */
  boolean trustsProgress() {
    return trust > .7;
  }

  /** A job's progress had foretold its end, well or not. */
  void foretold(boolean well) {
    trust += .2 * ((well ? 1 : 0) - trust);
  }

  /** A look found a job running at an age; the one before did at another, or 0. */
  void ran(double before, double age) {
    durations.ran(before, age);
    news++;
  }

  /** A job is looked at no more that was running at an age, or 0. */
  void gone(double ran) {
    durations.gone(ran);
  }

  /**
   * A job has ended.
   *
   * @param ran the age at which it was last seen running, or 0
   * @param by the age by which it had ended
   * @param exactly whether it ended at that age, and not before
   */
  void ended(double ran, double by, boolean exactly) {
    durations.gone(ran);
    told = exactly;
    if (exactly) {
      durations.lasted(by);
    } else {
      durations.endedBetween(ran, by);
    }
    news++;
  }

  private PollTimes cheap() {
    double[] known = shares();
    PollTimes polls = cheap == null ? new PollTimes(durations, known, CHEAP) : cheap;
    cheap = polls;
    return polls;
  }

  private PollTimes dear() {
    double[] known = shares();
    double price = Math.max(CHEAP, displaced.getAsDouble());
    PollTimes polls = dear;
    if (polls == null || polls.price() != price) {
      polls = new PollTimes(durations, known, price);
      dear = polls;
    }
    return polls;
  }

  /** How long jobs last; with enough news what was planned before is dropped. */
  private double[] shares() {
    double[] known = shares;
    if (known == null || news >= Math.min(NEWS, 1 + durations.ended() / 4)) {
      known = durations.shares();
      shares = known;
      news = 0;
      cheap = null;
      dear = null;
    }
    return known;
  }
}
