package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.BaseEncoding;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text in lower case, and where in the original each of its characters stands.
 *
 * @param starts where each character begins
 * @param ends and where it ends
 */
@SuppressWarnings("ArrayRecordComponent") // it is never compared
record Spelled(String text, int[] starts, int[] ends) {
  private static final Pattern ESCAPE =
      Pattern.compile(
          "%(?<percent>[0-9a-f]{2}(?:%[89ab][0-9a-f]){0,3})"
              + "|&#(?<decimal>[0-9]{1,7});|&#x(?<hex>[0-9a-f]{1,6});|&(?<name>[a-z]{2,5});"
              + "|\\\\u(?<unicode>[0-9a-f]{4})|\\\\x(?<byte>[0-9a-f]{2})|\\\\(?<json>.)",
          Pattern.DOTALL);
  private static final Pattern BLANKS =
      Pattern.compile("[\\s\\p{Cc}\\p{Cf}\\u2028\\u2029\\u00a0]+");
  private static final Pattern TAGS = Pattern.compile("<[^<>]{0,200}>|" + BLANKS.pattern());
  private static final ImmutableMap<String, String> NAMES =
      ImmutableMap.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'");
  private static final ImmutableMap<String, String> CONTROLS =
      ImmutableMap.of("n", "\n", "r", "\r", "t", "\t", "b", "\b", "f", "\f");

  static Spelled of(String text) {
    int[] starts = new int[text.length()];
    Arrays.setAll(starts, i -> i);
    int[] ends = new int[text.length()];
    Arrays.setAll(ends, i -> i + 1);
    StringBuilder lower = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      lower.setCharAt(i, Character.toLowerCase(text.charAt(i)));
    }
    return new Spelled(lower.toString(), starts, ends);
  }

  /** Without one layer of what URLs, JSON and HTML write in place of a character. */
  Spelled decoded() {
    return replaced(ESCAPE);
  }

  /**
   * Without blanks.
   *
   * @param tags whether tags are left out as well
   */
  Spelled squeezed(boolean tags) {
    return replaced(tags ? TAGS : BLANKS);
  }

  private Spelled replaced(Pattern pattern) {
    Matcher matcher = pattern.matcher(this.text);
    if (!matcher.find()) {
      return this; // as nearly always
    }
    StringBuilder text = new StringBuilder();
    int[] starts = new int[this.text.length() + 1];
    int[] ends = new int[this.text.length() + 1];
    int at = 0;
    do {
      copy(at, matcher.start(), text, starts, ends);
      String character = pattern == ESCAPE ? character(matcher) : "";
      for (int i = 0; i < character.length(); i++) {
        starts[text.length()] = this.starts[matcher.start()];
        ends[text.length()] = this.ends[matcher.end() - 1];
        text.append(character.charAt(i));
      }
      at = matcher.end();
    } while (matcher.find());
    copy(at, this.text.length(), text, starts, ends);
    return new Spelled(text.toString(), starts, ends);
  }

  private void copy(int from, int to, StringBuilder text, int[] starts, int[] ends) {
    System.arraycopy(this.starts, from, starts, text.length(), to - from);
    System.arraycopy(this.ends, from, ends, text.length(), to - from);
    text.append(this.text, from, to);
  }

  private static String character(Matcher escape) {
    String decoded = escape.group();
    if (escape.group("percent") != null) {
      byte[] bytes =
          BaseEncoding.base16().lowerCase().decode(escape.group("percent").replace("%", ""));
      decoded = new String(bytes, UTF_8);
    } else if (escape.group("decimal") != null) {
      decoded = character(Integer.parseInt(escape.group("decimal")));
    } else if (escape.group("hex") != null) {
      decoded = character(Integer.parseInt(escape.group("hex"), 16));
    } else if (escape.group("name") != null) {
      decoded = NAMES.getOrDefault(escape.group("name"), decoded);
    } else if (escape.group("unicode") != null) {
      decoded = character(Integer.parseInt(escape.group("unicode"), 16));
    } else if (escape.group("byte") != null) {
      decoded = character(Integer.parseInt(escape.group("byte"), 16));
    } else {
      String json = escape.group("json");
      decoded = CONTROLS.getOrDefault(json, json);
    }
    return decoded.toLowerCase(Locale.ROOT);
  }

  private static String character(int point) {
    return Character.isValidCodePoint(point) ? Character.toString(point) : "";
  }

  /** Marks where this stands in the original; it is in lower case. */
  void mark(String part, BitSet marked) {
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      marked.set(starts[at], ends[at + part.length() - 1]);
    }
  }
}
