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

/** Gives the pairs of a run their outcomes. */
final class OutcomeRules {
  static final int ASKS = 6;

  private final RunLoop run;
  private final PairTable table;
  private final Listings listings;
  private final Evidence evidence;
  private @Nullable RunHistory past;

  OutcomeRules(RunLoop run) {
    this.run = run;
    table = run.table();
    listings = run.listings();
    evidence = run.evidence();
  }

  /** What was asked in other processes counts. */
  void remember(RunHistory past) {
    this.past = past;
  }

  /** Notes what a listing shows: what it proves, and which pairs are as asked. */
  void note(int listing, Map<?, MemberStatus> listed) {
    listings
        .part(listing)
        .forEach(
            (image, recipient) -> {
              MemberStatus status = listings.status(listed, image, recipient);
              if (status != null) {
                evidence.listed(Side.RECIPIENTS, recipient);
              }
              // Whoever else it names, an image that is listed for anybody is there.
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

  /** An asked pair is to be asked again in the next round, if there is one. */
  void again(int image, int recipient, Reason reason, String job) {
    int rounds = run.rounds();
    boolean spent = past != null && past.isSpent(image, recipient, rounds - past.rounds() + 1);
    if (rounds < ASKS && !spent) {
      table.later(image, recipient);
    } else {
      giveUp(image, recipient, reason, job);
    }
  }

  /** A pair is not asked in this process if the others have asked it as often as may be. */
  void giveUpIfSpent(RunHistory.RecordedSubmission recorded, int image, int recipient) {
    if (past != null && table.isOpen(image, recipient) && past.isSpent(image, recipient, 0)) {
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

  /** An id is bad, or full: its pairs fail, but for those whose answer is out. */
  void bad(Side side, int bad, Reason reason) {
    if (reason.kind() == Kind.QUOTA) {
      fail(side, bad, reason); // full, which says nothing bad of it
    } else if (evidence.bad(side, bad, reason)) {
      Reason rest =
          new Reason(
              reason.kind(),
              reason.code(),
              "16 others were refused so; not tried one by one: " + reason.message());
      int ids = side == Side.IMAGES ? table.images() : table.recipients();
      for (int other = 0; other < ids; other++) {
        fail(side, other, other == bad ? reason : rest);
      }
    } else {
      fail(side, bad, reason);
    }
  }

  /** Fails the pairs of an id, but for those whose answer is out. */
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
