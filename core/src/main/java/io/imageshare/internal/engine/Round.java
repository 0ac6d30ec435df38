package io.imageshare.internal.engine;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.RepeatedRefusals;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One round of a run: what is open is planned and sent, bad ids are hunted, and each listing is
 * read once when nothing of it is open or under way any more.
 */
final class Round implements BadIdSearch.Probes {
  /** So many pairs, refused one by one with one code while nothing works, speak for the rest. */
  private static final int ENOUGH = 16;

  private record Refusal(Slice slice, Reason reason) {}

  private final RunLoop run;
  private final PairTable table;
  private final Listings listings;
  private final Evidence evidence;
  private final RepeatedRefusals repeated;
  private final List<Submission> sent = new ArrayList<>();
  private final List<List<Submission>> byListing;
  private final int[] underWay;
  private final BitSet auditing = new BitSet();
  private final Set<Submission> queued = new LinkedHashSet<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final BitSet deferredImages = new BitSet();
  private final BitSet deferredRecipients = new BitSet();
  private int unanswered;
  private int flying;
  private int badPairs;
  private boolean begun;
  private boolean over;
  private @Nullable BadIdSearch search;
  private @Nullable Submission probe;

  Round(RunLoop run, RepeatedRefusals repeated) {
    this.run = run;
    this.repeated = repeated;
    table = run.table();
    evidence = run.evidence();
    listings = run.listings();
    byListing =
        IntStream.range(0, listings.count())
            .<List<Submission>>mapToObj(i -> new ArrayList<>())
            .toList();
    underWay = new int[listings.count()];
  }

  void begin() {
    begun = true;
    advance();
  }

  /** Takes in a flight that another process began. */
  void adopt(Submission submission) {
    flying++;
    sent.add(submission);
    for (int listing : listings.of(submission.slice())) {
      underWay[listing]++;
      byListing.get(listing).add(submission);
    }
  }

  List<Submission> sent() {
    return sent;
  }

  List<Submission> submissions(int listing) {
    return byListing.get(listing);
  }

  /** Whether the answer to a write is out. */
  boolean isUnanswered() {
    return unanswered > 0;
  }

  /** Gives up the places of jobs that are open still. */
  void release() {
    sent.forEach(Submission::release);
  }

  /** Does whatever can be done now. */
  void advance() {
    if (!run.mayWrite()) {
      endHunt();
      refusals.clear();
      withdraw();
    }
    while (run.isGoing() && search != null && probe == null) {
      search.next();
    }
    if (!run.isGoing() || search != null || over || !begun) {
      return;
    }
    if (!refusals.isEmpty()) {
      withdraw();
      if (unanswered == 0) {
        search();
        advance();
      }
      return;
    }
    if (queued.isEmpty() && table.hasOpen() && run.mayWrite()) {
      plan();
    }
    if (queued.isEmpty() && flying == 0) {
      IntStream.range(0, listings.count()).forEach(this::auditIfReady);
      if (!table.hasAsked()) {
        over = true;
        run.nextRound();
      }
    }
  }

  private void plan() {
    List<Slice> slices = SlicePlanner.plan(open(), run.context().limits());
    if (slices.isEmpty()) {
      deferredImages.clear();
      deferredRecipients.clear();
      slices = SlicePlanner.plan(open(), run.context().limits());
    }
    for (Slice slice : slices) {
      queued.add(new Submission(run, this, slice));
    }
    List.copyOf(queued).forEach(run::make);
  }

  private BitSet[] open() {
    BitSet[] rows = new BitSet[table.images()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = deferredImages.get(i) ? new BitSet() : table.open(i);
      rows[i].andNot(deferredRecipients);
    }
    return rows;
  }

  // What becomes of flights

  void sent(Submission submission) {
    queued.remove(submission);
    unanswered++;
    adopt(submission);
  }

  /** A write failed without effect and waits to be made again. */
  void back(Submission submission) {
    unanswered--;
    left(submission);
    sent.remove(submission);
    listings.of(submission.slice()).forEach(listing -> byListing.get(listing).remove(submission));
    queued.add(submission);
    advance();
  }

  void answered() {
    unanswered--;
  }

  /** The answer to a write was lost; what became of it is being settled. */
  void lost() {
    answered();
    advance();
  }

  private void left(Submission submission) {
    flying--;
    listings.of(submission.slice()).forEach(listing -> underWay[listing]--);
  }

  void accepted(Submission submission) {
    answered();
    evidence.accepted(submission.slice());
    // A job that failed in this very answer is judged when it has landed.
    if (submission == probe && evidence.trustsAcceptance() && !submission.hasFailed()) {
      cleared();
    }
    advance();
  }

  /**
   * A flight is over, and its pairs are settled or await the audit.
   *
   * @param served what its job says that ended well; null: none did
   */
  void over(Submission submission, @Nullable JobResults served) {
    left(submission);
    if (served != null) {
      // A job that ended well may have failed for some, whose ids are not proven good by it.
      submission
          .slice()
          .forEach(
              (i, r) -> {
                if (served.provesAll() || served.proves(table.member(i, r))) {
                  evidence.served(i, r);
                }
              });
    }
    if (submission == probe && served != null) {
      cleared();
    } else if (submission == probe) {
      endHunt();
    }
    listings.of(submission.slice()).forEach(this::auditIfReady);
    advance();
  }

  private void cleared() {
    probe = null;
    if (search != null) {
      search.cleared();
    }
  }

  private void endHunt() {
    if (probe != null) {
      probe.withdraw();
    }
    probe = null;
    search = null;
  }

  /** The service refused what a flight asked, at once or by a failed job. */
  void refused(Submission submission, Reason reason) {
    left(submission);
    boolean whole = submission.missing() == submission.slice().pairs();
    switch (reason.kind()) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA -> {
        submission.forEachMissing(table::reopen);
        suspect(submission, reason, whole);
      }
      case FORBIDDEN, UNSUPPORTED -> {
        submission.forEachMissing((i, r) -> run.rules().settle(i, r, new Verdict.Failed(reason)));
        deny(submission.slice(), reason);
      }
      case INTERNAL ->
          submission.forEachMissing(
              (i, r) -> run.rules().settle(i, r, new Verdict.Unknown(reason, submission.id())));
      case UNAUTHENTICATED -> {
        submission.forEachMissing(table::reopen);
        run.stop(reason);
      }
      default ->
          submission.forEachMissing((i, r) -> run.rules().again(i, r, reason, submission.id()));
    }
    if (submission == probe) {
      endHunt();
    }
    listings.of(submission.slice()).forEach(this::auditIfReady);
    advance();
  }

  private void suspect(Submission submission, Reason reason, boolean whole) {
    if (submission.hasFailed()) {
      evidence.distrustAcceptance();
    }
    if (reason.kind() == Kind.QUOTA) {
      deny(submission.slice(), reason);
    }
    if (!whole) {
      return; // some of it was done: the rest is planned anew
    }
    run.emit(new ShareEvent.Split(run.id(), table.request(submission.slice()), reason));
    if (submission == probe && search != null) {
      probe = null;
      search.refused(reason);
    } else {
      refusals.add(new Refusal(submission.slice(), reason));
    }
  }

  /** Enough refusals that are none of their ids' fault speak for the rest. */
  void deny(Slice slice, Reason reason) {
    if (repeated.add(slice, reason) && !evidence.anyAccepted()) {
      failRest(reason, "three slices were refused so and none was ever taken; not tried: ");
    }
  }

  private void failRest(Reason reason, String why) {
    Reason rest = new Reason(reason.kind(), reason.code(), why + reason.message());
    for (int image = 0; image < table.images(); image++) {
      run.rules().fail(Side.IMAGES, image, rest);
    }
    endHunt();
    withdraw();
  }

  private void withdraw() {
    queued.forEach(Submission::withdraw);
    queued.clear();
  }

  // The hunt

  private void search() {
    refusals.removeIf(refusal -> !stands(refusal));
    if (refusals.isEmpty()) {
      return;
    }
    Refusal easiest = refusals.get(0);
    for (Refusal refusal : refusals) {
      if (suspects(refusal) < suspects(easiest)) {
        easiest = refusal;
      }
    }
    refusals.remove(easiest);
    search = new BadIdSearch(easiest.slice(), easiest.reason(), evidence, this);
  }

  /** Whether a refusal still wants explaining: all of it is open, so no id of it is known bad. */
  private boolean stands(Refusal refusal) {
    return refusal.slice().images().stream()
        .allMatch(i -> refusal.slice().recipients().stream().allMatch(r -> table.isOpen(i, r)));
  }

  private int suspects(Refusal refusal) {
    Slice slice = refusal.slice();
    int images = evidence.suspects(Side.IMAGES, slice).size();
    int recipients = evidence.suspects(Side.RECIPIENTS, slice).size();
    return switch (refusal.reason().kind()) {
      case INVALID_IMAGE -> images;
      case INVALID_RECIPIENT -> recipients;
      default -> images + recipients;
    };
  }

  @Override
  public void probe(Slice part) {
    Submission submission = new Submission(run, this, part);
    probe = submission;
    run.make(submission);
  }

  @Override
  public void bad(Side side, int id, Reason reason) {
    endHunt();
    run.journal().note(new JournalEntry.BadId(side, id, reason));
    run.rules().bad(side, id, reason);
  }

  @Override
  public void badPair(int image, int recipient, Reason reason) {
    endHunt();
    run.journal().note(new JournalEntry.BadPair(image, recipient, reason));
    run.rules().settle(image, recipient, new Verdict.Failed(reason));
    // Their other pairs come last, when more is proven and tells which of the two it was.
    deferredImages.set(image);
    deferredRecipients.set(recipient);
    badPairs++;
    if (badPairs >= ENOUGH && !evidence.anyAccepted()) {
      failRest(reason, "16 pairs were refused one by one and none was ever taken; not tried: ");
    }
  }

  @Override
  public void nothing() {
    endHunt();
  }

  // The audit

  void audited(int listing) {
    auditing.clear(listing);
    advance();
  }

  private void auditIfReady(int listing) {
    if (listings.hasAsked(listing)
        && underWay[listing] == 0
        && !(listings.hasOpen(listing) && run.mayWrite())
        && begun
        && !auditing.get(listing)
        && run.isGoing()) {
      auditing.set(listing);
      run.read(new Audit(run, this, listing, 0));
    }
  }
}
