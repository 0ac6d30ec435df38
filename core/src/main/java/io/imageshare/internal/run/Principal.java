package io.imageshare.internal.run;

import io.imageshare.Reason;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.RepeatedRefusals;
import io.imageshare.internal.table.Slice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run knows of one that acts in it: the images' owner, or a recipient that decides. It says
 * nothing of another.
 */
final class Principal {
  /** So many listings refused, or all there are, mean that this principal may not list. */
  private static final int UNREADABLE = 3;

  final int number;
  final List<Integer> listings;
  final Slice pairs;
  final Evidence evidence = new Evidence();
  final RepeatedRefusals refusals = new RepeatedRefusals(evidence);

  /** Slices that were refused whole and wait for a search of their own. */
  final List<BadIdSearch> unexplained = new ArrayList<>();

  final List<BadIdSearch> searches = new ArrayList<>();

  /** Ids of single pairs that were refused: their other pairs come last, when more is known. */
  final BitSet lastImages = new BitSet();

  final BitSet lastRecipients = new BitSet();

  /** Single pairs that were asked to see whether anything is allowed: each is another. */
  int singles;

  /** Why this principal does nothing any more; null while it does. */
  @Nullable Reason stopped;

  private final BitSet unreadable = new BitSet();
  private boolean read;
  private boolean cannotList;

  /**
   * @param listings those that it reads
   * @param pairs those that it asks for
   */
  Principal(int number, List<Integer> listings, Slice pairs) {
    this.number = number;
    this.listings = listings;
    this.pairs = pairs;
  }

  /** A listing was answered. */
  void listed(int listing) {
    read = true;
    unreadable.clear(listing);
  }

  /**
   * A listing was refused for want of a right.
   *
   * @return whether that shows, for the first time, that none can be read
   */
  boolean refused(int listing) {
    unreadable.set(listing);
    if (cannotList || read || unreadable.cardinality() < Math.min(UNREADABLE, listings.size())) {
      return false;
    }
    cannotList = true;
    return true;
  }

  /** Whether a listing can be read, as far as is known. */
  boolean canRead(int listing) {
    return !cannotList && !unreadable.get(listing);
  }

  boolean isSearching() {
    return !unexplained.isEmpty() || !searches.isEmpty();
  }

  void endSearches() {
    unexplained.clear();
    searches.clear();
  }
}
