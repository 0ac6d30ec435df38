package io.imageshare.benchmarks;

import io.imageshare.memory.PollingCost;
import java.util.List;
import java.util.Random;

/**
 * When others look: models made from their own stated numbers, not the products themselves.
 *
 * @param name whose it is
 * @param gaps the waits before each look
 * @param attempts looks before a job is given up
 * @param seconds the age at which a job is given up
 */
record Schedule(String name, Gaps gaps, int attempts, double seconds) {

  /** The seconds to wait before look number {@code look}, counted from 0. */
  interface Gaps {
    double before(int look, Random random);
  }

  static final Schedule GAX =
      new Schedule(
          "gax (model)",
          (look, random) -> random.nextDouble() * Math.min(45, 5 * Math.pow(1.5, look)),
          Integer.MAX_VALUE,
          300);

  static final Schedule AWS =
      new Schedule("AWS ImageAvailable (model)", (look, random) -> look == 0 ? 0 : 15, 40, 585);

  static final Schedule AZURE_ARM = endless("Azure ARM (model)", (look, random) -> 30);
  static final Schedule AZURE_DATA = endless("Azure data plane (model)", (look, random) -> 5);

  static final Schedule TERRAFORM =
      new Schedule(
          "Terraform image_share (model)",
          (look, random) -> look == 0 ? 1 : Math.min(10, Math.pow(2, look - 1)),
          Integer.MAX_VALUE,
          330);

  static final List<Schedule> ALL = List.of(fixed(1), GAX, AWS, AZURE_ARM, AZURE_DATA, TERRAFORM);

  static Schedule fixed(double interval) {
    return endless("fixed %s s".formatted(Results.number(interval)), (look, random) -> interval);
  }

  private static Schedule endless(String name, Gaps gaps) {
    return new Schedule(name, gaps, Integer.MAX_VALUE, Double.MAX_VALUE);
  }

  /** What watching the jobs of one run so costs. */
  PollingCost watch(double[] seconds, Random random) {
    double looks = 0;
    double lag = 0;
    int found = 0;
    for (double lasts : seconds) {
      double at = 0;
      int look = 0;
      do {
        at += gaps.before(look, random);
        look++;
      } while (at < lasts && look < attempts && at < this.seconds);
      looks += look;
      if (at >= lasts) {
        found++;
        lag += at - lasts;
      }
    }
    return new PollingCost(
        looks / seconds.length, lag / Math.max(1, found), 1 - (double) found / seconds.length);
  }
}
