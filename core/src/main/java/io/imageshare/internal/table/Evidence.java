package io.imageshare.internal.table;

import com.google.common.collect.Comparators;
import com.google.common.collect.MultimapBuilder;
import com.google.common.collect.SetMultimap;
import io.imageshare.Reason;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a run knows of its ids: which are proven good, and by what; which are proven bad.
 *
 * <p>An answered survey proves little: an image may be there and still not be shareable, and a
 * service may answer an empty list for an image it does not have. A listing that names a recipient
 * proves both of them.
 */
public final class Evidence {
  /** When so many ids of one side are refused one by one with one code, the rest will be, too. */
  private static final int ENOUGH = 16;

  /** What proves an id good, the weakest first. */
  private enum Strength {
    /** It was in a call that was accepted. */
    ACCEPTED,
    /** It was in a job that ended well and reports nothing else of it. */
    SERVED,
    /** A listing named it. */
    LISTED,
    /** Nothing does any more. */
    NOTHING
  }

  /** The ids of one side. */
  private static final class Known {
    final SetMultimap<Strength, Integer> good =
        MultimapBuilder.enumKeys(Strength.class).hashSetValues().build();
    final BitSet bad = new BitSet();
    final Set<String> codes = new HashSet<>();

    boolean isUniformlyBad() {
      return codes.size() == 1 && good.isEmpty();
    }
  }

  /**
   * The sizes of calls that were not too large: by how many images, the most recipients with as
   * many or more.
   */
  private final NavigableMap<Integer, Integer> sizes = new TreeMap<>();

  private final Known images = new Known();
  private final Known recipients = new Known();
  private Strength least = Strength.ACCEPTED;

  private Known known(Side side) {
    return side == Side.IMAGES ? images : recipients;
  }

  public void accepted(Slice slice) {
    images.good.putAll(Strength.ACCEPTED, slice.images());
    recipients.good.putAll(Strength.ACCEPTED, slice.recipients());
    if (trustsAcceptance()) {
      taken(slice);
    }
  }

  /** The service takes calls of this size: it accepted one, or did what one asked for. */
  public void taken(Slice slice) {
    if (mayBeTooMany(slice)) {
      int most = slice.recipients().size();
      sizes.headMap(slice.images().size(), true).values().removeIf(fewer -> fewer <= most);
      sizes.put(slice.images().size(), most);
    }
  }

  /** Whether a call may be refused for how much it holds: none that held as much was taken. */
  public boolean mayBeTooMany(Slice slice) {
    Map.Entry<Integer, Integer> taken = sizes.ceilingEntry(slice.images().size());
    return taken == null || taken.getValue() < slice.recipients().size();
  }

  public void served(int image, int recipient) {
    images.good.put(Strength.SERVED, image);
    recipients.good.put(Strength.SERVED, recipient);
  }

  public void listed(Side side, int id) {
    known(side).good.put(Strength.LISTED, id);
  }

  /** Whether the service ever accepted a call of this run. */
  public boolean anyAccepted() {
    return images.good.containsKey(Strength.ACCEPTED);
  }

  /** The service accepts calls first and finds bad ids in the job: acceptance proves nothing. */
  public void distrustAcceptance() {
    if (trustsAcceptance()) {
      sizes.clear(); // once: what comes later was done
    }
    least = Comparators.max(least, Strength.SERVED);
  }

  public boolean trustsAcceptance() {
    return least == Strength.ACCEPTED;
  }

  /** A call was refused that held only good ids: the weakest evidence is worth nothing. */
  public void doubt() {
    least =
        switch (least) {
          case ACCEPTED -> Strength.SERVED;
          case SERVED -> Strength.LISTED;
          case LISTED, NOTHING -> Strength.NOTHING;
        };
  }

  private boolean isProven(Side side, int id, Strength most) {
    if (least.compareTo(most) <= 0) {
      for (Strength strength : EnumSet.range(least, most)) {
        if (known(side).good.containsEntry(strength, id)) {
          return true;
        }
      }
    }
    return false;
  }

  public List<Integer> suspects(Side side, Slice slice) {
    return slice.ids(side).stream().filter(id -> !isProven(side, id, Strength.LISTED)).toList();
  }

  /** The images that nobody may be allowed to change: what is listed can be read, and no more. */
  public List<Integer> neverChanged(Slice slice) {
    return slice.images().stream()
        .filter(image -> !isProven(Side.IMAGES, image, Strength.SERVED))
        .toList();
  }

  /**
   * Notes an id found bad.
   *
   * @return whether the whole side is to be given up: enough are bad, all in the same way, and none
   *     was ever good
   */
  public boolean bad(Side side, int id, Reason reason) {
    Known known = known(side);
    known.bad.set(id);
    known.codes.add(reason.code());
    return known.bad.cardinality() == ENOUGH && known.isUniformlyBad();
  }

  /** Whether so many ids of one side are bad, all in the same way, and none was ever good. */
  public boolean isOneSided(int bad) {
    return Stream.of(images, recipients)
        .anyMatch(side -> side.bad.cardinality() >= bad && side.isUniformlyBad());
  }
}
