package io.imageshare.internal.table;

import static java.util.Collections.disjoint;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.util.BitSet;
import java.util.List;

/**
 * The refusals of writes, for when they speak for all that was not asked yet. Slices do not: each
 * may hold a bad id. Single pairs do if they are many, none was ever accepted, and neither some bad
 * images alone nor some bad recipients alone explain them.
 */
public final class RepeatedRefusals {
  /** So many slices that share no image, refused with one code, raise the suspicion. */
  private static final int SLICES_TO_DOUBT = 3;

  /** So many pairs raise the suspicion; they are enough where slices have raised it. */
  private static final int PAIRS_TO_DOUBT = 8;

  private static final int ENOUGH_PAIRS = 16;

  private final Evidence evidence;
  private final ListMultimap<String, Slice> slices = ArrayListMultimap.create();
  private final BitSet images = new BitSet();
  private final BitSet recipients = new BitSet();
  private int pairs;
  private boolean noIdsFault;

  public RepeatedRefusals(Evidence evidence) {
    this.evidence = evidence;
  }

  public void add(Slice slice, Reason reason) {
    if (slice.pairs() == 1) {
      pairs++;
      images.set(slice.images().get(0));
      recipients.set(slice.recipients().get(0));
    }
    switch (reason.kind()) {
      case QUOTA, FORBIDDEN, UNSUPPORTED -> noIdsFault |= isRepeated(slice, reason);
      default -> {}
    }
  }

  private boolean isRepeated(Slice slice, Reason reason) {
    List<Slice> refused = slices.get(reason.kind() + " " + reason.code());
    // A part of a slice that was refused before says more than the whole did.
    refused.removeIf(other -> other.contains(slice));
    // One full or forbidden image is refused in all of its slices, and says nothing of others.
    if (refused.stream().allMatch(other -> disjoint(slice.images(), other.images()))) {
      refused.add(slice);
    }
    return refused.size() >= SLICES_TO_DOUBT;
  }

  /** Whether everything may be refused, which single pairs, far apart, show at the least price. */
  public boolean seemThroughout() {
    return !evidence.anyAccepted()
        && (noIdsFault || pairs >= PAIRS_TO_DOUBT || evidence.isOneSided(PAIRS_TO_DOUBT));
  }

  /**
   * Whether all that is open would be refused.
   *
   * @param open the recipients with which each image is open; changed
   * @param kind of the last refusal
   */
  public boolean areThroughout(BitSet[] open, Kind kind) {
    int enough = noIdsFault ? PAIRS_TO_DOUBT : ENOUGH_PAIRS;
    return pairs >= enough
        && !evidence.anyAccepted()
        && covers(images, images(open), enough)
        && (kind == Kind.QUOTA || covers(recipients, recipients(open), enough));
  }

  private static boolean covers(BitSet refused, BitSet open, int enough) {
    open.andNot(refused);
    return open.isEmpty() || refused.cardinality() >= enough;
  }

  private static BitSet images(BitSet[] open) {
    BitSet images = new BitSet();
    for (int image = 0; image < open.length; image++) {
      images.set(image, !open[image].isEmpty());
    }
    return images;
  }

  private static BitSet recipients(BitSet[] open) {
    BitSet recipients = new BitSet();
    for (BitSet row : open) {
      recipients.or(row);
    }
    return recipients;
  }

  /** The single pairs that were refused. */
  public int pairs() {
    return pairs;
  }
}
