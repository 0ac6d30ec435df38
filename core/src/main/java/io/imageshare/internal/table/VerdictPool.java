package io.imageshare.internal.table;

import io.imageshare.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The different verdicts of a run, each at its place, in the order they came. */
final class VerdictPool {
  /** Two bytes hold so many different ones; in a run that has more, the rest share one. */
  private static final int KEPT_APART = 65_000;

  private static final Reason MANY =
      new Reason(Reason.Kind.INTERNAL, "", "too many different reasons to keep apart");
  private static final Verdict MANY_FAILED = new Verdict.Failed(MANY);
  private static final Verdict MANY_UNKNOWN = new Verdict.Unknown(MANY, "");

  private final List<Verdict> all = new ArrayList<>();
  private final Map<Verdict, Integer> places = new HashMap<>();

  /** The place of a verdict, which gets the next one if it has none. */
  int place(Verdict verdict) {
    Integer known = places.get(verdict);
    if (known != null) {
      return known;
    }
    boolean isApart = all.size() < KEPT_APART || verdict instanceof Verdict.Done;
    Verdict many = verdict instanceof Verdict.Unknown ? MANY_UNKNOWN : MANY_FAILED;
    return places.computeIfAbsent(
        isApart ? verdict : many,
        added -> {
          all.add(added);
          return all.size() - 1;
        });
  }

  Verdict at(int place) {
    return all.get(place);
  }

  List<Verdict> all() {
    return List.copyOf(all);
  }
}
