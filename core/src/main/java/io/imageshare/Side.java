package io.imageshare;

/** One side of the table of a run. */
enum Side {
  IMAGES,
  RECIPIENTS
}
