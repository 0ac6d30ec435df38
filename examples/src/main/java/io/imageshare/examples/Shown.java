package io.imageshare.examples;

import com.google.common.html.HtmlEscapers;
import java.util.regex.Pattern;

/** Text from outside as the examples show it: the ids and messages of a service. */
final class Shown {
  /**
   * Controls, formats such as those that make text run backwards, ends of lines, half characters.
   */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private Shown() {}

  /** For terminals, where it moves no cursor and forges no line. */
  static String text(String text) {
    return UNSEEN
        .matcher(text)
        .replaceAll(found -> "\\\\u%04x".formatted(found.group().codePointAt(0)));
  }

  /** For pages, between tags and in quoted attributes, where it is no markup either. */
  static String html(String text) {
    return HtmlEscapers.htmlEscaper().escape(text(text));
  }
}
