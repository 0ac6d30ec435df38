package io.imageshare.internal.table;

import static java.util.Objects.requireNonNull;

import io.imageshare.Reason;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run knows of its ids: which are proven good, and by what; which are proven bad.
 *
 * <p>An answered survey proves little: an image may be there and still not be shareable, and a
 * service may answer an empty list for an image it does not have. A listing that names a recipient
 * proves both of them.
 */
public final class Evidence {
  /** So many ids of one side, refused one by one with one code, speak for the rest of it. */
  private static final int ENOUGH = 16;

  /** What proves an id good, the weakest first. */
  private enum Strength {
    /** It stood in a call that was accepted. */
    ACCEPTED,
    /** It stood in a job that ended well, and that says nothing else of it. */
    SERVED,
    /** A listing named it. */
    LISTED
  }

  private static final class Known {
    final Map<Strength, BitSet> good = new EnumMap<>(Strength.class);
    final BitSet bad = new BitSet();
    @Nullable String code;
    boolean uniform = true;

    Known() {
      for (Strength evidence : Strength.values()) {
        good.put(evidence, new BitSet());
      }
    }
  }

  private final Map<Side, Known> known = new EnumMap<>(Side.class);
  private Strength least = Strength.ACCEPTED;
  private boolean doubtAll;
  private boolean accepted;

  public Evidence() {
    known.put(Side.IMAGES, new Known());
    known.put(Side.RECIPIENTS, new Known());
  }

  private Known known(Side side) {
    return requireNonNull(known.get(side));
  }

  private void add(Strength evidence, Side side, int id) {
    requireNonNull(known(side).good.get(evidence)).set(id);
  }

  public void accepted(Slice slice) {
    accepted = true;
    slice.images().forEach(id -> add(Strength.ACCEPTED, Side.IMAGES, id));
    slice.recipients().forEach(id -> add(Strength.ACCEPTED, Side.RECIPIENTS, id));
  }

  public void served(int image, int recipient) {
    add(Strength.SERVED, Side.IMAGES, image);
    add(Strength.SERVED, Side.RECIPIENTS, recipient);
  }

  public void listed(Side side, int id) {
    add(Strength.LISTED, side, id);
  }

  /** Whether the service ever accepted a call of this run. */
  public boolean anyAccepted() {
    return accepted;
  }

  /** The service accepts calls first and finds bad ids in the job: acceptance proves nothing. */
  public void distrustAcceptance() {
    if (least == Strength.ACCEPTED) {
      least = Strength.SERVED;
    }
  }

  public boolean trustsAcceptance() {
    return least == Strength.ACCEPTED && !doubtAll;
  }

  /** A call was refused that held only good ids: the weakest evidence is worth nothing. */
  public void doubt() {
    if (least == Strength.LISTED) {
      doubtAll = true;
    } else {
      least = least == Strength.ACCEPTED ? Strength.SERVED : Strength.LISTED;
    }
  }

  boolean isGood(Side side, int id) {
    return !doubtAll
        && known(side).good.entrySet().stream()
            .anyMatch(e -> e.getKey().compareTo(least) >= 0 && e.getValue().get(id));
  }

  public List<Integer> suspects(Side side, Slice slice) {
    return slice.ids(side).stream().filter(id -> !isGood(side, id)).toList();
  }

  /**
   * Notes an id found bad.
   *
   * @return whether the whole side is to be given up: enough are bad, all in the same way, and none
   *     was ever good
   */
  public boolean bad(Side side, int id, Reason reason) {
    Known known = known(side);
    known.uniform &= known.bad.isEmpty() || reason.code().equals(known.code);
    known.code = reason.code();
    known.bad.set(id);
    return known.bad.cardinality() == ENOUGH
        && known.uniform
        && known.good.values().stream().allMatch(BitSet::isEmpty);
  }
}
