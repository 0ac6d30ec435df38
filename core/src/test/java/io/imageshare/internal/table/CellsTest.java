package io.imageshare.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CellsTest {

  @Test
  void everyCellIsItsOwn() {
    Random random = new Random(5);
    for (int width : new int[] {1, 7, 1000, 65_536, 70_000}) {
      int rows = 1 + random.nextInt(200_000 / width + 1);
      Cells cells = new Cells(rows, width);
      char[][] plain = new char[rows][width];
      for (int i = 0; i < 5_000; i++) {
        int row = random.nextInt(3) == 0 ? rows - 1 : random.nextInt(rows);
        int column = random.nextInt(3) == 0 ? width - 1 : random.nextInt(width);
        plain[row][column] = (char) random.nextInt(3);
        cells.set(row, column, plain[row][column]);
      }
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < width; column++) {
          assertEquals(plain[row][column], cells.get(row, column));
        }
        int other = random.nextInt(rows);
        assertEquals(Arrays.equals(plain[row], plain[other]), cells.areAlike(row, other));
      }
    }
  }
}
