package io.imageshare;

import io.imageshare.ShareReport.Ending;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run that is cut short: one last look at each open job, one reading of each listing
 * with open pairs, then the report. A quiet one makes no call at all, and only waits for the
 * answers to writes under way.
 */
final class WindDown {
  private final Run run;
  private final Ledger ledger;
  private final @Nullable Round round;
  private final List<Flight> flights;
  private final Ending ending;
  private final @Nullable Reason reason;
  private final boolean quiet;
  private final BitSet looked = new BitSet();
  private int looking;
  private int reading;
  private boolean readingBegun;

  WindDown(Run run, @Nullable Round round, Ending ending, @Nullable Reason reason, boolean quiet) {
    this.run = run;
    this.round = round;
    this.ending = ending;
    this.reason = reason;
    this.quiet = quiet;
    ledger = run.ledger();
    flights = round == null ? List.of() : round.sent();
  }

  boolean isQuiet() {
    return quiet;
  }

  void begin() {
    if (run.isCancelled()) {
      run.log().note(new Line.Cancelled(run.engine().time().now()));
    }
    if (round != null) {
      round.advance(); // withdraws what was not sent yet, and notes it
    }
    advance();
  }

  /** A write was answered, or a last look. */
  void answered(Flight flight) {
    int index = flights.indexOf(flight);
    if (looked.get(index)) {
      looking--;
    }
    advance();
  }

  private void advance() {
    look();
    if (looking > 0 || (round != null && round.isUnanswered())) {
      return;
    }
    if (!readingBegun) {
      readingBegun = true;
      read();
    }
    if (reading == 0) {
      end();
    }
  }

  private void look() {
    for (int f = 0; !quiet && f < flights.size(); f++) {
      if (flights.get(f).isWatched() && !looked.get(f)) {
        looked.set(f);
        looking++;
        run.make(flights.get(f).lastLook());
      }
    }
  }

  private void read() {
    Listings listings = run.listings();
    for (int listing = 0; !quiet && run.canList() && listing < listings.count(); listing++) {
      if (listings.hasAsked(listing) || (listings.hasPending(listing) && run.isUnread())) {
        reading++;
        run.read(new Last(listing));
      }
    }
  }

  private final class Last extends Reading {
    Last(int listing) {
      super(run, listing, true);
    }

    @Override
    void over() {
      reading--;
      if (reading == 0) {
        end();
      }
    }
  }

  /** Gives every pair that has none its outcome, and ends the run. */
  void end() {
    run.recall();
    Reason cut = new Reason(Reason.Kind.LOST, "", "the run was cut short: " + why());
    // A pair may have been asked again since: its last flight knows most.
    for (int f = flights.size() - 1; f >= 0; f--) {
      Flight flight = flights.get(f);
      flight
          .slice()
          .forEach(
              (i, r) -> {
                if (ledger.isAsked(i, r)) {
                  run.judge().settle(i, r, flight.cutShort(cut));
                }
              });
    }
    Reason notSent = new Reason(Reason.Kind.NOT_SENT, "", "not sent: " + why());
    for (int i = 0; i < ledger.images(); i++) {
      for (int r = 0; r < ledger.recipients(); r++) {
        run.judge()
            .settle(
                i,
                r,
                ledger.isTouched(i, r)
                    ? new Verdict.Unknown(cut, "")
                    : new Verdict.Failed(notSent));
      }
    }
    run.finish(ending, reason);
  }

  private String why() {
    return switch (ending) {
      case CANCELLED -> "it was cancelled";
      case DEADLINE -> "its deadline passed";
      case CLOSED -> "its workflow was closed";
      default -> reason == null ? "it was stopped" : reason.toString();
    };
  }
}
