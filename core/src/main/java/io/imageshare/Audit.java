package io.imageshare;

import java.time.Duration;
import java.util.List;
import java.util.Map;

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
    for (Flight flight : round.flights(image())) {
      flight.forEachAsked(
          image(),
          recipient -> {
            if (reread < WAITS.size() && flight.vouches(image(), recipient)) {
              waiting = true;
            } else {
              flight.unlisted(image(), recipient);
            }
          });
    }
  }

  @Override
  void refused(Reason reason) {
    for (Flight flight : round.flights(image())) {
      flight.forEachAsked(
          image(),
          recipient -> {
            if (run.canList()) {
              run.settle(image(), recipient, new Verdict.Unknown(reason, flight.id()));
            } else {
              flight.byWord(image(), recipient);
            }
          });
    }
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
