package io.imageshare.internal.flow;

import static java.time.Duration.ofNanos;

import io.imageshare.FlowPolicy;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one gate for all calls of all runs of a workflow: how fast, how many at once, how many jobs
 * open; and the first call alone, until the service has shown that it takes the credentials. Each
 * kind of call has a pace of its own below the common rate: a service may limit one and not others.
 */
public final class CallGate {

  /** Who waits at the gate. */
  interface Entry {
    Kind kind();

    boolean wanted();

    /** Whether it may go; if not, it is to be prepared first, which takes its place already. */
    boolean isPrepared();

    /** Makes ready what must be before it goes. */
    void prepare(Runnable ready);

    void go();
  }

  private record Queued(Entry entry, long number) {}

  private final Timekeeper time;
  private final FlowPolicy flow;
  private final long interval;
  private final RateLimits paces;
  private final Deque<Queued> prepared = new ArrayDeque<>();
  private final Deque<Queued> polls = new ArrayDeque<>();
  private final Deque<Queued> reads = new ArrayDeque<>();
  private final Deque<Queued> writes = new ArrayDeque<>();
  private final List<Deque<Queued>> queues = List.of(polls, reads, writes);
  private long entered;
  private int unanswered;
  private final Map<Kind, Integer> unansweredOf = new EnumMap<>(Kind.class);
  private int openJobs;
  private boolean trusted;
  private long earliest;
  private Timekeeper.@Nullable Scheduled waking;
  private long wakes;
  private volatile boolean closed;

  public CallGate(Timekeeper time, FlowPolicy flow) {
    this.time = time;
    this.flow = flow;
    interval = (long) Math.ceil(1e9 / flow.callsPerSecond());
    earliest = time.nanoTime();
    paces = new RateLimits(flow.callsPerSecond() / 1e9, earliest);
  }

  /** Queues a call. It goes when its turn comes, perhaps at once. */
  void enter(Entry entry) {
    Deque<Queued> queue =
        switch (entry.kind()) {
          case POLL -> polls;
          case READ -> reads;
          case SUBMIT -> writes;
        };
    queue.add(new Queued(entry, entered++));
    pump();
  }

  /** From now on nothing passes. */
  public void close() {
    closed = true;
  }

  /** A call was answered, or given up. */
  void left(Kind kind) {
    unanswered--;
    unansweredOf.merge(kind, -1, Integer::sum);
  }

  /** A job is open that another process submitted. */
  public void jobFound() {
    openJobs++;
  }

  /** A job has ended, was refused, or is no longer watched. */
  public void jobOver() {
    openJobs--;
    pump();
  }

  /** The service took a call, and so the credentials, whatever came of it then. */
  void taken(Kind kind, long begun) {
    trusted = true;
    paces.taken(kind, begun);
  }

  /** The credentials were refused: whoever comes next goes alone again. */
  public void distrust() {
    trusted = false;
  }

  /**
   * How many seconds of one open job's waiting one more call now makes up for: none while calls
   * pass at once, else its interval for each job that may be open. While submits wait although
   * places are free, a job that waits holds nobody up, and the call makes up for far more.
   */
  public double displaced() {
    boolean canSubmit = !writes.isEmpty() && openJobs < flow.openJobs();
    boolean queue = canSubmit || !prepared.isEmpty() || !polls.isEmpty() || !reads.isEmpty();
    if (!queue && earliest - time.nanoTime() <= 0) {
      return 0;
    }
    return (canSubmit ? 5.0 : 1.0) * flow.openJobs() * interval / 1e9;
  }

  /**
   * The service said that it is called too fast.
   *
   * @param wait how long it asks to wait
   * @return how long the next call of this kind waits
   */
  Duration throttled(Kind kind, long begun, Duration wait) {
    long now = time.nanoTime();
    paces.refused(kind, begun, now, wait.toNanos());
    return ofNanos(Math.max(0, paces.of(kind).earliest() - now));
  }

  void pump() {
    for (Deque<Queued> queue = next(); queue != null && !closed; queue = next()) {
      Entry entry = queue.element().entry();
      long now = time.nanoTime();
      if (queue != prepared && !entry.isPrepared()) {
        Queued place = queue.remove();
        take(entry, now);
        entry.prepare(
            () -> {
              prepared.add(place);
              pump();
            });
        continue;
      }
      if (earliest - now > 0) {
        wake(earliest);
        return;
      }
      queue.remove();
      if (queue != prepared) {
        take(entry, now);
      }
      earliest = now + interval;
      entry.go();
    }
  }

  private void take(Entry entry, long now) {
    unanswered++;
    unansweredOf.merge(entry.kind(), 1, Integer::sum);
    openJobs += entry.kind() == Kind.SUBMIT ? 1 : 0;
    paces.of(entry.kind()).begun(now);
  }

  private void giveBack(Entry entry) {
    left(entry.kind());
    openJobs -= entry.kind() == Kind.SUBMIT ? 1 : 0;
  }

  /** What is prepared; then looks, for they free places for jobs; reads and writes as they came. */
  private @Nullable Deque<Queued> next() {
    while (!prepared.isEmpty() && !prepared.element().entry().wanted()) {
      giveBack(prepared.remove().entry());
    }
    if (!prepared.isEmpty()) {
      return prepared;
    }
    if (unanswered >= (trusted ? flow.concurrentCalls() : 1)) {
      return null;
    }
    Deque<Queued> best = null;
    for (Deque<Queued> queue : queues) {
      drop(queue);
      if (!queue.isEmpty() && mayGo(queue.element().entry()) && isBefore(queue, best)) {
        best = queue;
      }
    }
    return best;
  }

  private boolean mayGo(Entry entry) {
    if (entry.kind() == Kind.SUBMIT && openJobs >= flow.openJobs()) {
      return false;
    }
    if (!paces.mayBeAtOnce(entry.kind(), unansweredOf.getOrDefault(entry.kind(), 0) + 1)) {
      return false;
    }
    long due = paces.of(entry.kind()).earliest();
    if (due - time.nanoTime() > 0) {
      wake(due);
      return false;
    }
    return true;
  }

  private boolean isBefore(Deque<Queued> queue, @Nullable Deque<Queued> other) {
    return other == null || (other != polls && queue.element().number() < other.element().number());
  }

  private static void drop(Deque<Queued> queue) {
    while (!queue.isEmpty() && !queue.element().entry().wanted()) {
      queue.remove();
    }
  }

  private void wake(long due) {
    if (waking != null) {
      if (due - wakes >= 0) {
        return;
      }
      waking.cancel();
    }
    wakes = due;
    waking =
        time.schedule(
            ofNanos(due - time.nanoTime()),
            () -> {
              waking = null;
              pump();
            });
  }
}
