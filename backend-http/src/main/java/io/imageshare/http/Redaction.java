package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.html.HtmlEscapers;
import com.google.common.io.BaseEncoding;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Hides secrets in text that comes from the service.
 *
 * @param spellings the secrets in every encoding, the longest first: others may be parts of it
 */
record Redaction(List<String> spellings) {
  /** A message quotes a document, and is quoted by another. */
  private static final int DEPTH = 2;

  private static final String HIDDEN = "***";
  // The gateway quotes what was signed, security token and all, when a signature is wrong.
  private static final Pattern SIGNATURE = Pattern.compile("(?i)(signature.{1,8}?)[0-9a-f]{64,}");

  private static final List<UnaryOperator<String>> QUOTES =
      List.of(Redaction::json, HtmlEscapers.htmlEscaper()::escape, ApiRequest::encode);

  static Redaction of(String... secrets) {
    Set<String> spellings = new LinkedHashSet<>(List.of(secrets));
    for (int i = 0; i < DEPTH; i++) {
      for (String known : List.copyOf(spellings)) {
        QUOTES.forEach(quote -> spellings.add(quote.apply(known)));
      }
    }
    for (String secret : secrets) {
      spellings.add(BaseEncoding.base64().omitPadding().encode(secret.getBytes(UTF_8)));
    }
    return new Redaction(
        spellings.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList());
  }

  /** The same text without any secret, however it is spelled. */
  String hide(String text) {
    String hidden = SIGNATURE.matcher(text).replaceAll("$1" + HIDDEN);
    for (String spelling : spellings) {
      hidden = hidden.replace(spelling, HIDDEN);
    }
    return hidden;
  }

  private static String json(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
