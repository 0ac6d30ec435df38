package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import io.imageshare.Member;
import io.imageshare.Recipient;

/** What holds for every id: it is one, not blank, and may be spelled in more than one way. */
public final class Ids {
  private static final CharMatcher SEPARATORS =
      CharMatcher.anyOf(",;").or(CharMatcher.forPredicate(Character::isWhitespace));

  private static final CharMatcher HEX =
      CharMatcher.inRange('0', '9').or(CharMatcher.inRange('a', 'f'));

  private static final int DIGITS = 32;
  private static final int DASHES = 4;

  private Ids() {}

  public static String check(String what, String id) {
    checkArgument(id != null && !id.isBlank(), "%s: an id is blank; give each id as it is", what);
    checkArgument(
        SEPARATORS.matchesNoneOf(id),
        "%s: \"%s\" looks like several ids joined; give each id by itself",
        what,
        id);
    return id;
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
