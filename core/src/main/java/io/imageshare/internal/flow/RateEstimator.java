package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;

import java.util.ArrayDeque;
import java.util.Deque;
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
 * <p>Services also refuse single calls at random. So refusals are evidence of a limit only if
 * several come together, with no call accepted between; once a limit is known, an isolated one
 * costs at most one call a window. The wait that a refusal asks for holds up other calls only if
 * they are refused as well, and ends when one of them is accepted.
 */
final class RateEstimator {
  private static final double DECREASE = 0.1;
  private static final int MIN_CALLS = 4;
  private static final int CALLS_TO_RECOVER = 80;

  /** The part of a limit that must be used for a single refusal to be more than chance. */
  private static final double USED = .7;

  /** The latest calls over which the share of those that are refused by chance is taken. */
  private static final double LATEST = 16;

  /** How unlikely so many refusals in a row must be to be evidence of a limit. */
  private static final double CHANCE = .005;

  /** More than this share is not refused by chance alone: the limit is below what was learned. */
  private static final double CHANCE_ALONE = .2;

  /** The fewest refusals in a row that are evidence. */
  private static final int LEAST_EVIDENCE = 3;

  private static final double LONGEST_GAP = 300e9;
  private static final double MIN_RATE = 1 / LONGEST_GAP;

  private final double maxRate;
  private double learned;
  private double window; // 0: not known yet
  private double recovery; // the time until the learned rate is reached again; 0: nothing learned
  private double sinceDecrease;

  /** The share of the latest calls that were refused by chance. */
  private double chance;

  /** When the calls of the last window started that were accepted, while its length is known. */
  private final Deque<Long> recent = new ArrayDeque<>();

  // The calls accepted between two turns of the window, and the time they took: current, previous.
  private int calls;
  private double length;
  private int callsBefore;
  private double lengthBefore;

  private long earliest;
  private @Nullable Long lastAccepted;
  private @Nullable RefusalPeriod period;

  /** A period of refusals: from the first one to the next call that is accepted. */
  private static final class RefusalPeriod {
    final long started;
    final long noticed;
    long last;
    long requested; // the latest end of the waits that were asked for
    int refusals;
    boolean probed; // a call was refused that started after the first refusal was known
    boolean waitRequested;

    RefusalPeriod(long started, long noticed) {
      this.started = started;
      this.noticed = noticed;
      last = started;
      requested = noticed;
    }

    void add(long refused, long now, long wait) {
      refusals++;
      last = latest(last, refused);
      requested = latest(requested, now + wait);
      probed |= refused - noticed > 0;
      waitRequested = wait > 0;
    }
  }

  /**
   * @param maxRate the rate that is never exceeded
   */
  RateEstimator(double maxRate, long now) {
    this.maxRate = maxRate;
    learned = maxRate;
    earliest = now;
  }

  /** The time at which the next call may start. */
  long earliest() {
    return period != null && period.refusals > 1 && isLimited()
        ? latest(earliest, period.requested)
        : earliest;
  }

  /** Whether there is evidence of a limit: one was learned, or refusals come together. */
  boolean isLimited() {
    return recovery > 0 || (period != null && period.refusals >= evidence());
  }

  /** A call starts. */
  void callStarted(long now) {
    earliest = now + (long) (period == null || !isLimited() ? 1 / rate() : gap(now, period));
  }

  /** The service processed a call, even if it refused the request. */
  void accepted(long started) {
    if (period != null && started - period.last > 0) {
      turned(started, period);
    }
    lastAccepted = lastAccepted == null ? started : latest(lastAccepted, started);
    chance -= chance / LATEST;
    recent.add(started);
    dropOld(started);
    calls++;
    length += 1 / rate();
    sinceDecrease += 1 / rate();
  }

  /**
   * The service refused a call as one too many.
   *
   * @param wait the wait that it asks for; 0: none
   */
  void refused(long started, long now, long wait) {
    if (lastAccepted == null || started - lastAccepted > 0) {
      RefusalPeriod during = period == null ? new RefusalPeriod(started, now) : period;
      during.add(started, now, wait);
      period = during;
      if (isLimited()) {
        earliest = latest(earliest, now + (long) gap(now, during));
      }
    }
  }

  private void dropOld(long now) {
    while (!recent.isEmpty() && now - recent.element() > window) {
      recent.remove();
    }
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
    return max(1.5 / rate(), min((now - during.started) / 2.5, LONGEST_GAP));
  }

  /** So many refusals with no accepted call between are no chance. */
  private double evidence() {
    return max(LEAST_EVIDENCE, Math.log(CHANCE) / Math.log(chance));
  }

  /** A call is accepted again after refusals: the window has turned. */
  private void turned(long started, RefusalPeriod ended) {
    boolean isLimited = isLimited();
    boolean isChance = ended.refusals < evidence();
    period = null;
    if (isChance) {
      chance = min(.9, chance + ended.refusals / LATEST);
    }
    if (!isLimited) {
      return;
    }
    double blocked = started - ended.started;
    boolean brief = blocked < 4 / rate();
    dropOld(ended.started);
    double taken = window == 0 ? 0 : recent.size() / window;
    if (window > 0 && isChance) {
      learnFromFew(taken);
    } else if (window > 0 && length >= window && (ended.waitRequested || blocked < window / 2)) {
      decreaseTo(max(taken, rate(max(0, sinceDecrease - window / 2)) - 1 / window));
      recovery = recovery(CALLS_TO_RECOVER, 1.5);
    } else if (!isChance) {
      learnFromTurns(ended, blocked);
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

  /**
   * Few refusals are chance if far fewer calls were taken than the limit allows, unless they go on;
   * else they cost a call a window. The limit is hardly lower than what was taken.
   */
  private void learnFromFew(double taken) {
    if (taken > USED * learned) {
      learned = max((1 - DECREASE) * taken, max(learned, rate()) * (1 - 1 / (rate() * window + 1)));
      recovery = max(recovery, recovery(CALLS_TO_RECOVER, 1.5));
      sinceDecrease = min(sinceDecrease, recovery);
    } else if (chance > CHANCE_ALONE) {
      learned = max(taken / USED, (1 - DECREASE) * learned);
      sinceDecrease = min(sinceDecrease, recovery);
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
      recovery = doubtful ? recovery(10, 0) : recovery(CALLS_TO_RECOVER, 1.5);
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
