package io.imageshare.internal.flow;

import static com.google.common.base.Throwables.throwIfInstanceOf;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.EnumMultiset;
import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.Multiset;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

  /** So many may still have an effect. */
  private static final int MOST_PROPOSALS = 2 * MOST_CONFLICTS;

  private static final Grant NOTHING = new Grant(Map.of(), 0, false, false);

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
  private long ahead; // by which the pacer's clock is, of the monotonic one of this process
  private long offset; // by which the shared times are
  private long roundTrip;
  private long conflicted; // for so long the last turn was repeated

  // What this process may do.
  private Grant granted = NOTHING;
  private int jobs;
  private @Nullable Limits alone; // while the pacer is away

  // What was seen since the last turn.
  private final List<Answered> answered = new ArrayList<>();
  private final Multiset<Kind> started = EnumMultiset.create(Kind.class);

  /** Slots that are given back. */
  private final List<Long> returned = new ArrayList<>();

  // The turn that is under way.
  private long turns;
  private final List<Proposal> proposals = new ArrayList<>();
  private int attempt;
  private boolean asking;
  private long begun;
  private int conflicts;
  private int failures;
  private boolean leaving;

  private final Alarm alarm;

  /** What may have become the shared state: an answer that is missing says nothing. */
  private record Proposal(Turn turn, @Nullable Grant grant, FleetState state) {}

  SharedLimits(Timekeeper time, FlowPolicy flow, Pacer pacer, CallGate gate) {
    this.time = time;
    this.flow = flow;
    this.pacer = pacer;
    this.gate = gate;
    alarm = new Alarm(time, this::ask);
    maxRate = flow.callsPerSecond() / 1e9;
    rates = new RateLimits(maxRate, false, time.nanoTime());
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
    Slots own = slots(kind);
    own.times().removeIf(slot -> now - (slot - offset) > own.keep());
    if (own.times().isEmpty()) {
      ask();
      return now + PATIENCE.toNanos();
    }
    return own.times().first() - offset;
  }

  private Slots slots(Kind kind) {
    Slots slots = granted.slots().get(rates.first(kind));
    return slots == null ? new Slots(new TreeSet<>(), 0, 0) : slots;
  }

  @Override
  public boolean mayOpenJob(int open) {
    if (alone != null) {
      return alone.mayOpenJob(open);
    }
    if (open < jobs) {
      return true;
    }
    if (!granted.waits()) {
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
    Slots own = slots(kind);
    own.times().pollFirst();
    started.add(kind);
    if (own.times().size() <= own.few() && isNeeded(kind)) {
      ask();
    }
  }

  /** Whether calls wait that could use a slot for this kind. */
  private boolean isNeeded(Kind kind) {
    return Arrays.stream(Kind.values())
        .filter(other -> rates.of(other) == rates.of(kind) && gate.waiting(other) > 0)
        .anyMatch(other -> other != Kind.SUBMIT || gate.openJobs() < jobs);
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
      jobs = granted.yields() ? Math.min(jobs, gate.openJobs()) : jobs;
      askWithin(granted.yields() ? SOON : LATE);
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
    begun = time.nanoTime();
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
    } catch (Throwable e) {
      throwIfInstanceOf(e, OutOfMemoryError.class);
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
    ahead = nanos(now.now()) - began - roundTrip / 2;
    shared = now;
    long number = read(ended).number(process);
    Optional<Proposal> stored =
        proposals.stream().filter(own -> own.state.number(process) == number).findFirst();
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
    FleetState state = FleetState.read(shared.state(), maxRate, flow.openJobs(), now + ahead);
    offset = state.now() - now;
    return state;
  }

  private String propose(long now) {
    FleetState state = read(now);
    Turn turn = turn(now);
    Grant grant = leaving ? null : state.take(turn);
    if (leaving) {
      state.leave(turn);
    }
    if (proposals.size() == MOST_PROPOSALS) {
      proposals.remove(0); // nobody keeps them for hours: what can be read but not replaced
    }
    proposals.add(new Proposal(turn, grant, state));
    return state.text();
  }

  private Turn turn(long now) {
    List<Long> near = new ArrayList<>();
    // What comes before the next turn ends is kept: or it would be given back again and again.
    long until = now + offset + PATIENCE.toNanos() + conflicted;
    for (Slots own : granted.slots().values()) {
      Set<Long> later = own.times().tailSet(until, false);
      returned.addAll(later);
      later.clear();
      near.addAll(own.times());
    }
    Multiset<Kind> waiting = EnumMultiset.create(Kind.class);
    for (Kind kind : Kind.values()) {
      waiting.setCount(kind, gate.waiting(kind));
    }
    return new Turn(
        process,
        ++turns,
        answered.stream().map(call -> call.later(offset)).toList(),
        near,
        List.copyOf(returned),
        now + offset + roundTrip,
        waiting,
        ImmutableMultiset.copyOf(started),
        gate.openJobs());
  }

  /** The shared state is as proposed, or was. */
  private void settled(Proposal own) {
    asking = false;
    conflicted = time.nanoTime() - begun - roundTrip;
    proposals.clear();
    failures = 0;
    answered.subList(0, own.turn.answered().size()).clear();
    started.clear();
    returned.clear();
    rates = own.state.rates();
    processes = own.state.processes();
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
    Set<Long> used = new TreeSet<>(own.turn.slots()); // meanwhile
    granted.slots().values().forEach(left -> used.removeAll(left.times()));
    own.grant.slots().values().forEach(slots -> slots.times().removeAll(used));
    granted = own.grant;
    jobs = granted.jobs();
    plan();
    gate.pump();
  }

  /** When the next turn comes if nothing else happens. */
  private void plan() {
    if (answered.stream().anyMatch(call -> call.refused() || rates.of(call.kind()).isProbing())) {
      ask();
    } else {
      answered.forEach(call -> tellInTime(call.kind()));
    }
    if (granted.waits() && jobs == 0) {
      askWithin(SOON);
    }
    granted
        .slots()
        .forEach(
            (kind, own) -> {
              if (!own.times().isEmpty() && isNeeded(kind)) {
                long half = (own.times().first() - offset - time.nanoTime()) / 2;
                askWithin(Duration.ofNanos(Math.max(half, SOON.toNanos()))); // others may need less
              }
            });
    if (isBusy()) {
      askWithin(granted.yields() ? SOON : LATE);
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
      granted = NOTHING;
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
