package io.imageshare.internal.plan;

import static java.util.Comparator.comparingInt;

import io.imageshare.BatchLimits;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Takes the largest rectangle it finds, again and again. Best where holes are scattered and slices
 * small.
 */
final class LargestRectangleFirst {
  /** Bounds the work, in words of 64 cells: some milliseconds. */
  private static final long WORK = 5_000_000;

  private static final Rectangle NONE = new Rectangle(List.of(), new BitSet(), 0);

  private final long[][] left;
  private final int[] open;
  private final int[] openInColumn;
  private final BatchLimits limits;
  private int seed;
  private long work;

  private record Rectangle(List<Integer> rows, BitSet columns, long area) {}

  private LargestRectangleFirst(BitSet[] rows, BatchLimits limits) {
    int width = Arrays.stream(rows).mapToInt(BitSet::length).max().orElse(0);
    left =
        Arrays.stream(rows)
            .map(row -> Arrays.copyOf(row.toLongArray(), (width + 63) / 64))
            .toArray(long[][]::new);
    open = Arrays.stream(rows).mapToInt(BitSet::cardinality).toArray();
    openInColumn =
        Arrays.stream(SlicePlanner.transposed(rows)).mapToInt(BitSet::cardinality).toArray();
    this.limits = limits;
  }

  /** The slices, if they are fewer than the bound and the work stays in bounds. */
  static Optional<List<Slice>> plan(BitSet[] rows, BatchLimits limits, int bound) {
    LargestRectangleFirst plan = new LargestRectangleFirst(rows, limits);
    List<Slice> slices = new ArrayList<>();
    long cells = Arrays.stream(plan.open).asLongStream().sum();
    while (cells > 0) {
      Rectangle largest = plan.largest(WORK / 2 / bound);
      // What comes later is hardly ever larger, so this many more are needed at least.
      long more = (cells - 1) / largest.area() + 1;
      if (slices.size() + more >= bound || plan.work > WORK) {
        return Optional.empty();
      }
      slices.add(plan.take(largest));
      cells -= largest.area();
    }
    return Optional.of(slices);
  }

  /** The largest rectangle that grows from some row, from as many rows as the work allows. */
  private Rectangle largest(long share) {
    int live = (int) Arrays.stream(open).filter(cells -> cells > 0).count();
    work += open.length;
    long until = work + share;
    Rectangle best = NONE;
    for (int tried = 0; tried < live && (tried == 0 || work < until); tried++) {
      do {
        seed = (seed + 1) % open.length;
      } while (open[seed] == 0);
      best = grown(live, best);
    }
    return best;
  }

  /** Adds to the seed, row by row, that which shares most columns with all before it. */
  private Rectangle grown(int live, Rectangle best) {
    int highest = Math.min(live, Math.min(limits.images(), limits.pairs()));
    long[] columns = left[seed].clone();
    int width = open[seed];
    BitSet rows = new BitSet();
    Rectangle largest = best;
    for (int next = seed; next >= 0; ) {
      rows.set(next);
      width = shared(columns, next);
      long[] row = left[next];
      Arrays.setAll(columns, word -> columns[word] & row[word]);
      int height = rows.cardinality();
      long area = (long) height * widest(height, width);
      if (area > largest.area()) {
        largest = new Rectangle(rows.stream().boxed().toList(), BitSet.valueOf(columns), area);
      }
      long hope = Math.min(limits.pairs(), (long) highest * widest(1, width));
      boolean more = height < highest && hope > largest.area() && work <= WORK;
      next = more ? closest(columns, rows) : -1;
    }
    return largest;
  }

  private int widest(int height, int width) {
    return Math.min(width, Math.min(limits.recipients(), limits.pairs() / height));
  }

  /** The row that shares most columns; of several, that which has fewest others; or -1. */
  private int closest(long[] columns, BitSet except) {
    int closest = -1;
    int most = 1;
    for (int row = 0; row < open.length; row++) {
      if (open[row] < most || except.get(row)) {
        continue;
      }
      int shared = shared(columns, row);
      if (shared > most || (shared == most && (closest < 0 || open[row] < open[closest]))) {
        closest = row;
        most = shared;
      }
    }
    work += open.length;
    return closest;
  }

  private int shared(long[] columns, int row) {
    int shared = 0;
    for (int word = 0; word < columns.length; word++) {
      shared += Long.bitCount(columns[word] & left[row][word]);
    }
    work += columns.length;
    return shared;
  }

  private Slice take(Rectangle rectangle) {
    List<Integer> rows = rectangle.rows();
    List<Integer> columns =
        rectangle.columns().stream()
            .boxed()
            .sorted(comparingInt(column -> openInColumn[column]))
            .limit(widest(rows.size(), rectangle.columns().cardinality()))
            .sorted()
            .toList();
    for (int row : rows) {
      columns.forEach(column -> left[row][column / 64] &= ~(1L << column));
      open[row] -= columns.size();
    }
    columns.forEach(column -> openInColumn[column] -= rows.size());
    return new Slice(rows, columns);
  }
}
