package io.imageshare.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JobObservationsTest {
  private final PollSchedule schedule = schedule();

  private static PollSchedule schedule() {
    return new PollSchedule(Duration.ofSeconds(1), () -> 1, new Random(1));
  }

  private static void end(PollSchedule schedule, double age, double lasted) {
    for (int job = 0; job < 20; job++) {
      new JobObservations(schedule).ended(age, lasted);
    }
  }

  @Test
  void aJobThatIsNoLongerPolledIsNoEvidence() {
    PollSchedule others = schedule();
    end(schedule, 2, 2);
    end(others, 2, 2);
    for (boolean unwatched : new boolean[] {true, false}) {
      for (int job = 0; job < 10; job++) {
        JobObservations observations = new JobObservations(others);
        observations.running(30, Double.NaN);
        if (unwatched) {
          observations.unwatched();
        }
      }
      double next = others.nextPoll(3, 3);
      if (unwatched) {
        assertEquals(schedule.nextPoll(3, 3), next, 1e-9);
      } else {
        assertNotEquals(schedule.nextPoll(3, 3), next, 1);
      }
    }
  }

  @Test
  void aJobLastedNoLongerThanUntilItWasSeenToHaveEnded() {
    end(schedule, 5, 50);
    assertEquals(5, schedule.nextPoll(0, 0), .1);
  }

  @Test
  void reportedProgressIsUsedOnceItHasProvedRight() {
    Random random = new Random(2);
    for (int job = 0; job < 10; job++) {
      double lasts = 10 + 90 * random.nextDouble();
      JobObservations observations = new JobObservations(schedule);
      observations.running(lasts / 4, .25);
      observations.running(lasts / 2, .5);
      observations.ended(lasts, lasts);
    }
    JobObservations observations = new JobObservations(schedule);
    observations.running(20, .1);
    observations.running(40, .2);
    assertEquals(200, observations.nextPoll(40), 4);
  }
}
