package io.imageshare.internal.poll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationEstimatorTest {

  /** The obvious version: each job by itself, in every cell. */
  private static final class PlainHistogram {
    final List<int[]> jobs = new ArrayList<>();
    final double[] prior;
    double[] shares;

    PlainHistogram(double[] prior) {
      this.prior = prior;
      shares = prior.clone();
    }

    double known(int cell) {
      return .998 * shares[cell] + .002 * prior[cell];
    }

    double add(int from, int to) {
      jobs.add(new int[] {from, to});
      return IntStream.range(from, to).mapToDouble(this::known).sum();
    }

    void refresh(double rate, int width) {
      double[] next = new double[shares.length];
      double sum = 0;
      int kept = Math.min(jobs.size(), (int) Math.ceil(4 / rate));
      for (int age = 0; age <= kept; age++) {
        double counts = Math.pow(1 - rate, age) * (age < kept ? 1 : .3);
        sum += counts;
        int[] job = age < kept ? jobs.get(jobs.size() - 1 - age) : new int[] {0, shares.length};
        double likely = IntStream.range(job[0], job[1]).mapToDouble(this::known).sum();
        for (int i = job[0]; i < job[1]; i++) {
          next[i] += counts * (age < kept ? known(i) / likely : prior[i]);
        }
      }
      shares = new double[shares.length];
      for (int i = 0; i < shares.length; i++) {
        int low = Math.max(0, i - width);
        int high = Math.min(shares.length, i + width + 1);
        for (int j = low; j < high; j++) {
          shares[j] += next[i] / sum / (high - low);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8})
  void theHistogramIsTheSumOfItsJobs(int width) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      double[] prior = random.doubles(40, .1, 1).toArray();
      double sum = Arrays.stream(prior).sum();
      Arrays.setAll(prior, i -> prior[i] / sum);
      DecayingHistogram histogram = new DecayingHistogram(prior, .2, width);
      PlainHistogram plain = new PlainHistogram(prior);
      for (int job = 0; job < 200; job++) {
        int from = random.nextInt(40);
        int to = from + 1 + random.nextInt(40 - from);
        histogram.weight = 1;
        histogram.add(from, to, prior, .002);
        assertEquals(plain.add(from, to), histogram.weight, 1e-9, "seed " + seed);
        if (random.nextInt(4) == 0) {
          plain.refresh(.2, width);
          histogram.refresh(prior, .002, .3);
          histogram.refresh(prior, .002, .3);
        }
        double[] shares = new double[40];
        histogram.addTo(shares, 1);
        assertArrayEquals(plain.shares, shares, 1e-9, "seed " + seed);
      }
    }
  }

  @Test
  void jobsThatEndAtFewTimesAreExploredUntilTheyAreKnown() {
    DurationEstimator lumpy = new DurationEstimator();
    DurationEstimator smooth = new DurationEstimator();
    Random random = new Random(1);
    for (int job = 0; job < 60; job++) {
      lumpy.addDuration(random.nextBoolean() ? 3 : 20);
      smooth.addDuration(random.nextDouble() * 20);
      lumpy.shares();
      smooth.shares();
    }
    assertTrue(lumpy.explorationBudget() > 3 * smooth.explorationBudget());
    assertTrue(lumpy.explorationBudget() < new DurationEstimator().explorationBudget());
  }

  @Test
  void theSamplesAreThePrior() {
    double[] shares = new DurationEstimator().shares();
    assertEquals(1, Arrays.stream(shares).sum(), 1e-9);
    assertEquals(.5, between(shares, .75, 3), .02);
    assertTrue(Arrays.stream(shares).allMatch(share -> share > 0));
  }

  @Test
  void rangesBetweenPollsConvergeOnTheDistribution() {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      DurationEstimator durations = new DurationEstimator();
      for (int job = 0; job < 1000; job++) {
        double lasted = random.nextBoolean() ? 2 + random.nextDouble() : 10 + random.nextDouble();
        double ran = 0;
        double poll = random.nextDouble() * 4;
        while (poll < lasted) {
          durations.running(ran, poll);
          ran = poll;
          poll += random.nextDouble() * 4;
        }
        durations.removeOpen(ran);
        durations.addRange(ran, poll);
        durations.shares();
      }
      double[] shares = durations.shares();
      assertEquals(.5, between(shares, 1.5, 3.5), .15, "seed " + seed);
      assertEquals(.5, between(shares, 9, 12), .15, "seed " + seed);
    }
  }

  @Test
  void exactDurationsAreLearnedAtOnceAndForgottenWhenTheyChange() {
    DurationEstimator durations = new DurationEstimator();
    for (int job = 0; job < 300; job++) {
      durations.addDuration(2);
      durations.shares();
    }
    assertTrue(between(durations.shares(), 1.9, 2.1) > .95);
    for (int job = 0; job < 15; job++) {
      durations.addDuration(20);
      durations.shares();
    }
    assertTrue(between(durations.shares(), 19, 21) > .8);
  }

  @Test
  void anOpenJobThatOutlastsAllOthersIsEvidence() {
    DurationEstimator durations = new DurationEstimator();
    for (int job = 0; job < 20; job++) {
      durations.addDuration(2);
    }
    double before = between(durations.shares(), 30, 1000);
    durations.running(0, 10);
    durations.running(10, 30);
    double after = between(durations.shares(), 30, 1000);
    assertTrue(after > 10 * before, before + " and then " + after);
    durations.removeOpen(30);
    assertEquals(before, between(durations.shares(), 30, 1000), 1e-12);
  }

  @Test
  void aPollIsDueAtTheLatestEndKnown() {
    DurationEstimator durations = new DurationEstimator();
    int edge = durations.edgeOf(5) + 1;
    assertEquals(DurationEstimator.edge(edge), durations.pollAge(edge));
    durations.addDuration(5);
    int past = durations.edgeOf(5);
    assertEquals(5, durations.pollAge(past));
    assertTrue(DurationEstimator.edge(past) > 5 && DurationEstimator.edge(past - 1) < 5);
  }

  private static double between(double[] shares, double from, double to) {
    return IntStream.range(0, shares.length)
        .filter(i -> DurationEstimator.edge(i) >= from && DurationEstimator.edge(i + 1) <= to)
        .mapToDouble(i -> shares[i])
        .sum();
  }
}
