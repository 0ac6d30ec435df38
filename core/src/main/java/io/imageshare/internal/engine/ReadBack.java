package io.imageshare.internal.engine;

import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.internal.table.Verdict;
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
final class ReadBack {
  private final RunLoop run;
  private final Submission submission;
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
  ReadBack(
      RunLoop run, Submission submission, Reason reason, List<Duration> times, Runnable settled) {
    this.run = run;
    this.submission = submission;
    this.reason = reason;
    this.times = new ArrayDeque<>(times);
    this.settled = settled;
  }

  void next() {
    Duration time = times.poll();
    if (time == null || !run.canList() || submission.missing() == 0) {
      end();
      return;
    }
    Duration wait = time.minus(passed);
    passed = time;
    run.schedule(wait, this::read);
  }

  private void read() {
    List<Integer> listings = submission.listingsMissing();
    reading = listings.size();
    if (reading == 0) {
      next();
    }
    for (int listing : listings) {
      run.read(new Look(listing));
    }
  }

  private final class Look extends ListingRead {
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
      submission.forEachMissing(
          (image, recipient) -> {
            if (unread.get(run.listings().of(image))) {
              run.rules().settle(image, recipient, new Verdict.Unknown(reason, submission.id()));
            }
          });
    }
    settled.run();
  }
}
