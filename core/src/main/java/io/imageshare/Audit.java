package io.imageshare;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads a listing when its flights are over: a pair is done when the listing shows it. */
final class Audit extends Reading {
  /** Listings lag: a pair that a job vouches for is looked for again after these waits. */
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8));

  private final Run run;
  private final Round round;
  private final int reread;
  private boolean waiting;

  Audit(Run run, Round round, int listing, int reread) {
    super(run, listing, false);
    this.run = run;
    this.round = round;
    this.reread = reread;
  }

  @Override
  void listed(Map<?, MemberStatus> listed) {
    forEachAsked(
        flight ->
            (image, recipient) -> {
              if (reread < WAITS.size() && flight.vouches(image, recipient)) {
                waiting = true;
              } else {
                flight.unlisted(image, recipient);
              }
            });
  }

  /** Each asked pair of the listing with the last flight that asked it. */
  private void forEachAsked(Function<Flight, Slice.Pair> action) {
    BitSet seen = new BitSet();
    List<Flight> flights = round.flights(listing());
    for (int f = flights.size() - 1; f >= 0; f--) {
      Flight flight = flights.get(f);
      Slice.Pair take = action.apply(flight);
      flight.forEachAsked(
          listing(),
          (image, recipient) -> {
            // Of an image and a recipient, the listing has one, and so here one is always the same.
            int pair = image + recipient;
            if (!seen.get(pair)) {
              seen.set(pair);
              take.accept(image, recipient);
            }
          });
    }
  }

  @Override
  void refused(Reason reason) {
    forEachAsked(
        flight ->
            (image, recipient) -> {
              if (run.canList()) {
                run.judge().settle(image, recipient, new Verdict.Unknown(reason, flight.id()));
              } else {
                flight.byWord(image, recipient);
              }
            });
  }

  @Override
  void over() {
    if (waiting) {
      run.later(WAITS.get(reread), () -> run.read(new Audit(run, round, listing(), reread + 1)));
    } else {
      round.audited(listing());
    }
  }
}
