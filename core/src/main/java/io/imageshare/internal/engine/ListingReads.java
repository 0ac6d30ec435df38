package io.imageshare.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Who waits for which listing. Of each at most one read is on its way; whoever asks before it goes
 * out is served by it, whoever asks later by the next.
 */
final class ListingReads {
  /** Why a listing is read; a submission's number where it is read back. */
  static final int SURVEY = -1;

  static final int AUDIT = -2;
  static final int LAST = -3;

  private static final class Reads {
    List<Integer> waiting = new ArrayList<>();
    List<Integer> sent = new ArrayList<>();
    boolean isOut;
    boolean isQueued;
  }

  private final TreeMap<Integer, Reads> byListing = new TreeMap<>();

  /**
   * Somebody wants a listing that is read from now on.
   *
   * @return whether a read must be made for it; else one is queued already, or follows
   */
  boolean want(int listing, int why) {
    Reads reads = byListing.computeIfAbsent(listing, l -> new Reads());
    reads.waiting.add(why);
    return queue(reads);
  }

  private static boolean queue(Reads reads) {
    if (reads.isQueued || reads.isOut) {
      return false;
    }
    reads.isQueued = true;
    return true;
  }

  /** Whether a read that is queued is still wanted. */
  boolean isWanted(int listing) {
    Reads reads = byListing.get(listing);
    return reads != null && (reads.isQueued || reads.isOut);
  }

  /** A queued read goes out now; one that is repeated serves those who have come since. */
  void sent(int listing) {
    Reads reads = byListing.get(listing);
    if (reads != null) {
      reads.sent.addAll(reads.waiting);
      reads.waiting.clear();
      reads.isQueued = false;
      reads.isOut = true;
    }
  }

  /** A read was answered, or failed for good: for whom it was. */
  List<Integer> answered(int listing) {
    Reads reads = byListing.get(listing);
    if (reads == null) {
      return List.of();
    }
    List<Integer> served = reads.sent;
    reads.sent = new ArrayList<>();
    reads.isOut = false;
    if (reads.waiting.isEmpty()) {
      byListing.remove(listing);
    }
    return served;
  }

  /** Whether another read must be made for those who came while one was out. */
  boolean another(int listing) {
    Reads reads = byListing.get(listing);
    return reads != null && !reads.waiting.isEmpty() && queue(reads);
  }

  /** Nobody wants a listing any more: for whom it was. */
  List<Integer> drop(int listing) {
    Reads reads = byListing.remove(listing);
    if (reads == null) {
      return List.of();
    }
    List<Integer> all = new ArrayList<>(reads.sent);
    all.addAll(reads.waiting);
    return all;
  }

  List<Integer> listings() {
    return List.copyOf(byListing.keySet());
  }

  boolean isEmpty() {
    return byListing.isEmpty();
  }
}
