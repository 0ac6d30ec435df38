package io.imageshare.internal.flow;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.google.common.collect.Sets;
import io.imageshare.internal.flow.Call.Kind;
import java.util.EnumMap;
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

  private final transient double maxRate; // transient: not written
  private final transient boolean even;

  private RateEstimator shared;

  /** Of kinds that learn for themselves. */
  private EnumMap<Kind, RateEstimator> own = new EnumMap<>(Kind.class);

  private EnumMap<Kind, Refusals> refusals = new EnumMap<>(Kind.class);

  /** The latest end of the waits that the service asked for since it accepted a call. */
  private EnumMap<Kind, Long> asked = new EnumMap<>(Kind.class);

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
   * @param even whether calls are evenly spaced, as those of several processes are
   */
  RateLimits(double maxRate, boolean even, long now) {
    this.maxRate = maxRate;
    this.even = even;
    shared = new RateEstimator(maxRate, even, now);
  }

  /** For what another process has learned. */
  @JsonCreator
  RateLimits(@JacksonInject(FleetState.MAX_RATE) double maxRate) {
    this(maxRate, true, 0);
  }

  /** The limits of one of several processes that each keep to their share, and learn on from it. */
  RateLimits share(int processes, long now) {
    RateLimits share = new RateLimits(maxRate / processes, false, now);
    share.shared = shared.share(processes, now);
    own.forEach((kind, rate) -> share.own.put(kind, rate.share(processes, now)));
    return share;
  }

  /** The first of all kinds that share the rate of a kind. */
  Kind first(Kind kind) {
    return own.containsKey(kind)
        ? kind
        : Sets.complementOf(own.keySet(), Kind.class).iterator().next();
  }

  RateEstimator of(Kind kind) {
    return own.getOrDefault(kind, shared);
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
      shared = new RateEstimator(maxRate, even, now);
      own.put(kind, new RateEstimator(maxRate, even, now));
    }
    of(kind).refused(started, now);
    if (of(kind).isRefused()) {
      asked.merge(kind, now + wait, (one, other) -> one - other > 0 ? one : other);
    }
  }
}
