package io.imageshare.internal.run;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.ShareEvent;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.run.Event.Timer.Purpose;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads what shows, before anything is written, what is as asked already and what cannot be: a
 * description of the images that are to be shared, and the listings of those that may have members.
 */
final class Survey {
  private static final int MEMBERS_OF_FULL_SERVER_IMAGE = 10;

  /** Slow reads hold the first writes up no longer than this after the last answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final RunModel run;
  private final PairTable table;
  private final boolean describes;
  private final BitSet unread = new BitSet();
  private final BitSet slow = new BitSet();

  private Map<String, Image> described = Map.of();
  private int read;
  private long answered;
  private boolean impatient;

  Survey(RunModel run) {
    this.run = run;
    table = run.table;
    describes = table.action() == Action.SHARE;
    unread.set(0, run.listings.count());
  }

  void begin() {
    Set<String> images =
        IntStream.range(0, table.images())
            .filter(image -> newPairs(image).findAny().isPresent())
            .mapToObj(table::image)
            .collect(toImmutableSet());
    if (images.isEmpty() || !describes) {
      readAll();
    } else {
      run.effect(new Effect.Describe(images));
    }
  }

  void described(Map<String, Image> images) {
    described = images;
    IntStream.range(0, table.images()).filter(this::isNotWorthReading).forEach(unread::clear);
    readAll();
  }

  /**
   * Whether nothing is lost if the audit is the first to list an image: it is told to have no
   * members, nobody asked for any of its pairs before, and none would be refused here. For what
   * tells that an image has no members may lag, and a refusal must be true.
   */
  private boolean isNotWorthReading(int image) {
    Image known = described.get(table.image(image));
    return known != null
        && known.sharing() == Image.Sharing.UNSHARED
        && known.obstacle() == Image.Obstacle.NONE
        && IntStream.range(0, table.recipients()).noneMatch(r -> table.isTouched(image, r))
        && newPairs(image).count() <= limit(image);
  }

  private void readAll() {
    for (int listing : unread.stream().toArray()) {
      run.reads.want(listing, ListingReads.SURVEY);
    }
    run.await(Purpose.SURVEY, 0, PATIENCE);
    answered = run.now;
    endOnceRead();
  }

  /** A listing was read for the survey. */
  void listed(int listing, Map<?, MemberStatus> listed) {
    read++;
    if (run.listingReader != null) {
      run.listingReader.listed(run.listings.subject(listing), listed);
    }
    if (describes) {
      refuseWhatCannotBe(listing);
      refuseWhatCannotFit(listing, listed.size());
    }
    answered(listing);
  }

  /**
   * A listing cannot be read: its pairs go on unsurveyed, unless the refusal says that it is bad.
   */
  void failed(int listing, Reason reason) {
    if (run.listingReader != null) {
      run.listingReader.failed(run.listings.subject(listing), reason);
    }
    Side side = run.listings.side();
    if (OutcomeRules.readRefused(reason.kind(), side) == OutcomeRules.ReadRefusal.BAD_ID) {
      Principal principal = run.reader(listing);
      principal.evidence.bad(side, listing, reason);
      run.fail(principal, side, listing, reason);
    }
    if (describes) {
      refuseWhatCannotBe(listing);
    }
    answered(listing);
  }

  private void answered(int listing) {
    answered = run.now;
    unread.clear(listing);
    slow.clear(listing);
    endOnceRead();
  }

  private void endOnceRead() {
    if (isOver()) {
      run.emit(new ShareEvent.Surveyed(run.id, read, table.done(), table.failed()));
    }
  }

  /** A read is made again: nobody waits for it. */
  void delayed(int listing) {
    if (unread.get(listing)) {
      slow.set(listing);
    }
  }

  /** It was waited for the slow ones; until those that answer have, time goes on. */
  void due() {
    if (isOver() || impatient) {
      return;
    }
    long silent = run.now - answered;
    // A read that waits for the rate limit is not slow.
    if (silent >= PATIENCE.toNanos() && !run.reads.isAnyQueued()) {
      impatient = true;
    } else {
      Duration left = PATIENCE.minusNanos(silent);
      run.await(Purpose.SURVEY, 0, left.isNegative() || left.isZero() ? PATIENCE : left);
    }
  }

  boolean isOver() {
    return unread.isEmpty();
  }

  /** Whether what was surveyed may be planned: all of it, or all but what is slow. */
  boolean isReady() {
    return impatient || slow.cardinality() == unread.cardinality();
  }

  boolean isSurveyed(int listing) {
    return !unread.get(listing);
  }

  /** What is described as not to be shared, and is not yet. */
  private void refuseWhatCannotBe(int image) {
    Image known = described.get(table.image(image));
    if (known != null && known.obstacle() != Image.Obstacle.NONE) {
      Verdict refused = new Verdict.Failed(refusal(known));
      newPairs(image).forEach(recipient -> run.settle(image, recipient, refused));
    }
  }

  private void refuseWhatCannotFit(int image, int has) {
    int limit = limit(image);
    if (has > limit) {
      return; // a limit that the listing disproves is none
    }
    int room = limit - has;
    for (int r = 0; r < table.recipients(); r++) {
      if (table.isPending(image, r)) {
        room--;
        if (room < 0 && table.isOpen(image, r) && !table.isTouched(image, r)) {
          run.settle(image, r, new Verdict.Failed(full(has, limit)));
        }
      }
    }
  }

  private int limit(int image) {
    Image known = described.get(table.image(image));
    int limit = run.terms.membersPerImage();
    return known != null && known.whole() ? Math.min(MEMBERS_OF_FULL_SERVER_IMAGE, limit) : limit;
  }

  /** The pairs of an image that nobody has asked for yet, by recipient. */
  private IntStream newPairs(int image) {
    return IntStream.range(0, table.recipients())
        .filter(r -> table.isOpen(image, r) && !table.isTouched(image, r));
  }

  private static Reason full(int members, int limit) {
    return new Reason(
        Reason.Kind.QUOTA,
        "",
        ("the image has %d of at most %d recipients,"
                + " and earlier recipients of this request take the rest")
            .formatted(members, limit));
  }

  private static Reason refusal(Image image) {
    String name = image.name().isEmpty() ? "" : " \"" + image.name() + "\"";
    return new Reason(
        Reason.Kind.INVALID_IMAGE,
        "",
        "the image%s cannot be shared: %s".formatted(name, obstacle(image)));
  }

  /** What is wrong with an image, and what would be right. */
  private static String obstacle(Image image) {
    return switch (image.obstacle()) {
      case NONE -> throw new IllegalArgumentException("image: " + image + " has no obstacle");
      case FOREIGN ->
          "it belongs to another project%s; the owner must share it".formatted(in(image.owner()));
      case PUBLIC -> "it is public; only a private image can be shared";
      case ENCRYPTED -> "it is encrypted; share a copy that is not";
      case UNREADY ->
          "it is not ready%s; ask again when its status is active".formatted(in(image.status()));
    };
  }

  private static String in(String detail) {
    return detail.isEmpty() ? "" : " (" + detail + ")";
  }
}
