package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.CharMatcher;

/** What holds for every id: one of them, not blank. */
public final class Ids {
  private static final CharMatcher SEPARATORS =
      CharMatcher.anyOf(",;").or(CharMatcher.forPredicate(Character::isWhitespace));

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
}
