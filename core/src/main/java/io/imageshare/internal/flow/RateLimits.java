package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.flow.Call.Kind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The rate of each kind of call. A service most likely counts all calls together, so all kinds
 * share what they learn; but if one is refused again and again while others are accepted, it learns
 * for itself from then on, afresh, and so do the others.
 */
final class RateLimits {
  private static final int MORE_THAN_CHANCE = 3;

  private final double maxRate;
  private final Map<Kind, RateEstimator> rates = new EnumMap<>(Kind.class);

  // For each kind whose last call was refused: how often other kinds at the same rate were accepted
  // between two of its refusals, and whether they were since the last one.
  private final Map<Kind, Integer> acceptedBetween = new EnumMap<>(Kind.class);
  private final Set<Kind> acceptedSince = EnumSet.noneOf(Kind.class);

  /**
   * @param maxRate the rate that is never exceeded
   */
  RateLimits(double maxRate, long now) {
    this.maxRate = maxRate;
    RateEstimator all = new RateEstimator(maxRate, now);
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
    for (Kind kind : Kind.values()) {
      Kind first = Kind.valueOf(from.word());
      rates.put(kind, first == kind ? new RateEstimator(maxRate, from) : of(first));
      if (from.flag()) {
        acceptedBetween.put(kind, (int) from.integer());
      }
      if (from.flag()) {
        acceptedSince.add(kind);
      }
    }
  }

  /** Writes all that is known. */
  void write(StateText.Writer to) {
    for (Kind kind : Kind.values()) {
      to.word(first(kind).name());
      if (first(kind) == kind) {
        of(kind).write(to);
      }
      Integer between = acceptedBetween.get(kind);
      to.flag(between != null);
      if (between != null) {
        to.number(between);
      }
      to.flag(acceptedSince.contains(kind));
    }
  }

  /** The limits of one of several processes that each keep to their share, and learn on from it. */
  RateLimits share(int processes, long now) {
    RateLimits share = new RateLimits(maxRate / processes, now);
    for (Kind kind : Kind.values()) {
      Kind first = first(kind);
      share.rates.put(
          kind,
          first == kind ? new RateEstimator(of(kind).rate() / processes, now) : share.of(first));
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

  /** The service processed a call; see {@link RateEstimator#accepted}. */
  void accepted(Kind kind, long started) {
    acceptedBetween.remove(kind);
    acceptedSince.remove(kind);
    for (Kind refused : acceptedBetween.keySet()) {
      if (of(refused) == of(kind)) {
        acceptedSince.add(refused);
      }
    }
    of(kind).accepted(started);
  }

  /** The service refused a call; see {@link RateEstimator#refused}. */
  void refused(Kind kind, long started, long now, long wait) {
    int times = acceptedBetween.merge(kind, acceptedSince.remove(kind) ? 1 : 0, Integer::sum);
    boolean shares = Collections.frequency(rates.values(), of(kind)) > 1;
    if (times == MORE_THAN_CHANCE && shares) {
      separate(kind, now);
    }
    of(kind).refused(started, now, wait);
  }

  private void separate(Kind refused, long now) {
    RateEstimator shared = of(refused);
    RateEstimator others = new RateEstimator(maxRate, now);
    rates.replaceAll((kind, rate) -> rate == shared ? others : rate);
    rates.put(refused, new RateEstimator(maxRate, now));
  }
}
