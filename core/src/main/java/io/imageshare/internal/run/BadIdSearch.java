package io.imageshare.internal.run;

import static java.util.Collections.disjoint;

import io.imageshare.Reason;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches the bad id in a slice that was refused, by asking for parts of it. It gives one step
 * after the other and is told what came of it; it knows no run.
 *
 * <p>Only ids not proven good are halved; the others ride along, so that no call is made in vain.
 * An id is found bad only when the call just refused held it and otherwise only good ids: a slice
 * in which it is the only suspect, left over from halving, is asked for once more before that, and
 * without the good ids but one of the other side where the service never took as many as these:
 * they may be too many.
 */
final class BadIdSearch {

  /** What to do next. */
  sealed interface Step {
    /** Ask for a part; the answer goes to {@link #refused} or {@link #cleared}. */
    record Ask(Slice part) implements Step {}

    /** An id is bad. */
    record Bad(Side side, int id, Reason reason) implements Step {}

    /** One pair was refused, and nothing tells which of its two ids is at fault. */
    record BadPair(int image, int recipient, Reason reason) implements Step {}

    /** No id is bad: the call held more ids of a side than the service takes in one. */
    record TooMany(Side side, int count) implements Step {}

    /** Every suspect was cleared: whatever was wrong is over. */
    record Cleared() implements Step {}
  }

  private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

  /** What was refused at first. */
  final Slice slice;

  private final Evidence evidence;

  /** Holds the bad id, as far as anybody can tell. */
  private Slice suspect;

  private Reason reason;

  /** Whether {@link #suspect} itself was refused, and not only something that contained it. */
  private boolean refused = true;

  /** The other half of the last halving while the side is open: if accepted, it tells the side. */
  private @Nullable Slice sibling;

  private Slice probe;
  private boolean asking;
  private boolean probingSibling;

  /** The side of which there may have been too many, while that is asked. */
  private @Nullable Side counted;

  private Step.@Nullable TooMany tooMany;

  BadIdSearch(Slice slice, Reason reason, Evidence evidence) {
    this.slice = slice;
    this.reason = reason;
    this.evidence = evidence;
    suspect = slice;
    probe = slice;
  }

  /** Whether it waits for what comes of a part. */
  boolean isAsking() {
    return asking;
  }

  /** The part asked for was refused. */
  void refused(Reason reason) {
    asking = false;
    counted = null;
    if (!probingSibling) {
      suspect = probe;
      this.reason = reason;
      refused = true;
    }
  }

  /** The part asked for was accepted; what it held is proven good by now. */
  void cleared() {
    asking = false;
    if (counted != null) {
      tooMany = new Step.TooMany(counted, suspect.ids(counted).size());
    } else if (!probingSibling) {
      Side side = probe.images().size() < suspect.images().size() ? Side.IMAGES : Side.RECIPIENTS;
      suspect = suspect.with(side, without(suspect.ids(side), probe.ids(side)));
      refused = false;
      sibling = null;
    }
  }

  Reason reason() {
    return reason;
  }

  /** The ids of a side that may be at fault: no other call should hold them. */
  List<Integer> suspected(Side side) {
    return switch (reason.kind()) {
      case INVALID_IMAGE -> side == Side.IMAGES ? unproven(side) : List.of();
      case INVALID_RECIPIENT -> side == Side.RECIPIENTS ? unproven(side) : List.of();
      case QUOTA -> side == Side.IMAGES ? suspect.images() : List.of();
      // While nothing was ever taken it may be nobody's fault.
      case FORBIDDEN, UNSUPPORTED -> evidence.anyAccepted() ? unproven(side) : List.of();
      default -> unproven(side);
    };
  }

  int countSuspects() {
    return suspected(Side.IMAGES).size() + suspected(Side.RECIPIENTS).size();
  }

  boolean sharesSuspects(BadIdSearch other) {
    return Stream.of(Side.values())
        .anyMatch(side -> set(suspected(side)).intersects(set(other.suspected(side))));
  }

  /** Whether a call would hold what is suspected, or what the search asks for itself. */
  boolean touches(Slice other) {
    return !disjoint(other.images(), suspected(Side.IMAGES))
        || !disjoint(other.recipients(), suspected(Side.RECIPIENTS))
        || !slice.isDisjoint(other);
  }

  /** Takes from what is open whatever other calls should not hold. */
  void exclude(BitSet[] open) {
    BitSet recipients = set(suspected(Side.RECIPIENTS));
    BitSet own = set(slice.recipients());
    Stream.of(open).forEach(row -> row.andNot(recipients));
    suspected(Side.IMAGES).forEach(image -> open[image].clear());
    slice.images().forEach(image -> open[image].andNot(own));
  }

  private static BitSet set(List<Integer> ids) {
    BitSet set = new BitSet();
    ids.forEach(set::set);
    return set;
  }

  private List<Integer> unproven(Side side) {
    boolean isForbidden =
        reason.kind() == Reason.Kind.FORBIDDEN || reason.kind() == Reason.Kind.UNSUPPORTED;
    return isForbidden && side == Side.IMAGES
        ? evidence.neverChanged(suspect)
        : evidence.suspects(side, suspect);
  }

  /** The next step: a part to ask for, or a finding that ends the search. */
  Step next() {
    probingSibling = false;
    if (tooMany != null) {
      // As many may have been taken while this was asked: then they were not too many.
      return evidence.mayBeTooMany(suspect) ? tooMany : new Step.Cleared();
    } else if (suspect.pairs() == 0) {
      return new Step.Cleared();
    }
    return switch (reason.kind()) {
      case INVALID_IMAGE -> along(Side.IMAGES, suspects(Side.IMAGES));
      case INVALID_RECIPIENT -> along(Side.RECIPIENTS, suspects(Side.RECIPIENTS));
      // What was accepted before says nothing of whether an image is full.
      case QUOTA -> along(Side.IMAGES, suspect.images());
      default -> sideUnknown();
    };
  }

  /**
   * Asks for one pair, where it seems that no id is at fault; if it is refused as well, the search
   * ends with it.
   *
   * @param n which one: bad ids stand side by side, so that successive numbers are far apart
   */
  Step single(int n) {
    if (refused && suspect.pairs() == 1) {
      return next();
    }
    probingSibling = false;
    return ask(pick(Side.RECIPIENTS, n, pick(Side.IMAGES, n, suspect)));
  }

  private static Slice pick(Side side, int n, Slice from) {
    List<Integer> ids = from.ids(side);
    double along = n * GOLDEN_RATIO % 1;
    return from.with(side, List.of(ids.get((int) (along * ids.size()))));
  }

  private List<Integer> suspects(Side side) {
    List<Integer> suspects = unproven(side);
    while (suspects.isEmpty()) {
      evidence.doubt();
      suspects = unproven(side);
    }
    return suspects;
  }

  private Step along(Side side, List<Integer> suspects) {
    if (suspects.size() == 1 && refused) {
      for (Side many : List.of(side, side.other())) {
        if (mayBeTooMany(many)) {
          return count(many, many == side ? suspects.get(0) : suspect.ids(many).get(0));
        }
      }
      return new Step.Bad(side, suspects.get(0), reason);
    } else if (suspects.size() == 1) {
      return ask(suspect.with(side, suspects));
    } else {
      List<Integer> rest = suspects.subList(half(suspects), suspects.size());
      return ask(suspect.with(side, without(suspect.ids(side), rest)));
    }
  }

  private boolean mayBeTooMany(Side side) {
    return reason.kind() == Reason.Kind.INVALID
        && suspect.ids(side).size() > 1
        && evidence.mayBeTooMany(suspect);
  }

  /** Asks with one id of a side: if that is accepted, there were too many of them. */
  private Step count(Side side, int id) {
    counted = side;
    return ask(suspect.with(side, List.of(id)));
  }

  private Step sideUnknown() {
    List<Integer> images = unproven(Side.IMAGES);
    List<Integer> recipients = unproven(Side.RECIPIENTS);
    while (images.isEmpty() && recipients.isEmpty()) {
      for (Side side : Side.values()) {
        if (refused && mayBeTooMany(side)) {
          return count(side, suspect.ids(side).get(0));
        }
      }
      evidence.doubt(); // the refusal speaks against both sides alike
      images = unproven(Side.IMAGES);
      recipients = unproven(Side.RECIPIENTS);
    }
    if (images.isEmpty()) {
      return along(Side.RECIPIENTS, recipients);
    } else if (recipients.isEmpty()) {
      return along(Side.IMAGES, images);
    } else if (images.size() < suspect.images().size()) {
      // With good images only, a refusal is the recipients' fault, and an answer clears them.
      return ask(suspect.with(Side.IMAGES, without(suspect.images(), images)));
    } else if (recipients.size() < suspect.recipients().size()) {
      return ask(suspect.with(Side.RECIPIENTS, without(suspect.recipients(), recipients)));
    } else if (recipients.size() > 1) {
      return halve(Side.RECIPIENTS);
    } else if (sibling != null
        && (images.size() == 1 || sibling.images().equals(suspect.images()))) {
      return askSibling(sibling);
    } else if (images.size() > 1) {
      return halve(Side.IMAGES);
    } else if (!refused) {
      return ask(suspect);
    } else {
      return new Step.BadPair(images.get(0), recipients.get(0), reason);
    }
  }

  private Step halve(Side side) {
    List<Integer> ids = suspect.ids(side);
    sibling = suspect.with(side, ids.subList(half(ids), ids.size()));
    return ask(suspect.with(side, ids.subList(0, half(ids))));
  }

  private Step askSibling(Slice part) {
    sibling = null;
    probingSibling = true;
    return ask(part);
  }

  private Step ask(Slice part) {
    asking = true;
    probe = part;
    return new Step.Ask(part);
  }

  private static int half(List<Integer> ids) {
    return (ids.size() + 1) / 2;
  }

  private static List<Integer> without(List<Integer> ids, List<Integer> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
  }
}
