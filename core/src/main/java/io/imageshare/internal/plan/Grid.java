package io.imageshare.internal.plan;

import io.imageshare.BatchLimits;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.List;

/**
 * How a full rectangle is cut: into parts that differ in height and width by one at most.
 *
 * @param down how many parts there are along the rows
 * @param across how many parts there are along the columns
 */
record Grid(int down, int across) {

  /**
   * The grid of fewest parts within the limits; of several, the one whose parts have the fewest
   * rows, as each image costs a survey and an audit, however few of its pairs are asked.
   */
  static Grid fewest(int rows, int columns, BatchLimits limits) {
    if (rows <= limits.images()
        && columns <= limits.recipients()
        && (long) rows * columns <= limits.pairs()) {
      return new Grid(1, 1);
    }
    Grid best = new Grid(rows, columns);
    int highest = Math.min(rows, Math.min(limits.images(), limits.pairs()));
    for (int height = 1; height <= highest; height++) {
      int width = Math.min(limits.recipients(), limits.pairs() / height);
      Grid grid = new Grid(ceil(rows, height), ceil(columns, width));
      if (grid.parts() < best.parts() || (grid.parts() == best.parts() && grid.down > best.down)) {
        best = grid;
      }
    }
    return best;
  }

  /** The parts. They share their lists, so that very many take little memory. */
  static List<Slice> cut(List<Integer> rows, List<Integer> columns, BatchLimits limits) {
    Grid grid = fewest(rows.size(), columns.size(), limits);
    List<List<Integer>> widths = even(columns, grid.across);
    return even(rows, grid.down).stream()
        .flatMap(height -> widths.stream().map(width -> new Slice(height, width)))
        .toList();
  }

  /** The rows of the highest part. */
  int height(int rows) {
    return ceil(rows, down);
  }

  long parts() {
    return (long) down * across;
  }

  private static int ceil(int a, int b) {
    return (a - 1) / b + 1;
  }

  private static List<List<Integer>> even(List<Integer> all, int parts) {
    List<List<Integer>> even = new ArrayList<>(parts);
    int from = 0;
    for (int part = 1; part <= parts; part++) {
      int to = (int) ((long) all.size() * part / parts);
      even.add(List.copyOf(all.subList(from, to)));
      from = to;
    }
    return even;
  }
}
