package io.imageshare;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How much fits into one submit. Where the backend and the workflow both set limits, the lower one
 * holds.
 *
 * @param images the most images in one submit, at least 1
 * @param recipients the most recipients in one submit, at least 1
 * @param pairs the most pairs (images times recipients) in one submit, at least 1
 */
public record BatchLimits(int images, int recipients, int pairs) {

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one is below 1
   */
  public BatchLimits {
    checkArgument(
        images >= 1 && recipients >= 1 && pairs >= 1,
        "limits: images %s, recipients %s, pairs %s: each must be at least 1",
        images,
        recipients,
        pairs);
  }

  /**
   * The defaults: 50 images, 100 recipients, 1,000 pairs. No limit is documented ({@code
   * ims-api.md} section 1.1). The console accepts 100 recipients at a time; the other two keep jobs
   * short, so that a lost one is cheap to repeat.
   *
   * @return the limits
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
