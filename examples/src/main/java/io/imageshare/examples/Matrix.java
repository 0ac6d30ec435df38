package io.imageshare.examples;

import static java.util.Objects.requireNonNull;

import io.imageshare.Outcome;
import io.imageshare.ShareReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcomes of a report as a picture: images down, recipients across. Where there are more than
 * 100 of them, neighbours share a cell, which is coloured by their shares.
 */
final class Matrix {
  static final int MOST = 100;
  private static final int WIDEST = 1000;
  private static final List<String> WORDS = List.of("done", "failed", "unknown");

  private final int images;
  private final int recipients;
  private final int rows;
  private final int columns;
  private final long[][][] counts;
  private final Map<List<Integer>, String> names = new HashMap<>();

  private Matrix(int images, int recipients) {
    this.images = images;
    this.recipients = recipients;
    rows = Math.min(MOST, images);
    columns = Math.min(MOST, recipients);
    counts = new long[rows][columns][WORDS.size()];
  }

  static Matrix of(ShareReport report) {
    Map<Object, Integer> images = new HashMap<>();
    Map<Object, Integer> recipients = new HashMap<>();
    report
        .outcomes()
        .forEach(
            outcome -> {
              images.putIfAbsent(outcome.member().image(), images.size());
              recipients.putIfAbsent(outcome.member().recipient(), recipients.size());
            });
    Matrix matrix = new Matrix(images.size(), recipients.size());
    report
        .outcomes()
        .forEach(
            outcome ->
                matrix.add(
                    outcome,
                    requireNonNull(images.get(outcome.member().image())),
                    requireNonNull(recipients.get(outcome.member().recipient()))));
    return matrix;
  }

  private void add(Outcome outcome, int image, int recipient) {
    int row = (int) ((long) image * rows / images);
    int column = (int) ((long) recipient * columns / recipients);
    int word = outcome instanceof Outcome.Done ? 0 : outcome instanceof Outcome.Failed ? 1 : 2;
    counts[row][column][word]++;
    if (word > 0) {
      names.putIfAbsent(List.of(row, column), outcome.member().toString());
    }
  }

  String svg() {
    int side = Math.max(4, Math.min(24, WIDEST / columns));
    StringBuilder svg = new StringBuilder();
    svg.append(Page.text("<p>%d images down, %d recipients across", images, recipients));
    if (rows < images || columns < recipients) {
      svg.append(Page.text("; a cell is up to %d pairs", most()));
    }
    svg.append(". Grey pairs were not asked for.</p>\n");
    svg.append(
        Page.text(
            "<svg id=\"matrix\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">\n",
            columns * side, rows * side));
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        cell(svg, row, column, side);
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private long most() {
    long most = 0;
    for (long[][] row : counts) {
      for (long[] cell : row) {
        most = Math.max(most, cell[0] + cell[1] + cell[2]);
      }
    }
    return most;
  }

  /** The worst is at the bottom, and never too thin to be seen. */
  private void cell(StringBuilder svg, int row, int column, int side) {
    long[] cell = counts[row][column];
    long all = cell[0] + cell[1] + cell[2];
    if (all == 0) {
      return;
    }
    svg.append("<g>");
    int top = row * side;
    int inner = side - 1;
    int failed = part(cell[1], all, inner);
    int unknown = Math.min(inner - failed, part(cell[2], all, inner));
    int[] heights = {inner - failed - unknown, failed, unknown};
    for (int word = 0; word < heights.length; word++) {
      if (heights[word] > 0) {
        svg.append(
            Page.text(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                WORDS.get(word), column * side, top, inner, heights[word]));
        top += heights[word];
      }
    }
    svg.append("<title>").append(Page.escaped(title(row, column))).append("</title></g>\n");
  }

  private static int part(long count, long all, int height) {
    return count == 0 ? 0 : (int) Math.max(1, count * height / all);
  }

  private String title(int row, int column) {
    List<String> told = new ArrayList<>();
    for (int word = 0; word < WORDS.size(); word++) {
      if (counts[row][column][word] > 0) {
        told.add(counts[row][column][word] + " " + WORDS.get(word));
      }
    }
    String name = names.get(List.of(row, column));
    return String.join(", ", told) + (name == null ? "" : "; the first not done: " + name);
  }
}
