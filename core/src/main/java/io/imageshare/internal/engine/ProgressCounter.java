package io.imageshare.internal.engine;

import io.imageshare.Progress;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.run.RunModel;
import io.imageshare.internal.table.PairTable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The figures of a run. Counted on the engine's thread, published for any other. */
final class ProgressCounter {
  private final Timekeeper time;
  private final RunModel run;
  private long submits;
  private long polls;
  private long reads;
  private long writing;
  private long doneBefore;
  private volatile Progress progress;

  ProgressCounter(Timekeeper time, RunModel run) {
    this.time = time;
    this.run = run;
    progress = snapshot();
  }

  void call(Call.Kind kind) {
    switch (kind) {
      case SUBMIT -> submits++;
      case POLL -> polls++;
      case READ -> reads++;
    }
  }

  Progress progress() {
    return progress;
  }

  Progress publish() {
    progress = snapshot();
    return progress;
  }

  private Progress snapshot() {
    PairTable table = run.table;
    return new Progress(
        table.total(),
        table.done(),
        table.failed(),
        table.unknown(),
        run.openJobs,
        submits,
        polls,
        reads,
        timeLeft(table));
  }

  /** As long for each pair that is left as for each that was done by writing. */
  private @Nullable Duration timeLeft(PairTable table) {
    if (submits == 0) {
      doneBefore = table.done();
      writing = time.nanoTime();
      return null;
    }
    long done = table.done() - doneBefore;
    if (done == 0) {
      return null;
    }
    long left = table.total() - table.done() - table.failed() - table.unknown();
    double each = (double) (time.nanoTime() - writing) / done;
    return Duration.ofNanos((long) (each * left));
  }
}
