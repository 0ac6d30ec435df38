package io.imageshare.internal.engine;

import io.imageshare.Reason;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PollTimes for the bad id in a slice that was refused, by asking for parts of it.
 *
 * <p>Only ids not proven good are halved; the others ride along, so that no call is made in vain.
 * An id is convicted only when the call just refused held it and otherwise only good ids: a slice
 * in which it is the only suspect, left over from halving, is asked for once more before that.
 */
final class BadIdSearch {

  /** What a hunt may ask for and find. */
  interface Probes {
    /** Asks for a part; the answer comes by {@link #refused} or {@link #cleared}. */
    void probe(Slice part);

    void bad(Side side, int id, Reason reason);

    /** One pair was refused, and nothing tells which of its two ids is at fault. */
    void badPair(int image, int recipient, Reason reason);

    /** Every suspect was cleared: whatever was wrong is over. */
    void nothing();
  }

  private final Evidence evidence;
  private final Probes probes;

  /** Holds the bad id, as far as anybody can tell. */
  private Slice suspect;

  private Reason reason;

  /** Whether {@link #suspect} itself was refused, and not only something that contained it. */
  private boolean refused = true;

  /** The other half of the last halving while the side is open: if accepted, it tells the side. */
  private @Nullable Slice sibling;

  private Slice probe;
  private boolean probingSibling;

  BadIdSearch(Slice suspect, Reason reason, Evidence evidence, Probes probes) {
    this.suspect = suspect;
    this.reason = reason;
    this.evidence = evidence;
    this.probes = probes;
    this.probe = suspect;
  }

  /** The part asked for was refused. */
  void refused(Reason reason) {
    if (!probingSibling) {
      suspect = probe;
      this.reason = reason;
      refused = true;
    }
  }

  /** The part asked for was accepted; what it held is proven good by now. */
  void cleared() {
    if (!probingSibling) {
      Side side = probe.images().size() < suspect.images().size() ? Side.IMAGES : Side.RECIPIENTS;
      List<Integer> asked = probe.ids(side);
      suspect =
          suspect.with(side, suspect.ids(side).stream().filter(id -> !asked.contains(id)).toList());
      refused = false;
      sibling = null;
    }
  }

  /** Takes the next step: asks for a part, or ends with a finding. */
  void next() {
    probingSibling = false;
    if (suspect.pairs() == 0) {
      probes.nothing();
      return;
    }
    switch (reason.kind()) {
      case INVALID_IMAGE -> along(Side.IMAGES, suspects(Side.IMAGES));
      case INVALID_RECIPIENT -> along(Side.RECIPIENTS, suspects(Side.RECIPIENTS));
      // What was accepted before says nothing of whether an image is full.
      case QUOTA -> along(Side.IMAGES, suspect.images());
      default -> sideUnknown();
    }
  }

  private List<Integer> suspects(Side side) {
    List<Integer> suspects = evidence.suspects(side, suspect);
    while (suspects.isEmpty()) {
      evidence.doubt();
      suspects = evidence.suspects(side, suspect);
    }
    return suspects;
  }

  private void along(Side side, List<Integer> suspects) {
    if (suspects.size() == 1 && refused) {
      probes.bad(side, suspects.get(0), reason);
    } else if (suspects.size() == 1) {
      ask(suspect.with(side, suspects));
    } else {
      List<Integer> rest = suspects.subList(half(suspects), suspects.size());
      ask(suspect.with(side, without(suspect.ids(side), rest)));
    }
  }

  private void sideUnknown() {
    List<Integer> images = evidence.suspects(Side.IMAGES, suspect);
    List<Integer> recipients = evidence.suspects(Side.RECIPIENTS, suspect);
    if (images.isEmpty()) {
      along(Side.RECIPIENTS, suspects(Side.RECIPIENTS));
    } else if (recipients.isEmpty()) {
      along(Side.IMAGES, images);
    } else if (images.size() < suspect.images().size()) {
      // With good images only, a refusal is the recipients' fault, and an answer clears them.
      ask(suspect.with(Side.IMAGES, without(suspect.images(), images)));
    } else if (recipients.size() < suspect.recipients().size()) {
      ask(suspect.with(Side.RECIPIENTS, without(suspect.recipients(), recipients)));
    } else if (recipients.size() > 1) {
      halve(Side.RECIPIENTS);
    } else if (sibling != null
        && (images.size() == 1 || sibling.images().equals(suspect.images()))) {
      askSibling(sibling);
    } else if (images.size() > 1) {
      halve(Side.IMAGES);
    } else {
      probes.badPair(images.get(0), recipients.get(0), reason);
    }
  }

  private void halve(Side side) {
    List<Integer> ids = suspect.ids(side);
    sibling = suspect.with(side, ids.subList(half(ids), ids.size()));
    ask(suspect.with(side, ids.subList(0, half(ids))));
  }

  private void askSibling(Slice part) {
    sibling = null;
    probingSibling = true;
    ask(part);
  }

  private void ask(Slice part) {
    probe = part;
    probes.probe(part);
  }

  private static int half(List<Integer> ids) {
    return (ids.size() + 1) / 2;
  }

  private static List<Integer> without(List<Integer> ids, List<Integer> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
  }
}
