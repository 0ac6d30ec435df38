package io.imageshare.internal.plan;

import io.imageshare.BatchLimits;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Cuts the columns into strips, groups the rows that are equal within a strip, and cuts each group
 * by its grid. The strips are chosen, by dynamic programming, so that the slices are fewest. One
 * strip over all columns is "group equal rows"; narrower ones find the blocks of an earlier plan
 * again, however ragged.
 */
final class StripPartition {
  /** Bounds the work, in cells: some milliseconds. */
  private static final long WORK = 1_000_000;

  private final List<Integer> order;
  private final BatchLimits limits;

  /** Equal rows are one kind: for each kind, its rows. */
  private final List<List<Integer>> kinds;

  /** For each column the kinds of rows that have it, ascending. */
  private final int[][] having;

  private StripPartition(BitSet[] rows, List<Integer> order, BatchLimits limits) {
    this.order = order;
    this.limits = limits;
    Map<BitSet, List<Integer>> byPattern = new LinkedHashMap<>();
    for (int r = 0; r < rows.length; r++) {
      byPattern.computeIfAbsent(rows[r], pattern -> new ArrayList<>()).add(r);
    }
    kinds = List.copyOf(byPattern.values());
    having =
        Arrays.stream(SlicePlanner.transposed(byPattern.keySet().toArray(BitSet[]::new)))
            .map(column -> column.stream().toArray())
            .toArray(int[][]::new);
  }

  /**
   * @param order the columns that are not empty, in the order in which they are cut into strips
   */
  static List<Slice> plan(BitSet[] rows, List<Integer> order, BatchLimits limits) {
    StripPartition strips = new StripPartition(rows, order, limits);
    int[] starts = strips.starts();
    List<Slice> slices = new ArrayList<>();
    for (int end = order.size(); end > 0; end = starts[end]) {
      slices.addAll(strips.cut(order.subList(starts[end], end)));
    }
    return slices;
  }

  /** For each end of a strip, where it best starts. */
  private int[] starts() {
    int length = order.size();
    // A strip wider than a slice gains little.
    long widest = Math.max(1, Math.min(limits.recipients(), WORK / ((long) length * kinds.size())));
    long[] fewest = new long[length + 1];
    Arrays.fill(fewest, 1, length + 1, Long.MAX_VALUE);
    int[] starts = new int[length + 1];
    Groups groups = new Groups();
    for (int start = 0; start < length; start++) {
      groups.clear();
      // However narrow the strips must stay, one over all columns costs little to try.
      long last = start == 0 ? length : Math.min(length, start + widest);
      for (int end = start + 1; end <= last; end++) {
        groups.split(having[order.get(end - 1)]);
        long slices = fewest[start] + groups.slices(fewest[end] - fewest[start]);
        if (slices < fewest[end]) {
          fewest[end] = slices;
          starts[end] = start;
        }
      }
    }
    return starts;
  }

  private List<Slice> cut(List<Integer> strip) {
    Groups groups = new Groups();
    strip.forEach(column -> groups.split(having[column]));
    Map<Integer, List<Integer>> kindsOf = new TreeMap<>();
    for (int kind = 0; kind < kinds.size(); kind++) {
      kindsOf.computeIfAbsent(groups.groupOf[kind], group -> new ArrayList<>()).add(kind);
    }
    return kindsOf.values().stream().flatMap(group -> cut(group, strip)).toList();
  }

  private Stream<Slice> cut(List<Integer> group, List<Integer> strip) {
    int any = group.get(0);
    List<Integer> rows = group.stream().flatMap(kind -> kinds.get(kind).stream()).sorted().toList();
    List<Integer> common =
        strip.stream().filter(c -> Arrays.binarySearch(having[c], any) >= 0).sorted().toList();
    return common.isEmpty() ? Stream.of() : Grid.cut(rows, common, limits).stream();
  }

  /** The kinds of rows, grouped by the columns they have in a strip that grows. */
  private final class Groups {
    private static final int NONE = -1;

    private final int[] kindHeight = kinds.stream().mapToInt(List::size).toArray();
    private final int[] groupOf = new int[kinds.size()];
    private final int[] height = new int[kinds.size()];
    private final int[] width = new int[kinds.size()];
    private final int[] hit = new int[kinds.size()];
    private final int[] moved = new int[kinds.size()];
    private int count;

    Groups() {
      clear();
    }

    void clear() {
      Arrays.fill(groupOf, 0);
      height[0] = Arrays.stream(kindHeight).sum();
      width[0] = 0;
      count = 1;
    }

    /** Widens the strip by a column: a group moves out of each group that has it in part. */
    void split(int[] kindsHaving) {
      Arrays.fill(hit, 0, count, 0);
      Arrays.fill(moved, 0, count, NONE);
      for (int kind : kindsHaving) {
        hit[groupOf[kind]] += kindHeight[kind];
      }
      for (int kind : kindsHaving) {
        int group = groupOf[kind];
        if (moved[group] == NONE) {
          moved[group] = widened(group);
        }
        groupOf[kind] = moved[group];
      }
    }

    private int widened(int group) {
      if (hit[group] == height[group]) {
        width[group]++;
        return group;
      }
      height[group] -= hit[group];
      height[count] = hit[group];
      width[count] = width[group] + 1;
      return count++;
    }

    /** How many slices the strip makes; counts no further than the bound. */
    long slices(long bound) {
      long slices = 0;
      for (int group = 0; group < count && slices < bound; group++) {
        if (width[group] > 0) {
          slices += Grid.fewest(height[group], width[group], limits).parts();
        }
      }
      return slices;
    }
  }
}
