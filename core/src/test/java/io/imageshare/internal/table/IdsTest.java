package io.imageshare.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imageshare.Recipient;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final String DIGITS = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

  @Test
  void aNumberIsOneInEverySpelling() {
    for (String spelling :
        List.of(
            DIGITS,
            "0A1B2C3D4E5F60718293A4B5C6D7E8F9",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
            "0A1B2C3D-4e5f-6071-8293-A4B5C6D7E8F9")) {
      assertEquals(DIGITS, Ids.key(spelling));
      assertEquals(Recipient.domain(DIGITS), Ids.key(Recipient.domain(spelling)));
    }
  }

  @Test
  void anyOtherIdStandsForItself() {
    for (String other :
        List.of(
            "Image-1",
            "image-1",
            "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-ab",
            "0A1B2C3D4E5F60718293A4B5C6D7E8F",
            "0A1B2C3D4E5F60718293A4B5C6D7E8FG",
            "organizations::0A1B2C3D4E5F60718293A4B5C6D7E8F9:organization:o-1")) {
      assertEquals(other, Ids.key(other));
    }
  }
}
