package io.imageshare.internal.run;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who waits for which listing. Of each at most one read is on its way; whoever asks before it goes
 * out is served by it, whoever asks later by the next.
 */
final class ListingReads {
  /** Why a listing is read; a submission's number where it is read back. */
  static final int SURVEY = -1;

  static final int AUDIT = -2;
  static final int LAST = -3;

  private final Consumer<Effect> effects;
  private final ListMultimap<Integer, Integer> waiting = ArrayListMultimap.create();

  /** Whom the read that is out will serve. */
  private final ListMultimap<Integer, Integer> sent = ArrayListMultimap.create();

  /** The number of the read of a listing that is queued or out. */
  private final Map<Integer, Integer> underWay = new HashMap<>();

  /** The listings of which a read is out. */
  private final Set<Integer> out = new HashSet<>();

  private int last;

  ListingReads(Consumer<Effect> effects) {
    this.effects = effects;
  }

  /** Somebody wants a listing that is read from now on. */
  void want(int listing, int why) {
    waiting.put(listing, why);
    makeNext(listing);
  }

  /** Makes the read for those who wait, unless nobody does or one is under way. */
  void makeNext(int listing) {
    if (!underWay.containsKey(listing) && waiting.containsKey(listing)) {
      last++;
      underWay.put(listing, last);
      effects.accept(new Effect.Read(listing, last));
    }
  }

  /** Whether a read that is queued, or to be repeated, is still wanted. */
  boolean isWanted(int listing, int number) {
    return Objects.equals(underWay.get(listing), number);
  }

  /** Whether a read waits for its turn. */
  boolean isAnyQueued() {
    return !out.containsAll(underWay.keySet());
  }

  /** A queued read goes out now; one that is repeated serves those who have come since. */
  void sent(int listing, int number) {
    if (isWanted(listing, number)) {
      out.add(listing);
      sent.putAll(listing, waiting.removeAll(listing));
    }
  }

  /** Nobody waits any more for reads that are not out. */
  void dropQueued() {
    waiting.clear();
    underWay.keySet().retainAll(out);
  }

  /** A read was answered, or failed for good: for whom it was. */
  List<Integer> answered(int listing) {
    if (out.remove(listing)) {
      underWay.remove(listing);
    }
    return sent.removeAll(listing);
  }

  /** Nobody wants a listing any more: for whom it was. */
  List<Integer> drop(int listing) {
    sent.putAll(listing, waiting.removeAll(listing));
    underWay.remove(listing);
    out.remove(listing);
    return sent.removeAll(listing);
  }

  boolean isEmpty() {
    return underWay.isEmpty();
  }
}
