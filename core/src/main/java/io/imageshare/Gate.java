package io.imageshare;

import static java.time.Duration.ofNanos;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The one gate for all calls of all runs of a workflow: how fast, how many at once, how many jobs
 * open; and the first call alone, until the service has shown that it takes the credentials.
 */
final class Gate {

  /** Who waits at the gate. */
  interface Entry {
    Call.Kind kind();

    boolean wanted();

    /** Whether it may go; if not, it is to be prepared first, which takes its place already. */
    boolean isPrepared();

    /** Makes ready what must be before it goes. */
    void prepare(Runnable ready);

    void go();
  }

  private record Place(Entry entry, long number) {}

  private final Timekeeper time;
  private final FlowPolicy flow;
  private final long interval;
  private final Deque<Place> prepared = new ArrayDeque<>();
  private final Deque<Place> looks = new ArrayDeque<>();
  private final Deque<Place> reads = new ArrayDeque<>();
  private final Deque<Place> writes = new ArrayDeque<>();
  private long entered;
  private int unanswered;
  private int openJobs;
  private boolean trusted;
  private long earliest;
  private boolean waking;
  private int throttles;
  private volatile boolean closed;

  Gate(Timekeeper time, FlowPolicy flow) {
    this.time = time;
    this.flow = flow;
    interval = (long) Math.ceil(1e9 / flow.callsPerSecond());
    earliest = time.nanoTime();
  }

  /** Queues a call. It goes when its turn comes, perhaps at once. */
  void enter(Entry entry) {
    Deque<Place> queue =
        switch (entry.kind()) {
          case LOOK -> looks;
          case READ -> reads;
          case SUBMIT -> writes;
        };
    queue.add(new Place(entry, entered++));
    pump();
  }

  /** From now on nothing passes. */
  void close() {
    closed = true;
  }

  /** A call was answered, or given up. */
  void left() {
    unanswered--;
  }

  /** A job is open that another process submitted. */
  void jobFound() {
    openJobs++;
  }

  /** A job has ended, was refused, or is no longer watched. */
  void jobOver() {
    openJobs--;
    pump();
  }

  /** The service has shown that it takes the credentials. */
  void trust() {
    trusted = true;
    throttles = 0;
  }

  /** The credentials were refused: whoever comes next goes alone again. */
  void distrust() {
    trusted = false;
  }

  /**
   * How many seconds of one open job's waiting one more call now makes up for: none while calls
   * pass at once, else its interval for each job that may be open. While submits wait although
   * places are free, a job that waits holds nobody up, and the call makes up for far more.
   */
  double displaced() {
    boolean canSubmit = !writes.isEmpty() && openJobs < flow.openJobs();
    boolean queue = canSubmit || !prepared.isEmpty() || !looks.isEmpty() || !reads.isEmpty();
    if (!queue && earliest - time.nanoTime() <= 0) {
      return 0;
    }
    return (canSubmit ? 5.0 : 1.0) * flow.openJobs() * interval / 1e9;
  }

  /** How often in a row the service has said that it is called too fast. */
  int throttles() {
    return throttles;
  }

  /** The service said that it is called too fast: nothing passes for a while. */
  void pause(Duration pause) {
    long until = time.nanoTime() + pause.toNanos();
    if (earliest - time.nanoTime() <= interval) {
      throttles++; // not for each of several calls that hit the same limit together
    }
    earliest = later(earliest, until);
  }

  void pump() {
    for (Deque<Place> queue = next(); queue != null && !closed; queue = next()) {
      Entry entry = queue.element().entry();
      if (!entry.isPrepared()) {
        Place place = queue.remove();
        take(entry);
        entry.prepare(
            () -> {
              prepared.add(place);
              pump();
            });
        continue;
      }
      long wait = earliest - time.nanoTime();
      if (wait > 0) {
        wake(wait);
        return;
      }
      queue.remove();
      if (queue != prepared) {
        take(entry);
      }
      earliest = time.nanoTime() + interval;
      entry.go();
    }
  }

  private void take(Entry entry) {
    unanswered++;
    openJobs += entry.kind() == Call.Kind.SUBMIT ? 1 : 0;
  }

  private void giveBack(Entry entry) {
    unanswered--;
    openJobs -= entry.kind() == Call.Kind.SUBMIT ? 1 : 0;
  }

  /** What is prepared; then looks, for they free places for jobs; reads and writes as they came. */
  private @Nullable Deque<Place> next() {
    while (!prepared.isEmpty() && !prepared.element().entry().wanted()) {
      giveBack(prepared.remove().entry());
    }
    if (!prepared.isEmpty()) {
      return prepared;
    }
    if (unanswered >= (trusted ? flow.concurrentCalls() : 1)) {
      return null;
    }
    drop(looks);
    drop(reads);
    drop(writes);
    if (!looks.isEmpty()) {
      return looks;
    }
    boolean canWrite = !writes.isEmpty() && openJobs < flow.openJobs();
    if (!reads.isEmpty()) {
      return canWrite && writes.element().number() < reads.element().number() ? writes : reads;
    }
    return canWrite ? writes : null;
  }

  private static void drop(Deque<Place> queue) {
    while (!queue.isEmpty() && !queue.element().entry().wanted()) {
      queue.remove();
    }
  }

  private void wake(long wait) {
    if (!waking) {
      waking = true;
      time.schedule(
          ofNanos(wait),
          () -> {
            waking = false;
            pump();
          });
    }
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
