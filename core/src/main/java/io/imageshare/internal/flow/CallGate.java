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
 * Admits the calls of all runs of a workflow: it limits their rate, the calls under way and the
 * open jobs, and lets the first call go alone until the service has accepted the credentials. Below
 * the common rate each kind of call has a rate of its own, as a service may limit one and not
 * another.
 */
public final class CallGate {

  /** A call that waits for admission. */
  interface Entry {
    Kind kind();

    boolean isWanted();

    /** Whether the call can start; if not, it is prepared first, which already takes its slot. */
    boolean isPrepared();

    /**
     * Does what must be done before the call starts.
     *
     * @param ready to be called when it can start
     */
    void prepare(Runnable ready);

    void start();
  }

  private record QueuedCall(Entry entry, long number) {}

  private final Timekeeper time;
  private final FlowPolicy flow;
  private final long interval;
  private final RateLimits rates;
  private final Deque<QueuedCall> prepared = new ArrayDeque<>();
  private final Deque<QueuedCall> polls = new ArrayDeque<>();
  private final Deque<QueuedCall> reads = new ArrayDeque<>();
  private final Deque<QueuedCall> writes = new ArrayDeque<>();
  private final List<Deque<QueuedCall>> queues = List.of(polls, reads, writes);
  private long entered;
  private int unanswered;
  private final Map<Kind, Integer> unansweredOf = new EnumMap<>(Kind.class);
  private int openJobs;
  private boolean credentialsAccepted;
  private long earliest;
  private Timekeeper.@Nullable Scheduled wakeUp;
  private long wakeUpAt;
  private volatile boolean closed;

  public CallGate(Timekeeper time, FlowPolicy flow) {
    this.time = time;
    this.flow = flow;
    interval = (long) Math.ceil(1e9 / flow.callsPerSecond());
    earliest = time.nanoTime();
    rates = new RateLimits(flow.callsPerSecond() / 1e9, earliest);
  }

  /** Queues a call, which starts when its turn comes, perhaps at once. */
  void enqueue(Entry entry) {
    Deque<QueuedCall> queue =
        switch (entry.kind()) {
          case POLL -> polls;
          case READ -> reads;
          case SUBMIT -> writes;
        };
    queue.add(new QueuedCall(entry, entered++));
    pump();
  }

  /** Admits no more calls. May be called from any thread. */
  public void close() {
    closed = true;
  }

  /** A call was answered or has timed out. */
  void finished(Kind kind) {
    unanswered--;
    unansweredOf.merge(kind, -1, Integer::sum);
  }

  /** Counts an open job that another process submitted. */
  public void addOpenJob() {
    openJobs++;
  }

  /** Frees the slot of a job that has ended, was refused, or is no longer watched. */
  public void removeOpenJob() {
    openJobs--;
    pump();
  }

  /**
   * The service processed a call, and so accepted the credentials, even if it refused the request.
   */
  void accepted(Kind kind, long started) {
    credentialsAccepted = true;
    rates.accepted(kind, started);
  }

  /** Whether the service processed a call since credentials were last refused. */
  public boolean areCredentialsAccepted() {
    return credentialsAccepted;
  }

  /** The credentials were refused: the next call goes alone again. */
  public void credentialsRefused() {
    credentialsAccepted = false;
  }

  /**
   * The seconds of one job's waiting that one more call costs by its place in the queue: 0 while
   * calls start at once, else the call's interval for each job that may be open. While submits wait
   * although slots are free, a waiting job delays nobody, and the call costs far more.
   */
  public double displacedWait() {
    boolean canSubmit = !writes.isEmpty() && openJobs < flow.openJobs();
    boolean queue = canSubmit || !prepared.isEmpty() || !polls.isEmpty() || !reads.isEmpty();
    if (!queue && earliest - time.nanoTime() <= 0) {
      return 0;
    }
    return (canSubmit ? 5.0 : 1.0) * flow.openJobs() * interval / 1e9;
  }

  /**
   * The service refused a call as one too many.
   *
   * @param wait the wait that it asks for
   * @return the wait before the next call of this kind
   */
  Duration throttled(Kind kind, long started, Duration wait) {
    long now = time.nanoTime();
    rates.refused(kind, started, now, wait.toNanos());
    return ofNanos(Math.max(0, rates.of(kind).earliest() - now));
  }

  void pump() {
    for (Deque<QueuedCall> queue = next(); queue != null && !closed; queue = next()) {
      Entry entry = queue.element().entry();
      long now = time.nanoTime();
      if (queue != prepared && !entry.isPrepared()) {
        QueuedCall queued = queue.remove();
        reserve(entry, now);
        entry.prepare(
            () -> {
              prepared.add(queued);
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
        reserve(entry, now);
      }
      earliest = now + interval;
      entry.start();
    }
  }

  private void reserve(Entry entry, long now) {
    unanswered++;
    unansweredOf.merge(entry.kind(), 1, Integer::sum);
    openJobs += entry.kind() == Kind.SUBMIT ? 1 : 0;
    rates.of(entry.kind()).callStarted(now);
  }

  private void release(Entry entry) {
    finished(entry.kind());
    openJobs -= entry.kind() == Kind.SUBMIT ? 1 : 0;
  }

  /**
   * The queue to serve next: prepared calls, then polls, as they free the slots of jobs, then reads
   * and writes in the order they came.
   */
  private @Nullable Deque<QueuedCall> next() {
    while (!prepared.isEmpty() && !prepared.element().entry().isWanted()) {
      release(prepared.remove().entry());
    }
    if (!prepared.isEmpty()) {
      return prepared;
    }
    if (unanswered >= (credentialsAccepted ? flow.concurrentCalls() : 1)) {
      return null;
    }
    Deque<QueuedCall> best = null;
    for (Deque<QueuedCall> queue : queues) {
      dropUnwanted(queue);
      if (!queue.isEmpty() && isAdmissible(queue.element().entry()) && isBefore(queue, best)) {
        best = queue;
      }
    }
    return best;
  }

  private boolean isAdmissible(Entry entry) {
    if (entry.kind() == Kind.SUBMIT && openJobs >= flow.openJobs()) {
      return false;
    }
    if (!rates.allows(entry.kind(), unansweredOf.getOrDefault(entry.kind(), 0) + 1)) {
      return false;
    }
    long due = rates.of(entry.kind()).earliest();
    if (due - time.nanoTime() > 0) {
      wake(due);
      return false;
    }
    return true;
  }

  private boolean isBefore(Deque<QueuedCall> queue, @Nullable Deque<QueuedCall> other) {
    return other == null || (other != polls && queue.element().number() < other.element().number());
  }

  private static void dropUnwanted(Deque<QueuedCall> queue) {
    while (!queue.isEmpty() && !queue.element().entry().isWanted()) {
      queue.remove();
    }
  }

  private void wake(long due) {
    if (wakeUp != null) {
      if (due - wakeUpAt >= 0) {
        return;
      }
      wakeUp.cancel();
    }
    wakeUpAt = due;
    wakeUp =
        time.schedule(
            ofNanos(due - time.nanoTime()),
            () -> {
              wakeUp = null;
              pump();
            });
  }
}
