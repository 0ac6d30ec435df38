package io.imageshare;

/**
 * How much fits into one call. The limits of the backend and of the workflow both hold.
 *
 * @param images images in one call, at least 1
 * @param recipients recipients in one call, at least 1
 * @param pairs images times recipients in one call, at least 1
 */
public record BatchLimits(int images, int recipients, int pairs) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is below 1
   */
  public BatchLimits {
    if (images < 1 || recipients < 1 || pairs < 1) {
      throw new IllegalArgumentException(
          "limits: images %d, recipients %d, pairs %d: each must be at least 1"
              .formatted(images, recipients, pairs));
    }
  }

  /**
   * 50 images, 100 recipients, 1,000 pairs. No limit is documented ({@code ims-api.md} section
   * 1.1); the console takes 100 recipients at a time, and the other two keep a job short enough
   * that one that is lost is cheap to ask again.
   *
   * @return the defaults
   */
  public static BatchLimits defaults() {
    return new BatchLimits(50, 100, 1000);
  }

  BatchLimits and(BatchLimits other) {
    return new BatchLimits(
        Math.min(images, other.images),
        Math.min(recipients, other.recipients),
        Math.min(pairs, other.pairs));
  }
}
