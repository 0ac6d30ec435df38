package io.imageshare.internal.table;

import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Indices as ranges of consecutive ones, in the order given: as numbers by twos, the first of a
 * range and how many it has, or as text, such as {@code 0-49,52}.
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
    return Lists.partition(numbers, 2).stream()
        .flatMap(range -> IntStream.range(range.get(0), range.get(0) + range.get(1)).boxed())
        .toList();
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
   */
  public static List<Integer> ofText(String text) {
    return RANGES.splitToStream(text).map(ENDS::splitToList).flatMap(IndexRanges::range).toList();
  }

  private static Stream<Integer> range(List<String> ends) {
    int first = Integer.parseInt(ends.get(0));
    return IntStream.rangeClosed(first, Integer.parseInt(Iterables.getLast(ends))).boxed();
  }
}
