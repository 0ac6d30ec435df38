package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.FlowPolicy;
import io.imageshare.Pacer;
import io.imageshare.Pacer.Snapshot;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call.Kind;
import io.imageshare.internal.flow.FleetState.Answered;
import io.imageshare.internal.flow.FleetState.Grant;
import io.imageshare.internal.flow.FleetState.Slots;
import io.imageshare.internal.flow.FleetState.Turn;
import io.imageshare.internal.time.Backoff;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits that are shared through a {@link Pacer}. Calls use slots that were taken before; a turn,
 * in which the shared state is read and replaced, takes more. While the pacer is away, this process
 * keeps to its share.
 */
final class SharedLimits implements Limits {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  /** The pacer is away if it has not answered by then; later slots are given back at each turn. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration SOON = Duration.ofSeconds(1);

  /** While there is something to do, others hear of this process so often at least. */
  private static final Duration LATE = Duration.ofSeconds(5);

  /** Nobody can tell what a refusal means who does not know what others sent in that window. */
  private static final double TURNS_A_WINDOW = 8;

  private static final int MOST_CONFLICTS = 20;

  private final Timekeeper time;
  private final FlowPolicy flow;
  private final double maxRate;
  private final Pacer pacer;
  private final CallGate gate;

  /** Not from the seed: processes may have the same one, and must differ. */
  private final String process = UUID.randomUUID().toString();

  // What is shared, as last seen.
  private Snapshot shared = new Snapshot(-1, "", Instant.EPOCH);
  private RateLimits rates;
  private int processes = 1;
  private long offset; // of the pacer's clock, from the monotonic one of this process
  private long roundTrip;

  // What this process may do.
  private final Map<Kind, Held> held = new EnumMap<>(Kind.class);
  private int jobs;
  private boolean waitsForJobs;
  private boolean yields;
  private @Nullable Limits alone; // while the pacer is away

  // What was seen since the last turn.
  private final List<Answered> answered = new ArrayList<>();
  private final Map<Kind, Integer> started = new EnumMap<>(Kind.class);

  /** Slots that are given back. */
  private final List<Long> returned = new ArrayList<>();

  // The turn that is under way.
  private long turns;
  private final List<Proposal> proposals = new ArrayList<>();
  private int attempt;
  private boolean asking;
  private int conflicts;
  private int failures;
  private boolean leaving;

  private final Alarm alarm;

  /** A slot, by the pacer's clock and by that of this process. */
  private record Slot(long shared, long at) {}

  /** The slots of a kind, or of several that share a rate. */
  private static final class Held {
    final List<Slot> slots = new ArrayList<>();
    final long keep;
    int few; // so few are left that more are asked for

    Held(long keep) {
      this.keep = keep;
    }
  }

  /** What may have become the shared state: an answer that is missing says nothing. */
  private record Proposal(Turn turn, @Nullable Grant grant, RateLimits rates, int processes) {

    /** The number of this process's last turn in it; 0: it has left. */
    long number() {
      return grant == null ? 0 : turn.number();
    }
  }

  SharedLimits(Timekeeper time, FlowPolicy flow, Pacer pacer, CallGate gate) {
    this.time = time;
    this.flow = flow;
    this.pacer = pacer;
    this.gate = gate;
    alarm = new Alarm(time, this::ask);
    maxRate = flow.callsPerSecond() / 1e9;
    rates = new RateLimits(maxRate, time.nanoTime());
  }

  // What the gate asks

  @Override
  public long earliest(Kind kind) {
    if (alone != null) {
      return alone.earliest(kind);
    }
    long now = time.nanoTime();
    Long asked = rates.asked(kind);
    if (asked != null && asked - offset - now > 0) {
      return Math.min(asked - offset, now + PATIENCE.toNanos());
    }
    Held own = held(kind);
    own.slots.removeIf(slot -> now - slot.at > own.keep);
    if (own.slots.isEmpty()) {
      ask();
      return now + PATIENCE.toNanos();
    }
    return own.slots.get(0).at;
  }

  private Held held(Kind kind) {
    return held.computeIfAbsent(rates.first(kind), first -> new Held(0));
  }

  @Override
  public boolean mayOpenJob(int open) {
    if (alone != null) {
      return alone.mayOpenJob(open);
    }
    if (open < jobs) {
      return true;
    }
    if (!waitsForJobs) {
      ask();
    }
    return false;
  }

  @Override
  public void callStarted(Kind kind, long now) {
    if (alone != null) {
      alone.callStarted(kind, now);
      askWithin(pause());
      return;
    }
    Held own = held(kind);
    own.slots.remove(0);
    started.merge(kind, 1, Integer::sum);
    if (own.slots.size() <= own.few && isNeeded(kind)) {
      ask();
    }
  }

  /** Whether calls wait that could use a slot for this kind. */
  private boolean isNeeded(Kind kind) {
    for (Kind other : Kind.values()) {
      if (rates.of(other) == rates.of(kind)
          && gate.waiting(other) > 0
          && (other != Kind.SUBMIT || gate.openJobs() < jobs)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void accepted(Kind kind, long start) {
    if (alone != null) {
      alone.accepted(kind, start);
      return;
    }
    answered.add(new Answered(kind, start, false, start, 0));
    if (rates.of(kind).isProbing()) {
      ask(); // it is what all others wait for
    } else {
      tellInTime(kind);
    }
  }

  private void tellInTime(Kind kind) {
    double window = rates.of(kind).window();
    Duration within = Duration.ofNanos((long) (window / TURNS_A_WINDOW));
    askWithin(window == 0 ? SOON : within.compareTo(LATE) < 0 ? within : LATE);
  }

  @Override
  public void refused(Kind kind, long start, long now, long wait) {
    if (alone != null) {
      alone.refused(kind, start, now, wait);
      return;
    }
    answered.add(new Answered(kind, start, true, now, wait));
    ask();
  }

  @Override
  public void jobEnded() {
    if (alone == null) {
      jobs = yields ? Math.min(jobs, gate.openJobs()) : jobs;
      askWithin(yields ? SOON : LATE);
    }
  }

  @Override
  public void close() {
    leaving = true;
    alarm.cancel();
    if (!asking && turns > 0) {
      begin();
    }
  }

  // Turns

  private void askWithin(Duration delay) {
    if (!asking && !leaving) {
      alarm.set(time.nanoTime() + delay.toNanos());
    }
  }

  private void ask() {
    if (!asking && !leaving) {
      begin();
    }
  }

  private void begin() {
    asking = true;
    conflicts = 0;
    alarm.cancel();
    attempt();
  }

  private void attempt() {
    int number = ++attempt;
    long began = time.nanoTime();
    try {
      String text = shared.version() < 0 ? "" : propose(began);
      Timekeeper.Scheduled limit =
          time.schedule(
              PATIENCE, () -> failed(number, new IllegalStateException("no answer within 1 s")));
      requireNonNull(pacer.replace(shared.version(), text))
          .whenComplete(
              (value, failure) ->
                  time.schedule(
                      Duration.ZERO,
                      () -> {
                        limit.cancel();
                        answered(number, began, value, failure);
                      }));
    } catch (RuntimeException | LinkageError e) {
      time.schedule(Duration.ZERO, () -> failed(number, e));
    }
  }

  private void answered(
      int number, long began, @Nullable Snapshot now, @Nullable Throwable failure) {
    if (number != attempt || !asking) {
      return; // nobody waits for it any more
    }
    try {
      if (failure != null) {
        failed(number, Failures.unwrap(failure));
      } else {
        see(requireNonNull(now, "the answer is null"), began);
      }
    } catch (RuntimeException e) {
      failed(number, e); // it cannot be read
    }
  }

  private void see(Snapshot now, long began) {
    long ended = time.nanoTime();
    roundTrip = ended - began;
    offset = nanos(now.now()) - began - roundTrip / 2;
    shared = now;
    long number = read(ended).number(process);
    Optional<Proposal> stored =
        proposals.stream().filter(proposal -> proposal.number() == number).findFirst();
    if (stored.isPresent()) {
      settled(stored.get());
    } else if (++conflicts < MOST_CONFLICTS) {
      attempt();
    } else {
      failed(attempt, new IllegalStateException("it does not keep what it is given"));
    }
  }

  private static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }

  private FleetState read(long now) {
    return FleetState.read(shared.state(), maxRate, flow.openJobs(), now + offset);
  }

  private String propose(long now) {
    FleetState state = read(now);
    Turn turn = turn(now);
    Grant grant = leaving ? null : state.take(turn);
    if (leaving) {
      state.leave(turn);
    }
    proposals.add(new Proposal(turn, grant, state.rates(), state.processes()));
    return state.text();
  }

  private Turn turn(long now) {
    long near = now + PATIENCE.toNanos();
    List<Long> kept = new ArrayList<>();
    for (Held own : held.values()) {
      own.slots.forEach(slot -> (slot.at - near > 0 ? returned : kept).add(slot.shared));
      own.slots.removeIf(slot -> slot.at - near > 0);
    }
    Map<Kind, Integer> waiting = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      waiting.put(kind, gate.waiting(kind));
    }
    return new Turn(
        process,
        ++turns,
        answered.stream().map(call -> call.later(offset)).toList(),
        kept,
        List.copyOf(returned),
        now + offset + roundTrip,
        waiting,
        Map.copyOf(started),
        gate.openJobs());
  }

  /** The shared state is as proposed, or was. */
  private void settled(Proposal own) {
    asking = false;
    proposals.clear();
    failures = 0;
    answered.subList(0, own.turn.answered().size()).clear();
    started.clear();
    returned.clear();
    rates = own.rates;
    processes = own.processes;
    if (own.grant == null) {
      return;
    }
    if (leaving) {
      begin();
      return;
    }
    if (alone != null) {
      alone = null;
      log.info("the pacer is back: the limits are shared again");
    }
    take(own.grant);
    plan();
    gate.pump();
  }

  private void take(Grant grant) {
    jobs = grant.jobs();
    waitsForJobs = grant.waits();
    yields = grant.yields();
    Map<Kind, Held> before = new EnumMap<>(held);
    held.clear();
    grant.slots().forEach((kind, slots) -> held.put(kind, held(before.get(kind), slots)));
  }

  private Held held(@Nullable Held before, Slots slots) {
    Held own = new Held(slots.keep());
    if (before != null) {
      before.slots.stream().filter(s -> slots.kept().contains(s.shared)).forEach(own.slots::add);
    }
    slots.added().forEach(slot -> own.slots.add(new Slot(slot, slot - offset)));
    own.slots.sort(Comparator.comparingLong(Slot::at));
    own.few = own.slots.size() / 4;
    return own;
  }

  /** When the next turn comes if nothing else happens. */
  private void plan() {
    if (answered.stream().anyMatch(call -> call.refused() || rates.of(call.kind()).isProbing())) {
      ask();
    } else {
      answered.forEach(call -> tellInTime(call.kind()));
    }
    if (waitsForJobs && jobs == 0) {
      askWithin(SOON);
    }
    held.forEach(
        (kind, own) -> {
          if (!own.slots.isEmpty() && isNeeded(kind)) {
            long half = (own.slots.get(0).at - time.nanoTime()) / 2;
            askWithin(Duration.ofNanos(Math.max(half, SOON.toNanos()))); // others may need less
          }
        });
    if (isBusy()) {
      askWithin(yields ? SOON : LATE);
    }
  }

  private boolean isBusy() {
    return jobs > 0
        || gate.openJobs() > 0
        || Arrays.stream(Kind.values()).anyMatch(kind -> gate.waiting(kind) > 0);
  }

  /** The pacer is away. What it was told last may have had an effect, which is looked up first. */
  private void failed(int number, Throwable failure) {
    if (number != attempt || !asking) {
      return;
    }
    asking = false;
    shared = new Snapshot(-1, "", Instant.EPOCH);
    if (leaving) {
      return;
    }
    if (alone == null) {
      log.warn(
          "the pacer is away: this process keeps to its share, 1 of {}: {}", processes, failure);
      held.clear();
      alone =
          new OwnLimits(
              rates.share(processes, time.nanoTime()), Math.max(1, flow.openJobs() / processes));
    }
    failures++;
    if (isBusy()) {
      askWithin(pause());
    }
    gate.pump();
  }

  private Duration pause() {
    return Duration.ofNanos((long) Backoff.nanos(SOON, 2, LATE, failures - 1));
  }
}
