package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;
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
 * calls that were taken in the window before are what is sustained.
 *
 * <p>Whoever knows a window of a minute need not wait between its calls: most of them go at once
 * when it turns, the rest are evenly spaced, and those beyond wait until the oldest no longer
 * count. As no time as long as a window has more calls than that, it does not matter when the
 * service's own window turns, or whether it slides.
 *
 * <p>After each decrease the rate follows a cubic, as in TCP CUBIC, but on the scale of the window:
 * it starts a tenth or a call a window lower, whichever is less, stays near the learned rate for
 * long, and rises ever faster after that. Only time that calls use counts, so nothing is forgotten
 * while no calls are made.
 *
 * <p>Services also refuse single calls at random. So refusals are evidence of a limit only if
 * several come together, with no call accepted between; once a limit is known, an isolated one
 * costs at most one call a window.
 */
final class RateEstimator {
  private static final double DECREASE = 0.1;
  private static final int MIN_CALLS = 4;
  private static final int CALLS_TO_RECOVER = 80;

  /** How many calls follow for each that was refused until the limit is sought again. */
  private static final int CALLS_A_REFUSAL = 25;

  /** The part of a limit that must be used for a single refusal to be more than chance. */
  private static final double USED = .7;

  /** The latest calls over which the share of those that are refused by chance is taken. */
  private static final double LATEST = 16;

  /** How unlikely so many refusals in a row must be to be evidence of a limit. */
  private static final double CHANCE = .005;

  /** More than this share is not refused by chance alone: the limit is below what was learned. */
  private static final double CHANCE_ALONE = .2;

  /** Services count calls by the second, the minute, the hour or the day. */
  private static final double MINUTE = 60e9;

  /**
   * The part of a long window's calls that go at once. The rest is kept for what they lead to: more
   * would make it wait for the next window.
   */
  private static final double AT_ONCE = .8;

  /** The fewest refusals in a row that are evidence. */
  private static final int LEAST_EVIDENCE = 3;

  private static final double LONGEST_GAP = 300e9;
  private static final double MIN_RATE = 1 / LONGEST_GAP;

  /** Three years: calls are hardly ever that rare, and times so far ahead do not overflow. */
  private static final double LONGEST_SPACING = 1e17;

  private final transient double maxRate; // transient: not written

  /** Whether calls are evenly spaced whatever the window: those of several processes are. */
  private final transient boolean even;

  private double learned;
  private double window; // 0: not known yet
  private double recovery; // the time until the learned rate is reached again; 0: nothing learned
  private double sinceDecrease;

  /** The share of the latest calls that were refused by chance. */
  private double chance;

  /** When the calls of the last window started that were accepted, while its length is known. */
  private PriorityQueue<Long> recent = new PriorityQueue<>();

  /** When the calls of the last window started that were not refused, answered or not. */
  private final transient Deque<Long> counted = new ArrayDeque<>();

  // The calls accepted between two turns of the window, and the time they took: current, previous.
  private int calls;
  private double length;
  private long turned;
  private int callsBefore;
  private double lengthBefore;

  private long earliest;
  private @Nullable Long lastAccepted;
  private @Nullable RefusalPeriod period;

  /**
   * A period of refusals: from the first one to the next call that is accepted.
   *
   * @param probed whether a call was refused that started after the first refusal was known
   */
  private record RefusalPeriod(
      long started, long noticed, long last, int refusals, boolean probed) {

    RefusalPeriod plus(long refused) {
      return new RefusalPeriod(
          started, noticed, latest(last, refused), refusals + 1, probed || refused - noticed > 0);
    }
  }

  /**
   * @param maxRate the rate that is never exceeded
   * @param even whether calls are evenly spaced whatever the window
   */
  RateEstimator(double maxRate, boolean even, long now) {
    this.maxRate = maxRate;
    this.even = even;
    learned = maxRate;
    turned = now;
    earliest = now;
  }

  /** For what another process has learned. */
  @JsonCreator
  RateEstimator(@JacksonInject(FleetState.MAX_RATE) double maxRate) {
    this(maxRate, true, 0);
  }

  /** The limit of one of several processes that each keep to their share, and learn on from it. */
  RateEstimator share(int processes, long now) {
    return new RateEstimator(carefulRate() / processes, false, now);
  }

  /** The time at which the next call may start. */
  long earliest() {
    return earliest;
  }

  /** Whether the latest calls were refused, none of them accepted. */
  boolean isRefused() {
    return period != null;
  }

  /** Whether these are more than one, for a limit. */
  boolean isRefusedAgain() {
    return isProbing() && requireNonNull(period).refusals() > 1;
  }

  /** Whether there is evidence of a limit: one was learned, or refusals come together. */
  boolean isLimited() {
    return recovery > 0 || (period != null && period.refusals() >= evidence());
  }

  /** Whether calls are refused for a limit, so that only probes are sent. */
  boolean isProbing() {
    return period != null && isLimited();
  }

  /** The window over which the service counts; 0: it is not known. */
  double window() {
    return window;
  }

  /** A call starts. */
  void callStarted(long now) {
    counted.add(now);
    if (period != null && isLimited()) {
      earliest = now + (long) gap(now, period);
      return;
    }
    if (calls == 0) {
      turned = now; // the first call of all: a window may begin with it
    }
    dropOld(counted, now);
    earliest = next(now);
  }

  /** When the next call may start after one that starts now. */
  private long next(long now) {
    long next = now + (long) spacing();
    boolean full = isLong() && !counted.isEmpty() && counted.size() > rate() * window - 1;
    return full ? latest(next, counted.element() + (long) window) : next;
  }

  private double spacing() {
    return isLong() && counted.size() < AT_ONCE * learned * window ? 1 / maxRate : 1 / rate();
  }

  /** When the next call may start if one starts at a time; of those that are evenly spaced. */
  long following(long start) {
    double gap = period == null || !isLimited() ? 1 / rate() : gap(start, period);
    return start + (long) max(1, min(gap, LONGEST_SPACING));
  }

  private boolean isLong() {
    return !even && window >= MINUTE;
  }

  /** The service processed a call, even if it refused the request. */
  void accepted(long started) {
    if (period != null && started - period.last() > 0) {
      turned(started, period);
    }
    lastAccepted = lastAccepted == null ? started : latest(lastAccepted, started);
    chance -= chance / LATEST;
    recent.add(started);
    dropOld(recent, started);
    calls++;
    length += spacing();
    sinceDecrease += spacing();
  }

  /** The service refused a call as one too many. */
  void refused(long started, long now) {
    counted.removeLastOccurrence(started);
    if (lastAccepted == null || started - lastAccepted > 0) {
      boolean wasProbing = isProbing();
      RefusalPeriod during =
          (period == null ? new RefusalPeriod(started, now, started, 0, false) : period)
              .plus(started);
      period = during;
      // What was sent before a refusal was known says nothing about when refusals end.
      if (isLimited() && (!wasProbing || started - during.noticed() > 0)) {
        earliest = latest(earliest, now + (long) gap(now, during));
        if (isLong() && counted.size() > USED * learned * window) {
          earliest = latest(earliest, counted.element() + (long) window);
        }
      }
    }
  }

  private void dropOld(Queue<Long> calls, long now) {
    while (!calls.isEmpty() && now - calls.element() > window) {
      calls.remove();
    }
  }

  private static long latest(long a, long b) {
    return a - b > 0 ? a : b;
  }

  /** The rate at which calls are made now. */
  double rate() {
    return rate(sinceDecrease);
  }

  /** A tenth or a call a window less than what was learned, whichever is more. */
  private double carefulRate() {
    double tenth = (1 - DECREASE) * learned;
    return recovery == 0 ? maxRate : window == 0 ? tenth : max(tenth, learned - 1 / window);
  }

  private double rate(double at) {
    if (recovery == 0) {
      return maxRate;
    }
    double along = at / recovery - 1;
    return min(maxRate, learned * (1 + DECREASE * along * along * along));
  }

  /**
   * The time between two probes while calls are refused. None is sent past the minute's end, if the
   * minute began with the first call since the last turn.
   */
  private double gap(long now, RefusalPeriod during) {
    double shortest = 1.5 / rate();
    double gap = max(shortest, min((now - during.started()) / 2.5, LONGEST_GAP));
    double minute = turned + MINUTE - now;
    return minute > shortest ? min(gap, minute) : gap;
  }

  /** So many refusals with no accepted call between are no chance. */
  private double evidence() {
    return max(LEAST_EVIDENCE, Math.log(CHANCE) / Math.log(chance));
  }

  /** A call is accepted again after refusals: the window has turned. */
  private void turned(long started, RefusalPeriod ended) {
    boolean isLimited = isLimited();
    boolean isChance = ended.refusals() < evidence();
    period = null;
    if (isChance) {
      chance = min(.9, chance + ended.refusals() / LATEST);
    }
    if (!isLimited) {
      return;
    }
    double blocked = started - ended.started();
    double unknown = ended.noticed() - ended.started();
    boolean brief = blocked < 4 / rate();
    double taken = window == 0 ? 0 : takenBefore(ended.started()) / window;
    if (window > 0 && isChance) {
      learnFromFew(taken);
    } else if (window > 0 && length >= window && blocked - unknown < window / 2) {
      decreaseTo(taken);
      recovery = recovery(max(CALLS_TO_RECOVER, CALLS_A_REFUSAL * ended.refusals()), 1.5);
    } else if (!isChance) {
      learnFromTurns(ended, blocked, unknown);
    }
    length += blocked;
    if (!brief && calls >= MIN_CALLS) {
      turned = started;
      callsBefore = calls;
      lengthBefore = length;
      calls = 0;
      length = 0;
    }
    dropOld(counted, started);
    earliest = next(started);
  }

  /** The calls of the window before a refusal that were taken. */
  private long takenBefore(long refused) {
    if (isLong()) {
      return counted.stream().filter(s -> s - refused <= 0 && refused - s <= window).count();
    }
    dropOld(recent, refused);
    return recent.size();
  }

  /**
   * Few refusals are chance if far fewer calls were taken than the limit allows, unless they go on;
   * else they cost a call a window.
   */
  private void learnFromFew(double taken) {
    if (!isLong() && taken + 1 / window > USED * learned) { // with the one that was refused
      learned = max(rate(max(0, sinceDecrease - window / 2)), min(learned, rate()));
      recovery = recovery(CALLS_TO_RECOVER, 1.5);
      sinceDecrease = recovery * (1 - Math.cbrt((1 - carefulRate() / learned) / DECREASE));
    } else if (taken > USED * learned) {
      double less = max(learned, rate()) * (1 - 1 / (rate() * window + 1));
      learned = max((1 - DECREASE) * taken, min(less, max(learned, taken)));
      recovery = max(recovery, recovery(CALLS_TO_RECOVER, 1.5));
      sinceDecrease = min(sinceDecrease, recovery);
    } else if (chance > CHANCE_ALONE) {
      learned = max(taken / USED, (1 - DECREASE) * learned);
      sinceDecrease = min(sinceDecrease, recovery);
    }
  }

  private void learnFromTurns(RefusalPeriod ended, double blocked, double unknown) {
    boolean few = calls < MIN_CALLS;
    int sustained = few ? callsBefore + calls : calls;
    double cycle = (few ? lengthBefore + length : length) + blocked;
    if (sustained == 0) {
      return;
    }
    if (blocked > cycle / 4 && sustained >= MIN_CALLS - 1) {
      // Half of a minute may have been over when the first call of all started.
      double atLeast = cycle - blocked + (ended.last() - ended.started());
      cycle = atLeast < MINUTE && cycle > MINUTE / 2 ? MINUTE : cycle;
      // A service that counts what it refuses is shut for longer than a short window: calls go on
      // for as long as answers take, and the last probe that is refused is answered as late.
      boolean isLater = cycle < MINUTE && blocked > unknown;
      window = isLater ? max(cycle / 2, cycle - 2 * unknown) : cycle;
    }
    if (window > 0 || ended.probed() || sustained / cycle < rate() / 2) {
      boolean doubtful = sustained / cycle < learned / 2;
      decreaseTo(sustained / cycle);
      recovery = doubtful ? recovery(10, 0) : recovery(CALLS_TO_RECOVER, 1.5);
    }
  }

  private void decreaseTo(double sustained) {
    learned = min(rate(), max(MIN_RATE, sustained));
    sinceDecrease = 0;
  }

  /**
   * The time of {@code calls} calls, at least {@code windows} windows. A long one is at most five
   * windows: of 10 calls a minute, 80 would be too many to wait for.
   */
  private double recovery(int calls, double windows) {
    double time = calls / learned;
    return window == 0 ? time : max(windows * window, min(max(5 * window, MINUTE), time));
  }
}
