package io.imageshare.internal.table;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text from outside as terminals and logs may show it: it moves no cursor and forges no line. */
public final class Visible {
  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private Visible() {}

  /** Escapes control and format characters, separators of lines and halves of surrogates. */
  public static String of(String text) {
    return UNSEEN
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(escaped(Character.codePointAt(found.group(), 0))));
  }

  private static String escaped(int point) {
    return switch (point) {
      case '\t' -> "\\t";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      default -> "\\u%04x".formatted(point);
    };
  }
}
