package io.imageshare.examples.glance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what a {@code clouds.yaml} needs of YAML: maps within maps, one {@code key: value} a line,
 * by indentation; plain and quoted values; comments. Lists are passed over, as nothing read here is
 * one. Anything else that YAML has, such as anchors, flow maps and texts of several lines, is
 * refused with its line.
 */
final class CloudsYaml {
  private CloudsYaml() {}

  private record Level(int indent, String path) {}

  /** Every value by the path to it, such as {@code clouds/mine/auth/auth_url}. */
  static Map<String, String> read(List<String> lines) {
    Map<String, String> values = new LinkedHashMap<>();
    Deque<Level> levels = new ArrayDeque<>(List.of(new Level(-1, "")));
    int list = Integer.MAX_VALUE;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).strip();
      if (text.isEmpty() || text.startsWith("#") || text.equals("---")) {
        continue;
      }
      int indent = lines.get(i).indexOf(text.charAt(0));
      if (text.startsWith("- ") || indent > list) {
        list = Math.min(list, indent);
        continue;
      }
      list = Integer.MAX_VALUE;
      while (levels.getFirst().indent() >= indent) {
        levels.removeFirst();
      }
      int colon = (text + " ").indexOf(": ");
      if (colon < 0 || lines.get(i).substring(0, indent).contains("\t")) {
        throw refused(i, "it is no \"key: value\" indented by spaces");
      }
      String path = levels.getFirst().path() + unquoted(i, text.substring(0, colon));
      String value = text.substring(colon + 1).strip();
      if (value.isEmpty() || value.startsWith("#")) {
        levels.addFirst(new Level(indent, path + "/"));
      } else {
        values.put(path, unquoted(i, value));
      }
    }
    return values;
  }

  private static String unquoted(int line, String text) {
    char first = text.charAt(0);
    if (first == '\'' || first == '"') {
      int end = text.indexOf(first, 1);
      String rest = end < 0 ? "" : text.substring(end + 1).strip();
      boolean escapes = first == '"' && text.contains("\\");
      if (end < 0 || escapes || !(rest.isEmpty() || rest.startsWith("#"))) {
        throw refused(line, "a quoted text must end on its line and hold no quote or backslash");
      }
      return text.substring(1, end);
    }
    if ("[{&*!|>%@`".indexOf(first) >= 0) {
      throw refused(line, "values that begin with " + first + " are not read; quote a text");
    }
    return text.replaceFirst("\\s#.*", "").strip();
  }

  // The line itself may hold a password.
  private static IllegalArgumentException refused(int line, String why) {
    return new IllegalArgumentException("clouds.yaml, line " + (line + 1) + ": " + why);
  }
}
