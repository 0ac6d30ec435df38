package io.imageshare.internal.engine;

import io.imageshare.Progress;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.table.PairTable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The progress of a run. Counted on the engine's thread, read from any thread. */
final class ProgressCounter {
  private final Timekeeper time;
  private final PairTable table;
  private long submits;
  private long polls;
  private long reads;
  private int openJobs;
  private long firstSubmit;
  private long doneBeforeSubmits;
  private volatile Progress progress;

  ProgressCounter(Timekeeper time, PairTable table) {
    this.time = time;
    this.table = table;
    progress = snapshot();
  }

  void countCall(Call.Kind kind) {
    switch (kind) {
      case SUBMIT -> submits++;
      case POLL -> polls++;
      case READ -> reads++;
    }
  }

  void addOpenJobs(int delta) {
    openJobs += delta;
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
        table.total(),
        table.done(),
        table.failed(),
        table.unknown(),
        openJobs,
        submits,
        polls,
        reads,
        timeLeft());
  }

  /** Extrapolated from the pairs done since the first submit; null before there is one. */
  private @Nullable Duration timeLeft() {
    if (submits == 0) {
      doneBeforeSubmits = table.done();
      firstSubmit = time.nanoTime();
      return null;
    }
    long done = table.done() - doneBeforeSubmits;
    if (done == 0) {
      return null;
    }
    long left = table.total() - table.done() - table.failed() - table.unknown();
    double nanosPerPair = (double) (time.nanoTime() - firstSubmit) / done;
    return Duration.ofNanos((long) (nanosPerPair * left));
  }
}
