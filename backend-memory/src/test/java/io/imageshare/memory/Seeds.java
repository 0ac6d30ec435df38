package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.stream.LongStream;

/**
 * The seeds of a seeded test: {@code -Dimageshare.seeds=N} tries that many, {@code
 * -Dimageshare.seed=N} replays one.
 */
public final class Seeds {
  private static final int DEFAULT = 2000;

  private Seeds() {}

  /** A check of one seed. */
  public interface Check {
    void of(long seed) throws Exception;
  }

  /** Checks every seed; one that fails is named. */
  public static void forEach(Check check) {
    Long one = Long.getLong("imageshare.seed");
    LongStream seeds =
        one == null
            ? LongStream.range(0, Integer.getInteger("imageshare.seeds", DEFAULT))
            : LongStream.of(one);
    seeds.forEach(seed -> check(seed, check));
  }

  private static void check(long seed, Check check) {
    try {
      check.of(seed);
    } catch (Throwable e) {
      fail("seed " + seed + " (-Dimageshare.seed=" + seed + " replays it): " + e, e);
    }
  }
}
