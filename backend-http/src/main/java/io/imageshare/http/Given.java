package io.imageshare.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks what a builder was given; what is wrong names the method that gave it. */
final class Given {
  private Given() {}

  static <T> T needed(String method, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException(
          method + ": none given; call " + method + "(...) before build()");
    }
    return value;
  }

  static void positive(String method, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(method + ": " + number + "; it must be at least 1");
    }
  }

  static void positive(String method, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(method + ": " + time + "; it must be positive");
    }
  }
}
