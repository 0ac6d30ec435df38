package io.imageshare;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Finds out by reading what became of a slice when neither an answer nor a job says: the listings
 * of its pairs are read at the given times, each as long as pairs of it are missing.
 */
final class Settling {
  private final Run run;
  private final Flight flight;
  private final Reason reason;
  private final Deque<Duration> times;
  private final Runnable settled;
  private final BitSet unread = new BitSet();
  private Duration passed = Duration.ZERO;
  private int reading;

  /**
   * @param times when to read, counted from now, ascending
   * @param settled called when the last reading is over; what is missing then is missing
   */
  Settling(Run run, Flight flight, Reason reason, List<Duration> times, Runnable settled) {
    this.run = run;
    this.flight = flight;
    this.reason = reason;
    this.times = new ArrayDeque<>(times);
    this.settled = settled;
  }

  void next() {
    Duration time = times.poll();
    if (time == null || !run.canList() || flight.missing() == 0) {
      end();
      return;
    }
    Duration wait = time.minus(passed);
    passed = time;
    run.later(wait, this::read);
  }

  private void read() {
    List<Integer> listings = flight.listingsMissing();
    reading = listings.size();
    if (reading == 0) {
      next();
    }
    for (int listing : listings) {
      run.read(new Look(listing));
    }
  }

  private final class Look extends Reading {
    Look(int listing) {
      super(run, listing, false);
    }

    @Override
    void listed(Map<?, MemberStatus> listed) {
      unread.clear(listing());
    }

    @Override
    void refused(Reason reason) {
      unread.set(listing());
    }

    @Override
    void over() {
      reading--;
      if (reading == 0) {
        next();
      }
    }
  }

  private void end() {
    if (run.canList()) {
      flight.forEachMissing(
          (image, recipient) -> {
            if (unread.get(run.listings().of(image))) {
              run.judge().settle(image, recipient, new Verdict.Unknown(reason, flight.id()));
            }
          });
    }
    settled.run();
  }
}
