package io.imageshare;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Reads an image when its flights are over: a pair is done when the listing shows it. */
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

  Audit(Run run, Round round, int image, int reread) {
    super(run, image, false);
    this.run = run;
    this.round = round;
    this.reread = reread;
  }

  @Override
  void listed(Map<Recipient, MemberStatus> members) {
    forEachAsked(
        (flight, recipient) -> {
          if (reread < WAITS.size() && flight.vouches(image(), recipient)) {
            waiting = true;
          } else {
            flight.unlisted(image(), recipient);
          }
        });
  }

  /** Each asked pair of the image with the last flight that asked it. */
  private void forEachAsked(BiConsumer<Flight, Integer> action) {
    BitSet seen = new BitSet();
    List<Flight> flights = round.flights(image());
    for (int f = flights.size() - 1; f >= 0; f--) {
      Flight flight = flights.get(f);
      flight.forEachAsked(
          image(),
          recipient -> {
            if (!seen.get(recipient)) {
              seen.set(recipient);
              action.accept(flight, recipient);
            }
          });
    }
  }

  @Override
  void refused(Reason reason) {
    forEachAsked(
        (flight, recipient) -> {
          if (run.canList()) {
            run.judge().settle(image(), recipient, new Verdict.Unknown(reason, flight.id()));
          } else {
            flight.byWord(image(), recipient);
          }
        });
  }

  @Override
  void over() {
    if (waiting) {
      run.later(WAITS.get(reread), () -> run.read(new Audit(run, round, image(), reread + 1)));
    } else {
      round.audited(image());
    }
  }
}
