package io.imageshare.internal.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.internal.flow.Call.Kind;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** One caller with calls without end, against limits it is not told. */
class RateEstimatorTest {
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final double TEN_A_SECOND = 10e-9;

  private RateEstimator pace = new RateEstimator(TEN_A_SECOND, 0);
  private long now;
  private long taken;
  private long refused;

  /** CallExecutor one after the other, each as soon as it may, answered at once. */
  private void callUntil(long end, LongPredicate limit) {
    while (pace.earliest() < end) {
      now = Math.max(now, pace.earliest());
      pace.begun(now);
      if (limit.test(now)) {
        taken++;
        pace.taken(now);
      } else {
        refused++;
        pace.refused(now, now, 0, false);
      }
    }
    now = end;
  }

  private void forget() {
    taken = 0;
    refused = 0;
  }

  /** So many calls a minute, whose first minute ends at the time given. */
  private static LongPredicate aMinute(int calls, long turn) {
    return new LongPredicate() {
      private long minute = -1;
      private int counted;

      @Override
      public boolean test(long at) {
        long current = Math.floorDiv(at - turn, MINUTE);
        counted = current == minute ? counted + 1 : 1;
        minute = current;
        return counted <= calls;
      }
    };
  }

  @Test
  void keepsTheRateWhileNothingIsRefused() {
    callUntil(100 * SECOND, at -> true);
    assertTrue(taken == 1000 || taken == 1001, taken + " taken");
    assertTrue(pace.isUntried());
  }

  @Test
  void learnsWhatAMinuteAllowsWhereverItBegins() {
    long allTaken = 0;
    long allRefused = 0;
    for (long seed = 1; seed <= 20; seed++) {
      pace = new RateEstimator(TEN_A_SECOND, 0);
      now = 0;
      LongPredicate limit = aMinute(10, (long) (new Random(seed).nextDouble() * MINUTE));
      callUntil(4 * MINUTE, limit);
      forget();
      callUntil(60 * MINUTE, limit);
      assertTrue(taken >= .92 * 560, "seed " + seed + ": " + taken + " taken");
      assertTrue(refused <= .03 * 560, "seed " + seed + ": " + refused + " refused");
      allTaken += taken;
      allRefused += refused;
    }
    assertTrue(allTaken >= .94 * 20 * 560, allTaken + " taken");
    assertTrue(allRefused <= .02 * 20 * 560, allRefused + " refused");
  }

  @Test
  void remembersWhileNobodyCalls() {
    LongPredicate limit = aMinute(10, 0);
    callUntil(10 * MINUTE, limit);
    now += 600 * MINUTE;
    forget();
    callUntil(now + 10 * MINUTE, limit);
    assertTrue(taken >= 90, taken + " taken");
    assertTrue(refused <= 3, refused + " refused");
  }

  @Test
  void findsOutThatALimitHasGone() {
    callUntil(10 * MINUTE, aMinute(10, 0));
    callUntil(60 * MINUTE, at -> true);
    forget();
    callUntil(61 * MINUTE, at -> true);
    assertTrue(taken >= 598, taken + " taken");
  }

  @Test
  void anOddRefusalCostsAlmostNothing() {
    callUntil(SECOND, at -> true);
    callUntil(2 * SECOND, at -> refused > 0);
    forget();
    callUntil(12 * SECOND, at -> true);
    assertTrue(taken >= 98, taken + " taken");
  }

  @Test
  void anOddRefusalThatAsksForAWaitCostsTheWait() {
    callUntil(SECOND, at -> true);
    pace.begun(now);
    pace.refused(now, now, 7 * SECOND, false);
    assertEquals(now + 7 * SECOND, pace.earliest());
    callUntil(18 * SECOND, at -> true);
    assertTrue(taken >= 10 + 98, taken + " taken");
  }

  @Test
  void triesEverMoreRarelyWhileAllIsRefusedButNeverGivesUp() {
    callUntil(24 * 60 * MINUTE, at -> false);
    assertTrue(refused > 24 * 60 / 5 && refused < 320, refused + " refused");
  }

  @Test
  void refusalsThatCallsTakenHaveOvertakenCountForNothing() {
    pace.begun(0);
    pace.begun(SECOND);
    pace.taken(SECOND);
    pace.refused(0, 2 * SECOND, 0, false);
    assertTrue(pace.isUntried());
    pace.refused(0, 2 * SECOND, 7 * SECOND, false);
    assertEquals(9 * SECOND, pace.earliest(), "yet the service is to be left alone");
  }

  @Test
  void aWaitThatIsAskedForHoldsWhateverGetsThrough() {
    pace.begun(0);
    pace.begun(SECOND);
    pace.refused(0, 2 * SECOND, 7 * SECOND, false);
    pace.taken(SECOND);
    assertEquals(9 * SECOND, pace.earliest());
  }

  // Which kinds share a pace

  @Test
  void aKindThatIsRefusedJoinsWhatIsKnown() {
    RateLimits paces = new RateLimits(TEN_A_SECOND, 0);
    paces.refused(Kind.READ, 0, 0, 0);
    assertNotSame(paces.of(Kind.READ), paces.of(Kind.POLL));
    paces.refused(Kind.POLL, 0, 0, 0);
    assertSame(paces.of(Kind.READ), paces.of(Kind.POLL));
    assertTrue(paces.of(Kind.SUBMIT).isUntried(), "what was never refused is not held up");
  }

  @Test
  void aKindThatIsRefusedWhileOthersGetThroughPartsFromThem() {
    RateLimits paces = new RateLimits(TEN_A_SECOND, 0);
    paces.refused(Kind.READ, 0, 0, 0);
    paces.refused(Kind.SUBMIT, 0, 0, 0);
    for (int at = 1; at < 7; at += 2) {
      assertSame(paces.of(Kind.READ), paces.of(Kind.SUBMIT));
      paces.taken(Kind.READ, at);
      paces.refused(Kind.SUBMIT, at + 1, at + 1, 0);
    }
    assertNotSame(paces.of(Kind.READ), paces.of(Kind.SUBMIT));
    assertTrue(paces.of(Kind.READ).isUntried());
    assertFalse(paces.of(Kind.SUBMIT).isUntried());
    paces.refused(Kind.READ, 8, 8, 0);
    assertNotSame(paces.of(Kind.READ), paces.of(Kind.SUBMIT), "once apart, always apart");
  }

  @Test
  void beingRefusedNowAndThenIsNoReasonToPart() {
    RateLimits paces = new RateLimits(TEN_A_SECOND, 0);
    paces.refused(Kind.READ, 0, 0, 0);
    paces.refused(Kind.SUBMIT, 0, 0, 0);
    for (int at = 1; at < 100; at += 3) {
      paces.taken(Kind.READ, at);
      paces.refused(Kind.SUBMIT, at + 1, at + 1, 0);
      paces.taken(Kind.SUBMIT, at + 2);
    }
    assertSame(paces.of(Kind.READ), paces.of(Kind.SUBMIT));
  }
}
