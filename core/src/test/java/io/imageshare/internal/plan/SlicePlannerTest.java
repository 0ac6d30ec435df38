package io.imageshare.internal.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicePlannerTest {
  private static final int ANY = Integer.MAX_VALUE;
  private static final BatchLimits UNLIMITED = new BatchLimits(ANY, ANY, ANY);

  @Test
  void nothingToAskMakesNoSlice() {
    assertEquals(List.of(), SlicePlanner.plan(new BitSet[0], UNLIMITED));
    assertEquals(List.of(), SlicePlanner.plan(table(3, 0, (i, r) -> true), UNLIMITED));
  }

  @Test
  void everyPairIsInExactlyOneSliceAndEverySliceWithinTheLimits() {
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      BitSet[] rows = irregular(random);
      BatchLimits limits = limits(random, 12);
      check("seed " + seed, rows, limits);
    }
  }

  @Test
  void theSamePairsMakeTheSamePlan() {
    for (int seed = 0; seed < 100; seed++) {
      BatchLimits limits = limits(new Random(seed), 12);
      List<Slice> once = SlicePlanner.plan(irregular(new Random(seed)), limits);
      // Bit sets that were longer once are equal to, but not the same inside as, those that were
      // not.
      BitSet[] again = irregular(new Random(seed));
      Arrays.stream(again).forEach(row -> row.set(5000));
      Arrays.stream(again).forEach(row -> row.clear(5000));
      assertEquals(once, SlicePlanner.plan(again, limits), "seed " + seed);
    }
  }

  @Test
  void rowsAndColumnsAreTreatedAlike() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      BitSet[] rows = irregular(random);
      BatchLimits limits = limits(random, 8);
      BatchLimits turned =
          new BatchLimits(
              /* images= */ limits.recipients(), /* recipients= */ limits.images(), limits.pairs());
      assertEquals(
          SlicePlanner.plan(rows, limits).size(),
          SlicePlanner.plan(SlicePlanner.transposed(rows), turned).size(),
          "seed " + seed);
    }
  }

  @Test
  void aFullRectangleIsCutByTheGridOfFewestPartsAndOfThoseOfFewestImages() {
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      int gap = 1 + random.nextInt(3);
      int height = 1 + random.nextInt(25);
      int width = 1 + random.nextInt(25);
      BitSet[] rows =
          table(height * gap, width * gap, (i, r) -> i % gap == 0 && r % gap == gap - 1);
      BatchLimits limits = limits(random, 30);
      List<Slice> slices = check("seed " + seed, rows, limits);
      assertEquals(
          bestGrid(height, width, limits),
          List.of(
              slices.size(), slices.stream().mapToInt(s -> s.images().size()).max().orElseThrow()),
          "parts and images, seed " + seed);
      assertTrue(spread(slices.stream().mapToInt(s -> s.images().size()).toArray()) <= 1);
      assertTrue(spread(slices.stream().mapToInt(s -> s.recipients().size()).toArray()) <= 1);
    }
  }

  /** The fewest parts of any grid, and the fewest images a part has in such a grid. */
  private static List<Integer> bestGrid(int height, int width, BatchLimits limits) {
    int parts = ANY;
    int images = ANY;
    for (int down = 1; down <= height; down++) {
      for (int across = 1; across <= width; across++) {
        int high = (height + down - 1) / down;
        int wide = (width + across - 1) / across;
        boolean fits =
            high <= limits.images() && wide <= limits.recipients() && high * wide <= limits.pairs();
        if (fits && down * across <= parts) {
          images = down * across < parts ? high : Math.min(images, high);
          parts = down * across;
        }
      }
    }
    return List.of(parts, images);
  }

  private static int spread(int[] sizes) {
    return Arrays.stream(sizes).max().orElseThrow() - Arrays.stream(sizes).min().orElseThrow();
  }

  @Test
  void smallTablesTakeAtMostHalfMoreThanTheBestAndOnePercentOnAverage() {
    List<BatchLimits> all =
        List.of(
            UNLIMITED,
            new BatchLimits(2, 2, 4),
            new BatchLimits(2, 3, 5),
            new BatchLimits(3, 2, 4),
            new BatchLimits(3, 2, 6),
            new BatchLimits(3, 3, 5),
            new BatchLimits(3, 3, 7),
            new BatchLimits(4, 2, 8),
            new BatchLimits(ANY, ANY, 3),
            new BatchLimits(ANY, ANY, 6));
    double sum = 0;
    int tables = 0;
    for (int n = 0; n < all.size(); n++) {
      BatchLimits limits = all.get(n);
      byte[] fewest = Partitions.fewest(limits);
      // Prime to 2^20: the tables tried differ from one limit to the next and in every cell.
      for (int cells = 1 + n; cells < fewest.length; cells += 307) {
        double ratio =
            (double) SlicePlanner.plan(Partitions.table(cells), limits).size() / fewest[cells];
        assertTrue(ratio <= 1.5, limits + ", table " + Integer.toHexString(cells) + ": " + ratio);
        sum += ratio;
        tables++;
      }
    }
    // It was 1.0078 when this was written: more than 1.009 means that a strategy got worse.
    assertTrue(sum / tables <= 1.009, "on average " + sum / tables);
  }

  @Test
  void raggedBlocksOfAnEarlierPlanAreFoundAgain() {
    BatchLimits limits = BatchLimits.defaults();
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      int height = seed % 2 == 0 ? 50 : 25;
      BitSet[] rows = blocks(random, height, 1000 / height, 69);
      int slices = check("seed " + seed, rows, limits).size();
      assertTrue(slices <= 69 * 1.05, "seed " + seed + ": " + slices);
      int shuffled = check("shuffled, seed " + seed, shuffled(rows, random), limits).size();
      assertTrue(shuffled <= 69 * 1.4, "shuffled, seed " + seed + ": " + shuffled);
    }
  }

  @Test
  void badIdsCostHardlyMoreSlicesThanTheCellsThatAreLeft() {
    BatchLimits limits = BatchLimits.defaults();
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      BitSet bad = random(random, 500, .05);
      BitSet worse = random(random, 200, .05);
      int begun = 25 * (2 + random.nextInt(10));
      BitSet[] rows =
          table(500, 200, (i, r) -> !bad.get(i) && !worse.get(r) && (i >= begun || r >= 120));
      int least = (cells(rows) - 1) / 1000 + 1;
      int slices = check("seed " + seed, rows, limits).size();
      assertTrue(slices <= least * 1.1, "seed " + seed + ": " + slices + " for " + least);
    }
  }

  @Test
  void largeFullTablesMeetTheBoundByPairs() {
    BatchLimits limits = BatchLimits.defaults();
    assertEquals(1_000, check("", table(1_000, 1_000, (i, r) -> true), limits).size());
    assertEquals(10_000, check("", table(10_000, 1_000, (i, r) -> true), limits).size());
  }

  @Test
  void limitsWithoutBoundDoNotOverflow() {
    BitSet row = new BitSet();
    row.set(0, 50_000);
    BitSet[] rows = new BitSet[50_000];
    Arrays.fill(rows, row);
    // One step cuts them all; a plan would clear them, too, one after the other.
    List<Slice> slices = SlicePlanner.step(rows, UNLIMITED);
    // 2,500,000,000 pairs do not fit into one slice of 2,147,483,647.
    assertEquals(2, slices.size());
    assertEquals(2_500_000_000L, slices.stream().mapToLong(Slice::pairs).sum());
    check("", table(1_000, 1_000, (i, r) -> true), UNLIMITED);
  }

  @Test
  void largeRandomTablesTakeNoMoreSlicesThanTheyHaveRows() {
    for (double density : new double[] {.1, .6}) {
      Random random = new Random(7);
      BitSet[] rows = table(1_000, 1_000, (i, r) -> random.nextDouble() < density);
      assertTrue(check("density " + density, rows, UNLIMITED).size() <= 1_000);
    }
  }

  @Test
  void aLargeRaggedTableIsPlannedInStepsThatEachLookAtFewPairs() {
    for (int[] size : new int[][] {{500, 500}, {7, 50_000}, {25_000, 10}}) {
      Random random = new Random(7);
      BitSet[] rows = table(size[0], size[1], (i, r) -> random.nextDouble() < .9);
      BatchLimits limits = BatchLimits.defaults();
      Set<Slice> plan = new HashSet<>(SlicePlanner.plan(rows, limits));
      while (cells(rows) > 0) {
        List<Slice> step = SlicePlanner.step(rows, limits);
        assertTrue(step.stream().mapToLong(Slice::pairs).sum() <= 100_000);
        step.forEach(slice -> slice.forEach((image, recipient) -> rows[image].clear(recipient)));
        assertTrue(plan.removeAll(step));
      }
      assertEquals(Set.of(), plan);
    }
  }

  @Test
  void aRaggedTableOfAMillionPairsTakesFewSlices() {
    Random random = new Random(7);
    BitSet[] rows = table(1_000, 1_000, (i, r) -> random.nextDouble() < .99);
    int least = (cells(rows) - 1) / 1_000 + 1;
    int slices = check("", rows, BatchLimits.defaults()).size();
    assertTrue(slices <= least * 2.4, slices + " for " + least);
  }

  @Test
  void scatteredHolesAreWorkedAround() {
    Random random = new Random(7);
    BitSet[] rows = table(100, 80, (i, r) -> random.nextDouble() < .8);
    BatchLimits limits = new BatchLimits(20, 20, 100);
    List<Integer> inOrder = IntStream.range(0, 80).boxed().toList();
    int strips = StripPartition.plan(rows, inOrder, limits).size();
    int slices = check("", rows, limits).size();
    assertTrue(slices < .8 * strips, slices + " where strips of equal rows make " + strips);
  }

  /** Plans, and checks all that holds for every plan. */
  private static List<Slice> check(String message, BitSet[] rows, BatchLimits limits) {
    BitSet[] before = Arrays.stream(rows).map(BitSet::clone).toArray(BitSet[]::new);
    List<Slice> slices = SlicePlanner.plan(rows, limits);
    assertArrayEquals(before, rows, message + ": the input changed");
    BitSet[] left = before;
    Slice last = new Slice(List.of(-1), List.of(-1));
    for (Slice slice : slices) {
      assertTrue(slice.images().size() <= limits.images(), message);
      assertTrue(slice.recipients().size() <= limits.recipients(), message);
      assertTrue(slice.pairs() >= 1 && slice.pairs() <= limits.pairs(), message);
      assertTrue(ascending(slice.images()) && ascending(slice.recipients()), message);
      assertTrue(compare(last, slice) < 0, message + ": " + last + " before " + slice);
      last = slice;
      for (int image : slice.images()) {
        for (int recipient : slice.recipients()) {
          assertTrue(left[image].get(recipient), message + ": asked twice, or not to be asked");
          left[image].clear(recipient);
        }
      }
    }
    assertTrue(Arrays.stream(left).allMatch(BitSet::isEmpty), message + ": not asked");
    return slices;
  }

  private static boolean ascending(List<Integer> ids) {
    return IntStream.range(1, ids.size()).allMatch(i -> ids.get(i - 1) < ids.get(i));
  }

  private static int compare(Slice a, Slice b) {
    int byImage = Integer.compare(a.images().get(0), b.images().get(0));
    return byImage != 0 ? byImage : Integer.compare(a.recipients().get(0), b.recipients().get(0));
  }

  private static BatchLimits limits(Random random, int most) {
    return new BatchLimits(
        random.nextInt(5) == 0 ? ANY : 1 + random.nextInt(most),
        random.nextInt(5) == 0 ? ANY : 1 + random.nextInt(most),
        random.nextInt(5) == 0 ? ANY : 1 + random.nextInt(2 * most));
  }

  /** Scattered cells, blocks, or a few kinds of rows; some rows and columns empty. */
  private static BitSet[] irregular(Random random) {
    int height = 1 + random.nextInt(25);
    int width = 1 + random.nextInt(random.nextInt(10) == 0 ? 140 : 25);
    double density = random.nextDouble();
    BitSet noRow = random(random, height, .1);
    BitSet noColumn = random(random, width, .1);
    int kinds = 1 + random.nextInt(height);
    int block = 1 + random.nextInt(6);
    BitSet[] cells = table(height, width, (i, r) -> random.nextDouble() < density);
    return table(
        height,
        width,
        (i, r) ->
            cells[i % kinds / block * block].get(r / block) && !noRow.get(i) && !noColumn.get(r));
  }

  /**
   * What is left of 500 x 200 cut into blocks: so many blocks, each of which may lack a row, a
   * column, or a half.
   */
  private static BitSet[] blocks(Random random, int height, int width, int count) {
    BitSet[] rows = table(500, 200, (i, r) -> false);
    int across = 200 / width;
    List<Integer> all = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
    Collections.shuffle(all, random);
    for (int block : all.subList(0, count)) {
      int top = block / across * height;
      int left = block % across * width;
      int noRow = random.nextInt(height * 3 / 2);
      int noColumn = random.nextInt(width * 3 / 2);
      int doneRows = random.nextInt(5) == 0 ? height / 2 : 0;
      int doneColumns = random.nextInt(5) == 0 ? width / 2 : 0;
      for (int i = doneRows; i < height; i++) {
        rows[top + i].set(left + doneColumns, left + width);
        rows[top + i].clear(left + noColumn < left + width ? left + noColumn : 200);
      }
      if (noRow < height) {
        rows[top + noRow].clear(left, left + width);
      }
    }
    return rows;
  }

  private static BitSet[] shuffled(BitSet[] rows, Random random) {
    List<BitSet> shuffled = new ArrayList<>(List.of(rows));
    Collections.shuffle(shuffled, random);
    List<Integer> columns = new ArrayList<>(IntStream.range(0, 200).boxed().toList());
    Collections.shuffle(columns, random);
    return table(rows.length, 200, (i, r) -> shuffled.get(i).get(columns.get(r)));
  }

  private static BitSet random(Random random, int length, double density) {
    return table(1, length, (i, r) -> random.nextDouble() < density)[0];
  }

  private static int cells(BitSet[] rows) {
    return Arrays.stream(rows).mapToInt(BitSet::cardinality).sum();
  }

  private interface Cells {
    boolean has(int row, int column);
  }

  private static BitSet[] table(int height, int width, Cells cells) {
    BitSet[] rows = new BitSet[height];
    for (int i = 0; i < height; i++) {
      rows[i] = new BitSet();
      for (int r = 0; r < width; r++) {
        rows[i].set(r, cells.has(i, r));
      }
    }
    return rows;
  }

  /**
   * The oracle: the fewest rectangles that every table of 4 x 5 cells, 20 bits, can be cut into.
   */
  private static final class Partitions {
    private static final int ROWS = 4;
    private static final int COLUMNS = 5;

    private Partitions() {}

    static BitSet[] table(int cells) {
      return SlicePlannerTest.table(ROWS, COLUMNS, (i, r) -> (cells >> (i * COLUMNS + r) & 1) != 0);
    }

    /** By dynamic programming: the first cell is in some rectangle, and the rest is smaller. */
    static byte[] fewest(BatchLimits limits) {
      int[][] rectangles =
          IntStream.range(0, ROWS * COLUMNS)
              .mapToObj(first -> rectangles(first, limits))
              .toArray(int[][]::new);
      byte[] fewest = new byte[1 << (ROWS * COLUMNS)];
      for (int cells = 1; cells < fewest.length; cells++) {
        byte best = Byte.MAX_VALUE;
        for (int rectangle : rectangles[Integer.numberOfTrailingZeros(cells)]) {
          if ((cells & rectangle) == rectangle) {
            best = (byte) Math.min(best, fewest[cells & ~rectangle] + 1);
          }
        }
        fewest[cells] = best;
      }
      return fewest;
    }

    private static int[] rectangles(int first, BatchLimits limits) {
      return IntStream.range(1, 1 << (ROWS + COLUMNS))
          .filter(lines -> fits(lines >> COLUMNS, lines & ((1 << COLUMNS) - 1), limits))
          .map(lines -> rectangle(lines >> COLUMNS, lines & ((1 << COLUMNS) - 1)))
          .filter(cells -> cells != 0 && Integer.numberOfTrailingZeros(cells) == first)
          .toArray();
    }

    private static boolean fits(int rows, int columns, BatchLimits limits) {
      int height = Integer.bitCount(rows);
      int width = Integer.bitCount(columns);
      return height <= limits.images()
          && width <= limits.recipients()
          && height * width <= limits.pairs();
    }

    private static int rectangle(int rows, int columns) {
      return IntStream.range(0, ROWS)
          .filter(i -> (rows >> i & 1) != 0)
          .map(i -> columns << (i * COLUMNS))
          .reduce(0, (a, b) -> a | b);
    }
  }
}
