package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.BaseEncoding;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Hides secrets in text that comes from the service.
 *
 * @param secrets the newest last
 */
record Redaction(List<Secret> secrets) {
  /** A message quotes a document, is quoted by another, and that one by a page. */
  private static final int DEPTH = 3;

  /** More than most use at once; what is older than so many has long expired. */
  private static final int MOST = 256;

  /** More of a text than is ever shown. */
  private static final int HEAD = 16 << 10;

  /** A character takes no more when it is encoded twice, as in {@code %2526#38;}. */
  private static final int WIDEST = 12;

  /** A shorter one may be part of a word, and is hidden only where it is spelled as it is. */
  private static final int SHORT = 6;

  private static final String HIDDEN = "***";
  // The gateway quotes what was signed, security token and all, when a signature is wrong.
  private static final Pattern SIGNATURE = Pattern.compile("(?i)(signature.{1,8}?)[0-9a-f]{64,}");
  private static final int SIGNED = "signature".length() + 64;

  /**
   * A secret.
   *
   * @param value as it is
   * @param spellings those that are not found by decoding the text
   * @param shortest the length of the shortest of them all
   */
  record Secret(String value, Set<String> spellings, int shortest) {
    static Secret of(String value) {
      Set<String> spellings = new LinkedHashSet<>();
      Spelled decoded = Spelled.of(value);
      for (int i = 0; i <= DEPTH; i++) {
        spellings.add(decoded.squeezed(false).text());
        spellings.add(decoded.squeezed(true).text());
        decoded = decoded.decoded();
      }
      // As a form spells a blank.
      spellings.add(Spelled.of(value.replace(' ', '+')).squeezed(false).text());
      byte[] bytes = value.getBytes(UTF_8);
      spellings.add(BaseEncoding.base16().lowerCase().encode(bytes));
      for (BaseEncoding base : List.of(BaseEncoding.base64(), BaseEncoding.base64Url())) {
        spellings.add(Spelled.of(base.omitPadding().encode(bytes)).text());
        // Behind something else, and before it: what shares a character with that is left out.
        for (int before = 0; before < 3; before++) {
          byte[] moved = new byte[before + bytes.length];
          System.arraycopy(bytes, 0, moved, before, bytes.length);
          String encoded = base.omitPadding().encode(moved);
          spellings.add(
              Spelled.of(encoded.substring(before == 0 ? 0 : before + 1, moved.length * 8 / 6))
                  .text());
        }
      }
      spellings.removeIf(spelling -> spelling.length() < SHORT);
      int shortest = spellings.stream().mapToInt(String::length).min().orElse(value.length());
      return new Secret(value, spellings, Math.min(shortest, value.length()));
    }

    @Override
    public String toString() {
      return HIDDEN;
    }
  }

  static Redaction of(String... secrets) {
    return new Redaction(Arrays.stream(secrets).map(Secret::of).toList());
  }

  /** These and more; the oldest are forgotten when they are too many. */
  Redaction and(Redaction more) {
    if (secrets.containsAll(more.secrets)) {
      return this;
    }
    Set<Secret> all = new LinkedHashSet<>(secrets);
    all.addAll(more.secrets);
    List<Secret> known = List.copyOf(all);
    return new Redaction(known.subList(Math.max(0, known.size() - MOST), known.size()));
  }

  /** The beginning of the same text without any secret, however it is spelled. */
  String hide(String text) {
    if (isTooShort(text)) {
      return text;
    }
    int longest = secrets.stream().mapToInt(secret -> secret.value().length()).max().orElse(0);
    int read = HEAD + WIDEST * longest;
    String head = text.length() > read ? text.substring(0, read) : text;
    BitSet hidden = new BitSet();
    Spelled spelled = Spelled.of(head);
    for (int i = 0; i <= DEPTH; i++) {
      find(spelled.squeezed(false), hidden);
      find(spelled.squeezed(true), hidden);
      Spelled decoded = spelled.decoded();
      if (decoded.text().equals(spelled.text())) {
        break;
      }
      spelled = decoded;
    }
    for (Secret secret : secrets) {
      for (int at = head.indexOf(secret.value()); at >= 0; ) {
        hidden.set(at, at + secret.value().length());
        at = head.indexOf(secret.value(), at + 1);
      }
    }
    String shown = without(head, text.length() > read ? HEAD : head.length(), hidden);
    return SIGNATURE.matcher(shown).replaceAll("$1" + HIDDEN);
  }

  /** Whether nothing to hide fits into a text, as with every poll; decoded, it is no longer. */
  private boolean isTooShort(String text) {
    int length = text.length();
    return length < SIGNED && secrets.stream().allMatch(secret -> length < secret.shortest());
  }

  private void find(Spelled text, BitSet hidden) {
    secrets.stream()
        .map(Secret::spellings)
        .flatMap(Collection::stream)
        .forEach(spelling -> text.mark(spelling, hidden));
  }

  private static String without(String text, int end, BitSet hidden) {
    StringBuilder shown = new StringBuilder();
    for (int at = 0; at < end; ) {
      if (hidden.get(at)) {
        shown.append(HIDDEN);
        at = hidden.nextClearBit(at);
      } else {
        int next = hidden.nextSetBit(at);
        int until = next < 0 ? end : Math.min(next, end);
        shown.append(text, at, until);
        at = until;
      }
    }
    return shown.toString();
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
