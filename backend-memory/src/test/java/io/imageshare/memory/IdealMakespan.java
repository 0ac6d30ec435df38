package io.imageshare.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * How long a run takes, in seconds, if one look is spent on each job, the moment it ends: a survey,
 * slices in order, and a read of each image when its last job is over; through a gate that evenly
 * spaces calls and lets looks pass first.
 */
final class AllKnowing {
  private record Event(double at, long order, Runnable what) {}

  private final double latency;
  private final double interval;
  private final int places;
  private final double[] durations;
  private final int[] images;
  private final int[] left;
  private final Deque<Runnable> looks = new ArrayDeque<>();
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
  AllKnowing(double latency, double callsPerSecond, int places, double[] durations, int[] images) {
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

  double makespan() {
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
      if (now < latency || (looks.isEmpty() && reads.isEmpty() && !canWrite)) {
        return;
      }
      if (now < earliest - 1e-9) {
        after(earliest - now, () -> {});
        return;
      }
      if (!looks.isEmpty()) {
        call(looks.remove());
      } else if (canWrite) {
        int slice = submitted++;
        open++;
        call(() -> {});
        after(latency / 2 + durations[slice], () -> looks.add(() -> over(slice)));
      } else {
        call(reads.remove());
      }
    }
  }

  private void over(int slice) {
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
