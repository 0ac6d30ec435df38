package io.imageshare.internal.run;

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

    /** The number of the read that is out; 0: none is. */
    int out;

    /** The number of the read that is queued; 0: none is. */
    int queued;
  }

  private final TreeMap<Integer, Reads> byListing = new TreeMap<>();
  private int last;

  /**
   * Somebody wants a listing that is read from now on.
   *
   * @return the number of the read to make for it; 0: one is queued already, or follows
   */
  int want(int listing, int why) {
    Reads reads = byListing.computeIfAbsent(listing, l -> new Reads());
    reads.waiting.add(why);
    return queue(reads);
  }

  private int queue(Reads reads) {
    if (reads.queued != 0 || reads.out != 0) {
      return 0;
    }
    last++;
    reads.queued = last;
    return last;
  }

  /** Whether a read that is queued, or to be repeated, is still wanted. */
  boolean isWanted(int listing, int number) {
    Reads reads = byListing.get(listing);
    return reads != null && (reads.queued == number || reads.out == number);
  }

  /** Whether a read waits for its turn. */
  boolean isAnyQueued() {
    return byListing.values().stream().anyMatch(reads -> reads.queued != 0);
  }

  /** A queued read goes out now; one that is repeated serves those who have come since. */
  void sent(int listing, int number) {
    Reads reads = byListing.get(listing);
    if (reads != null) {
      reads.sent.addAll(reads.waiting);
      reads.waiting.clear();
      reads.queued = 0;
      reads.out = number;
    }
  }

  /** Nobody waits any more for reads that are not out. */
  void dropQueued() {
    byListing
        .values()
        .forEach(
            reads -> {
              reads.waiting.clear();
              reads.queued = 0;
            });
    byListing.values().removeIf(reads -> reads.out == 0);
  }

  /** A read was answered, or failed for good: for whom it was. */
  List<Integer> answered(int listing) {
    Reads reads = byListing.get(listing);
    if (reads == null) {
      return List.of();
    }
    List<Integer> served = reads.sent;
    reads.sent = new ArrayList<>();
    reads.out = 0;
    if (reads.waiting.isEmpty()) {
      byListing.remove(listing);
    }
    return served;
  }

  /** The number of the read to make for those who came while one was out; 0: nobody came. */
  int another(int listing) {
    Reads reads = byListing.get(listing);
    return reads == null || reads.waiting.isEmpty() ? 0 : queue(reads);
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

  boolean isEmpty() {
    return byListing.isEmpty();
  }
}
