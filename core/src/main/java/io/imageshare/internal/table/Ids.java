package io.imageshare.internal.table;

/** What holds for every id: one of them, not blank. */
public final class Ids {
  private Ids() {}

  public static String check(String what, String id) {
    if (id == null || id.isBlank()) {
      throw new IllegalArgumentException(what + ": an id is blank; give each id as it is");
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c == ',' || c == ';' || Character.isWhitespace(c)) {
        throw new IllegalArgumentException(
            what + ": \"" + id + "\" looks like several ids joined; give each id by itself");
      }
    }
    return id;
  }
}
