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
  private long settledBefore;
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

  /** As long again for what is left as it took for what was settled by writing. */
  private @Nullable Duration timeLeft() {
    long settled = ledger.done() + ledger.failed() + ledger.unknown();
    if (submits == 0) {
      settledBefore = settled;
      writing = time.nanoTime();
      return null;
    }
    if (settled == settledBefore) {
      return null;
    }
    double each = (double) (time.nanoTime() - writing) / (settled - settledBefore);
    return Duration.ofNanos((long) (each * (ledger.total() - settled)));
  }
}
