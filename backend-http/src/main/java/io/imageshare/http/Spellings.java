package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** How a text may be spelled when it comes back in an answer. */
final class Spellings {
  /** A message quotes a document, and is quoted by one. */
  private static final int DEEP = 2;

  private static final List<UnaryOperator<String>> QUOTES =
      List.of(Spellings::json, Spellings::html, Call::encode);

  private Spellings() {}

  /** All of them, the longest first: the others may be parts of it. */
  static List<String> of(String text) {
    Set<String> spellings = new LinkedHashSet<>(List.of(text));
    for (int i = 0; i < DEEP; i++) {
      for (String known : List.copyOf(spellings)) {
        QUOTES.forEach(quote -> spellings.add(quote.apply(known)));
      }
    }
    spellings.add(Base64.getEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8)));
    return spellings.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  private static String json(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
