package io.imageshare.internal.run;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import io.imageshare.BatchLimits;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.run.OutcomeRules.Ruling;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one run share: its pairs, and how the outcome of one is put down as it was
 * ruled; its submissions; and what it wants done.
 */
public final class RunModel {
  /** How far a run is; each is stricter than those before. */
  enum Phase {
    RUNNING,
    /** It makes its last calls. */
    WINDING_DOWN,
    /** It waits for answers to writes, and makes no call. */
    STOPPING,
    OVER
  }

  /** So many of an image's pairs that are not done are named in its event. */
  private static final int SHOWN = 10;

  final String id;
  public final List<ShareRequest> requests;
  final Terms terms;

  /** How much a call holds; less than was set where the service has shown that it takes less. */
  BatchLimits limits;

  /** Takes what a run reads that does nothing else; null: it writes. */
  public final @Nullable ListingReader listingReader;

  public final PairTable table;
  public final Listings listings;
  final List<Principal> principals;
  final TreeMap<Integer, Submission> submissions = new TreeMap<>();
  public final List<SubmittedSlice> jobs = new ArrayList<>();
  final ListingReads reads = new ListingReads(this::effect);

  /** Listings of which something changed, so that they may be ready for their audit. */
  final BitSet toAudit = new BitSet();

  private final ListMultimap<Integer, Submission> byListing = ArrayListMultimap.create();
  private List<Effect> effects = new ArrayList<>();
  Phase phase = Phase.RUNNING;

  /** Why nothing is written any more; null: it may be. */
  @Nullable Reason writesStopped;

  /** Whether that is since too many pairs have failed, as they would again. */
  public boolean hasFailedTooOften;

  int nextSubmission;
  int nextEntry;
  public int openJobs;
  long deadline;

  /** The monotonic clock and the clock at the event that is taken. */
  long now;

  Instant clock = Instant.EPOCH;

  RunModel(
      String id, List<ShareRequest> requests, Terms terms, @Nullable ListingReader listingReader) {
    this.id = id;
    this.requests = requests;
    this.terms = terms;
    limits = terms.limits();
    this.listingReader = listingReader;
    table = new PairTable(requests);
    listings = new Listings(table);
    principals =
        IntStream.range(0, listings.principals())
            .mapToObj(p -> new Principal(p, listings.of(listings.pairsOf(p)), listings.pairsOf(p)))
            .toList();
  }

  // What is wanted

  void effect(Effect effect) {
    effects.add(effect);
  }

  List<Effect> takeEffects() {
    List<Effect> taken = effects;
    effects = new ArrayList<>();
    return taken;
  }

  void emit(ShareEvent event) {
    effect(new Effect.Emit(event));
  }

  void note(JournalEntry entry) {
    effect(new Effect.Note(entry));
  }

  void await(Event.Timer.Purpose purpose, int number, Duration delay) {
    effect(new Effect.Wait(new Event.Timer(purpose, number), delay));
  }

  void finish(Ending ending, @Nullable Reason reason) {
    phase = Phase.OVER;
    submissions.values().forEach(this::releaseJob);
    effect(new Effect.Finish(ending, reason));
  }

  // What is

  public boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  public boolean mayWrite() {
    return listingReader == null && isRunning() && writesStopped == null && now - deadline < 0;
  }

  boolean mayWrite(Principal principal) {
    return mayWrite() && principal.stopped == null;
  }

  /** Who reads a listing. */
  Principal reader(int listing) {
    return principals.get(listings.principal(listing));
  }

  boolean canRead(int listing) {
    return reader(listing).canRead(listing);
  }

  /** The submissions that hold pairs of a listing, in the order they were sent. */
  List<Submission> submissions(int listing) {
    return byListing.get(listing);
  }

  // What becomes of pairs

  void settle(int image, int recipient, Verdict verdict) {
    if (!table.isPending(image, recipient)) {
      return;
    }
    table.settle(image, recipient, verdict);
    toAudit.set(listings.of(image, recipient));
    if (!table.hasPending(image)) {
      emit(
          new ShareEvent.ImageCompleted(
              id,
              table.image(image),
              table.count(image, Verdict.Done.class),
              table.count(image, Verdict.Failed.class),
              table.count(image, Verdict.Unknown.class),
              table.failures(image).limit(SHOWN).toList()));
    }
  }

  /** Notes what a listing shows: what it proves, and which pairs are as asked. */
  void listed(int listing, Map<?, MemberStatus> listed) {
    Principal principal = reader(listing);
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
                settle(image, recipient, OutcomeRules.asAsked(wasAsked(image, recipient), status));
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

  /** The listing of a pair whose call is over cannot be read: what its job says must do. */
  void ruleUnlistable(Submission submission, int image, int recipient) {
    rule(submission, image, recipient, OutcomeRules.unlistable(ask(submission, image, recipient)));
  }

  /** A pair was asked in vain: it is open again, or was asked as often as a pair is. */
  void askAgain(int image, int recipient, Reason reason, String job) {
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
    fail(principal, side, bad, reason);
    boolean isFull = reason.kind() == Kind.QUOTA; // which says nothing bad of it
    if (!isFull && principal.evidence.bad(side, bad, reason)) {
      String why = "not tried, as 16 others were refused for the same reason: ";
      fail(principal.pairs, new Reason(reason.kind(), reason.code(), why + reason.message()));
    }
  }

  /** Fails the open pairs of an id. */
  void fail(Principal principal, Side side, int id, Reason reason) {
    fail(principal.pairs.with(side, List.of(id)), reason);
  }

  /** Fails the open pairs of a slice: what was taken may be done, as its audit will show. */
  void fail(Slice slice, Reason reason) {
    Verdict failed = new Verdict.Failed(reason);
    slice.forEach((i, r) -> settleIfOpen(i, r, failed));
  }

  void settleIfOpen(int image, int recipient, Verdict verdict) {
    if (table.isOpen(image, recipient)) {
      settle(image, recipient, verdict);
    }
  }

  /** Whether a pending pair was asked, so that it may be as asked by now. */
  private boolean wasAsked(int image, int recipient) {
    return !table.isOpen(image, recipient) || table.isTouched(image, recipient);
  }

  /** Gives what a submission asked its outcome, when nothing more is found out about it. */
  void cutShort(Submission last, String why) {
    boolean isOut = last.state != Submission.State.OVER; // otherwise another asks what is under way
    last.slice.forEach(
        (i, r) -> {
          if ((isOut && table.isUnderWay(i, r)) || table.isUnaudited(i, r)) {
            Reason stopped = last.principal.stopped;
            settle(i, r, OutcomeRules.cutShort(true, last.told(), stopped, why, last.jobId()));
          }
        });
  }

  /** Gives all pairs of a principal their outcome then, but for those a call may yet tell of. */
  void cutShort(Principal principal, String why) {
    principal.pairs.forEach(
        (i, r) -> {
          if (table.isPending(i, r) && (phase == Phase.OVER || !table.isUnderWay(i, r))) {
            boolean touched = wasAsked(i, r);
            settle(i, r, OutcomeRules.cutShort(touched, null, principal.stopped, why, ""));
          }
        });
  }

  // Submissions

  Submission add(Principal principal, Slice slice) {
    Submission submission = new Submission(nextSubmission++, principal, slice);
    submissions.put(submission.number, submission);
    return submission;
  }

  void sent(Submission submission) {
    listings.of(submission.slice).forEach(listing -> byListing.put(listing, submission));
  }

  void unsent(Submission submission) {
    listings.of(submission.slice).forEach(listing -> byListing.remove(listing, submission));
  }

  void occupyJob(Submission submission) {
    submission.holdsJob = true;
    openJobs++;
  }

  void releaseJob(Submission submission) {
    if (submission.holdsJob) {
      if (submission.poller != null) {
        submission.poller.expired();
      }
      submission.holdsJob = false;
      openJobs--;
      effect(new Effect.ReleaseJob());
    }
  }

  /** The pairs of a submission that are under way, and that its job does not claim to be done. */
  void forEachMissing(Submission submission, Slice.Pair action) {
    submission.slice.forEach(
        (i, r) -> {
          if (table.isUnderWay(i, r) && !submission.results.confirms(table.member(i, r))) {
            action.accept(i, r);
          }
        });
  }

  long missing(Submission submission) {
    long[] missing = {0};
    forEachMissing(submission, (i, r) -> missing[0]++);
    return missing[0];
  }

  /** The last call that asked a pair, as the rules see it. */
  OutcomeRules.Ask ask(Submission submission, int image, int recipient) {
    var member = table.member(image, recipient);
    return new OutcomeRules.Ask(
        submission.results.confirms(member),
        submission.results.failure(member),
        submission.unclear,
        submission.jobId());
  }

  void audit(Submission submission) {
    listings.of(submission.slice).forEach(toAudit::set);
  }
}
