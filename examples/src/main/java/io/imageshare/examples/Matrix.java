package io.imageshare.examples;

import static java.util.Objects.requireNonNull;

import io.imageshare.Outcome;
import io.imageshare.ShareReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcomes of a report as an SVG grid: images down, recipients across. If there are more than
 * 100 of either, neighbours share a cell, which is coloured in proportion.
 */
final class Matrix {
  static final int MAX_CELLS = 100;
  private static final int MAX_WIDTH = 1000;
  private static final List<String> OUTCOMES = List.of("done", "failed", "unknown");

  private final int images;
  private final int recipients;
  private final int rows;
  private final int columns;
  private final long[][][] counts;
  private final Map<List<Integer>, String> names = new HashMap<>();

  private Matrix(int images, int recipients) {
    this.images = images;
    this.recipients = recipients;
    rows = Math.min(MAX_CELLS, images);
    columns = Math.min(MAX_CELLS, recipients);
    counts = new long[rows][columns][OUTCOMES.size()];
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
    int kind = outcome instanceof Outcome.Done ? 0 : outcome instanceof Outcome.Failed ? 1 : 2;
    counts[row][column][kind]++;
    if (kind > 0) {
      names.putIfAbsent(List.of(row, column), outcome.member().toString());
    }
  }

  String svg() {
    int side = Math.max(4, Math.min(24, MAX_WIDTH / columns));
    StringBuilder svg = new StringBuilder();
    svg.append(Page.text("<p>%d images down, %d recipients across", images, recipients));
    if (rows < images || columns < recipients) {
      svg.append(Page.text("; a cell is up to %d pairs", largestCell()));
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

  private long largestCell() {
    long largest = 0;
    for (long[][] row : counts) {
      for (long[] cell : row) {
        largest = Math.max(largest, cell[0] + cell[1] + cell[2]);
      }
    }
    return largest;
  }

  /** Failed and unknown pairs are at the bottom, never too thin to be seen. */
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
    for (int outcome = 0; outcome < heights.length; outcome++) {
      if (heights[outcome] > 0) {
        svg.append(
            Page.text(
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                OUTCOMES.get(outcome), column * side, top, inner, heights[outcome]));
        top += heights[outcome];
      }
    }
    svg.append("<title>").append(Shown.html(title(row, column))).append("</title></g>\n");
  }

  private static int part(long count, long all, int height) {
    return count == 0 ? 0 : (int) Math.max(1, count * height / all);
  }

  private String title(int row, int column) {
    List<String> parts = new ArrayList<>();
    for (int outcome = 0; outcome < OUTCOMES.size(); outcome++) {
      if (counts[row][column][outcome] > 0) {
        parts.add(counts[row][column][outcome] + " " + OUTCOMES.get(outcome));
      }
    }
    String name = names.get(List.of(row, column));
    return String.join(", ", parts) + (name == null ? "" : "; the first not done: " + name);
  }
}
