package io.imageshare.benchmarks;

import io.imageshare.memory.PollingCost;
import java.util.List;
import java.util.Random;

/**
 * The poll schedules of others: models of their own published numbers, not the products themselves.
 *
 * @param name the name of the product
 * @param gaps the waits before each poll
 * @param attempts the polls after which a job is given up
 * @param seconds the age at which a job is given up
 */
record PollingSchedule(String name, Gaps gaps, int attempts, double seconds) {

  /** The seconds to wait before poll number {@code poll}, counted from 0. */
  interface Gaps {
    double before(int poll, Random random);
  }

  static final PollingSchedule GAX =
      new PollingSchedule(
          "gax (model)",
          (poll, random) -> random.nextDouble() * Math.min(45, 5 * Math.pow(1.5, poll)),
          Integer.MAX_VALUE,
          300);

  static final PollingSchedule AWS =
      new PollingSchedule(
          "AWS ImageAvailable (model)", (poll, random) -> poll == 0 ? 0 : 15, 40, 585);

  static final PollingSchedule AZURE_ARM = endless("Azure ARM (model)", (poll, random) -> 30);
  static final PollingSchedule AZURE_DATA =
      endless("Azure data plane (model)", (poll, random) -> 5);

  static final PollingSchedule TERRAFORM =
      new PollingSchedule(
          "Terraform image_share (model)",
          (poll, random) -> poll == 0 ? 1 : Math.min(10, Math.pow(2, poll - 1)),
          Integer.MAX_VALUE,
          330);

  static final List<PollingSchedule> ALL =
      List.of(fixed(1), GAX, AWS, AZURE_ARM, AZURE_DATA, TERRAFORM);

  static PollingSchedule fixed(double interval) {
    return endless("fixed %s s".formatted(Results.number(interval)), (poll, random) -> interval);
  }

  private static PollingSchedule endless(String name, Gaps gaps) {
    return new PollingSchedule(name, gaps, Integer.MAX_VALUE, Double.MAX_VALUE);
  }

  /** The cost of polling the jobs of one run. */
  PollingCost cost(double[] seconds, Random random) {
    double polls = 0;
    double lag = 0;
    int found = 0;
    for (double duration : seconds) {
      double at = 0;
      int poll = 0;
      do {
        at += gaps.before(poll, random);
        poll++;
      } while (at < duration && poll < attempts && at < this.seconds);
      polls += poll;
      if (at >= duration) {
        found++;
        lag += at - duration;
      }
    }
    return new PollingCost(
        polls / seconds.length, lag / Math.max(1, found), 1 - (double) found / seconds.length);
  }
}
