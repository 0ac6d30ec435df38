package io.imageshare.memory;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * A law that durations of jobs follow, in seconds, and what polling them costs at the least.
 *
 * @param name what it is
 * @param early how long one of the first half of the jobs takes
 * @param late how long one of the second half takes
 */
public record PollingLaw(
    String name, ToDoubleFunction<RandomGenerator> early, ToDoubleFunction<RandomGenerator> late) {
  private static final int SAMPLES = 60_000;
  private static final int TIMES = 1500;

  public static final PollingLaw TYPICAL = law("lognormal 2.3 s, 0.3", r -> lognormal(r, 2.3, .3));

  public static final PollingLaw WIDE =
      law("lognormal 8 s, 1.0, at most 280 s", r -> Math.min(280, lognormal(r, 8, 1)));

  /** The laws that the polling is held to, and lumpy ones. */
  public static List<PollingLaw> all() {
    return List.of(
        TYPICAL,
        WIDE,
        law(
            "90 % around 2 s, 10 % around 60 s",
            r -> lognormal(r, r.nextDouble() < .9 ? 2 : 60, .1)),
        law("uniform 1 to 30 s", r -> 1 + 29 * r.nextDouble()),
        law("exponential 5 s", r -> exponential(r, 5)),
        law("12 s and exponential 0.5 s", r -> 12 + exponential(r, .5)),
        law("constant 5 s", r -> 5),
        new PollingLaw("2 s, then 20 s", r -> lognormal(r, 2, .2), r -> lognormal(r, 20, .2)),
        law("3, 7 or 20 s", r -> new double[] {3, 7, 20}[r.nextInt(3)]),
        law("multiples of 5 s", r -> 5 * (1 + r.nextInt(6))),
        law("1 s or uniform 5 to 40 s", r -> r.nextBoolean() ? 1 : 5 + 35 * r.nextDouble()),
        law("70 % 1.5 s, 25 % 8 s, 5 % 45 s", r -> mixture(r.nextDouble())),
        law("heavy tail", r -> Math.min(600, 2 * Math.pow(1 - r.nextDouble(), -1 / 1.5))));
  }

  private static PollingLaw law(String name, ToDoubleFunction<RandomGenerator> seconds) {
    return new PollingLaw(name, seconds, seconds);
  }

  private static double lognormal(RandomGenerator random, double median, double sigma) {
    return median * Math.exp(sigma * random.nextGaussian());
  }

  private static double exponential(RandomGenerator random, double mean) {
    return Math.max(.001, -mean * Math.log(1 - random.nextDouble()));
  }

  private static double mixture(double part) {
    return part < .7 ? 1.5 : part < .95 ? 8 : 45;
  }

  public boolean drifts() {
    return early != late;
  }

  /** The durations of so many jobs, one after another. */
  public Function<RandomGenerator, Duration> jobs(int count) {
    int[] begun = {0};
    return random -> {
      ToDoubleFunction<RandomGenerator> law = begun[0]++ < count / 2 ? early : late;
      return Duration.ofNanos((long) (law.applyAsDouble(random) * 1e9));
    };
  }

  private double[] samples() {
    Random random = new Random(4242);
    double[] samples = new double[SAMPLES];
    Arrays.setAll(samples, i -> late.applyAsDouble(random));
    Arrays.sort(samples);
    return samples;
  }

  /**
   * What polling a job costs on average if the law is known and the best times are chosen, at a
   * price in seconds for a poll: from the last time on backwards, the best next time after each.
   */
  public PollingCost oracle(double price) {
    double[] samples = samples();
    double[] times = new double[TIMES + 1];
    double[] ended = new double[TIMES + 1];
    double[] seconds = new double[TIMES + 1];
    double sum = 0;
    int sample = 0;
    for (int i = 1; i <= TIMES; i++) {
      times[i] = samples[(int) ((long) i * SAMPLES / TIMES) - 1];
      for (; sample < SAMPLES && samples[sample] <= times[i]; sample++) {
        sum += samples[sample];
      }
      ended[i] = (double) sample / SAMPLES;
      seconds[i] = sum / SAMPLES;
    }
    PollingCost[] rest = new PollingCost[TIMES + 1];
    rest[TIMES] = new PollingCost(0, 0, 0);
    for (int i = TIMES - 1; i >= 0; i--) {
      double least = Double.POSITIVE_INFINITY;
      for (int j = i + 1; j <= TIMES; j++) {
        double polls = 1 - ended[i] + rest[j].polls();
        double lag = times[j] * (ended[j] - ended[i]) - (seconds[j] - seconds[i]) + rest[j].lag();
        if (price * polls + lag < least) {
          least = price * polls + lag;
          rest[i] = new PollingCost(polls, lag, 0);
        }
      }
    }
    return rest[0];
  }

  /** The cost of polls at one interval, the best there is. */
  public double bestInterval(double price) {
    double[] samples = samples();
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 800; i++) {
      double interval = .05 * (i < 400 ? i + 1 : 400 * Math.pow(1.008, i - 399));
      double sum = 0;
      for (int s = 0; s < SAMPLES; s += 10) {
        double polls = Math.ceil(samples[s] / interval - 1e-9);
        sum += price * polls + polls * interval - samples[s];
      }
      best = Math.min(best, sum / (SAMPLES / 10));
    }
    return best;
  }

  @Override
  public String toString() {
    return name;
  }
}
