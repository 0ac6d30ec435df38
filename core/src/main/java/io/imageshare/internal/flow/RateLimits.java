package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.flow.Call.Kind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The rate of each kind of call. A service may limit all calls together, or some kinds and not
 * others. A kind that was never refused is not slowed down by what others learned. A kind that is
 * refused joins the known rate, as all calls most likely count together; but if it is refused again
 * and again while the others are accepted, from then on each kind learns for itself.
 */
final class RateLimits {
  private static final int MORE_THAN_CHANCE = 3;

  private final double maxRate;
  private final Map<Kind, RateEstimator> rates = new EnumMap<>(Kind.class);
  private boolean separate;

  // For each kind whose last call was refused: how often other kinds at the same rate were accepted
  // between two of its refusals, and whether they were since the last one.
  private final Map<Kind, Integer> acceptedBetween = new EnumMap<>(Kind.class);
  private final Set<Kind> acceptedSince = EnumSet.noneOf(Kind.class);

  /**
   * @param maxRate the rate that is never exceeded
   */
  RateLimits(double maxRate, long now) {
    this.maxRate = maxRate;
    for (Kind kind : Kind.values()) {
      rates.put(kind, new RateEstimator(maxRate, now));
    }
  }

  RateEstimator of(Kind kind) {
    return requireNonNull(rates.get(kind));
  }

  /** Whether this many calls may be under way: few at first, once another kind has met a limit. */
  boolean allows(Kind kind, int calls) {
    RateEstimator rate = of(kind);
    return calls <= 2 + rate.calls() / 4
        || !rate.isUntried()
        || rates.values().stream().allMatch(RateEstimator::isUntried);
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
    boolean joined = !separate && of(kind).isUntried() && join(kind);
    int times = acceptedBetween.merge(kind, acceptedSince.remove(kind) ? 1 : 0, Integer::sum);
    if (times == MORE_THAN_CHANCE) {
      separate(kind, now);
    }
    of(kind).refused(started, now, wait, joined);
  }

  private boolean join(Kind kind) {
    for (RateEstimator known : rates.values()) {
      if (!known.isUntried()) {
        rates.put(kind, known);
        return true;
      }
    }
    return false;
  }

  private void separate(Kind refused, long now) {
    separate = true;
    RateEstimator learned = of(refused);
    for (Kind kind : Kind.values()) {
      if (kind != refused && of(kind) == learned) {
        rates.put(kind, new RateEstimator(maxRate, now));
      }
    }
  }
}
