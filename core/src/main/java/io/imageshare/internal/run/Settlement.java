package io.imageshare.internal.run;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.internal.run.OutcomeRules.Ruling;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out in the table what is ruled of pairs. */
final class Settlement {
  /** So many of an image's pairs that are not done are named in its event. */
  private static final int SHOWN = 10;

  private final RunModel run;
  private final PairTable table;

  Settlement(RunModel run) {
    this.run = run;
    table = run.table;
  }

  void settle(int image, int recipient, Verdict verdict) {
    if (!table.isPending(image, recipient)) {
      return;
    }
    table.settle(image, recipient, verdict);
    run.toAudit.set(run.listings.of(image, recipient));
    if (!table.hasPending(image)) {
      run.emit(
          new ShareEvent.ImageCompleted(
              run.id,
              table.image(image),
              table.count(image, Verdict.Done.class),
              table.count(image, Verdict.Failed.class),
              table.count(image, Verdict.Unknown.class),
              table.failures(image).limit(SHOWN).toList()));
    }
  }

  /** Notes what a listing shows: what it proves, and which pairs are as asked. */
  void listed(int listing, Map<?, MemberStatus> listed) {
    Listings listings = run.listings;
    Principal principal = run.reader(listing);
    Map<Object, MemberStatus> byKey = Listings.byKey(listed);
    // Whoever else it names, an image that is listed for anybody is there.
    boolean isThere = listings.side() == Side.IMAGES && !listed.isEmpty();
    listings
        .part(listing)
        .forEach(
            (image, recipient) -> {
              MemberStatus status = listings.status(byKey, image, recipient);
              if (status != null) {
                principal.evidence.listed(Side.RECIPIENTS, recipient);
              }
              if (status != null || isThere) {
                principal.evidence.listed(Side.IMAGES, image);
              }
              if (table.isPending(image, recipient) && listings.isAsAsked(status)) {
                boolean wasAsked =
                    !table.isOpen(image, recipient) || table.isTouched(image, recipient);
                settle(image, recipient, OutcomeRules.asAsked(wasAsked, status));
              }
            });
  }

  /** Does what is ruled of a pair whose call is over; whether its listing is to be read again. */
  boolean rule(Submission submission, int image, int recipient, Ruling ruling) {
    if (ruling instanceof Ruling.Settle settle) {
      settle(image, recipient, settle.verdict());
    } else if (ruling instanceof Ruling.AskAgain again) {
      askAgain(image, recipient, again.reason(), submission.jobId());
    }
    return ruling instanceof Ruling.ReadAgain;
  }

  /** A pair was asked in vain: it is open again, or was asked as often as a pair is. */
  void askAgain(int image, int recipient, Reason reason, String job) {
    if (!table.isPending(image, recipient)) {
      return;
    }
    Verdict verdict =
        OutcomeRules.askedInVain(
            table.asks(image, recipient) + 1, table.isTouched(image, recipient), reason, job);
    if (verdict == null) {
      table.askAgain(image, recipient);
    } else {
      settle(image, recipient, verdict);
    }
  }

  /** An id is bad for a principal, or full: its open pairs fail. */
  void bad(Principal principal, Side side, int bad, Reason reason) {
    if (reason.kind() == Kind.QUOTA || !principal.evidence.bad(side, bad, reason)) {
      fail(principal, side, bad, reason); // full, which says nothing bad of it
      return;
    }
    Reason rest =
        new Reason(
            reason.kind(),
            reason.code(),
            "not tried, as 16 others were refused for the same reason: " + reason.message());
    for (int other : run.listings.pairsOf(principal.number).ids(side)) {
      fail(principal, side, other, other == bad ? reason : rest);
    }
  }

  /** Fails the open pairs of an id. */
  void fail(Principal principal, Side side, int id, Reason reason) {
    fail(run.listings.pairsOf(principal.number).with(side, List.of(id)), reason);
  }

  /** Fails the open pairs of a slice: what was taken may be done, as its audit will show. */
  void fail(Slice slice, Reason reason) {
    slice.forEach((i, r) -> settleIfOpen(i, r, new Verdict.Failed(reason)));
  }

  void settleIfOpen(int image, int recipient, Verdict verdict) {
    if (table.isOpen(image, recipient)) {
      settle(image, recipient, verdict);
    }
  }

  /** What is left of a slice when nothing more is found out about it. */
  void cutShort(Slice slice, @Nullable Submission last, String why, @Nullable Reason stopped) {
    Reason told = last == null ? null : last.told();
    String job = last == null ? "" : last.jobId();
    slice.forEach(
        (i, r) -> {
          boolean asked = table.isUnderWay(i, r) || table.isUnaudited(i, r);
          if (table.isPending(i, r) && (last == null || asked)) {
            boolean touched = asked || table.isTouched(i, r);
            settle(i, r, OutcomeRules.cutShort(touched, told, stopped, why, job));
          }
        });
  }
}
