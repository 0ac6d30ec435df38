package io.imageshare.internal.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.imageshare.internal.flow.Call.Kind;
import org.junit.jupiter.api.Test;

/** The waits that a service asks for. */
class RateLimitsTest {
  private static final long SECOND = 1_000_000_000;

  private final RateLimits rates = new RateLimits(10e-9, false, 0);

  private void refuse(Kind kind, long now) {
    rates.of(kind).callStarted(now);
    rates.refused(kind, now, now, 7 * SECOND);
  }

  @Test
  void holdsUpOthersOfItsKindOnceTheyAreRefusedAsWell() {
    for (int i = 0; i < 3; i++) {
      assertNull(rates.asked(Kind.READ), "after " + i);
      refuse(Kind.READ, i * SECOND);
    }
    assertEquals(9 * SECOND, rates.asked(Kind.READ));
    assertNull(rates.asked(Kind.POLL));
    assertNull(rates.asked(Kind.SUBMIT));
  }

  @Test
  void eachKindHasItsOwn() {
    refuse(Kind.READ, 0);
    refuse(Kind.POLL, SECOND);
    refuse(Kind.SUBMIT, 2 * SECOND);
    assertEquals(7 * SECOND, rates.asked(Kind.READ));
    assertEquals(8 * SECOND, rates.asked(Kind.POLL));
    assertEquals(9 * SECOND, rates.asked(Kind.SUBMIT));
  }

  @Test
  void endsWhenACallThatBeganLaterIsAccepted() {
    for (int i = 0; i < 3; i++) {
      refuse(Kind.READ, i);
    }
    rates.accepted(Kind.READ, SECOND);
    assertNull(rates.asked(Kind.READ));
    refuse(Kind.READ, 2 * SECOND);
    assertNull(rates.asked(Kind.READ), "one alone holds up itself");
  }
}
