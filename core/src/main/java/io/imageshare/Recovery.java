package io.imageshare;

import java.util.HashMap;
import java.util.Map;

/** Brings a run back to where its journal left it. */
final class Recovery {
  private final Run run;
  private final Ledger ledger;
  private final Past past;
  private final Map<Past.Trip, Integer> places = new HashMap<>();

  Recovery(Run run, Past past) {
    this.run = run;
    this.past = past;
    ledger = run.ledger();
    run.judge().remember(past);
  }

  /** Takes up what is under way still, before anything is read. */
  void begin(Round round) {
    for (Past.Trip trip : past.trips()) {
      Slice slice = trip.intent.slice();
      if (trip.submitted != null) {
        run.proof().accepted(slice);
        places.put(trip, run.seen(trip.seen(), slice));
      }
      if (trip.refused == null || trip.submitted != null) {
        slice.forEach(ledger::touch);
      }
      if (trip.isOpen()) {
        takeUp(round, trip);
      }
    }
  }

  /** Gives the pairs that no listing shows what was found out before. */
  void recall() {
    past.findings().forEach(this::recall);
    for (Past.Trip trip : past.trips()) {
      Verdict verdict = trip.verdict();
      if (verdict != null) {
        trip.intent.slice().forEach((i, r) -> settleIfOpen(i, r, verdict));
      }
    }
  }

  /** Goes on with the round that was under way, with all that its pairs have used up. */
  void goOn(Round round) {
    recall();
    lookAgain(round);
    for (Past.Trip trip : past.trips()) {
      trip.intent.slice().forEach((i, r) -> run.judge().giveUpIfSpent(trip, i, r));
      if (trip.isDenied()) {
        round.deny(trip.intent.slice(), trip.outcome());
      }
    }
    round.begin();
  }

  /**
   * A job of the last round that has ended is looked at once more where the listing lacks pairs of
   * it: its results were never written down, and the readings that were to follow it may not have
   * been made.
   */
  private void lookAgain(Round round) {
    for (Past.Trip trip : past.trips()) {
      if (trip.endedUnread(past.rounds()) && hasOpen(trip.intent.slice())) {
        takeUp(round, trip);
      }
    }
  }

  private void takeUp(Round round, Past.Trip trip) {
    Flight flight = new Flight(run, round, trip.intent.slice());
    trip.intent.slice().forEach(ledger::ask);
    round.adopt(flight);
    flight.takeUp(trip, places.getOrDefault(trip, -1));
  }

  private void recall(Line line) {
    if (line instanceof Line.BadId bad) {
      run.judge().bad(bad.side(), bad.id(), bad.reason());
    } else if (line instanceof Line.BadPair bad) {
      settleIfOpen(bad.image(), bad.recipient(), new Verdict.Failed(bad.reason()));
    } else if (line instanceof Line.Served served) {
      past.slice(served.flight())
          .forEach(
              (i, r) -> {
                if (served.except().stream().noneMatch(slice -> slice.contains(i, r))) {
                  settleIfOpen(i, r, new Verdict.Done(false, MemberStatus.UNKNOWN));
                }
              });
    }
  }

  private void settleIfOpen(int image, int recipient, Verdict verdict) {
    if (ledger.isOpen(image, recipient)) {
      run.judge().settle(image, recipient, verdict);
    }
  }

  private boolean hasOpen(Slice slice) {
    return slice.images().stream()
        .anyMatch(i -> slice.recipients().stream().anyMatch(r -> ledger.isOpen(i, r)));
  }
}
