package io.imageshare.internal.flow;

import com.google.common.collect.Maps;
import io.imageshare.FlowPolicy;
import io.imageshare.Pacer;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Admits the calls of all runs of a workflow: it limits their rate, the calls under way and the
 * open jobs, and lets the first call go alone until the service has accepted the credentials.
 */
public final class CallGate {

  /** A call that waits for admission, or a further request of one under way. */
  interface Entry {
    Call<?> call();

    default boolean isWanted() {
      return call().isWanted();
    }

    void start();
  }

  private final Timekeeper time;
  private final FlowPolicy flow;
  private final long interval;
  private final Limits limits;
  private final Deque<Entry> prepared = new ArrayDeque<>();
  private final Deque<Entry> further = new ArrayDeque<>();
  private final Deque<Entry> polls = new ArrayDeque<>();
  private final Deque<Entry> reads = new ArrayDeque<>();
  private final Deque<Entry> writes = new ArrayDeque<>();
  private final List<Deque<Entry>> queues = List.of(polls, writes, reads);

  /** Calls that were refused as one too many, and when. */
  private final Map<Entry, Long> held = new LinkedHashMap<>();

  private final Alarm alarm;
  private int unanswered;
  private int openJobs;
  private boolean credentialsAccepted;
  private long earliest;
  private volatile boolean closed;

  /**
   * @param pacer shares the limits with other processes; null: they are those of this one
   */
  public CallGate(Timekeeper time, FlowPolicy flow, @Nullable Pacer pacer) {
    this.time = time;
    this.flow = flow;
    interval = (long) Math.ceil(1e9 / flow.callsPerSecond());
    earliest = time.nanoTime();
    alarm = new Alarm(time, this::pump);
    limits =
        pacer == null
            ? new OwnLimits(
                new RateLimits(flow.callsPerSecond() / 1e9, false, earliest), flow.openJobs())
            : new SharedLimits(time, flow, pacer, this);
  }

  /** Queues a call, which starts when its turn comes, perhaps at once. */
  void enqueue(Entry entry) {
    queue(entry);
    pump();
  }

  /** Queues a further request of a call that reads: the call has its slot already. */
  void enqueueFurther(Entry request) {
    further.add(request);
    pump();
  }

  private void queue(Entry entry) {
    queue(entry.call().kind()).add(entry);
  }

  private Deque<Entry> queue(Kind kind) {
    return switch (kind) {
      case POLL -> polls;
      case READ -> reads;
      case SUBMIT -> writes;
    };
  }

  /** How many calls of a kind wait to start; those beyond a hundred are not counted. */
  int waiting(Kind kind) {
    return (int)
        Stream.concat(further.stream(), queue(kind).stream())
            .filter(entry -> entry.call().kind() == kind && entry.isWanted())
            .limit(100)
            .count();
  }

  /** How many jobs are open, those that are about to be submitted included. */
  int openJobs() {
    return openJobs;
  }

  /**
   * Holds a call back that was refused as one too many: until {@link #release}, or until a call of
   * its kind that began later was taken.
   */
  void hold(Entry entry) {
    held.put(entry, time.nanoTime());
  }

  /** Queues a call that was held back, unless it is queued already. */
  void release(Entry entry) {
    if (held.remove(entry) != null) {
      enqueue(entry);
    }
  }

  /** A run is over: what it held back comes no more. */
  void forget(CallOwner owner) {
    held.keySet().removeIf(entry -> entry.call().owner() == owner);
  }

  /** Admits no more calls. May be called from any thread. */
  public void close() {
    closed = true;
  }

  /** Leaves what is shared with other processes to them. Called on the engine's thread. */
  public void leave() {
    limits.close();
  }

  /** A call was answered or has timed out. */
  void finished() {
    unanswered--;
  }

  /** Counts an open job that another process submitted. */
  public void addOpenJob() {
    openJobs++;
  }

  /** Frees the slot of a job that has ended, was refused, or is no longer watched. */
  public void removeOpenJob() {
    openJobs--;
    limits.jobEnded();
    pump();
  }

  /**
   * The service processed a call, and so accepted the credentials, even if it refused the request.
   */
  void accepted(Kind kind, long started) {
    credentialsAccepted = true;
    limits.accepted(kind, started);
    List<Entry> over =
        List.copyOf(
            Maps.filterEntries(
                    held, of -> of.getKey().call().kind() == kind && started - of.getValue() > 0)
                .keySet());
    held.keySet().removeAll(over);
    over.forEach(this::queue);
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
   * The seconds of one job's waiting that a poll costs. While calls wait, an interval for each job
   * that may be open. While they start at once, a tenth for each that is open: a poll delays
   * nothing, but uses up a limit that no refusal may have shown yet. Five times as much unless a
   * submit waits for a slot, which the end of a job frees: otherwise an end only brings more calls.
   */
  public double pollCost() {
    boolean blocked = !writes.isEmpty() && !limits.mayOpenJob(openJobs);
    boolean queue = Stream.of(prepared, further, polls, reads).anyMatch(of -> !of.isEmpty());
    boolean wait = queue || (!writes.isEmpty() && !blocked) || earliest - time.nanoTime() > 0;
    double jobs = wait ? flow.openJobs() : openJobs / 10.0;
    return (blocked ? 1 : 5) * jobs * interval / 1e9;
  }

  /**
   * The service refused a call as one too many.
   *
   * @param wait the wait that it asks for
   */
  void throttled(Kind kind, long started, Duration wait) {
    limits.refused(kind, started, time.nanoTime(), wait.toNanos());
  }

  void pump() {
    for (Deque<Entry> queue = next(); queue != null && !closed; queue = next()) {
      Entry entry = queue.element();
      long now = time.nanoTime();
      if (!entry.call().isPrepared()) {
        queue.remove();
        if (queue != prepared) {
          reserve(entry, now); // what is prepared takes its slot already
        }
        entry
            .call()
            .prepare(
                () -> {
                  prepared.add(entry);
                  pump();
                });
        continue;
      }
      if (earliest - now > 0) {
        alarm.set(earliest);
        return;
      }
      queue.remove();
      if (queue == further) {
        limits.callStarted(entry.call().kind(), now);
      } else if (queue != prepared) {
        reserve(entry, now);
      }
      earliest = now + interval;
      entry.start();
    }
  }

  private void reserve(Entry entry, long now) {
    unanswered++;
    openJobs += entry.call().kind() == Kind.SUBMIT ? 1 : 0;
    limits.callStarted(entry.call().kind(), now);
  }

  private void unreserve(Entry entry) {
    finished();
    openJobs -= entry.call().kind() == Kind.SUBMIT ? 1 : 0;
  }

  /**
   * The queue to serve next: prepared calls, then further requests of calls under way, then polls,
   * as they free the slots of jobs, then writes, as the sooner a job begins the sooner the last one
   * ends, then reads.
   */
  private @Nullable Deque<Entry> next() {
    while (!prepared.isEmpty() && !prepared.element().isWanted()) {
      unreserve(prepared.remove());
    }
    if (!prepared.isEmpty()) {
      return prepared;
    }
    dropUnwanted(further);
    if (!further.isEmpty() && isAdmissible(further.element())) {
      return further;
    }
    if (unanswered >= (credentialsAccepted ? flow.concurrentCalls() : 1)) {
      return null;
    }
    queues.forEach(CallGate::dropUnwanted); // before it is asked whether a read waits
    for (Deque<Entry> queue : queues) {
      if (!queue.isEmpty() && isAdmissible(queue.element())) {
        return queue;
      }
    }
    return null;
  }

  private boolean isAdmissible(Entry entry) {
    boolean write = entry.call().kind() == Kind.SUBMIT;
    if (write && (!limits.mayOpenJob(openJobs) || (!credentialsAccepted && !reads.isEmpty()))) {
      return false; // the first call is a harmless one where there is a choice
    }
    long due = limits.earliest(entry.call().kind());
    if (due - time.nanoTime() > 0) {
      alarm.set(due);
      return false;
    }
    return true;
  }

  private static void dropUnwanted(Deque<Entry> queue) {
    while (!queue.isEmpty() && !queue.element().isWanted()) {
      queue.remove();
    }
  }
}
