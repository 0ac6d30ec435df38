package io.imageshare.internal.plan;

import static java.util.Comparator.comparing;

import io.imageshare.BatchLimits;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts what is to be asked into few slices: a full rectangle by the grid of fewest parts, anything
 * else by {@link StripPartition} or {@link LargestRectangleFirst}, along rows or along columns,
 * whichever makes fewest. (The least for any table is NP-hard to find.)
 */
public final class SlicePlanner {
  /** How many lines the search for the next in a chain considers: bounds its work. */
  private static final int CHAIN_WINDOW = 1_000;

  private SlicePlanner() {}

  /**
   * Slices that hold every set cell once and no other, by first image, then by first recipient.
   *
   * @param rows for each image the recipients to be asked for it; stays as it is
   */
  public static List<Slice> plan(BitSet[] rows, BatchLimits limits) {
    List<Integer> images = occupied(rows);
    if (images.isEmpty()) {
      return List.of();
    }
    BitSet first = rows[images.get(0)];
    List<Slice> slices =
        images.stream().allMatch(i -> rows[i].equals(first))
            ? Grid.cut(images, first.stream().boxed().toList(), limits)
            : sparse(rows, limits);
    return slices.stream()
        .sorted(comparing((Slice s) -> s.images().get(0)).thenComparing(s -> s.recipients().get(0)))
        .toList();
  }

  private static List<Slice> sparse(BitSet[] rows, BatchLimits limits) {
    BitSet[] columns = transposed(rows);
    BatchLimits turned =
        new BatchLimits(
            /* images= */ limits.recipients(), /* recipients= */ limits.images(), limits.pairs());
    // What an earlier plan left over has its blocks in index order. If the request comes in another
    // order now, a chain of similar ones finds them again.
    List<Slice> best = StripPartition.plan(rows, occupied(columns), limits);
    best = fewer(best, turned(StripPartition.plan(columns, occupied(rows), turned)));
    best = fewer(best, StripPartition.plan(rows, chain(columns), limits));
    best = fewer(best, turned(StripPartition.plan(columns, chain(rows), turned)));
    best = LargestRectangleFirst.plan(rows, limits, best.size()).orElse(best);
    return LargestRectangleFirst.plan(columns, turned, best.size())
        .map(SlicePlanner::turned)
        .orElse(best);
  }

  private static List<Slice> fewer(List<Slice> a, List<Slice> b) {
    return b.size() < a.size() ? b : a;
  }

  private static List<Slice> turned(List<Slice> slices) {
    return slices.stream()
        .map(s -> new Slice(/* images= */ s.recipients(), /* recipients= */ s.images()))
        .toList();
  }

  private static List<Integer> occupied(BitSet[] lines) {
    return IntStream.range(0, lines.length).filter(i -> !lines[i].isEmpty()).boxed().toList();
  }

  /** For each column the rows that have it. */
  static BitSet[] transposed(BitSet[] rows) {
    int width = Arrays.stream(rows).mapToInt(BitSet::length).max().orElse(0);
    BitSet[] columns = new BitSet[width];
    Arrays.setAll(columns, c -> new BitSet(rows.length));
    for (int r = 0; r < rows.length; r++) {
      int row = r;
      rows[r].stream().forEach(c -> columns[c].set(row));
    }
    return columns;
  }

  /** The lines that are not empty, each followed by the one most like it. */
  private static List<Integer> chain(BitSet[] lines) {
    List<Integer> rest = new ArrayList<>(occupied(lines));
    List<Integer> chain = new ArrayList<>();
    BitSet last = lines[rest.get(0)];
    while (!rest.isEmpty()) {
      int nearest = nearest(last, rest, lines);
      last = lines[rest.get(nearest)];
      chain.add(rest.remove(nearest));
    }
    return chain;
  }

  private static int nearest(BitSet to, List<Integer> rest, BitSet[] lines) {
    BitSet differing = new BitSet();
    int nearest = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < Math.min(rest.size(), CHAIN_WINDOW) && least > 0; i++) {
      differing.clear();
      differing.or(to);
      differing.xor(lines[rest.get(i)]);
      if (differing.cardinality() < least) {
        least = differing.cardinality();
        nearest = i;
      }
    }
    return nearest;
  }

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
        if (grid.parts() < best.parts()
            || (grid.parts() == best.parts() && grid.down > best.down)) {
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
}
