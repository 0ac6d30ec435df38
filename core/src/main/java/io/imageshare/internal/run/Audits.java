package io.imageshare.internal.run;

import static com.google.common.collect.Comparators.min;

import com.google.common.collect.Lists;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.run.Event.Timer.Purpose;
import io.imageshare.internal.run.OutcomeRules.ReadRefusal;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a listing when nothing of it is open or under way: a pair is done when that shows it. */
final class Audits {
  /** Listings lag: what a job claims to be done is looked for again for so long. */
  private static final Duration LAG = Duration.ofSeconds(15);

  /** A read that failed is harmless, and made again so often: an outage of a minute passes. */
  private static final int FAILURES = 4;

  private static final class Audit {
    long firstRead = -1;
    int reads;
    int failures;
  }

  private final RunModel run;
  private final PairTable table;
  private final Map<Integer, Audit> audits = new HashMap<>();

  Audits(RunModel run) {
    this.run = run;
    table = run.table;
  }

  void advance() {
    for (int listing = run.toAudit.nextSetBit(0);
        listing >= 0;
        listing = run.toAudit.nextSetBit(listing + 1)) {
      if (isReady(listing)) {
        read(listing);
      }
    }
    run.toAudit.clear();
  }

  private boolean isReady(int listing) {
    return table.hasUnaudited(listing)
        && !table.hasUnderWay(listing)
        && !(table.hasOpen(listing) && run.mayWrite())
        && !audits.containsKey(listing);
  }

  private void read(int listing) {
    if (run.canRead(listing)) {
      audits.putIfAbsent(listing, new Audit());
      run.reads.want(listing, ListingReads.AUDIT);
    } else {
      forEachUnaudited(listing, run::ruleUnlistable);
    }
  }

  void rereadDue(int listing) {
    if (!run.isRunning() || !audits.containsKey(listing)) {
      return;
    }
    if (table.hasUnaudited(listing)) {
      read(listing);
    } else {
      end(listing); // its pairs have their outcome: other reads showed it, or its reader stopped
    }
  }

  /** The listing was read, and the pairs that it shows as asked have their outcome. */
  void listed(int listing) {
    Audit audit = audits.computeIfAbsent(listing, l -> new Audit());
    if (audit.firstRead < 0) {
      audit.firstRead = run.now;
    }
    Duration lag = Duration.ofNanos(run.now - audit.firstRead);
    boolean[] readAgain = {false};
    Map<Submission, Boolean> mayLag = new HashMap<>();
    forEachUnaudited(
        listing,
        (submission, image, recipient) ->
            readAgain[0] |=
                run.rule(
                    submission,
                    image,
                    recipient,
                    OutcomeRules.unlisted(
                        run.ask(submission, image, recipient),
                        mayLag.computeIfAbsent(submission, s -> mayLag(s, listing, audit)))));
    if (readAgain[0]) {
      Duration wait = min(run.terms.lags().next(audit.reads), LAG.minus(lag));
      audit.reads++;
      run.await(Purpose.REREAD, listing, wait);
    } else {
      if (audit.reads > 0 && lag.compareTo(LAG) < 0 && !table.hasOpen(listing)) {
        run.terms.lags().add(lag);
      }
      end(listing);
    }
  }

  /**
   * Whether a listing may yet show what a job claims. One that shows a part of it does not lag: it
   * is read once more, as it may have been read in the midst.
   */
  private boolean mayLag(Submission submission, int listing, Audit audit) {
    boolean[] showsPart = {false};
    run.listings
        .part(submission.slice, listing)
        .forEach((i, r) -> showsPart[0] |= table.isDone(i, r));
    return showsPart[0] ? audit.reads == 0 : run.now - audit.firstRead < LAG.toNanos();
  }

  private void end(int listing) {
    audits.remove(listing);
    run.toAudit.set(listing);
  }

  void failed(int listing, Reason reason) {
    Audit audit = audits.computeIfAbsent(listing, l -> new Audit());
    ReadRefusal refusal = OutcomeRules.readRefused(reason.kind(), run.listings.side());
    if (refusal == ReadRefusal.NOTHING && audit.failures < FAILURES) {
      run.await(Purpose.REREAD, listing, run.terms.readPause());
      audit.failures++;
    } else if (refusal == ReadRefusal.UNREADABLE) {
      forEachUnaudited(listing, run::ruleUnlistable);
      end(listing);
    } else {
      forEachUnaudited(
          listing,
          (submission, i, r) ->
              run.settle(
                  i,
                  r,
                  refusal == ReadRefusal.BAD_ID
                      ? new Verdict.Failed(reason)
                      : new Verdict.Unknown(reason, submission.jobId())));
      end(listing);
    }
  }

  /** The last read of a listing was refused: what the jobs claim to be done is. */
  void lastRefused(int listing) {
    forEachUnaudited(
        listing,
        (submission, i, r) -> {
          OutcomeRules.Ask ask = run.ask(submission, i, r);
          if (ask.claimsDone() && ask.refusal() == null) {
            run.settle(i, r, new Verdict.Done(false, MemberStatus.UNKNOWN));
          }
        });
  }

  /** Takes an unaudited pair and the last submission that asked it. */
  private interface Unaudited {
    void accept(Submission submission, int image, int recipient);
  }

  private void forEachUnaudited(int listing, Unaudited action) {
    BitSet seen = new BitSet();
    for (Submission submission : Lists.reverse(List.copyOf(run.submissions(listing)))) {
      run.listings
          .part(submission.slice, listing)
          .forEach(
              (image, recipient) -> {
                // Of an image and a recipient, the listing has one, and here one is always the
                // same.
                int pair = image + recipient;
                if (!seen.get(pair) && table.isUnaudited(image, recipient)) {
                  seen.set(pair);
                  action.accept(submission, image, recipient);
                }
              });
    }
  }
}
