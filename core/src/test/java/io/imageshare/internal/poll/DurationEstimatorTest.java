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

  /** A memory as one would first write it: each job by itself, in every cell. */
  private static final class PlainMemory {
    final List<int[]> jobs = new ArrayList<>();
    final double[] prior;
    double[] shares;

    PlainMemory(double[] prior) {
      this.prior = prior;
      shares = prior.clone();
    }

    double known(int cell) {
      return .998 * shares[cell] + .002 * prior[cell];
    }

    double learn(int from, int to) {
      jobs.add(new int[] {from, to});
      return IntStream.range(from, to).mapToDouble(this::known).sum();
    }

    void recall(double rate, int width) {
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
  void whatAMemoryRecallsIsWhatEachJobTellsByItself(int width) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      double[] prior = random.doubles(40, .1, 1).toArray();
      double sum = Arrays.stream(prior).sum();
      Arrays.setAll(prior, i -> prior[i] / sum);
      DecayingHistogram memory = new DecayingHistogram(prior, .2, width);
      PlainMemory plain = new PlainMemory(prior);
      for (int job = 0; job < 200; job++) {
        int from = random.nextInt(40);
        int to = from + 1 + random.nextInt(40 - from);
        memory.weight = 1;
        memory.learn(from, to, prior, .002);
        assertEquals(plain.learn(from, to), memory.weight, 1e-9, "seed " + seed);
        if (random.nextInt(4) == 0) {
          plain.recall(.2, width);
          memory.recall(prior, .002, .3);
          memory.recall(prior, .002, .3);
        }
        double[] shares = new double[40];
        memory.addTo(shares, 1);
        assertArrayEquals(plain.shares, shares, 1e-9, "seed " + seed);
      }
    }
  }

  @Test
  void jobsThatEndAtFewTimesMakeCuriousUntilTheyAreKnown() {
    DurationEstimator lumpy = new DurationEstimator();
    DurationEstimator smooth = new DurationEstimator();
    Random random = new Random(1);
    for (int job = 0; job < 60; job++) {
      lumpy.lasted(random.nextBoolean() ? 3 : 20);
      smooth.lasted(random.nextDouble() * 20);
      lumpy.shares();
      smooth.shares();
    }
    assertTrue(lumpy.curiosity() > 3 * smooth.curiosity());
    assertTrue(lumpy.curiosity() < new DurationEstimator().curiosity());
  }

  @Test
  void beforeAnyJobHasEndedHalfAreTakenToLastAsTheSamplesDo() {
    double[] shares = new DurationEstimator().shares();
    assertEquals(1, Arrays.stream(shares).sum(), 1e-9);
    assertEquals(.5, between(shares, .75, 3), .02);
    assertTrue(Arrays.stream(shares).allMatch(share -> share > 0));
  }

  @Test
  void whatIsFoundBetweenLooksComesNearTheLawWhereverTheLooksFall() {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      DurationEstimator durations = new DurationEstimator();
      for (int job = 0; job < 1000; job++) {
        double lasted = random.nextBoolean() ? 2 + random.nextDouble() : 10 + random.nextDouble();
        double ran = 0;
        double poll = random.nextDouble() * 4;
        while (poll < lasted) {
          durations.ran(ran, poll);
          ran = poll;
          poll += random.nextDouble() * 4;
        }
        durations.gone(ran);
        durations.endedBetween(ran, poll);
        durations.shares();
      }
      double[] shares = durations.shares();
      assertEquals(.5, between(shares, 1.5, 3.5), .15, "seed " + seed);
      assertEquals(.5, between(shares, 9, 12), .15, "seed " + seed);
    }
  }

  @Test
  void whatIsToldIsKnownAtOnceAndForgottenWhenItIsSoNoMore() {
    DurationEstimator durations = new DurationEstimator();
    for (int job = 0; job < 300; job++) {
      durations.lasted(2);
      durations.shares();
    }
    assertTrue(between(durations.shares(), 1.9, 2.1) > .95);
    for (int job = 0; job < 15; job++) {
      durations.lasted(20);
      durations.shares();
    }
    assertTrue(between(durations.shares(), 19, 21) > .8);
  }

  @Test
  void aJobThatOutlastsAllOthersIsEvidenceThatJobsDo() {
    DurationEstimator durations = new DurationEstimator();
    for (int job = 0; job < 20; job++) {
      durations.lasted(2);
    }
    double before = between(durations.shares(), 30, 1000);
    durations.ran(0, 10);
    durations.ran(10, 30);
    double after = between(durations.shares(), 30, 1000);
    assertTrue(after > 10 * before, before + " and then " + after);
    durations.gone(30);
    assertEquals(before, between(durations.shares(), 30, 1000), 1e-12);
  }

  @Test
  void aLookIsDueAtTheLastEndToldAndCountsAsPastIt() {
    DurationEstimator durations = new DurationEstimator();
    int edge = durations.edgeOf(5) + 1;
    assertEquals(DurationEstimator.edge(edge), durations.at(edge));
    durations.lasted(5);
    int past = durations.edgeOf(5);
    assertEquals(5, durations.at(past));
    assertTrue(DurationEstimator.edge(past) > 5 && DurationEstimator.edge(past - 1) < 5);
  }

  private static double between(double[] shares, double from, double to) {
    return IntStream.range(0, shares.length)
        .filter(i -> DurationEstimator.edge(i) >= from && DurationEstimator.edge(i + 1) <= to)
        .mapToDouble(i -> shares[i])
        .sum();
  }
}
