package io.imageshare.internal.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value in a JSON document and where it stands, so that what is wrong with it can be told.
 *
 * @param path such as {@code jobs[3].slice}; empty for the document itself
 */
record JsonCursor(String path, JsonNode value) {

  JsonCursor field(String name) {
    if (!value.isObject()) {
      throw expected("an object");
    }
    return new JsonCursor(path.isEmpty() ? name : path + "." + name, value.path(name));
  }

  boolean isThere() {
    return !value.isMissingNode();
  }

  String text() {
    if (!value.isTextual()) {
      throw expected("a string");
    }
    return value.textValue();
  }

  /** A whole number from the first to the last of these. */
  int number(long first, long last) {
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < first
        || value.longValue() > last) {
      throw expected("a whole number from %d to %d".formatted(first, last));
    }
    return value.intValue();
  }

  long count() {
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw expected("a whole number, 0 or more");
    }
    return value.longValue();
  }

  double fraction() {
    if (!value.isNumber()) {
      throw expected("a number");
    }
    return value.doubleValue();
  }

  boolean truth() {
    if (!value.isBoolean()) {
      throw expected("true or false");
    }
    return value.booleanValue();
  }

  <E extends Enum<E>> E word(Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (value.isTextual() && value.textValue().equals(constant.name())) {
        return constant;
      }
    }
    throw expected("one of " + List.of(type.getEnumConstants()));
  }

  /** A time or a duration, by its parser. */
  <T> T moment(Function<String, T> parser, String right) {
    try {
      return parser.apply(text());
    } catch (DateTimeException e) {
      throw expected(right);
    }
  }

  List<JsonCursor> each() {
    if (!value.isArray()) {
      throw expected("an array");
    }
    List<JsonCursor> all = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      all.add(new JsonCursor(path + "[" + i + "]", value.path(i)));
    }
    return all;
  }

  /** What is made of this if it is there, else null. */
  <T> @Nullable T mayBe(Function<JsonCursor, T> made) {
    return isThere() ? made.apply(this) : null;
  }

  /** What is made of this, by a constructor that checks. */
  <T> T checked(Function<JsonCursor, T> made) {
    try {
      return made.apply(this);
    } catch (WrongPlace e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new WrongPlace(path + ": " + e.getMessage());
    }
  }

  WrongPlace expected(String right) {
    String found =
        value.isMissingNode()
            ? "nothing"
            : value.isContainerNode()
                ? "an " + value.getNodeType().name().toLowerCase(Locale.ROOT)
                : shortened(value.toString());
    return new WrongPlace(
        "%s: expected %s, found %s".formatted(path.isEmpty() ? "document" : path, right, found));
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  /** Says where a document is wrong. */
  static final class WrongPlace extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    WrongPlace(String message) {
      super(message);
    }
  }
}
