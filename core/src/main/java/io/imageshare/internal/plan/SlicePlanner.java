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
  /** The most pairs of a ragged table that one step looks at: some tens of milliseconds. */
  private static final int BLOCK = 100_000;

  /** The most pairs for which the largest rectangles are worth the time to look for them. */
  private static final int SCATTERED = 20_000;

  /** How many lines the search for the next in a chain considers: bounds its work. */
  private static final int CHAIN_WINDOW = 200;

  private SlicePlanner() {}

  /**
   * Slices that hold every set cell once and no other, by first image, then by first recipient.
   *
   * @param rows for each image the recipients to be asked for it; stays as it is
   */
  public static List<Slice> plan(BitSet[] rows, BatchLimits limits) {
    BitSet[] left = Arrays.stream(rows).map(BitSet::clone).toArray(BitSet[]::new);
    List<Slice> slices = new ArrayList<>();
    for (List<Slice> step = step(left, limits); !step.isEmpty(); step = step(left, limits)) {
      slices.addAll(step);
      step.forEach(slice -> slice.forEach((row, column) -> left[row].clear(column)));
    }
    return sorted(slices);
  }

  /**
   * The first slices of {@link #plan}. A large ragged table takes several steps, none of which
   * keeps its thread for long.
   *
   * @return none if no cell is set
   */
  public static List<Slice> step(BitSet[] rows, BatchLimits limits) {
    List<Integer> images = occupied(rows);
    if (images.isEmpty()) {
      return List.of();
    }
    BitSet first = rows[images.get(0)];
    return images.stream().allMatch(i -> rows[i].equals(first))
        ? Grid.cut(images, first.stream().boxed().toList(), limits)
        : sorted(sparse(block(rows, images, limits), limits));
  }

  /** The first rows, and of these the first columns: enough of both for slices of full size. */
  private static BitSet[] block(BitSet[] rows, List<Integer> images, BatchLimits limits) {
    int width = Arrays.stream(rows).mapToInt(BitSet::length).max().orElseThrow();
    if ((long) images.size() * width <= BLOCK) {
      return rows;
    }
    int highest = Grid.fewest(images.size(), width, limits).height(images.size());
    int height =
        Math.min(images.size(), Math.max(BLOCK / width, Math.min(2 * highest, BLOCK / 100)));
    BitSet[] block = new BitSet[rows.length];
    Arrays.fill(block, new BitSet());
    BitSet columns = new BitSet();
    List<Integer> chosen = images.subList(0, height);
    chosen.forEach(image -> columns.or(rows[image]));
    columns.stream()
        .skip(Math.max(1, BLOCK / height))
        .findFirst()
        .ifPresent(c -> columns.clear(c, columns.length()));
    for (int image : chosen) {
      block[image] = (BitSet) rows[image].clone();
      block[image].and(columns);
    }
    return block;
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
    if (Arrays.stream(rows).mapToInt(BitSet::cardinality).sum() > SCATTERED) {
      return best;
    }
    best = LargestRectangleFirst.plan(rows, limits, best.size()).orElse(best);
    return LargestRectangleFirst.plan(columns, turned, best.size())
        .map(SlicePlanner::turned)
        .orElse(best);
  }

  private static List<Slice> sorted(List<Slice> slices) {
    return slices.stream()
        .sorted(comparing((Slice s) -> s.images().get(0)).thenComparing(s -> s.recipients().get(0)))
        .toList();
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
}
