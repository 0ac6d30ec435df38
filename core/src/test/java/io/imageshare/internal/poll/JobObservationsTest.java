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
  void aJobThatIsLookedAtNoMoreIsNoEvidence() {
    PollSchedule others = schedule();
    end(schedule, 2, 2);
    end(others, 2, 2);
    for (boolean over : new boolean[] {true, false}) {
      for (int job = 0; job < 10; job++) {
        JobObservations sightings = new JobObservations(others);
        sightings.ran(30, Double.NaN);
        if (over) {
          sightings.over();
        }
      }
      double next = others.next(3, 3);
      if (over) {
        assertEquals(schedule.next(3, 3), next, 1e-9);
      } else {
        assertNotEquals(schedule.next(3, 3), next, 1);
      }
    }
  }

  @Test
  void aJobLastedNoLongerThanUntilItWasSeenToHaveEnded() {
    end(schedule, 5, 50);
    assertEquals(5, schedule.next(0, 0), .1);
  }

  @Test
  void whatJobsSayOfTheirProgressIsUsedOnceItHasToldWell() {
    Random random = new Random(2);
    for (int job = 0; job < 10; job++) {
      double lasts = 10 + 90 * random.nextDouble();
      JobObservations sightings = new JobObservations(schedule);
      sightings.ran(lasts / 4, .25);
      sightings.ran(lasts / 2, .5);
      sightings.ended(lasts, lasts);
    }
    JobObservations sightings = new JobObservations(schedule);
    sightings.ran(20, .1);
    sightings.ran(40, .2);
    assertEquals(200, sightings.next(40), 4);
  }
}
