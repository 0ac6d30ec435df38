package io.imageshare;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The figures of a run. Counted on the engine's thread, published for any other. */
final class Tally {
  private final Timekeeper time;
  private final Ledger ledger;
  private long submits;
  private long looks;
  private long reads;
  private int openJobs;
  private long writing;
  private long doneBefore;
  private volatile Progress progress;

  Tally(Timekeeper time, Ledger ledger) {
    this.time = time;
    this.ledger = ledger;
    progress = snapshot();
  }

  void call(Call.Kind kind) {
    switch (kind) {
      case SUBMIT -> submits++;
      case LOOK -> looks++;
      case READ -> reads++;
    }
  }

  void jobs(int change) {
    openJobs += change;
  }

  Progress progress() {
    return progress;
  }

  Progress publish() {
    progress = snapshot();
    return progress;
  }

  private Progress snapshot() {
    return new Progress(
        ledger.total(),
        ledger.done(),
        ledger.failed(),
        ledger.unknown(),
        openJobs,
        submits,
        looks,
        reads,
        timeLeft());
  }

  /** As long for each pair that is left as for each that was done by writing. */
  private @Nullable Duration timeLeft() {
    if (submits == 0) {
      doneBefore = ledger.done();
      writing = time.nanoTime();
      return null;
    }
    long done = ledger.done() - doneBefore;
    if (done == 0) {
      return null;
    }
    long left = ledger.total() - ledger.done() - ledger.failed() - ledger.unknown();
    double each = (double) (time.nanoTime() - writing) / done;
    return Duration.ofNanos((long) (each * left));
  }
}
