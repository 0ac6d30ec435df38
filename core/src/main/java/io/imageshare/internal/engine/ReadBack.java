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
 * Finds out what became of a slice by reading, where neither an answer nor a job says: each listing
 * is read at the given times while pairs of the slice are missing from it.
 */
final class ReadBack {
  private final RunLoop run;
  private final Submission submission;
  private final Reason reason;
  private final Deque<Duration> times;
  private final Runnable then;
  private final BitSet unread = new BitSet();
  private Duration elapsed = Duration.ZERO;
  private int openReads;

  /**
   * @param times the times of the reads, counted from now, ascending
   * @param then called after the last read; pairs missing then have not been done
   */
  ReadBack(RunLoop run, Submission submission, Reason reason, List<Duration> times, Runnable then) {
    this.run = run;
    this.submission = submission;
    this.reason = reason;
    this.times = new ArrayDeque<>(times);
    this.then = then;
  }

  void next() {
    Duration time = times.poll();
    if (time == null || !run.canList() || submission.missing() == 0) {
      end();
      return;
    }
    Duration wait = time.minus(elapsed);
    elapsed = time;
    run.schedule(wait, this::read);
  }

  private void read() {
    List<Integer> listings = submission.listingsMissing();
    openReads = listings.size();
    if (openReads == 0) {
      next();
    }
    for (int listing : listings) {
      run.read(new Read(listing));
    }
  }

  private final class Read extends ListingRead {
    Read(int listing) {
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
    void finished() {
      openReads--;
      if (openReads == 0) {
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
    then.run();
  }
}
