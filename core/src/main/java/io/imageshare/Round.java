package io.imageshare;

import io.imageshare.Reason.Kind;
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
final class Round implements Hunt.Court {
  /** So many pairs, refused one by one with one code while nothing works, speak for the rest. */
  private static final int ENOUGH = 16;

  private record Refusal(Slice slice, Reason reason) {}

  private final Run run;
  private final Ledger ledger;
  private final Listings listings;
  private final Proof proof;
  private final Denials denials;
  private final List<Flight> sent = new ArrayList<>();
  private final List<List<Flight>> byListing;
  private final int[] underWay;
  private final BitSet auditing = new BitSet();
  private final Set<Flight> queued = new LinkedHashSet<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final BitSet deferredImages = new BitSet();
  private final BitSet deferredRecipients = new BitSet();
  private int unanswered;
  private int flying;
  private int badPairs;
  private boolean begun;
  private boolean over;
  private @Nullable Hunt hunt;
  private @Nullable Flight probe;

  Round(Run run, Denials denials) {
    this.run = run;
    this.denials = denials;
    ledger = run.ledger();
    proof = run.proof();
    listings = run.listings();
    byListing =
        IntStream.range(0, listings.count())
            .<List<Flight>>mapToObj(i -> new ArrayList<>())
            .toList();
    underWay = new int[listings.count()];
  }

  void begin() {
    begun = true;
    advance();
  }

  /** Takes in a flight that another process began. */
  void adopt(Flight flight) {
    flying++;
    sent.add(flight);
    for (int listing : listings.of(flight.slice())) {
      underWay[listing]++;
      byListing.get(listing).add(flight);
    }
  }

  List<Flight> sent() {
    return sent;
  }

  List<Flight> flights(int listing) {
    return byListing.get(listing);
  }

  /** Whether the answer to a write is out. */
  boolean isUnanswered() {
    return unanswered > 0;
  }

  /** Gives up the places of jobs that are open still. */
  void release() {
    sent.forEach(Flight::release);
  }

  /** Does whatever can be done now. */
  void advance() {
    if (!run.mayWrite()) {
      endHunt();
      refusals.clear();
      withdraw();
    }
    while (run.isGoing() && hunt != null && probe == null) {
      hunt.next();
    }
    if (!run.isGoing() || hunt != null || over || !begun) {
      return;
    }
    if (!refusals.isEmpty()) {
      withdraw();
      if (unanswered == 0) {
        hunt();
        advance();
      }
      return;
    }
    if (queued.isEmpty() && ledger.hasOpen() && run.mayWrite()) {
      plan();
    }
    if (queued.isEmpty() && flying == 0) {
      IntStream.range(0, listings.count()).forEach(this::auditIfReady);
      if (!ledger.hasAsked()) {
        over = true;
        run.nextRound();
      }
    }
  }

  private void plan() {
    List<Slice> slices = Planning.plan(open(), run.engine().limits());
    if (slices.isEmpty()) {
      deferredImages.clear();
      deferredRecipients.clear();
      slices = Planning.plan(open(), run.engine().limits());
    }
    for (Slice slice : slices) {
      queued.add(new Flight(run, this, slice));
    }
    List.copyOf(queued).forEach(run::make);
  }

  private BitSet[] open() {
    BitSet[] rows = new BitSet[ledger.images()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = deferredImages.get(i) ? new BitSet() : ledger.open(i);
      rows[i].andNot(deferredRecipients);
    }
    return rows;
  }

  // What becomes of flights

  void sent(Flight flight) {
    queued.remove(flight);
    unanswered++;
    adopt(flight);
  }

  /** A write failed without effect and waits to be made again. */
  void back(Flight flight) {
    unanswered--;
    landed(flight);
    sent.remove(flight);
    listings.of(flight.slice()).forEach(listing -> byListing.get(listing).remove(flight));
    queued.add(flight);
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

  private void landed(Flight flight) {
    flying--;
    listings.of(flight.slice()).forEach(listing -> underWay[listing]--);
  }

  void accepted(Flight flight) {
    answered();
    proof.accepted(flight.slice());
    // A job that failed in this very answer is judged when it has landed.
    if (flight == probe && proof.trustsAcceptance() && !flight.hasFailed()) {
      cleared();
    }
    advance();
  }

  /**
   * A flight is over, and its pairs are settled or await the audit.
   *
   * @param served what its job says that ended well; null: none did
   */
  void over(Flight flight, @Nullable JobWord served) {
    landed(flight);
    if (served != null) {
      // A job that ended well may have failed for some, whose ids are not proven good by it.
      flight
          .slice()
          .forEach(
              (i, r) -> {
                if (served.provesAll() || served.proves(ledger.member(i, r))) {
                  proof.served(i, r);
                }
              });
    }
    if (flight == probe && served != null) {
      cleared();
    } else if (flight == probe) {
      endHunt();
    }
    listings.of(flight.slice()).forEach(this::auditIfReady);
    advance();
  }

  private void cleared() {
    probe = null;
    if (hunt != null) {
      hunt.cleared();
    }
  }

  private void endHunt() {
    if (probe != null) {
      probe.withdraw();
    }
    probe = null;
    hunt = null;
  }

  /** The service refused what a flight asked, at once or by a failed job. */
  void refused(Flight flight, Reason reason) {
    landed(flight);
    boolean whole = flight.missing() == flight.slice().pairs();
    switch (reason.kind()) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA -> {
        flight.forEachMissing(ledger::reopen);
        suspect(flight, reason, whole);
      }
      case FORBIDDEN, UNSUPPORTED -> {
        flight.forEachMissing((i, r) -> run.judge().settle(i, r, new Verdict.Failed(reason)));
        deny(flight.slice(), reason);
      }
      case INTERNAL ->
          flight.forEachMissing(
              (i, r) -> run.judge().settle(i, r, new Verdict.Unknown(reason, flight.id())));
      case UNAUTHENTICATED -> {
        flight.forEachMissing(ledger::reopen);
        run.stop(reason);
      }
      default -> flight.forEachMissing((i, r) -> run.judge().again(i, r, reason, flight.id()));
    }
    if (flight == probe) {
      endHunt();
    }
    listings.of(flight.slice()).forEach(this::auditIfReady);
    advance();
  }

  private void suspect(Flight flight, Reason reason, boolean whole) {
    if (flight.hasFailed()) {
      proof.distrustAcceptance();
    }
    if (reason.kind() == Kind.QUOTA) {
      deny(flight.slice(), reason);
    }
    if (!whole) {
      return; // some of it was done: the rest is planned anew
    }
    run.emit(new ShareEvent.Split(run.id(), ledger.request(flight.slice()), reason));
    if (flight == probe && hunt != null) {
      probe = null;
      hunt.refused(reason);
    } else {
      refusals.add(new Refusal(flight.slice(), reason));
    }
  }

  /** Enough refusals that are none of their ids' fault speak for the rest. */
  void deny(Slice slice, Reason reason) {
    if (denials.add(slice, reason) && !proof.anyAccepted()) {
      failRest(reason, "three slices were refused so and none was ever taken; not tried: ");
    }
  }

  private void failRest(Reason reason, String why) {
    Reason rest = new Reason(reason.kind(), reason.code(), why + reason.message());
    for (int image = 0; image < ledger.images(); image++) {
      run.judge().fail(Side.IMAGES, image, rest);
    }
    endHunt();
    withdraw();
  }

  private void withdraw() {
    queued.forEach(Flight::withdraw);
    queued.clear();
  }

  // The hunt

  private void hunt() {
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
    hunt = new Hunt(easiest.slice(), easiest.reason(), proof, this);
  }

  /** Whether a refusal still wants explaining: all of it is open, so no id of it is known bad. */
  private boolean stands(Refusal refusal) {
    return refusal.slice().images().stream()
        .allMatch(i -> refusal.slice().recipients().stream().allMatch(r -> ledger.isOpen(i, r)));
  }

  private int suspects(Refusal refusal) {
    Slice slice = refusal.slice();
    int images = proof.suspects(Side.IMAGES, slice).size();
    int recipients = proof.suspects(Side.RECIPIENTS, slice).size();
    return switch (refusal.reason().kind()) {
      case INVALID_IMAGE -> images;
      case INVALID_RECIPIENT -> recipients;
      default -> images + recipients;
    };
  }

  @Override
  public void probe(Slice part) {
    Flight flight = new Flight(run, this, part);
    probe = flight;
    run.make(flight);
  }

  @Override
  public void bad(Side side, int id, Reason reason) {
    endHunt();
    run.log().note(new Line.BadId(side, id, reason));
    run.judge().bad(side, id, reason);
  }

  @Override
  public void badPair(int image, int recipient, Reason reason) {
    endHunt();
    run.log().note(new Line.BadPair(image, recipient, reason));
    run.judge().settle(image, recipient, new Verdict.Failed(reason));
    // Their other pairs come last, when more is proven and tells which of the two it was.
    deferredImages.set(image);
    deferredRecipients.set(recipient);
    badPairs++;
    if (badPairs >= ENOUGH && !proof.anyAccepted()) {
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
