package io.imageshare;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is.
 *
 * @param total pairs asked for
 * @param done pairs that are as asked
 * @param failed pairs that are not and will not be
 * @param unknown pairs nobody can say anything of
 * @param openJobs jobs submitted and not ended, lost answers being settled among them
 * @param submits calls made that write
 * @param polls calls made to ask for the state of a job
 * @param reads calls made to list members or to describe images
 * @param timeLeft an estimate of the time left, from the pace so far; null before there is one
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

  /**
   * Pairs without an outcome yet.
   *
   * @return the number
   */
  public long pending() {
    return total - done - failed - unknown;
  }
}
