package io.imageshare.internal.flow;

import static java.util.Objects.requireNonNull;

import io.imageshare.internal.flow.Call.Kind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which pace holds for which kind of call: a service may limit all calls together, or some kinds
 * and others not. A kind that was never refused is not held up by what others learned. When it is
 * refused, it joins what is known, as most likely all count together; until one kind is refused
 * again and again while the others get through. From then on each kind learns for itself.
 */
final class RateLimits {
  private static final int MORE_THAN_CHANCE = 3;

  private final double most;
  private final Map<Kind, RateEstimator> paces = new EnumMap<>(Kind.class);
  private boolean apart;

  // Of the kinds whose last call was refused: how often others that share their pace got through
  // between two refusals, and whether they did since the last one.
  private final Map<Kind, Integer> passed = new EnumMap<>(Kind.class);
  private final Set<Kind> passedSince = EnumSet.noneOf(Kind.class);

  /**
   * @param most the rate that is never exceeded
   */
  RateLimits(double most, long now) {
    this.most = most;
    for (Kind kind : Kind.values()) {
      paces.put(kind, new RateEstimator(most, now));
    }
  }

  RateEstimator of(Kind kind) {
    return requireNonNull(paces.get(kind));
  }

  /** Whether so many calls may be unanswered: few at first, where others know of a limit. */
  boolean mayBeAtOnce(Kind kind, int calls) {
    RateEstimator pace = of(kind);
    return calls <= 2 + pace.calls() / 4
        || !pace.isUntried()
        || paces.values().stream().allMatch(RateEstimator::isUntried);
  }

  /** The service took a call; see {@link RateEstimator#taken}. */
  void taken(Kind kind, long begun) {
    passed.remove(kind);
    passedSince.remove(kind);
    for (Kind refused : passed.keySet()) {
      if (of(refused) == of(kind)) {
        passedSince.add(refused);
      }
    }
    of(kind).taken(begun);
  }

  /** The service refused a call; see {@link RateEstimator#refused}. */
  void refused(Kind kind, long begun, long now, long wait) {
    boolean joins = !apart && of(kind).isUntried() && join(kind);
    int times = passed.merge(kind, passedSince.remove(kind) ? 1 : 0, Integer::sum);
    if (times == MORE_THAN_CHANCE) {
      part(kind, now);
    }
    of(kind).refused(begun, now, wait, joins);
  }

  private boolean join(Kind kind) {
    for (RateEstimator known : paces.values()) {
      if (!known.isUntried()) {
        paces.put(kind, known);
        return true;
      }
    }
    return false;
  }

  private void part(Kind alone, long now) {
    apart = true;
    RateEstimator learned = of(alone);
    for (Kind kind : Kind.values()) {
      if (kind != alone && of(kind) == learned) {
        paces.put(kind, new RateEstimator(most, now));
      }
    }
  }
}
