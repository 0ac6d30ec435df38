package io.imageshare.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.internal.poll.PollSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JobPollerTest {
  private static final Reason AWAY = new Reason(Kind.UNAVAILABLE, "", "away");
  private static final List<PollPolicy> POLICIES =
      List.of(
          PollPolicy.adaptive(),
          PollPolicy.fixed(Duration.ofMillis(200)),
          PollPolicy.backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(5)));

  private static JobPoller poller(PollPolicy policy, long seed) {
    return new JobPoller(
        policy,
        new PollSchedule(Duration.ofMillis(100), () -> 0.1, new Random(seed)),
        new Random(seed),
        0,
        true);
  }

  @Test
  void tenFailedPollsOutlastAnOutageOfAMinute() {
    for (PollPolicy policy : POLICIES) {
      for (int seed = 0; seed < 200; seed++) {
        JobPoller poller = poller(policy, seed);
        long now = 0;
        int failed = 0;
        while (true) {
          Duration wait = poller.failed(AWAY, Duration.ZERO);
          failed++;
          if (wait == null) {
            break;
          }
          now += poller.next(now, wait).toNanos();
        }
        assertEquals(10, failed);
        assertTrue(Duration.ofNanos(now).toSeconds() >= 60, policy + ": " + Duration.ofNanos(now));
        assertTrue(Duration.ofNanos(now).toSeconds() <= 90, policy + ": " + Duration.ofNanos(now));
      }
    }
  }

  @Test
  void anAnswerBetweenFailuresStartsTheCountAnew() {
    JobPoller poller = poller(PollPolicy.adaptive().errors(3), 1);
    for (int i = 0; i < 10; i++) {
      assertNotNull(poller.failed(AWAY, Duration.ZERO));
      assertNotNull(poller.failed(AWAY, Duration.ZERO));
      poller.polled(Job.running("job"), i + 1);
    }
    assertNotNull(poller.failed(AWAY, Duration.ZERO));
    assertNotNull(poller.failed(AWAY, Duration.ZERO));
    assertNull(poller.failed(AWAY, Duration.ZERO));
  }

  @Test
  void aThrottledPollIsNoFailureAndWaitsAsLongAsItIsAsked() {
    JobPoller poller = poller(PollPolicy.adaptive().errors(1), 1);
    Reason throttled = new Reason(Kind.THROTTLED, "", "too fast");
    for (int i = 0; i < 100; i++) {
      assertEquals(Duration.ofSeconds(7), poller.failed(throttled, Duration.ofSeconds(7)));
    }
    assertNull(poller.failed(AWAY, Duration.ZERO));
  }

  @Test
  void noPollIsLaterThanTheEndOfPatienceAndThatOneIsAlwaysWorthIt() {
    Duration patience = Duration.ofMinutes(2);
    for (PollPolicy policy : POLICIES) {
      JobPoller poller = poller(policy.patience(patience), 3);
      long now = 0;
      int polls = 0;
      while (!poller.isSpent(now)) {
        Duration wait = poller.next(now, Duration.ZERO);
        assertFalse(wait.isNegative());
        now += wait.toNanos();
        poller.polled(Job.running("job"), now);
        polls++;
        assertTrue(polls < 10_000, policy + " does not get on");
      }
      assertEquals(patience.toNanos(), now, policy.toString());
      assertTrue(poller.isWorth(now));
    }
  }

  @Test
  void anIntervalIsKeptGiveOrTakeATenth() {
    for (int seed = 0; seed < 200; seed++) {
      JobPoller poller =
          poller(PollPolicy.backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(8)), seed);
      long now = 0;
      for (double nominal : new double[] {1, 2, 4, 8, 8, 8}) {
        double wait = poller.next(now, Duration.ZERO).toNanos() / 1e9;
        assertTrue(wait >= nominal * 0.9 && wait <= nominal * 1.1, wait + " for " + nominal);
        now += (long) (wait * 1e9);
      }
    }
  }
}
