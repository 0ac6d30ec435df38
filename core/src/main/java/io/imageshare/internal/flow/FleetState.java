package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.util.Objects.requireNonNull;

import io.imageshare.internal.flow.Call.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the workflows on one {@link io.imageshare.Pacer} share: what they learned of the service's
 * limits, the slots that are taken (the times at which calls start), and how many jobs each may
 * have open. Each in turn reads it, adds what it has seen, takes what it needs, and writes it.
 *
 * <p>No clock and no thread: times are those of the pacer's clock, in nanoseconds.
 */
final class FleetState {
  private static final String FORMAT = "pace/1";

  /** A process that has not been heard of for so long is gone. */
  private static final long FORGET = 60_000_000_000L;

  /** One that has not been heard of for so long does not come first. */
  private static final long WAITS = 10_000_000_000L;

  /** How far ahead slots are taken, if all are. */
  private static final double AHEAD = 2e9;

  private static final int MOST_SLOTS = 100;

  /** A slot may be used later by so much at least. */
  private static final long LEAST_KEPT = 100_000_000;

  private final long now;
  private final int openJobs;
  private final RateLimits rates;

  /** The slots that are taken, under the first kind of those that share a rate. */
  private Map<Kind, TreeSet<Long>> taken = new EnumMap<>(Kind.class);

  private final Map<String, Member> members = new LinkedHashMap<>();

  /**
   * A process.
   *
   * @param number that of its last turn
   * @param seen when that was
   * @param jobs how many it may have open
   * @param waits since when it waits for more; null: it does not
   */
  private record Member(long number, long seen, int jobs, @Nullable Long waits) {}

  /**
   * A call that was answered.
   *
   * @param at when that was
   * @param asked the wait that a refusal asks for; 0: none
   */
  record Answered(Kind kind, long started, boolean refused, long at, long asked) {

    /** The same by a clock that is ahead. */
    Answered later(long by) {
      return new Answered(kind, started + by, refused, at + by, asked);
    }
  }

  /**
   * What a process has seen since its last turn, and what it needs.
   *
   * @param number greater than that of its last turn
   * @param answered the calls that were answered, in that order
   * @param slots those that it has and will use if it may
   * @param returned those that it gives back
   * @param from when it can use the first of new ones
   * @param waiting the calls of each kind that wait
   * @param started the calls of each kind that it started
   * @param open its open jobs
   */
  record Turn(
      String process,
      long number,
      List<Answered> answered,
      List<Long> slots,
      List<Long> returned,
      long from,
      Map<Kind, Integer> waiting,
      Map<Kind, Integer> started,
      int open) {}

  /**
   * What a process may do.
   *
   * @param slots by kind, for those that share a rate under the first
   * @param jobs how many it may have open
   * @param waits whether it needs more
   * @param yields whether it must not open a job for one that has ended: others have fewer
   */
  record Grant(Map<Kind, Slots> slots, int jobs, boolean waits, boolean yields) {}

  /**
   * Times at which a process may start a call.
   *
   * @param kept of those that it had
   * @param added new ones
   * @param keep for how long after its time each may be used
   */
  record Slots(List<Long> kept, List<Long> added, long keep) {}

  private FleetState(RateLimits rates, int openJobs, long now) {
    this.rates = rates;
    this.openJobs = openJobs;
    this.now = now;
  }

  /**
   * Reads what was written; throws some RuntimeException if it is no such text.
   *
   * @param text empty: nothing was written yet
   */
  static FleetState read(String text, double maxRate, int openJobs, long now) {
    if (text.isEmpty()) {
      FleetState first = new FleetState(new RateLimits(maxRate, true, now), openJobs, now);
      first.taken.put(Kind.SUBMIT, new TreeSet<>());
      return first;
    }
    StateText.Reader from = new StateText.Reader(FORMAT, text, now);
    FleetState state = new FleetState(new RateLimits(maxRate, from), openJobs, now);
    for (Kind kind : Kind.values()) {
      if (state.rates.first(kind) == kind) {
        state.taken.put(kind, new TreeSet<>(from.times()));
      }
    }
    for (long left = from.integer(); left > 0; left--) {
      state.members.put(
          from.word(),
          new Member(
              from.integer(),
              from.time(),
              (int) from.integer(),
              from.flag() ? (Long) from.time() : null));
    }
    return state;
  }

  String text() {
    StateText.Writer to = new StateText.Writer(FORMAT, now);
    rates.write(to);
    taken.values().forEach(to::times);
    to.number(members.size());
    members.forEach(
        (process, member) -> {
          to.word(process).number(member.number).time(member.seen).number(member.jobs);
          to.flag(member.waits != null);
          if (member.waits != null) {
            to.time(member.waits);
          }
        });
    return to.text();
  }

  /** The number of a process's last turn; 0: it had none. */
  long number(String process) {
    Member member = members.get(process);
    return member == null ? 0 : member.number;
  }

  RateLimits rates() {
    return rates;
  }

  /** How many processes there are, one at least. */
  int processes() {
    return max(1, members.size());
  }

  /** A process is gone. */
  void leave(Turn turn) {
    answered(turn);
    members.remove(turn.process);
  }

  /** A process's turn. */
  Grant take(Turn turn) {
    members.values().removeIf(member -> now - member.seen > FORGET);
    answered(turn);
    boolean waits = takeJobs(turn);
    int jobs = requireNonNull(members.get(turn.process)).jobs;
    Map<Kind, Integer> wanted = new EnumMap<>(turn.waiting);
    wanted.merge(Kind.SUBMIT, jobs - turn.open, Math::min);
    wanted.keySet().removeIf(kind -> mustWait(kind, turn.from));
    Map<Kind, Slots> slots = new EnumMap<>(Kind.class);
    for (Kind kind : taken.keySet()) {
      slots.put(kind, takeSlots(kind, turn, wanted));
    }
    return new Grant(slots, jobs, waits, others(turn).anyMatch(m -> isBehind(m, jobs)));
  }

  /** Whether no call of a kind may start for as long as slots are taken ahead. */
  private boolean mustWait(Kind kind, long from) {
    Long asked = rates.asked(kind);
    return asked != null && asked - from > AHEAD;
  }

  private void answered(Turn turn) {
    for (Answered call : turn.answered) {
      if (call.refused) {
        rates.refused(call.kind, call.started, call.at, call.asked);
      } else {
        rates.accepted(call.kind, call.started);
      }
    }
    Map<Kind, TreeSet<Long>> before = taken;
    taken = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      if (rates.first(kind) == kind) {
        taken.put(kind, new TreeSet<>(before.getOrDefault(kind, new TreeSet<>())));
      }
    }
    for (Map.Entry<Kind, TreeSet<Long>> of : taken.entrySet()) {
      RateEstimator rate = rates.of(of.getKey());
      of.getValue().removeAll(turn.returned);
      of.getValue().removeIf(slot -> rate.following(slot) - now <= 0);
    }
  }

  // Jobs

  private Stream<Member> others(Turn turn) {
    return members.entrySet().stream()
        .filter(member -> !member.getKey().equals(turn.process))
        .map(Map.Entry::getValue);
  }

  /** Whether it has none, or at least two fewer than one with so many, and waits for more. */
  private boolean isBehind(Member member, int jobs) {
    return isWaiting(member) && (member.jobs == 0 ? jobs > 0 : member.jobs < jobs - 1);
  }

  private boolean isWaiting(Member member) {
    return member.waits != null && now - member.seen < WAITS;
  }

  /** Who has the fewest comes first, then who waits for the longest time. */
  private boolean takeJobs(Turn turn) {
    Member before = members.get(turn.process);
    long since = before == null || before.waits == null ? now : before.waits;
    int free = min(openJobs, openJobs - others(turn).mapToInt(Member::jobs).sum());
    int wanted = turn.open + turn.waiting.getOrDefault(Kind.SUBMIT, 0);
    int jobs = turn.open;
    while (jobs < min(wanted, free) && !isAnotherFirst(turn, jobs, since)) {
      jobs++;
    }
    boolean waits = jobs < wanted;
    long still = jobs > turn.open ? now : since; // who has just got one comes last
    members.put(turn.process, new Member(turn.number, now, jobs, waits ? (Long) still : null));
    return waits;
  }

  private boolean isAnotherFirst(Turn turn, int jobs, long since) {
    return others(turn)
        .anyMatch(
            other ->
                isWaiting(other)
                    && (other.jobs < jobs
                        || (other.jobs == jobs && requireNonNull(other.waits) - since < 0)));
  }

  // Slots

  private Slots takeSlots(Kind kind, Turn turn, Map<Kind, Integer> wanted) {
    RateEstimator rate = rates.of(kind);
    TreeSet<Long> all = requireNonNull(taken.get(kind));
    int most =
        rate.isProbing()
            ? 1
            : (int) min(MOST_SLOTS, max(1, Math.ceil(rate.rate() * AHEAD / members.size())));
    int needed = sum(wanted, kind) + (rate.isLimited() ? 0 : sum(turn.started, kind));
    List<Long> kept = new ArrayList<>();
    for (long slot : turn.slots) {
      if (all.contains(slot)) {
        if (kept.size() < most && slot - rate.earliest() >= 0) {
          kept.add(slot);
        } else {
          all.remove(slot);
        }
      }
    }
    List<Long> added = new ArrayList<>();
    while (kept.size() + added.size() < min(needed, most)) {
      long slot = next(rate, all, turn.from);
      all.add(slot);
      added.add(slot);
    }
    long keep = (long) (rate.isLimited() ? max(LEAST_KEPT, 1 / rate.rate()) : AHEAD);
    return new Slots(kept, added, keep);
  }

  private int sum(Map<Kind, Integer> calls, Kind first) {
    return calls.entrySet().stream()
        .filter(of -> rates.first(of.getKey()) == first)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** The first time that is far enough from those that are taken. */
  private static long next(RateEstimator rate, SortedSet<Long> taken, long from) {
    long at = from - rate.earliest() > 0 ? from : rate.earliest();
    for (long slot : taken) {
      if (slot - rate.following(at) >= 0) {
        break;
      }
      at = Math.max(at, rate.following(slot));
    }
    return -Math.floorDiv(-at, 1000) * 1000; // as it is written
  }
}
