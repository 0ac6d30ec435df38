package io.imageshare.internal.engine;

import io.imageshare.Reason;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Searches a refused slice for the bad id by asking for parts of it.
 *
 * <p>Only ids not proven good are halved; the others stay in every part, so that each accepted call
 * makes progress. An id is bad only if the call just refused contained it and otherwise only good
 * ids; an id that is left over from halving is therefore asked for once more.
 */
final class BadIdSearch {

  /** The next steps that a search takes: calls to make, and what it found. */
  interface Steps {
    /** Submits a part; {@link #refused} or {@link #cleared} takes the answer. */
    void probe(Slice part);

    void badId(Side side, int id, Reason reason);

    /** A single pair was refused, and either of its ids may be bad. */
    void badPair(int image, int recipient, Reason reason);

    /** No suspect is left: the cause of the refusal is gone. */
    void nothingFound();
  }

  private final Evidence evidence;
  private final Steps steps;

  /** The smallest slice known to contain the bad id. */
  private Slice suspect;

  private Reason reason;

  /** Whether {@link #suspect} itself was refused, not only a slice that contains it. */
  private boolean refused = true;

  /**
   * The other half of the last halving while the side is unknown: its acceptance shows the side.
   */
  private @Nullable Slice sibling;

  private Slice probe;
  private boolean probingSibling;

  BadIdSearch(Slice suspect, Reason reason, Evidence evidence, Steps steps) {
    this.suspect = suspect;
    this.reason = reason;
    this.evidence = evidence;
    this.steps = steps;
    this.probe = suspect;
  }

  /** The last part was refused. */
  void refused(Reason reason) {
    if (!probingSibling) {
      suspect = probe;
      this.reason = reason;
      refused = true;
    }
  }

  /** The last part was accepted, which proves its ids good. */
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

  /** Takes the next step: submits a part, or ends with a finding. */
  void next() {
    probingSibling = false;
    if (suspect.pairs() == 0) {
      steps.nothingFound();
      return;
    }
    switch (reason.kind()) {
      case INVALID_IMAGE -> searchSide(Side.IMAGES, suspects(Side.IMAGES));
      case INVALID_RECIPIENT -> searchSide(Side.RECIPIENTS, suspects(Side.RECIPIENTS));
      // An image that was accepted before may be full by now.
      case QUOTA -> searchSide(Side.IMAGES, suspect.images());
      default -> searchBothSides();
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

  private void searchSide(Side side, List<Integer> suspects) {
    if (suspects.size() == 1 && refused) {
      steps.badId(side, suspects.get(0), reason);
    } else if (suspects.size() == 1) {
      ask(suspect.with(side, suspects));
    } else {
      List<Integer> rest = suspects.subList(half(suspects), suspects.size());
      ask(suspect.with(side, without(suspect.ids(side), rest)));
    }
  }

  private void searchBothSides() {
    List<Integer> images = evidence.suspects(Side.IMAGES, suspect);
    List<Integer> recipients = evidence.suspects(Side.RECIPIENTS, suspect);
    if (images.isEmpty()) {
      searchSide(Side.RECIPIENTS, suspects(Side.RECIPIENTS));
    } else if (recipients.isEmpty()) {
      searchSide(Side.IMAGES, images);
    } else if (images.size() < suspect.images().size()) {
      // With good images only, a refusal blames the recipients, and acceptance clears them.
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
      steps.badPair(images.get(0), recipients.get(0), reason);
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
    steps.probe(part);
  }

  private static int half(List<Integer> ids) {
    return (ids.size() + 1) / 2;
  }

  private static List<Integer> without(List<Integer> ids, List<Integer> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
  }
}
