package io.imageshare.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.internal.chartpart.Chart;

/** The document with the results, text, tables and charts, which is also printed as it grows. */
final class Results {
  private final Path folder;
  private final StringBuilder text = new StringBuilder();
  private final List<List<String>> bars = new ArrayList<>();

  Results(Path folder) {
    this.folder = folder;
  }

  void heading(String heading) {
    add("\n## " + heading);
  }

  void text(String paragraph) {
    add("\n" + paragraph.strip());
  }

  void table(List<String> head, List<List<String>> rows) {
    add("");
    row(head);
    add("|---|" + "---:|".repeat(head.size() - 1));
    rows.forEach(this::row);
  }

  private void row(List<String> cells) {
    add("| " + String.join(" | ", cells) + " |");
  }

  private void add(String lines) {
    System.out.println(lines);
    text.append(lines).append("\n");
  }

  void chart(String name, String title, Chart<?, ?> chart) throws IOException {
    Charts.save(chart, folder.resolve("charts").resolve(name + ".png"));
    add("\n![" + title + "](charts/" + name + ".png)");
  }

  /** Adds a measured value with a bar that it must not exceed. */
  void atMost(String what, double bar, double value) {
    bars.add(List.of(what, "<= " + number(bar), number(value), value <= bar ? "yes" : "NO"));
  }

  /** Adds a measured value with a bar that it must reach. */
  void atLeast(String what, double bar, double value) {
    bars.add(List.of(what, ">= " + number(bar), number(value), value >= bar ? "yes" : "NO"));
  }

  void write() throws IOException {
    heading("Bars");
    table(List.of("what", "bar", "measured", "holds"), bars);
    Files.writeString(folder.resolve("RESULTS.md"), text.toString().stripLeading());
  }

  static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  /** Formats a number with three significant digits; a whole number as it is. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    int decimals =
        size >= 100 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : size >= .1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
