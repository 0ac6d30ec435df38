package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;

import org.jspecify.annotations.Nullable;

/**
 * How fast calls of one sort may follow each other: as fast as is allowed, until the service
 * refuses some as too many; from then on a little below what it was seen to bear. The service tells
 * neither its limit nor the window over which it counts; both show in when refusals begin and when
 * they end. Times and lengths are nanoseconds, rates calls a nanosecond.
 *
 * <p>While calls are refused, only a few are let through, ever rarer, to find out when that is
 * over. A limit that is used up at once and comes back at the turn of its window lets just as many
 * calls through between two such turns as its window allows: their distance tells the window, their
 * calls the rate. Once calls are spread evenly, one is refused only when the rate has risen a
 * little above the limit; then the rate of half a window ago, less one call a window, is borne.
 *
 * <p>After each such lesson the rate follows a cubic, as in TCP CUBIC, but on the scale of the
 * window: it starts a tenth lower, lingers about what was learned, and rises ever faster after
 * that. Only the time that calls take up counts, so nothing is forgotten while nobody calls.
 *
 * <p>The service has odd refusals, too: one that stands alone costs one call a window at most.
 */
final class RateEstimator {
  private static final double DROP = 0.1;
  private static final double CALLS_A_REFUSAL = 64;
  private static final int FEW = 4;
  private static final double LONGEST_GAP = 300e9;
  private static final double LEAST = 1 / LONGEST_GAP;

  private final double most;
  private double learned;
  private double window; // 0: none seen yet
  private double rise; // how long until what was learned is reached again; 0: nothing learned
  private double sinceLesson;
  private double refusals; // recent ones, each worn off by the calls that are taken

  // Between turns: the calls taken and the time that took, since the last turn and before it.
  private int calls;
  private double length;
  private int callsBefore;
  private double lengthBefore;

  private long earliest;
  private long asked;
  private @Nullable Long lastTaken;
  private @Nullable Block block;

  /** Refusals that no call taken has followed yet. */
  private static final class Block {
    final long begun;
    final long noticed;
    long last;
    boolean probed; // a call was refused that began when the block was known
    boolean told;
    boolean strange;

    Block(long begun, long noticed) {
      this.begun = begun;
      this.noticed = noticed;
      last = begun;
    }

    void add(long refused, boolean told, boolean strange) {
      last = later(last, refused);
      probed |= refused - noticed > 0;
      this.told = told;
      this.strange |= strange;
    }
  }

  /**
   * @param most the rate that is never exceeded
   */
  RateEstimator(double most, long now) {
    this.most = most;
    learned = most;
    earliest = now;
    asked = now;
  }

  /** When the next call may begin. */
  long earliest() {
    return later(earliest, asked);
  }

  /** Whether no call was refused so far. */
  boolean isUntried() {
    return block == null && rise == 0;
  }

  /** How many calls were taken since the last turn. */
  int calls() {
    return calls;
  }

  /** A call begins. */
  void begun(long now) {
    earliest = now + (long) (block == null ? 1 / rate() : gap(now, block));
  }

  /** The service took a call, whatever came of it then. */
  void taken(long begun) {
    if (block != null && begun - block.last > 0) {
      turn(begun, block);
    }
    lastTaken = lastTaken == null ? begun : later(lastTaken, begun);
    refusals = max(0, refusals - 1 / CALLS_A_REFUSAL);
    calls++;
    length += 1 / rate();
    sinceLesson += 1 / rate();
  }

  /**
   * The service refused a call as one too many.
   *
   * @param wait how long it asks to wait; 0: it asks nothing
   * @param strange whether calls that do not count here may have brought it about
   */
  void refused(long begun, long now, long wait, boolean strange) {
    if (lastTaken == null || begun - lastTaken > 0) {
      Block during = block == null ? new Block(begun, now) : block;
      during.add(begun, wait > 0, strange);
      block = during;
      earliest = later(earliest, now + (long) gap(now, during));
    }
    asked = later(asked, now + wait);
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }

  private double rate() {
    return rate(sinceLesson);
  }

  private double rate(double at) {
    if (rise == 0) {
      return most;
    }
    double along = at / rise - 1;
    return min(most, learned * (1 + DROP * along * along * along));
  }

  /** The time between two tries while calls are refused. */
  private double gap(long now, Block during) {
    double least = max(1.5 / rate(), during.strange ? window / 3 : 0);
    return max(least, min((now - during.begun) / 2.5, LONGEST_GAP));
  }

  /** CallExecutor are taken again. */
  private void turn(long begun, Block over) {
    block = null;
    double blocked = begun - over.begun;
    boolean brief = blocked < 4 / rate();
    if (!over.strange) {
      learn(over, blocked, brief);
      refusals += brief ? 1 : 8;
    }
    length += blocked;
    if (!brief && calls >= FEW) {
      callsBefore = calls;
      lengthBefore = length;
      calls = 0;
      length = 0;
    }
    earliest = begun + (long) (1 / rate());
  }

  private void learn(Block over, double blocked, boolean brief) {
    boolean rare = refusals <= max(0, rate() * window / CALLS_A_REFUSAL - 1);
    if (window > 0 && brief && !over.probed && (rare || sinceLesson < rise)) {
      learned = max(LEAST, learned * (1 - 1 / (rate() * window + 1)));
    } else if (window > 0 && length >= window && (over.told || blocked < window / 2)) {
      settle(rate(max(0, sinceLesson - window / 2)) - 1 / window);
      rise = max(rise(50, 1.5), 20 * blocked);
    } else if (over.probed || refusals > 0) {
      learnByTurns(over, blocked);
    }
  }

  private void learnByTurns(Block over, double blocked) {
    boolean few = calls < FEW;
    int borne = few ? callsBefore + calls : calls;
    double cycle = (few ? lengthBefore + length : length) + blocked;
    if (borne == 0) {
      return;
    }
    if (blocked > cycle / 4 && borne >= FEW - 1) {
      window = cycle;
    }
    if (window > 0 || over.probed || borne / cycle < rate() / 2) {
      boolean doubtful = borne / cycle < learned / 2;
      settle(borne / cycle);
      rise = doubtful ? rise(10, 0) : rise(25, 1.5);
    }
  }

  private void settle(double borne) {
    learned = min(rate(), max(LEAST, borne));
    sinceLesson = 0;
  }

  /** The time of so many calls, but not below so many windows, nor above five. */
  private double rise(int calls, double windows) {
    double time = calls / learned;
    return window == 0 ? time : max(windows * window, min(5 * window, time));
  }
}
