package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableSet;
import io.imageshare.Member;
import io.imageshare.Recipient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What holds for every id: it is one, not blank, and may be spelled in more than one way. */
public final class Ids {
  /** What nearly every id is made of. */
  private static final CharMatcher PLAIN =
      CharMatcher.inRange('!', '~').and(CharMatcher.noneOf(",;\"'`\\"));

  private static final CharMatcher SEPARATORS =
      CharMatcher.anyOf(",;").or(CharMatcher.forPredicate(Character::isWhitespace));

  private static final CharMatcher QUOTES =
      CharMatcher.anyOf("\"'`\u00ab\u00bb").or(CharMatcher.inRange('\u2018', '\u201f'));

  /**
   * Controls, formats, spaces, letters and marks that show nothing, and what these are escaped with
   * where they are shown.
   */
  private static final Pattern NOT_IN_IDS =
      Pattern.compile(
          "[\\\\\\p{C}\\p{Z}\\x{34f}\\x{115f}\\x{1160}\\x{2800}\\x{3164}\\x{fe00}-\\x{fe0f}\\x{ffa0}]");

  private static final CharMatcher HEX =
      CharMatcher.inRange('0', '9').or(CharMatcher.inRange('a', 'f'));

  private static final String SEEN_SEPARATORS = ",; ";

  private static final int LONGEST_SHOWN = 120;
  private static final int DIGITS = 32;
  private static final int DASHES = 4;

  private Ids() {}

  /**
   * The ids that a caller gives for an argument, each once, as it is spelled first, and without
   * blanks around it.
   */
  public static ImmutableSet<String> check(
      String argument, Collection<? extends @Nullable String> ids) {
    List<String> checked = new ArrayList<>();
    for (@Nullable String id : requireNonNull(ids, argument)) {
      checked.add(check(argument, checked.size(), id));
    }
    return ImmutableSet.copyOf(byKey(checked.stream(), Ids::key).values());
  }

  /** The recipients that a caller gives for an argument, each once, as it is spelled first. */
  public static ImmutableSet<Recipient> checkRecipients(
      String argument, Collection<? extends @Nullable Recipient> recipients) {
    List<Recipient> checked = new ArrayList<>();
    for (@Nullable Recipient recipient : requireNonNull(recipients, argument)) {
      int place = checked.size();
      checkArgument(
          recipient != null, "%s[%s]: null; give each recipient as it is", argument, place);
      check(argument, place, recipient.id());
      checked.add(recipient);
    }
    return ImmutableSet.copyOf(byKey(checked.stream(), Ids::key).values());
  }

  /** By what each stands for, in their order: the first of those that stand for the same. */
  public static <T> Map<T, T> byKey(Stream<T> ids, UnaryOperator<T> key) {
    return ids.collect(
        Collectors.toMap(key, id -> id, (first, other) -> first, LinkedHashMap::new));
  }

  private static String check(String argument, int place, @Nullable String id) {
    return id != null && isPlain(id) ? id : check(argument + "[" + place + "]", id);
  }

  /**
   * An id that a caller gives, without blanks around it.
   *
   * @throws IllegalArgumentException if it cannot be one; the message names the place and, if it is
   *     not seen, the character
   */
  public static String check(String place, @Nullable String id) {
    if (id != null && isPlain(id)) {
      return id;
    }
    String one = one(place, id);
    checkArgument(
        QUOTES.matchesNoneOf(one),
        "%s: \"%s\" looks like several ids joined, or one in quotes; give each id by itself",
        place,
        shown(one));
    Matcher strange = NOT_IN_IDS.matcher(one);
    if (strange.find()) {
      throw new IllegalArgumentException(
          "%s: \"%s\" holds %s, which no id does"
              .formatted(place, shown(one), name(one.codePointAt(strange.start()))));
    }
    return one;
  }

  private static boolean isPlain(String id) {
    return !id.isEmpty() && PLAIN.matchesAllOf(id);
  }

  /**
   * The same for an id that a service may have listed: what looks odd here may be an id there, and
   * a member that is refused would be taken for absent.
   */
  public static String one(String place, @Nullable String id) {
    checkArgument(id != null, "%s: an id is null; give each id as it is", place);
    String one = id.strip();
    checkArgument(!one.isEmpty(), "%s: an id is blank; give each id as it is", place);
    int separator = SEPARATORS.indexIn(one);
    if (separator >= 0) {
      char between = one.charAt(separator);
      throw new IllegalArgumentException(
          "%s: \"%s\" looks like several ids joined%s; give each id by itself"
              .formatted(
                  place,
                  shown(one),
                  SEEN_SEPARATORS.indexOf(between) >= 0 ? "" : " by " + name(between)));
    }
    return one;
  }

  /** An id for people; it may be a whole file. */
  private static String shown(String id) {
    return Ascii.truncate(Visible.of(id), LONGEST_SHOWN, "...");
  }

  /** A character that people do not see, for them. */
  private static String name(int point) {
    String escaped = Visible.of(Character.toString(point));
    String name = Character.getName(point);
    return (escaped.length() == 2 ? escaped : "U+%04X".formatted(point))
        + (name == null ? "" : " (" + name + ")");
  }

  /**
   * What an id stands for, however it is spelled: 32 hexadecimal digits are a number, in upper or
   * lower case, with or without the dashes of a UUID. Any other id stands for itself.
   */
  public static String key(String id) {
    if (id.length() != DIGITS && id.length() != DIGITS + DASHES) {
      return id; // at once, as every member of every listing comes here
    }
    String digits = Ascii.toLowerCase(id).replace("-", "");
    return digits.length() == DIGITS && HEX.matchesAllOf(digits) ? digits : id;
  }

  /** The same for a recipient; the type counts. */
  public static Recipient key(Recipient recipient) {
    String key = key(recipient.id());
    return key.equals(recipient.id()) ? recipient : new Recipient(recipient.type(), key);
  }

  /** The same for both ids of a member. */
  public static Member key(Member member) {
    return new Member(key(member.image()), key(member.recipient()));
  }
}
