package io.imageshare.internal.table;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import com.google.common.collect.Lists;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import java.util.stream.Collectors;

/**
 * Indices as ranges of consecutive ones, in the order given: as numbers by twos, the first of a
 * range and how many it has, or as text, such as {@code 0-49,52}. What is read stays ranges: a few
 * digits of a document must not become a list of as many numbers as they say.
 */
public final class IndexRanges {
  private static final Splitter RANGES = Splitter.on(',');
  private static final Splitter ENDS = Splitter.on('-').limit(2);

  private IndexRanges() {}

  public static List<Integer> toNumbers(List<Integer> indices) {
    List<Integer> numbers = new ArrayList<>();
    for (int from = 0; from < indices.size(); ) {
      int to = from + 1;
      while (to < indices.size() && indices.get(to) == indices.get(from) + to - from) {
        to++;
      }
      numbers.add(indices.get(from));
      numbers.add(to - from);
      from = to;
    }
    return numbers;
  }

  public static List<Integer> ofNumbers(List<Integer> numbers) {
    return new Ranges(Lists.partition(numbers, 2));
  }

  public static String toText(List<Integer> indices) {
    return Lists.partition(toNumbers(indices), 2).stream()
        .map(range -> text(range.get(0), range.get(0) + range.get(1) - 1))
        .collect(Collectors.joining(","));
  }

  private static String text(int first, int last) {
    return first == last ? "" + first : first + "-" + last;
  }

  /**
   * Reads the text.
   *
   * @throws NumberFormatException if it is not one of ranges
   * @throws IllegalArgumentException if it is one of more indices than a list can have
   */
  public static List<Integer> ofText(String text) {
    return new Ranges(
        RANGES.splitToStream(text).map(ENDS::splitToList).map(IndexRanges::range).toList());
  }

  private static List<Integer> range(List<String> ends) {
    int first = Integer.parseInt(ends.get(0));
    return List.of(first, Integer.parseInt(Iterables.getLast(ends)) - first + 1);
  }

  private static final class Ranges extends AbstractList<Integer> implements RandomAccess {
    private final int[] firsts;

    /** How many indices there are up to the end of each range. */
    private final int[] ends;

    Ranges(List<List<Integer>> ranges) {
      firsts = new int[ranges.size()];
      ends = new int[ranges.size()];
      long end = 0;
      for (int i = 0; i < firsts.length; i++) {
        firsts[i] = ranges.get(i).get(0);
        int count = ranges.get(i).get(1);
        end += count;
        checkArgument(
            count > 0 && end <= Integer.MAX_VALUE,
            "a range of %s indices, %s in all; it must be 1 to %s",
            count,
            end,
            Integer.MAX_VALUE);
        ends[i] = (int) end;
      }
    }

    @Override
    public int size() {
      return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    public Integer get(int index) {
      checkElementIndex(index, size());
      int found = Arrays.binarySearch(ends, index + 1);
      int range = found < 0 ? -found - 1 : found;
      return firsts[range] + index - (range == 0 ? 0 : ends[range - 1]);
    }
  }
}
