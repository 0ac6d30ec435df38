package io.imageshare.http;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long the service asks to wait. */
final class RetryAfter {
  /** No service means a longer wait; without a limit a typo would delay a run for years. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  // Undocumented; the grammar seen is in ims-api.md section 3.4.
  private static final Pattern WINDOW = Pattern.compile("time:\\s*(\\d{1,9})\\s*(second|minute)");

  private RetryAfter() {}

  /** By the header, else by the window that the message of a throttled call names, else zero. */
  static Duration of(ApiResponse response, String message, Instant now) {
    String header = response.header("Retry-After");
    Duration wait = header.isEmpty() ? window(message) : byHeader(header, response, now);
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private static Duration byHeader(String header, ApiResponse response, Instant now) {
    if (SECONDS.matcher(header).matches()) {
      return Duration.ofSeconds(Long.parseLong(header));
    }
    Instant until = date(header);
    if (until == null) {
      return Duration.ZERO;
    }
    // By the server's own clock where the response has it.
    Instant from = date(response.header("Date"));
    return Duration.between(from == null ? now : from, until);
  }

  private static Duration window(String message) {
    Matcher matcher = WINDOW.matcher(message);
    if (!matcher.find()) {
      return Duration.ZERO;
    }
    long count = Long.parseLong(matcher.group(1));
    return matcher.group(2).equals("minute")
        ? Duration.ofMinutes(count)
        : Duration.ofSeconds(count);
  }

  /** An HTTP date, or null. */
  static @Nullable Instant date(String text) {
    try {
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
