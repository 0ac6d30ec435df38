package io.imageshare.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProgressForecastTest {

  @Test
  void twoReadingsForecastTheEndOfAJobThatBeganLate() {
    ProgressForecast forecast = new ProgressForecast();
    forecast.add(2, .1); // began at 1, ends at 11
    assertFalse(forecast.isMade());
    forecast.add(4, .3);
    assertEquals(11, forecast.end(), .2);
    assertTrue(forecast.wasRight(11, 11));
    assertTrue(forecast.wasRight(9, 12));
    assertFalse(forecast.wasRight(4, 8));
    assertFalse(forecast.wasRight(14, 20));
  }

  @Test
  void constantOrMissingProgressGivesNoForecast() {
    ProgressForecast forecast = new ProgressForecast();
    forecast.add(1, .5);
    forecast.add(2, .5);
    forecast.add(3, Double.NaN);
    forecast.add(4, .6);
    forecast.add(5, 0);
    forecast.add(6, .6);
    assertFalse(forecast.isMade());
  }

  @Test
  void aJobThatIsAlwaysAboutToEndIsForecastTwice() {
    ProgressForecast forecast = new ProgressForecast();
    double age = 1;
    int polls = 0;
    forecast.add(age, 1 - Math.exp(-.1 * age));
    forecast.add(++age, 1 - Math.exp(-.1 * age));
    while (forecast.end() > age) {
      age = forecast.end();
      polls++;
      forecast.add(age, 1 - Math.exp(-.1 * age));
    }
    assertEquals(2, polls);
    assertTrue(forecast.isMade());
    assertFalse(forecast.wasRight(age, age));
  }
}
