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
 * One round of a run: it plans and submits what is open, searches for bad ids, and reads each
 * listing once nothing of it is open or under way.
 */
final class Round implements BadIdSearch.Steps {
  /** The number of single pairs refused, with none ever accepted, after which the rest fails. */
  private static final int ENOUGH_PAIRS = 16;

  private record Refusal(Slice slice, Reason reason) {}

  private final RunLoop run;
  private final PairTable table;
  private final Listings listings;
  private final Evidence evidence;
  private final RepeatedRefusals repeatedRefusals;
  private final List<Submission> sent = new ArrayList<>();
  private final List<List<Submission>> byListing;
  private final int[] underWayByListing;
  private final BitSet auditing = new BitSet();
  private final Set<Submission> queued = new LinkedHashSet<>();
  private final List<Refusal> unexplained = new ArrayList<>();
  private final BitSet deferredImages = new BitSet();
  private final BitSet deferredRecipients = new BitSet();
  private int unanswered;
  private int underWay;
  private int badPairs;
  private boolean begun;
  private boolean finished;
  private @Nullable BadIdSearch search;
  private @Nullable Submission probe;

  Round(RunLoop run, RepeatedRefusals repeatedRefusals) {
    this.run = run;
    this.repeatedRefusals = repeatedRefusals;
    table = run.table();
    evidence = run.evidence();
    listings = run.listings();
    byListing =
        IntStream.range(0, listings.count())
            .<List<Submission>>mapToObj(i -> new ArrayList<>())
            .toList();
    underWayByListing = new int[listings.count()];
  }

  void begin() {
    begun = true;
    advance();
  }

  /** Adds a submission that is sent or that another process has sent. */
  void adopt(Submission submission) {
    underWay++;
    sent.add(submission);
    for (int listing : listings.of(submission.slice())) {
      underWayByListing[listing]++;
      byListing.get(listing).add(submission);
    }
  }

  List<Submission> sent() {
    return sent;
  }

  List<Submission> submissions(int listing) {
    return byListing.get(listing);
  }

  /** Whether a submit is unanswered. */
  boolean isUnanswered() {
    return unanswered > 0;
  }

  /** Frees the slots of the jobs that are still open. */
  void release() {
    sent.forEach(Submission::release);
  }

  /** Does whatever can be done now. */
  void advance() {
    if (!run.mayWrite()) {
      endSearch();
      unexplained.clear();
      withdraw();
    }
    while (run.isRunning() && search != null && probe == null) {
      search.next();
    }
    if (!run.isRunning() || search != null || finished || !begun) {
      return;
    }
    if (!unexplained.isEmpty()) {
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
    if (queued.isEmpty() && underWay == 0) {
      IntStream.range(0, listings.count()).forEach(this::auditIfReady);
      if (!table.hasAsked()) {
        finished = true;
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

  // Submissions

  void sent(Submission submission) {
    queued.remove(submission);
    unanswered++;
    adopt(submission);
  }

  /** A submit failed without effect and waits to be made again. */
  void requeue(Submission submission) {
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

  /** The answer to a submit was lost; reads will show what became of it. */
  void lost() {
    answered();
    advance();
  }

  private void left(Submission submission) {
    underWay--;
    listings.of(submission.slice()).forEach(listing -> underWayByListing[listing]--);
  }

  void accepted(Submission submission) {
    answered();
    evidence.accepted(submission.slice());
    // A job that has already failed in this answer is handled when the submission finishes.
    if (submission == probe && evidence.trustsAcceptance() && !submission.hasFailed()) {
      cleared();
    }
    advance();
  }

  /**
   * A submission has finished; its pairs are settled or await the audit.
   *
   * @param results the results of its job if that succeeded, else null
   */
  void finished(Submission submission, @Nullable JobResults results) {
    left(submission);
    if (results != null) {
      // A job that succeeded may have failed for some pairs, and does not prove their ids good.
      submission
          .slice()
          .forEach(
              (i, r) -> {
                if (results.provesAll() || results.proves(table.member(i, r))) {
                  evidence.served(i, r);
                }
              });
    }
    if (submission == probe && results != null) {
      cleared();
    } else if (submission == probe) {
      endSearch();
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

  private void endSearch() {
    if (probe != null) {
      probe.withdraw();
    }
    probe = null;
    search = null;
  }

  /** The service refused a submission, at once or by a failed job. */
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
        countRefusal(submission.slice(), reason);
      }
      case INTERNAL ->
          submission.forEachMissing(
              (i, r) -> run.rules().settle(i, r, new Verdict.Unknown(reason, submission.id())));
      case UNAUTHENTICATED -> {
        submission.forEachMissing(table::reopen);
        run.stop(reason);
      }
      default ->
          submission.forEachMissing((i, r) -> run.rules().askAgain(i, r, reason, submission.id()));
    }
    if (submission == probe) {
      endSearch();
    }
    listings.of(submission.slice()).forEach(this::auditIfReady);
    advance();
  }

  private void suspect(Submission submission, Reason reason, boolean whole) {
    if (submission.hasFailed()) {
      evidence.distrustAcceptance();
    }
    if (reason.kind() == Kind.QUOTA) {
      countRefusal(submission.slice(), reason);
    }
    if (!whole) {
      return; // part of it is done: the rest is planned anew
    }
    run.emit(new ShareEvent.Split(run.id(), table.request(submission.slice()), reason));
    if (submission == probe && search != null) {
      probe = null;
      search.refused(reason);
    } else {
      unexplained.add(new Refusal(submission.slice(), reason));
    }
  }

  /** Counts a refusal that no id explains; after enough of them the rest fails. */
  void countRefusal(Slice slice, Reason reason) {
    if (repeatedRefusals.add(slice, reason) && !evidence.anyAccepted()) {
      failRest(
          reason,
          "not tried, as three slices were refused for the same reason and none was accepted: ");
    }
  }

  private void failRest(Reason reason, String why) {
    Reason rest = new Reason(reason.kind(), reason.code(), why + reason.message());
    for (int image = 0; image < table.images(); image++) {
      run.rules().fail(Side.IMAGES, image, rest);
    }
    endSearch();
    withdraw();
  }

  private void withdraw() {
    queued.forEach(Submission::withdraw);
    queued.clear();
  }

  // The search for bad ids

  private void search() {
    unexplained.removeIf(refusal -> !isUnexplained(refusal));
    if (unexplained.isEmpty()) {
      return;
    }
    Refusal easiest = unexplained.get(0);
    for (Refusal refusal : unexplained) {
      if (suspects(refusal) < suspects(easiest)) {
        easiest = refusal;
      }
    }
    unexplained.remove(easiest);
    search = new BadIdSearch(easiest.slice(), easiest.reason(), evidence, this);
  }

  /** Whether a refusal is still unexplained: all of it is open, so none of its ids is known bad. */
  private boolean isUnexplained(Refusal refusal) {
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
  public void badId(Side side, int id, Reason reason) {
    endSearch();
    run.journal().note(new JournalEntry.BadId(side, id, reason));
    run.rules().badId(side, id, reason);
  }

  @Override
  public void badPair(int image, int recipient, Reason reason) {
    endSearch();
    run.journal().note(new JournalEntry.BadPair(image, recipient, reason));
    run.rules().settle(image, recipient, new Verdict.Failed(reason));
    // The other pairs of the two ids come last, when more evidence shows which of them is bad.
    deferredImages.set(image);
    deferredRecipients.set(recipient);
    badPairs++;
    if (badPairs >= ENOUGH_PAIRS && !evidence.anyAccepted()) {
      failRest(reason, "not tried, as 16 single pairs were refused and none was accepted: ");
    }
  }

  @Override
  public void nothingFound() {
    endSearch();
  }

  // The audit

  void audited(int listing) {
    auditing.clear(listing);
    advance();
  }

  private void auditIfReady(int listing) {
    if (listings.hasAsked(listing)
        && underWayByListing[listing] == 0
        && !(listings.hasOpen(listing) && run.mayWrite())
        && begun
        && !auditing.get(listing)
        && run.isRunning()) {
      auditing.set(listing);
      run.read(new Audit(run, this, listing, 0));
    }
  }
}
