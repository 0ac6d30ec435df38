package io.imageshare;

import io.imageshare.internal.report.JsonBinding;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a run.
 *
 * @param total all pairs of the run
 * @param done pairs that are as asked
 * @param failed pairs that are not as asked and will not be
 * @param unknown pairs that may or may not be as asked
 * @param openJobs jobs submitted and not ended, including submits whose answer was lost
 * @param submits submits made
 * @param polls polls of jobs made
 * @param reads calls made to list members or to describe images
 * @param timeLeft the estimated time left, from the pairs done so far; null before there is an
 *     estimate
 */
public record Progress(
    long total,
    long done,
    long failed,
    long unknown,
    int openJobs,
    long submits,
    long polls,
    long reads,
    @Nullable Duration timeLeft) {

  /** {@return how many pairs have no outcome yet} */
  public long pending() {
    return total - done - failed - unknown;
  }

  /**
   * Writes the progress as JSON on one line, for a web page or a log: an object with the fields of
   * this record and {@code pending}. {@code timeLeft} is an ISO 8601 duration, such as {@code
   * PT1M5S}, and absent before there is an estimate. Others may be added.
   *
   * @return the document
   */
  public String toJson() {
    return JsonBinding.line(this);
  }
}
