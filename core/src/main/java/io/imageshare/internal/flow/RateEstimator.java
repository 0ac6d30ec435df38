package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;

import org.jspecify.annotations.Nullable;

/**
 * Estimates the rate at which a service accepts calls of one sort. Calls start at the highest rate
 * that is allowed; once the service refuses some as too many, they stay a little below the rate it
 * sustained. The service documents neither its limit nor the window over which it counts; both show
 * in when refusals begin and when they end. Times and lengths are nanoseconds, rates are calls per
 * nanosecond.
 *
 * <p>While calls are refused, only probes are sent, ever more rarely, to find out when that ends. A
 * limit that is used up at once and renewed when its window turns accepts exactly one window's
 * calls between two such turns: their distance is the window, their number the rate. Once calls are
 * evenly spaced, one is refused only when the rate has risen a little above the limit; then the
 * rate half a window ago, less one call a window, is sustained.
 *
 * <p>After each decrease the rate follows a cubic, as in TCP CUBIC, but on the scale of the window:
 * it starts a tenth lower, stays near the learned rate for long, and rises ever faster after that.
 * Only time that calls use counts, so nothing is forgotten while no calls are made.
 *
 * <p>Services also refuse single calls at random: an isolated refusal costs at most one call a
 * window.
 */
final class RateEstimator {
  private static final double DECREASE = 0.1;
  private static final double CALLS_PER_REFUSAL = 64;
  private static final int MIN_CALLS = 4;
  private static final double LONGEST_GAP = 300e9;
  private static final double MIN_RATE = 1 / LONGEST_GAP;

  private final double maxRate;
  private double learned;
  private double window; // 0: not known yet
  private double recovery; // the time until the learned rate is reached again; 0: nothing learned
  private double sinceDecrease;
  private double refusals; // recent ones, each worn off by accepted calls

  // The calls accepted between two turns of the window, and the time they took: current, previous.
  private int calls;
  private double length;
  private int callsBefore;
  private double lengthBefore;

  private long earliest;
  private long requested;
  private @Nullable Long lastAccepted;
  private @Nullable RefusalPeriod period;

  /** A period of refusals: from the first one to the next call that is accepted. */
  private static final class RefusalPeriod {
    final long started;
    final long noticed;
    long last;
    boolean probed; // a call was refused that started after the first refusal was known
    boolean waitRequested;
    boolean foreign;

    RefusalPeriod(long started, long noticed) {
      this.started = started;
      this.noticed = noticed;
      last = started;
    }

    void add(long refused, boolean waitRequested, boolean foreign) {
      last = latest(last, refused);
      probed |= refused - noticed > 0;
      this.waitRequested = waitRequested;
      this.foreign |= foreign;
    }
  }

  /**
   * @param maxRate the rate that is never exceeded
   */
  RateEstimator(double maxRate, long now) {
    this.maxRate = maxRate;
    learned = maxRate;
    earliest = now;
    requested = now;
  }

  /** The time at which the next call may start. */
  long earliest() {
    return latest(earliest, requested);
  }

  /** Whether no call was refused so far. */
  boolean isUntried() {
    return period == null && recovery == 0;
  }

  /** The number of calls accepted since the last turn of the window. */
  int calls() {
    return calls;
  }

  /** A call starts. */
  void callStarted(long now) {
    earliest = now + (long) (period == null ? 1 / rate() : gap(now, period));
  }

  /** The service processed a call, even if it refused the request. */
  void accepted(long started) {
    if (period != null && started - period.last > 0) {
      turned(started, period);
    }
    lastAccepted = lastAccepted == null ? started : latest(lastAccepted, started);
    refusals = max(0, refusals - 1 / CALLS_PER_REFUSAL);
    calls++;
    length += 1 / rate();
    sinceDecrease += 1 / rate();
  }

  /**
   * The service refused a call as one too many.
   *
   * @param wait the wait that it asks for; 0: none
   * @param foreign whether calls of other kinds may have caused it
   */
  void refused(long started, long now, long wait, boolean foreign) {
    if (lastAccepted == null || started - lastAccepted > 0) {
      RefusalPeriod during = period == null ? new RefusalPeriod(started, now) : period;
      during.add(started, wait > 0, foreign);
      period = during;
      earliest = latest(earliest, now + (long) gap(now, during));
    }
    requested = latest(requested, now + wait);
  }

  private static long latest(long a, long b) {
    return a - b > 0 ? a : b;
  }

  private double rate() {
    return rate(sinceDecrease);
  }

  private double rate(double at) {
    if (recovery == 0) {
      return maxRate;
    }
    double along = at / recovery - 1;
    return min(maxRate, learned * (1 + DECREASE * along * along * along));
  }

  /** The time between two probes while calls are refused. */
  private double gap(long now, RefusalPeriod during) {
    double least = max(1.5 / rate(), during.foreign ? window / 3 : 0);
    return max(least, min((now - during.started) / 2.5, LONGEST_GAP));
  }

  /** A call is accepted again after refusals: the window has turned. */
  private void turned(long started, RefusalPeriod ended) {
    period = null;
    double blocked = started - ended.started;
    boolean brief = blocked < 4 / rate();
    if (!ended.foreign) {
      learn(ended, blocked, brief);
      refusals += brief ? 1 : 8;
    }
    length += blocked;
    if (!brief && calls >= MIN_CALLS) {
      callsBefore = calls;
      lengthBefore = length;
      calls = 0;
      length = 0;
    }
    earliest = started + (long) (1 / rate());
  }

  private void learn(RefusalPeriod ended, double blocked, boolean brief) {
    boolean rare = refusals <= max(0, rate() * window / CALLS_PER_REFUSAL - 1);
    if (window > 0 && brief && !ended.probed && (rare || sinceDecrease < recovery)) {
      learned = max(MIN_RATE, learned * (1 - 1 / (rate() * window + 1)));
    } else if (window > 0 && length >= window && (ended.waitRequested || blocked < window / 2)) {
      decreaseTo(rate(max(0, sinceDecrease - window / 2)) - 1 / window);
      recovery = max(recovery(50, 1.5), 20 * blocked);
    } else if (ended.probed || refusals > 0) {
      learnFromTurns(ended, blocked);
    }
  }

  private void learnFromTurns(RefusalPeriod ended, double blocked) {
    boolean few = calls < MIN_CALLS;
    int sustained = few ? callsBefore + calls : calls;
    double cycle = (few ? lengthBefore + length : length) + blocked;
    if (sustained == 0) {
      return;
    }
    if (blocked > cycle / 4 && sustained >= MIN_CALLS - 1) {
      window = cycle;
    }
    if (window > 0 || ended.probed || sustained / cycle < rate() / 2) {
      boolean doubtful = sustained / cycle < learned / 2;
      decreaseTo(sustained / cycle);
      recovery = doubtful ? recovery(10, 0) : recovery(25, 1.5);
    }
  }

  private void decreaseTo(double sustained) {
    learned = min(rate(), max(MIN_RATE, sustained));
    sinceDecrease = 0;
  }

  /** The time of {@code calls} calls, at least {@code windows} windows and at most five. */
  private double recovery(int calls, double windows) {
    double time = calls / learned;
    return window == 0 ? time : max(windows * window, min(5 * window, time));
  }
}
