package io.imageshare.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgressForecastTest {

  @Test
  void twoReadingsForetellTheEndOfAJobThatBeganLate() {
    ProgressForecast forecast = new ProgressForecast();
    forecast.told(2, .1); // began at 1, ends at 11
    assertFalse(forecast.isMade());
    forecast.told(4, .3);
    assertEquals(11, forecast.end(), .2);
    assertTrue(forecast.wasRight(11, 11));
    assertTrue(forecast.wasRight(9, 12));
    assertFalse(forecast.wasRight(4, 8));
    assertFalse(forecast.wasRight(14, 20));
  }

  @Test
  void progressThatStandsStillOrIsNotToldForetellsNothing() {
    ProgressForecast forecast = new ProgressForecast();
    forecast.told(1, .5);
    forecast.told(2, .5);
    forecast.told(3, Double.NaN);
    forecast.told(4, .6);
    forecast.told(5, 0);
    forecast.told(6, .6);
    assertFalse(forecast.isMade());
  }

  @Test
  void aJobThatIsAlwaysJustAboutToEndIsBelievedTwice() {
    ProgressForecast forecast = new ProgressForecast();
    double age = 1;
    int polls = 0;
    forecast.told(age, 1 - Math.exp(-.1 * age));
    forecast.told(++age, 1 - Math.exp(-.1 * age));
    while (forecast.end() > age) {
      age = forecast.end();
      polls++;
      forecast.told(age, 1 - Math.exp(-.1 * age));
    }
    assertEquals(2, polls);
    assertTrue(forecast.isMade());
    assertFalse(forecast.wasRight(age, age));
  }
}
