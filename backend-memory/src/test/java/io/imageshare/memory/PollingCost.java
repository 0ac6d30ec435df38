package io.imageshare.memory;

/**
 * What watching cost: the mean for each job.
 *
 * @param looks calls made
 * @param lag seconds from the job's end to the look that found it
 * @param lost the part of the jobs that were given up before they ended; they have no lag
 */
public record Watched(double looks, double lag, double lost) {

  public double cost(double price) {
    return price * looks + lag;
  }
}
