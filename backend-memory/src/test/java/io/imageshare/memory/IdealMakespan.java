package io.imageshare.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * How long a run takes if each job is polled once, the moment it ends: a survey, slices in order,
 * and a read of each image when its last job has ended; at a rate limit that spaces calls evenly
 * and lets polls pass first.
 */
final class IdealMakespan {
  private record Event(double at, long order, Runnable what) {}

  private final double latency;
  private final double interval;
  private final int places;
  private final double[] durations;
  private final int[] images;
  private final int[] left;
  private final Deque<Runnable> polls = new ArrayDeque<>();
  private final Deque<Runnable> reads = new ArrayDeque<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::order));
  private long order;
  private double now;
  private double earliest;
  private int submitted;
  private int open;
  private int surveyed;

  /**
   * @param durations how long the job of each slice takes
   * @param images the image of each slice
   */
  IdealMakespan(
      double latency, double callsPerSecond, int places, double[] durations, int[] images) {
    this.latency = latency;
    interval = 1 / callsPerSecond;
    this.places = places;
    this.durations = durations;
    this.images = images;
    left = new int[1 + Arrays.stream(images).max().orElseThrow()];
    for (int image : images) {
      left[image]++;
    }
  }

  double seconds() {
    call(() -> surveyed++); // the first call goes alone
    for (int i = 1; i < left.length; i++) {
      reads.add(() -> surveyed++);
    }
    after(latency, () -> {});
    while (!events.isEmpty()) {
      Event event = events.remove();
      now = event.at;
      event.what.run();
      pump();
    }
    return now;
  }

  private void pump() {
    while (true) {
      boolean canWrite = surveyed == left.length && submitted < durations.length && open < places;
      if (now < latency || (polls.isEmpty() && reads.isEmpty() && !canWrite)) {
        return;
      }
      if (now < earliest - 1e-9) {
        after(earliest - now, () -> {});
        return;
      }
      if (!polls.isEmpty()) {
        call(polls.remove());
      } else if (canWrite) {
        int slice = submitted++;
        open++;
        call(() -> {});
        after(latency / 2 + durations[slice], () -> polls.add(() -> finished(slice)));
      } else {
        call(reads.remove());
      }
    }
  }

  private void finished(int slice) {
    open--;
    if (--left[images[slice]] == 0) {
      reads.add(() -> {});
    }
  }

  private void call(Runnable answered) {
    earliest = now + interval;
    after(latency, answered);
  }

  private void after(double delay, Runnable what) {
    events.add(new Event(now + delay, order++, what));
  }
}
