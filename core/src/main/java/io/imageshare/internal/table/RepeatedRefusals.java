package io.imageshare.internal.table;

import static java.util.Collections.disjoint;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import io.imageshare.Reason;
import java.util.List;

/** Counts slices refused for a reason that is not the fault of any of their ids. */
public final class RepeatedRefusals {
  /** When so many slices that share no image are refused with one code, the rest will be, too. */
  private static final int ENOUGH = 3;

  private final ListMultimap<String, Slice> refused = ArrayListMultimap.create();

  /** Notes a refused slice; true when enough that share no image were refused with this code. */
  public boolean add(Slice slice, Reason reason) {
    List<Slice> slices = refused.get(reason.kind() + " " + reason.code());
    // A part of a slice that was refused before says more than the whole did.
    slices.removeIf(other -> other.contains(slice));
    // One full or forbidden image is refused in all of its slices, and says nothing of others.
    if (slices.stream().allMatch(other -> disjoint(slice.images(), other.images()))) {
      slices.add(slice);
    }
    return slices.size() >= ENOUGH;
  }
}
