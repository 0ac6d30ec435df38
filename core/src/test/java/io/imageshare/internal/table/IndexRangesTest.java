package io.imageshare.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IndexRangesTest {

  /** Ascending or not, with neighbours and gaps. */
  private static List<Integer> indices(Random random) {
    List<Integer> indices = new ArrayList<>();
    int next = random.nextInt(3);
    for (int n = random.nextInt(30); n > 0; n--) {
      indices.add(next);
      next = Math.max(0, next + (random.nextInt(3) > 0 ? 1 : random.nextInt(-9, 10)));
    }
    return indices;
  }

  @Test
  void numbersHoldEachIndexInItsPlaceAndNoRangeGoesOnInTheNext() {
    for (int seed = 0; seed < 1_000; seed++) {
      List<Integer> indices = indices(new Random(seed));
      List<Integer> numbers = IndexRanges.toNumbers(indices);
      List<Integer> expanded = new ArrayList<>();
      for (int i = 0; i < numbers.size(); i += 2) {
        int first = numbers.get(i);
        if (!expanded.isEmpty()) {
          assertEquals(false, expanded.get(expanded.size() - 1) + 1 == first, "seed " + seed);
        }
        for (int n = 0; n < numbers.get(i + 1); n++) {
          expanded.add(first + n);
        }
      }
      assertEquals(indices, expanded, "seed " + seed);
      assertEquals(indices, IndexRanges.ofNumbers(numbers), "seed " + seed);
    }
  }

  /** A slice has no side that is empty; so there is no text for nothing. */
  @Test
  void textIsReadAsItWasWritten() {
    for (int seed = 0; seed < 1_000; seed++) {
      List<Integer> indices = indices(new Random(seed));
      if (!indices.isEmpty()) {
        assertEquals(indices, IndexRanges.ofText(IndexRanges.toText(indices)), "seed " + seed);
      }
    }
    assertEquals("0-3,7,9-10", IndexRanges.toText(List.of(0, 1, 2, 3, 7, 9, 10)));
  }

  @Test
  void textOfAnotherKindIsRefused() {
    for (String text : List.of("", "a", "1,", ",1", "-1", "1-", "1-2-3", "1 - 2", "0x1")) {
      assertThrows(NumberFormatException.class, () -> IndexRanges.ofText(text), text);
    }
  }

  @Test
  void rangesTakeNoMemoryForEachIndex() {
    List<Integer> most = IndexRanges.ofText("0-1073741822,5-1073741827");
    assertEquals(2_147_483_646, most.size());
    assertEquals(1_073_741_822, most.get(1_073_741_822));
    assertEquals(5, most.get(1_073_741_823));
    assertEquals(1_073_741_827, most.get(most.size() - 1));
    assertThrows(IndexOutOfBoundsException.class, () -> most.get(most.size()));
  }

  @Test
  void moreThanAListCanHaveIsRefusedWithTheNumber() {
    for (String text : List.of("0-2147483647", "0-2147483646,0-9", "7-3")) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> IndexRanges.ofText(text), text);
      assertTrue(String.valueOf(refused.getMessage()).contains("1 to 2147483647"), text);
    }
  }
}
