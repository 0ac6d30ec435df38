package io.imageshare.http;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Runs a trial with many seeds, several at once, and names those that fail. */
final class Seeds {
  /** How many seeds a test over HTTP tries. */
  static final int COUNT = Integer.getInteger("imageshare.httpSeeds", 50);

  private static final String ONE = System.getProperty("imageshare.seed", "");

  private Seeds() {}

  /** One thing to try. */
  interface Trial {
    void run(long seed) throws Exception;
  }

  /** Whether a single seed is tried again. */
  static boolean isReplay() {
    return !ONE.isEmpty();
  }

  /** Tries the seeds from 0 on, or the one of {@code -Dimageshare.seed}. */
  static void tryAll(long count, int atOnce, Trial trial) throws InterruptedException {
    LongStream seeds = isReplay() ? LongStream.of(Long.parseLong(ONE)) : LongStream.range(0, count);
    Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    try {
      seeds.forEach(seed -> threads.execute(() -> run(seed, trial, failures)));
      threads.shutdown();
      threads.awaitTermination(1, TimeUnit.DAYS);
    } finally {
      threads.shutdownNow();
    }
    if (!failures.isEmpty()) {
      AssertionError all = new AssertionError(failures.size() + " seeds failed");
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }

  private static void run(long seed, Trial trial, Queue<AssertionError> failures) {
    try {
      trial.run(seed);
    } catch (Throwable e) {
      failures.add(
          new AssertionError("seed " + seed + " (-Dimageshare.seed=" + seed + "): " + e, e));
    }
  }
}
