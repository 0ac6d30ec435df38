package io.imageshare.internal.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.CharMatcher;
import com.google.common.io.CharStreams;
import io.imageshare.internal.table.Visible;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Comma-separated values (RFC 4180), as spreadsheets write and read them. */
final class Csv {
  private static final CharMatcher QUOTED = CharMatcher.anyOf(",;\"");

  /**
   * A spreadsheet takes what begins so for a formula, in wide characters too, unless an apostrophe
   * stands before it, as before one that belongs to the value.
   */
  private static final CharMatcher FORMULA = CharMatcher.anyOf("=+-@\uff1d\uff0b\uff0d\uff20'");

  private static final char APOSTROPHE = '\'';
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /**
   * A row that is not blank.
   *
   * @param line where it begins, counted from 1
   */
  record Row(int line, List<String> fields) {}

  private final String text;
  private int at;
  private int line = 1;

  private Csv(String text) {
    this.text = text;
  }

  /** A row as text, with the end of its line; what is not seen is escaped. */
  static String row(String... fields) {
    return Arrays.stream(fields).map(Csv::field).collect(Collectors.joining(",", "", "\n"));
  }

  private static String field(String value) {
    String seen = Visible.of(value);
    boolean formula = !seen.isEmpty() && FORMULA.matches(seen.charAt(0));
    String safe = formula ? APOSTROPHE + seen : seen;
    return QUOTED.matchesAnyOf(safe) ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  /**
   * Reads all rows. Blank rows, blanks around a field and a byte order mark are passed over; lines
   * end as on any system.
   *
   * @throws IllegalArgumentException if a quote is not closed; the message names the line
   */
  static List<Row> read(Reader from) throws IOException {
    Csv csv = new Csv(CharStreams.toString(from));
    if (!csv.text.isEmpty() && csv.text.charAt(0) == BYTE_ORDER_MARK) {
      csv.at++;
    }
    List<Row> rows = new ArrayList<>();
    while (csv.at < csv.text.length()) {
      Row row = csv.row();
      if (!row.fields().stream().allMatch(String::isEmpty)) {
        rows.add(row);
      }
    }
    return rows;
  }

  private Row row() {
    int begin = line;
    List<String> fields = new ArrayList<>();
    do {
      fields.add(field());
    } while (skip(','));
    skip('\r');
    skip('\n');
    line++;
    return new Row(begin, fields);
  }

  private boolean skip(char next) {
    if (at < text.length() && text.charAt(at) == next) {
      at++;
      return true;
    }
    return false;
  }

  private String field() {
    int begin = line;
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    for (; at < text.length(); at++) {
      char next = text.charAt(at);
      if (quoted && text.startsWith("\"\"", at)) {
        value.append(next); // two quotes inside quotes stand for one
        at++;
      } else if (next == '"') {
        quoted = !quoted;
      } else if (!quoted && (next == ',' || next == '\r' || next == '\n')) {
        break;
      } else {
        line += next == '\n' ? 1 : 0;
        value.append(next);
      }
    }
    checkArgument(!quoted, "line %s: a quote is not closed", begin);
    return plain(CharMatcher.whitespace().trimFrom(value));
  }

  private static String plain(String value) {
    return value.length() > 1 && value.charAt(0) == APOSTROPHE && FORMULA.matches(value.charAt(1))
        ? value.substring(1)
        : value;
  }
}
