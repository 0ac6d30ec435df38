package io.imageshare.memory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Takes so many calls a window, and keeps count of what it took and refused. */
public final class Throttle {
  private final long window;
  private final long turn;
  private final boolean slides;
  private final boolean countsRefused;
  private final Deque<Long> counted = new ArrayDeque<>();
  private int limit;
  private boolean tells;
  private double allowed;
  private long changed;
  private long taken;
  private long refused;
  private long late;
  private long refusedLate;

  private Throttle(int limit, Duration window, long turn, boolean slides, boolean countsRefused) {
    this.limit = limit;
    this.window = window.toNanos();
    this.turn = turn;
    this.slides = slides;
    this.countsRefused = countsRefused;
  }

  /**
   * All calls count until the window's end.
   *
   * @param turn which part of the first window is over at the start
   */
  public static Throttle fixed(int limit, Duration window, double turn, boolean countsRefused) {
    return new Throttle(limit, window, (long) (turn * window.toNanos()), false, countsRefused);
  }

  /** Each call counts for the length of a window. */
  public static Throttle sliding(int limit, Duration window, boolean countsRefused) {
    return new Throttle(limit, window, 0, true, countsRefused);
  }

  /** It tells, in whole seconds, when the window ends. */
  public Throttle tells() {
    tells = true;
    return this;
  }

  Duration window() {
    return Duration.ofNanos(window);
  }

  /** From now on it takes another number of calls. */
  void becomes(int limit, long now) {
    allowed = allowed(now);
    changed = now;
    this.limit = limit;
  }

  boolean takes(long now) {
    while (!counted.isEmpty() && isPast(counted.element(), now)) {
      counted.remove();
    }
    boolean takes = counted.size() < limit;
    if (takes || countsRefused) {
      counted.add(now);
    }
    boolean isLate = now >= 3 * window;
    taken += takes ? 1 : 0;
    refused += takes ? 0 : 1;
    late += isLate ? 1 : 0;
    refusedLate += isLate && !takes ? 1 : 0;
    return takes;
  }

  private boolean isPast(long call, long now) {
    return slides ? now - call >= window : (now + turn) / window > (call + turn) / window;
  }

  Duration retryAfter(long now) {
    long rest = window - (now + turn) % window;
    return tells ? Duration.ofSeconds((rest + 999_999_999) / 1_000_000_000) : Duration.ZERO;
  }

  private double allowed(long now) {
    return allowed + (double) (now - changed) / window * limit;
  }

  /** The share of what it would have taken so far that it did take. */
  public double used(long now) {
    return taken / allowed(now);
  }

  public long taken() {
    return taken;
  }

  public long refused() {
    return refused;
  }

  /** The share of the calls after the third window that it refused. */
  public double refusedLate() {
    return (double) refusedLate / Math.max(1, late);
  }
}
