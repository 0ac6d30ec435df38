package io.imageshare.internal.flow;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.internal.flow.Call.Kind;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** One caller with endless calls, against limits it does not know. */
class RateEstimatorTest {
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final double TEN_A_SECOND = 10e-9;

  private RateEstimator rate = new RateEstimator(TEN_A_SECOND, false, 0);
  private long now;
  private long taken;
  private long refused;

  /** Calls one after the other, each as soon as it may start, answered at once. */
  private void callUntil(long end, LongPredicate limit) {
    while (rate.earliest() < end) {
      now = Math.max(now, rate.earliest());
      rate.callStarted(now);
      if (limit.test(now)) {
        taken++;
        rate.accepted(now);
      } else {
        refused++;
        rate.refused(now, now);
      }
    }
    now = end;
  }

  private void forget() {
    taken = 0;
    refused = 0;
  }

  /** A limit of calls per minute; the first minute ends at the given time. */
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
    assertFalse(rate.isLimited());
  }

  @Test
  void learnsTheLimitWhereverTheMinuteBegins() {
    long allTaken = 0;
    for (long seed = 1; seed <= 20; seed++) {
      rate = new RateEstimator(TEN_A_SECOND, false, 0);
      now = 0;
      LongPredicate limit = aMinute(10, (long) (new Random(seed).nextDouble() * MINUTE));
      callUntil(4 * MINUTE, limit);
      forget();
      callUntil(60 * MINUTE, limit);
      assertTrue(taken >= .92 * 560, "seed " + seed + ": " + taken + " taken");
      assertTrue(refused <= .03 * 560, "seed " + seed + ": " + refused + " refused");
      allTaken += taken;
    }
    assertTrue(allTaken >= .94 * 20 * 560, allTaken + " taken");
  }

  @Test
  void forgetsNothingWhileNoCallsAreMade() {
    LongPredicate limit = aMinute(10, 0);
    callUntil(10 * MINUTE, limit);
    now += 600 * MINUTE;
    forget();
    callUntil(now + 10 * MINUTE, limit);
    assertTrue(taken >= 90, taken + " taken");
    assertTrue(refused <= 3, refused + " refused");
  }

  @Test
  void mostCallsOfAMinuteGoAtOnceAndHardlyAMinuteHasTooMany() {
    long atOnce = 0;
    long allTaken = 0;
    long allRefused = 0;
    for (long turn = 0; turn < MINUTE; turn += 3 * SECOND) {
      learnAfresh();
      LongPredicate limit = aMinute(100, turn);
      callUntil(10 * MINUTE, limit);
      now += 10 * MINUTE;
      forget();
      callUntil(now + 8 * SECOND, limit);
      atOnce += taken;
      callUntil(now + 52 * SECOND, limit);
      allTaken += taken;
      allRefused += refused;
    }
    assertTrue(atOnce >= 20 * 70, atOnce + " taken at once");
    assertTrue(allTaken >= 20 * 90, allTaken + " taken");
    assertTrue(allRefused <= 20 * 3, allRefused + " refused");
  }

  @Test
  void probesAMinuteAfterTheFirstCall() {
    LongPredicate limit = aMinute(100, 0);
    callUntil(MINUTE, limit);
    forget();
    callUntil(MINUTE + 7 * SECOND, limit);
    assertTrue(taken >= 60, taken + " taken in the first seconds of the second minute");
  }

  @Test
  void findsOutThatALimitIsGone() {
    callUntil(10 * MINUTE, aMinute(10, 0));
    callUntil(80 * MINUTE, at -> true);
    forget();
    callUntil(81 * MINUTE, at -> true);
    assertTrue(taken >= 598, taken + " taken");
  }

  @Test
  void fewerThanThreeRefusalsTogetherTeachNothing() {
    callUntil(SECOND, at -> true);
    callUntil(2 * SECOND, at -> refused >= 2);
    assertFalse(rate.isLimited());
    forget();
    callUntil(12 * SECOND, at -> true);
    assertTrue(taken >= 99, taken + " taken");
  }

  @Test
  void onceALimitIsKnownAnIsolatedRefusalCostsAtMostACallAWindow() {
    callUntil(10 * MINUTE, aMinute(10, 0));
    long before = takenIn(MINUTE, at -> true);
    learnAfresh();
    callUntil(10 * MINUTE, aMinute(10, 0));
    refused = 0;
    long with = takenIn(MINUTE, at -> refused > 0);
    assertTrue(with >= before - 2, with + " and " + before);
  }

  private long takenIn(long length, LongPredicate limit) {
    forget();
    callUntil(now + length, limit);
    return taken;
  }

  private void learnAfresh() {
    rate = new RateEstimator(TEN_A_SECOND, false, 0);
    now = 0;
  }

  @Test
  void probesEverMoreRarelyWhileAllIsRefusedButNeverGivesUp() {
    callUntil(24 * 60 * MINUTE, at -> false);
    assertTrue(refused > 24 * 60 / 5 && refused < 320, refused + " refused");
  }

  @Test
  void refusalsOvertakenByAcceptedCallsDoNotCount() {
    rate.callStarted(0);
    rate.accepted(SECOND);
    for (int i = 0; i < 3; i++) {
      rate.refused(0, 2 * SECOND);
    }
    assertFalse(rate.isLimited());
    assertTrue(rate.earliest() < SECOND);
  }

  // Which kinds share a rate

  @Test
  void allKindsShareWhatTheyLearn() {
    RateLimits limits = new RateLimits(TEN_A_SECOND, false, 0);
    assertSame(limits.of(Kind.READ), limits.of(Kind.POLL));
    assertSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT));
  }

  @Test
  void aKindThatIsRefusedWhileOthersAreAcceptedSeparatesFromThem() {
    RateLimits limits = new RateLimits(TEN_A_SECOND, false, 0);
    for (int at = 0; at < 6; at += 2) {
      limits.refused(Kind.SUBMIT, at, at, 0);
      assertSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT), "after " + at);
      limits.accepted(Kind.READ, at + 1);
    }
    limits.refused(Kind.SUBMIT, 6, 6, 0);
    assertNotSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT));
    assertSame(limits.of(Kind.READ), limits.of(Kind.POLL));
    RateEstimator separate = limits.of(Kind.SUBMIT);
    limits.refused(Kind.SUBMIT, 7, 7, 0);
    assertSame(separate, limits.of(Kind.SUBMIT), "it does not forget at each refusal");
    limits.refused(Kind.READ, 8, 8, 0);
    assertNotSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT), "once separate, always separate");
  }

  @Test
  void aKindThatHasSeparatedLearnsItsLimit() {
    RateLimits limits = new RateLimits(TEN_A_SECOND, false, 0);
    for (int at = 0; at < 8; at += 2) {
      limits.refused(Kind.SUBMIT, at, at, 0);
      limits.accepted(Kind.READ, at + 1);
    }
    for (int at = 8; at < 12; at += 2) {
      limits.refused(Kind.SUBMIT, at, at, 0);
      limits.accepted(Kind.READ, at + 1);
    }
    assertTrue(limits.of(Kind.SUBMIT).isLimited());
    assertFalse(limits.of(Kind.READ).isLimited());
  }

  @Test
  void whatWasAcceptedBeforeItWasRefusedSeparatesNothingHoweverLateItIsTold() {
    RateLimits limits = new RateLimits(TEN_A_SECOND, false, 0);
    for (int at = 100; at < 200; at += 2) {
      limits.refused(Kind.SUBMIT, at, at, 0);
      limits.accepted(Kind.READ, at - 50);
    }
    assertSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT));
  }

  @Test
  void occasionalRefusalsSeparateNothing() {
    RateLimits limits = new RateLimits(TEN_A_SECOND, false, 0);
    for (int at = 1; at < 100; at += 3) {
      limits.accepted(Kind.READ, at);
      limits.refused(Kind.SUBMIT, at + 1, at + 1, 0);
      limits.accepted(Kind.SUBMIT, at + 2);
    }
    assertSame(limits.of(Kind.READ), limits.of(Kind.SUBMIT));
  }
}
