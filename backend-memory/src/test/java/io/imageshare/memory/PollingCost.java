package io.imageshare.memory;

/**
 * What polling costs, as means for each job.
 *
 * @param polls calls made
 * @param lag seconds from the job's end to the poll that found it
 * @param lost the share of jobs that were given up before they ended; they have no lag
 */
public record PollingCost(double polls, double lag, double lost) {

  public double cost(double price) {
    return price * polls + lag;
  }
}
