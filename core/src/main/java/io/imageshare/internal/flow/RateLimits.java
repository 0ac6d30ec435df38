package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.flow.Call.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rate of each kind of call. A service most likely counts all calls together, so all kinds
 * share what they learn; but if one is refused again and again while others are accepted, it learns
 * for itself from then on, afresh, and so do the others.
 *
 * <p>The wait that a refusal asks for holds up other calls of its kind only if they are refused as
 * well, and ends when a call is accepted.
 */
final class RateLimits {
  private static final int MORE_THAN_CHANCE = 3;

  private final double maxRate;
  private final boolean even;
  private final Map<Kind, RateEstimator> rates = new EnumMap<>(Kind.class);

  private final Map<Kind, Refusals> refusals = new EnumMap<>(Kind.class);

  /** The latest end of the waits that the service asked for since it accepted a call. */
  private final Map<Kind, Long> asked = new EnumMap<>(Kind.class);

  /**
   * Of a kind whose last call was refused. Calls count in the order in which they started: answers
   * come in any order, and those to other processes late.
   *
   * @param between how often other kinds at the same rate were accepted between two refusals
   * @param last when the last one started that was refused
   * @param accepted when the first of another kind started that was accepted since; null: none was
   */
  private record Refusals(int between, long last, @Nullable Long accepted) {}

  /**
   * @param maxRate the rate that is never exceeded
   */
  RateLimits(double maxRate, long now) {
    this(maxRate, false, now);
  }

  /**
   * @param even whether calls are evenly spaced, as those of several processes are
   */
  RateLimits(double maxRate, boolean even, long now) {
    this.maxRate = maxRate;
    this.even = even;
    RateEstimator all = new RateEstimator(maxRate, even, now);
    for (Kind kind : Kind.values()) {
      rates.put(kind, all);
    }
  }

  /**
   * What another process has learned.
   *
   * @param maxRate the rate that is never exceeded
   */
  RateLimits(double maxRate, StateText.Reader from) {
    this.maxRate = maxRate;
    even = true;
    for (Kind kind : Kind.values()) {
      if (from.flag()) {
        asked.put(kind, from.time());
      }
      Kind first = Kind.valueOf(from.word());
      rates.put(kind, first == kind ? new RateEstimator(maxRate, from) : of(first));
      if (from.flag()) {
        refusals.put(
            kind,
            new Refusals(
                (int) from.integer(), from.time(), from.flag() ? (Long) from.time() : null));
      }
    }
  }

  /** Writes all that is known. */
  void write(StateText.Writer to) {
    for (Kind kind : Kind.values()) {
      Long end = asked.get(kind);
      to.flag(end != null);
      if (end != null) {
        to.time(end);
      }
      to.word(first(kind).name());
      if (first(kind) == kind) {
        of(kind).write(to);
      }
      Refusals of = refusals.get(kind);
      to.flag(of != null);
      if (of != null) {
        to.number(of.between).time(of.last).flag(of.accepted != null);
        if (of.accepted != null) {
          to.time(of.accepted);
        }
      }
    }
  }

  /** The limits of one of several processes that each keep to their share, and learn on from it. */
  RateLimits share(int processes, long now) {
    RateLimits share = new RateLimits(maxRate / processes, now);
    for (Kind kind : Kind.values()) {
      Kind first = first(kind);
      share.rates.put(
          kind,
          first == kind
              ? new RateEstimator(of(kind).carefulRate() / processes, now)
              : share.of(first));
    }
    return share;
  }

  /** The first of all kinds that share the rate of a kind. */
  Kind first(Kind kind) {
    for (Kind other : Kind.values()) {
      if (of(other) == of(kind)) {
        return other;
      }
    }
    return kind;
  }

  RateEstimator of(Kind kind) {
    return requireNonNull(rates.get(kind));
  }

  /** Until when the service asks calls of a kind to wait; null: it does not. */
  @Nullable Long asked(Kind kind) {
    return of(kind).isRefusedAgain() ? asked.get(kind) : null;
  }

  /** The service processed a call; see {@link RateEstimator#accepted}. */
  void accepted(Kind kind, long started) {
    refusals.remove(kind);
    refusals.replaceAll(
        (refused, of) ->
            of.accepted == null && of(refused) == of(kind) && started - of.last > 0
                ? new Refusals(of.between, of.last, started)
                : of);
    of(kind).accepted(started);
    asked.keySet().removeIf(other -> !of(other).isRefused());
  }

  /** The service refused a call; see {@link RateEstimator#refused}. */
  void refused(Kind kind, long started, long now, long wait) {
    Refusals before = refusals.getOrDefault(kind, new Refusals(0, started, null));
    boolean between = before.accepted != null && started - before.accepted > 0;
    int times = before.between + (between ? 1 : 0);
    if (times < MORE_THAN_CHANCE) {
      refusals.put(kind, new Refusals(times, Math.max(before.last, started), null));
    } else {
      refusals.remove(kind);
      separate(kind, now);
    }
    of(kind).refused(started, now, wait);
    if (of(kind).isRefused()) {
      asked.merge(kind, now + wait, (one, other) -> one - other > 0 ? one : other);
    }
  }

  private void separate(Kind refused, long now) {
    RateEstimator shared = of(refused);
    RateEstimator others = new RateEstimator(maxRate, even, now);
    rates.replaceAll((kind, rate) -> rate == shared ? others : rate);
    rates.put(refused, new RateEstimator(maxRate, even, now));
  }
}
