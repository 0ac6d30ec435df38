package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Verdict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of the pairs of a run. */
final class OutcomeRules {
  /** How often a pair is asked for, over all processes of a run. */
  static final int MAX_ASKS = 6;

  private final RunLoop run;
  private final PairTable table;
  private final Listings listings;
  private final Evidence evidence;
  private @Nullable RunHistory history;

  OutcomeRules(RunLoop run) {
    this.run = run;
    table = run.table();
    listings = run.listings();
    evidence = run.evidence();
  }

  /** Counts what other processes have asked. */
  void resume(RunHistory history) {
    this.history = history;
  }

  /** Takes a listing: the ids that it proves good, and the pairs that are as asked. */
  void note(int listing, Map<?, MemberStatus> listed) {
    listings
        .part(listing)
        .forEach(
            (image, recipient) -> {
              MemberStatus status = listings.status(listed, image, recipient);
              if (status != null) {
                evidence.listed(Side.RECIPIENTS, recipient);
              }
              // An image with any member exists, whoever that member is.
              if (status != null || (listings.side() == Side.IMAGES && !listed.isEmpty())) {
                evidence.listed(Side.IMAGES, image);
              }
              if (table.isPending(image, recipient) && listings.isAsAsked(status)) {
                done(image, recipient, status);
              }
            });
  }

  private void done(int image, int recipient, @Nullable MemberStatus status) {
    boolean already = !table.isAsked(image, recipient) && !table.isTouched(image, recipient);
    settle(
        image,
        recipient,
        new Verdict.Done(already, status == null ? MemberStatus.UNKNOWN : status));
  }

  void settle(int image, int recipient, Verdict verdict) {
    if (table.isPending(image, recipient)) {
      table.settle(image, recipient, verdict);
      if (!table.hasPending(image)) {
        run.emit(
            new ShareEvent.ImageCompleted(
                run.id(),
                table.image(image),
                table.count(image, Verdict.Done.class),
                table.count(image, Verdict.Failed.class),
                table.count(image, Verdict.Unknown.class)));
      }
    }
  }

  /** Asks for a pair again in the next round, if it may be asked once more. */
  void askAgain(int image, int recipient, Reason reason, String job) {
    int rounds = run.rounds();
    boolean exhausted =
        history != null && history.isExhausted(image, recipient, rounds - history.rounds() + 1);
    if (rounds < MAX_ASKS && !exhausted) {
      table.defer(image, recipient);
    } else {
      giveUp(image, recipient, reason, job);
    }
  }

  /** Settles a pair that other processes have asked as often as it may be asked. */
  void giveUpIfExhausted(RunHistory.RecordedSubmission recorded, int image, int recipient) {
    if (history != null
        && table.isOpen(image, recipient)
        && history.isExhausted(image, recipient, 0)) {
      giveUp(image, recipient, recorded.outcome(), recorded.job());
    }
  }

  private void giveUp(int image, int recipient, Reason reason, String job) {
    if (table.isTouched(image, recipient)) {
      settle(image, recipient, new Verdict.Unknown(reason, job));
    } else {
      settle(image, recipient, new Verdict.Failed(reason));
    }
  }

  /** An id is bad or full: its pairs fail, except those that are asked. */
  void badId(Side side, int bad, Reason reason) {
    if (reason.kind() == Kind.QUOTA) {
      fail(side, bad, reason); // a full image is not a bad id
    } else if (evidence.bad(side, bad, reason)) {
      Reason rest =
          new Reason(
              reason.kind(),
              reason.code(),
              "not tried, as 16 others were refused for the same reason: " + reason.message());
      int ids = side == Side.IMAGES ? table.images() : table.recipients();
      for (int other = 0; other < ids; other++) {
        fail(side, other, other == bad ? reason : rest);
      }
    } else {
      fail(side, bad, reason);
    }
  }

  /** Fails the pairs of an id, except those that are asked. */
  void fail(Side side, int failing, Reason reason) {
    int others = side == Side.IMAGES ? table.recipients() : table.images();
    for (int other = 0; other < others; other++) {
      int image = side == Side.IMAGES ? failing : other;
      int recipient = side == Side.IMAGES ? other : failing;
      if (!table.isAsked(image, recipient)) {
        settle(image, recipient, new Verdict.Failed(reason));
      }
    }
  }
}
