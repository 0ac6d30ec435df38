package io.imageshare.internal.run;

import io.imageshare.Reason;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A slice that was refused whole, and the search for the reason once it is under way. */
final class Search {
  final Slice slice;
  final BadIdSearch steps;
  @Nullable Submission probe;

  Search(Slice slice, Reason reason, Evidence evidence) {
    this.slice = slice;
    steps = new BadIdSearch(slice, reason, evidence);
  }

  List<Integer> suspected(Side side) {
    return steps.suspected(side);
  }

  int suspects() {
    return suspected(Side.IMAGES).size() + suspected(Side.RECIPIENTS).size();
  }

  boolean sharesSuspects(Search other) {
    return sharesSuspects(other, Side.IMAGES) || sharesSuspects(other, Side.RECIPIENTS);
  }

  private boolean sharesSuspects(Search other, Side side) {
    return of(suspected(side)).intersects(of(other.suspected(side)));
  }

  private static BitSet of(List<Integer> ids) {
    BitSet set = new BitSet();
    ids.forEach(set::set);
    return set;
  }

  /** Whether a call would hold what is suspected, or what the search asks for itself. */
  boolean touches(Slice other) {
    return other.images().stream().anyMatch(suspected(Side.IMAGES)::contains)
        || other.recipients().stream().anyMatch(suspected(Side.RECIPIENTS)::contains)
        || !slice.isDisjoint(other);
  }

  /** Takes from what is open whatever other calls should not hold. */
  void exclude(BitSet[] open) {
    for (int image : suspected(Side.IMAGES)) {
      open[image].clear();
    }
    BitSet recipients = of(suspected(Side.RECIPIENTS));
    for (BitSet row : open) {
      row.andNot(recipients);
    }
    BitSet own = of(slice.recipients());
    for (int image : slice.images()) {
      open[image].andNot(own);
    }
  }
}
