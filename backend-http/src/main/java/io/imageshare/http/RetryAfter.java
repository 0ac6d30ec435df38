package io.imageshare.http;

import com.google.common.base.Ascii;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long the service asks to wait. */
final class RetryAfter {
  /** More is a typo, and may be more than can be counted; the engine believes far less. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,30}(\\.\\d{0,30})?");
  // Undocumented; the grammar seen is in ims-api.md section 3.4.
  private static final Pattern WINDOW =
      Pattern.compile(
          "(?i)(?:\\btime:|\\bup to)\\s*(\\d{1,30}|one|an?)\\s*(second|minute|hour|day)");
  private static final Pattern WEEKDAY = Pattern.compile("^\\p{Alpha}+,?\\s+");

  /** The three forms of RFC 9110 section 5.6.7, without their weekdays: some servers' are wrong. */
  private static final List<DateTimeFormatter> DATES =
      List.of(
          format("d MMM uuuu HH:mm:ss 'GMT'"),
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern("d-MMM-")
              .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.ENGLISH),
          format("MMM d HH:mm:ss uuuu"));

  private RetryAfter() {}

  private static DateTimeFormatter format(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.ENGLISH);
  }

  /** By the header, else by the window that the message of a throttled call names, else zero. */
  static Duration of(ApiResponse response, String message, Instant now) {
    String header = response.header("Retry-After");
    Duration wait = header.isEmpty() ? window(message) : byHeader(header, response, now);
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private static Duration byHeader(String header, ApiResponse response, Instant now) {
    if (SECONDS.matcher(header).matches()) {
      return seconds(Double.parseDouble(header));
    }
    Instant until = date(header);
    if (until == null) {
      return Duration.ZERO;
    }
    // By the server's own clock where the response has it.
    Instant from = date(response);
    return Duration.between(from == null ? now : from, until);
  }

  private static Duration window(String message) {
    Matcher matcher = WINDOW.matcher(message);
    if (!matcher.find()) {
      return Duration.ZERO;
    }
    String count = matcher.group(1);
    double units = Character.isDigit(count.charAt(0)) ? Double.parseDouble(count) : 1;
    return seconds(
        units
            * switch (Ascii.toLowerCase(matcher.group(2))) {
              case "minute" -> 60;
              case "hour" -> 3600;
              case "day" -> 86_400;
              default -> 1;
            });
  }

  private static Duration seconds(double seconds) {
    return seconds >= LONGEST.toSeconds()
        ? LONGEST
        : Duration.ofNanos((long) Math.ceil(seconds * 1e9));
  }

  /** When the service answered by its own clock, or null. */
  static @Nullable Instant date(ApiResponse response) {
    return date(response.header("Date"));
  }

  /** An HTTP date, or null. */
  private static @Nullable Instant date(String text) {
    String rest = WEEKDAY.matcher(text).replaceFirst("").replaceAll("\\s+", " ");
    for (DateTimeFormatter format : DATES) {
      try {
        return LocalDateTime.parse(rest, format).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException e) {
        // It is of another form.
      }
    }
    return null;
  }
}
