package io.imageshare.internal.table;

import io.imageshare.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts slices refused for a reason that is none of their ids' fault. */
public final class RepeatedRefusals {
  /** So many disjoint slices, refused with one code, speak for the rest. */
  private static final int ENOUGH = 3;

  private final Map<String, List<Slice>> denied = new HashMap<>();

  /** Notes a refused slice; true when enough disjoint ones were refused with this code. */
  public boolean add(Slice slice, Reason reason) {
    List<Slice> slices =
        denied.computeIfAbsent(reason.kind() + " " + reason.code(), code -> new ArrayList<>());
    // A part of a slice that was refused before says more than the whole did.
    slices.removeIf(other -> other.contains(slice));
    if (slices.stream().allMatch(slice::isDisjoint)) {
      slices.add(slice);
    }
    return slices.size() >= ENOUGH;
  }
}
