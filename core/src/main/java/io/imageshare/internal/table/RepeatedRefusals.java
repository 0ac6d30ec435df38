package io.imageshare.internal.table;

import static java.util.Collections.disjoint;

import io.imageshare.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The refusals of writes, for when they speak for all that was not asked yet. Slices do not: each
 * may hold a bad id. Single pairs do if they are many, refused for one reason, none was ever
 * accepted, and neither some bad images alone nor some bad recipients alone explain them.
 */
public final class RepeatedRefusals {
  /** So many slices that share no image raise the suspicion that everything is refused. */
  private static final int SLICES_TO_DOUBT = 3;

  /** So many pairs raise it, too; they are enough where slices have raised it. */
  private static final int PAIRS_TO_DOUBT = 8;

  private static final int ENOUGH_PAIRS = 16;

  private final Evidence evidence;
  private final Map<String, Alike> refused = new HashMap<>();

  /** What was refused for one reason. */
  private static final class Alike {
    final List<Slice> slices = new ArrayList<>();
    final BitSet images = new BitSet();
    final BitSet recipients = new BitSet();
    int pairs;

    /** Whether it may be nobody's fault. */
    boolean isRepeated() {
      return slices.size() >= SLICES_TO_DOUBT;
    }
  }

  public RepeatedRefusals(Evidence evidence) {
    this.evidence = evidence;
  }

  public void add(Slice slice, Reason reason) {
    Alike alike = refused.computeIfAbsent(key(reason), key -> new Alike());
    switch (reason.kind()) {
      case QUOTA, FORBIDDEN, UNSUPPORTED -> addSlice(slice, alike.slices);
      case INVALID -> {}
      default -> {
        return; // it tells on whose side the fault is
      }
    }
    if (slice.pairs() == 1) {
      alike.pairs++;
      alike.images.set(slice.images().get(0));
      alike.recipients.set(slice.recipients().get(0));
    }
  }

  private static String key(Reason reason) {
    return reason.kind() + " " + reason.code();
  }

  private static void addSlice(Slice slice, List<Slice> slices) {
    // A part of a slice that was refused before says more than the whole did.
    slices.removeIf(other -> other.contains(slice));
    // One full or forbidden image is refused in all of its slices, and says nothing of others.
    if (slices.stream().allMatch(other -> disjoint(slice.images(), other.images()))) {
      slices.add(slice);
    }
  }

  /** Whether everything may be refused, which single pairs, far apart, show at the least price. */
  public boolean seemThroughout() {
    return !evidence.anyAccepted()
        && (evidence.isOneSided(PAIRS_TO_DOUBT)
            || refused.values().stream()
                .anyMatch(alike -> alike.isRepeated() || alike.pairs >= PAIRS_TO_DOUBT));
  }

  /**
   * Whether all that is open would be refused for a reason.
   *
   * @param open the recipients with which each image is open
   */
  public boolean areThroughout(BitSet[] open, Reason reason) {
    Alike alike = alike(reason);
    int enough = alike.isRepeated() ? PAIRS_TO_DOUBT : ENOUGH_PAIRS;
    return !evidence.anyAccepted()
        && alike.pairs >= enough
        && covers(alike.images, images(open), enough)
        // A recipient is never full.
        && (reason.kind() == Reason.Kind.QUOTA
            || covers(alike.recipients, recipients(open), enough));
  }

  private Alike alike(Reason reason) {
    return refused.getOrDefault(key(reason), new Alike());
  }

  private static boolean covers(BitSet refused, BitSet open, int enough) {
    open.andNot(refused);
    return open.isEmpty() || refused.cardinality() >= enough;
  }

  private static BitSet images(BitSet[] open) {
    return IntStream.range(0, open.length)
        .filter(image -> !open[image].isEmpty())
        .collect(BitSet::new, BitSet::set, BitSet::or);
  }

  private static BitSet recipients(BitSet[] open) {
    return Arrays.stream(open).collect(BitSet::new, BitSet::or, BitSet::or);
  }

  /** How many single pairs were refused for a reason. */
  public int pairs(Reason reason) {
    return alike(reason).pairs;
  }
}
