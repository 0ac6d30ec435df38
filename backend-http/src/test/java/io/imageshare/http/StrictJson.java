package io.imageshare.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON strictly by RFC 8259, without the library that the backend uses. As the backend does
 * on purpose, it accepts control characters in strings.
 */
final class StrictJson {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");
  private static final int DEEPEST = 2000;

  private static final Map<String, Object> WORDS =
      Map.of("true", true, "false", false, "null", new Object());

  /** A number as it is written. */
  record Figure(String text) {}

  private final String text;
  private int at;

  private StrictJson(String text) {
    this.text = text;
  }

  private static final class NoJsonException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The value a document holds: a map, list, string, boolean, number or null. Null when it is no
   * JSON in any of the encodings that JSON ever had, or says a thing twice.
   */
  static @Nullable Object read(byte[] document) {
    for (String encoding : List.of("UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE")) {
      try {
        String text =
            Charset.forName(encoding).newDecoder().decode(ByteBuffer.wrap(document)).toString();
        return new StrictJson(text.startsWith("\ufeff") ? text.substring(1) : text).whole();
      } catch (CharacterCodingException | NoJsonException e) {
        // Not in this one.
      }
    }
    return null;
  }

  private Object whole() throws NoJsonException {
    Object value = value(0);
    if (peek() != 0 || at < text.length()) {
      throw new NoJsonException();
    }
    return value;
  }

  private Object value(int depth) throws NoJsonException {
    if (depth > DEEPEST) {
      throw new NoJsonException();
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      default -> scalar();
    };
  }

  private Object scalar() throws NoJsonException {
    for (Map.Entry<String, Object> word : WORDS.entrySet()) {
      if (text.startsWith(word.getKey(), at)) {
        at += word.getKey().length();
        return word.getValue();
      }
    }
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw new NoJsonException();
    }
    at = number.end();
    return new Figure(number.group());
  }

  private Map<String, Object> object(int depth) throws NoJsonException {
    Map<String, Object> object = new HashMap<>();
    take('{');
    while (peek() != '}') {
      if (!object.isEmpty()) {
        take(',');
      }
      String name = string();
      take(':');
      if (object.put(name, value(depth + 1)) != null) {
        throw new NoJsonException();
      }
    }
    take('}');
    return object;
  }

  private List<Object> array(int depth) throws NoJsonException {
    List<Object> array = new ArrayList<>();
    take('[');
    while (peek() != ']') {
      if (!array.isEmpty()) {
        take(',');
      }
      array.add(value(depth + 1));
    }
    take(']');
    return array;
  }

  private String string() throws NoJsonException {
    take('"');
    StringBuilder string = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return string.toString();
      }
      string.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() throws NoJsonException {
    char c = next();
    if (c == 'u') {
      String hex = text.substring(at, Math.min(at + 4, text.length()));
      if (!hex.matches("[0-9a-fA-F]{4}")) {
        throw new NoJsonException();
      }
      at += 4;
      return (char) Integer.parseInt(hex, 16);
    }
    int known = "\"\\/bfnrt".indexOf(c);
    if (known < 0) {
      throw new NoJsonException();
    }
    return "\"\\/\b\f\n\r\t".charAt(known);
  }

  private char next() throws NoJsonException {
    if (at == text.length()) {
      throw new NoJsonException();
    }
    return text.charAt(at++);
  }

  private void take(char expected) throws NoJsonException {
    if (peek() != expected) {
      throw new NoJsonException();
    }
    at++;
  }

  /** The next character that is no blank; 0 at the end. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }
}
