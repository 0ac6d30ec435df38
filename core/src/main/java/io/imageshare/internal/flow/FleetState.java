package io.imageshare.internal.flow;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.EnumMultiset;
import com.google.common.collect.Multiset;
import com.google.common.collect.Multisets;
import io.imageshare.internal.flow.Call.Kind;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the workflows on one {@link io.imageshare.Pacer} share: what they learned of the service's
 * limits, the slots that are taken (the times at which calls start), and how many jobs each may
 * have open. Each in turn reads it, adds what it has seen, takes what it needs, and writes it.
 *
 * <p>No clock and no thread: times are those of the pacer's clock, in nanoseconds since an epoch,
 * which is set back with the clock.
 */
final class FleetState {
  static final String MAX_RATE = "maxRate";

  private static final String FORMAT = "pace/2";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .visibility(PropertyAccessor.ALL, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** A process that has not been heard of for so long is gone. */
  private static final long FORGET = 60_000_000_000L;

  /** One that has not been heard of for so long does not come first. */
  private static final long WAITS = 10_000_000_000L;

  /** How far ahead slots are taken, if all are. */
  private static final double AHEAD = 2e9;

  private static final int MOST_SLOTS = 100;

  /** A slot may be used later by so much at least. */
  private static final long LEAST_KEPT = 100_000_000;

  private final int openJobs;
  private final long epoch;
  private final long now;
  private final RateLimits rates;

  /** The slots that are taken, under the first kind of those that share a rate. */
  private final EnumMap<Kind, TreeSet<Long>> taken;

  private final Map<String, Member> members;

  /** What is written, and when. */
  private record Written(
      long epoch,
      long now,
      RateLimits rates,
      EnumMap<Kind, TreeSet<Long>> taken,
      Map<String, Member> members) {}

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
      Multiset<Kind> waiting,
      Multiset<Kind> started,
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
   * When a process may start calls.
   *
   * @param times from which it takes those that it uses or gives back
   * @param keep for how long after its time each may be used
   * @param few so few are left that it asks for more
   */
  record Slots(NavigableSet<Long> times, long keep, int few) {}

  private FleetState(Written found, int openJobs, long clock) {
    this.openJobs = openJobs;
    epoch = min(found.epoch, clock - found.now);
    now = clock - epoch;
    rates = found.rates;
    taken = found.taken;
    members = found.members;
  }

  /**
   * Reads what was written; throws some RuntimeException if it is no such text.
   *
   * @param text empty: nothing was written yet
   * @param clock the time of the pacer's clock
   */
  static FleetState read(String text, double maxRate, int openJobs, long clock) {
    if (text.isEmpty()) {
      RateLimits limits = new RateLimits(maxRate, true, 0);
      return new FleetState(
          new Written(clock, 0, limits, new EnumMap<>(Kind.class), new LinkedHashMap<>()),
          openJobs,
          clock);
    }
    String found = text.substring(0, max(0, text.indexOf(' ')));
    if (!found.equals(FORMAT)) {
      throw new IllegalArgumentException(
          "the shared state begins with \"%s\", not with \"%s\"; is it of another release?"
              .formatted(found, FORMAT));
    }
    try {
      Written written =
          MAPPER
              .readerFor(Written.class)
              .with(new InjectableValues.Std().addValue(MAX_RATE, maxRate))
              .readValue(text.substring(FORMAT.length()));
      return new FleetState(written, openJobs, clock);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    try {
      return FORMAT
          + " "
          + MAPPER.writeValueAsString(new Written(epoch, now, rates, taken, members));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The time in the same terms as all others. */
  long now() {
    return now;
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
    Multiset<Kind> wanted = EnumMultiset.create(turn.waiting, Kind.class);
    wanted.setCount(Kind.SUBMIT, min(wanted.count(Kind.SUBMIT), jobs - turn.open));
    wanted.removeIf(kind -> mustWait(kind, turn.from));
    Map<Kind, Slots> slots = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      slots.computeIfAbsent(rates.first(kind), first -> takeSlots(first, turn, wanted));
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
    taken.forEach(
        (kind, slots) -> {
          slots.removeAll(turn.returned);
          slots.removeIf(slot -> rates.of(kind).following(slot) - now <= 0);
        });
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
    int wanted = turn.open + turn.waiting.count(Kind.SUBMIT);
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

  private Slots takeSlots(Kind kind, Turn turn, Multiset<Kind> wanted) {
    RateEstimator rate = rates.of(kind);
    TreeSet<Long> all = taken.computeIfAbsent(kind, first -> new TreeSet<>());
    int most =
        rate.isProbing()
            ? 1
            : (int) min(MOST_SLOTS, max(1, Math.ceil(rate.rate() * AHEAD / members.size())));
    int needed = count(wanted, kind) + (rate.isLimited() ? 0 : count(turn.started, kind));
    NavigableSet<Long> own =
        turn.slots.stream()
            .filter(slot -> all.contains(slot) && slot - rate.earliest() >= 0)
            .limit(most)
            .collect(toCollection(TreeSet::new));
    all.removeAll(turn.slots);
    all.addAll(own);
    while (own.size() < min(needed, most)) {
      long slot = next(rate, all, turn.from);
      all.add(slot);
      own.add(slot);
    }
    long keep = (long) (rate.isLimited() ? max(LEAST_KEPT, 1 / rate.rate()) : AHEAD);
    return new Slots(own, keep, own.size() / 4);
  }

  private int count(Multiset<Kind> calls, Kind first) {
    return Multisets.filter(calls, kind -> rates.first(kind) == first).size();
  }

  /** The first time that is far enough from those that are taken. */
  private static long next(RateEstimator rate, NavigableSet<Long> taken, long from) {
    long at = from - rate.earliest() > 0 ? from : rate.earliest();
    for (long slot : taken) {
      if (slot - rate.following(at) >= 0) {
        break;
      }
      at = Math.max(at, rate.following(slot));
    }
    return at;
  }
}
