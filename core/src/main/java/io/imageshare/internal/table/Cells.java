package io.imageshare.internal.table;

/**
 * A table of two bytes a cell, row after row in blocks: an array for each row would cost short rows
 * a header each, and one for all of them has a length that ends.
 */
final class Cells {
  private static final int BITS = 16;
  private static final int BLOCK = 1 << BITS;

  private final char[][] blocks;
  private final long width;

  Cells(int rows, int width) {
    this.width = width;
    long size = rows * this.width;
    blocks = new char[(int) ((size + BLOCK - 1) >> BITS)][];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new char[(int) Math.min(BLOCK, size - ((long) i << BITS))];
    }
  }

  char get(int row, int column) {
    long at = row * width + column;
    return blocks[(int) (at >> BITS)][(int) at & BLOCK - 1];
  }

  void set(int row, int column, char cell) {
    long at = row * width + column;
    blocks[(int) (at >> BITS)][(int) at & BLOCK - 1] = cell;
  }

  boolean areAlike(int row, int other) {
    for (int i = 0; i < width; i++) {
      if (get(row, i) != get(other, i)) {
        return false;
      }
    }
    return true;
  }
}
