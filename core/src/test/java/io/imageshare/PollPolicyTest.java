package io.imageshare;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollPolicyTest {

  @Test
  void equalTermsMakeEqualPolicies() {
    PollPolicy policy =
        PollPolicy.adaptive().pollCost(ofSeconds(1)).errors(3).patience(ofMinutes(1));
    assertEquals(
        PollPolicy.adaptive().patience(ofMinutes(1)).errors(3).pollCost(ofSeconds(1)), policy);
    assertEquals(policy.hashCode(), policy.patience(ofMinutes(1)).hashCode());
    assertNotEquals(policy, policy.pollCost(ofSeconds(2)));
    assertNotEquals(policy, policy.errors(4));
    assertNotEquals(PollPolicy.adaptive(), PollPolicy.fixed(ofSeconds(1)));
    assertEquals(PollPolicy.fixed(ofSeconds(1)), PollPolicy.backoff(ofSeconds(1), 1, ofSeconds(1)));
    assertEquals(
        "PollPolicy[adaptive, poll cost PT1S, patience PT1M, errors 3]", policy.toString());
    assertEquals(
        "PollPolicy[first PT1S, factor 1.0, cap PT1S, patience PT15M, errors 10]",
        PollPolicy.fixed(ofSeconds(1)).toString());
  }

  @Test
  void onlyALearnedScheduleTakesAPrice() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> PollPolicy.fixed(ofSeconds(1)).pollCost(ofSeconds(1)));
    assertTrue(e.toString().contains("only PollPolicy.adaptive()"), e.toString());
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> PollPolicy.adaptive().pollCost(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> PollPolicy.adaptive().patience(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> PollPolicy.adaptive().errors(0));
    assertThrows(IllegalArgumentException.class, () -> PollPolicy.fixed(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> PollPolicy.backoff(ofSeconds(2), 1, ofSeconds(1)));
  }
}
