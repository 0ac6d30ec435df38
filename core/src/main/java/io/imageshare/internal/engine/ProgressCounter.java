package io.imageshare.internal.engine;

import com.google.common.collect.EnumMultiset;
import com.google.common.collect.Multiset;
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
  private final Multiset<Call.Kind> calls = EnumMultiset.create(Call.Kind.class);
  private long writing;
  private long doneBefore;
  private volatile Progress progress;

  ProgressCounter(Timekeeper time, RunModel run) {
    this.time = time;
    this.run = run;
    progress = snapshot();
  }

  void call(Call.Kind kind) {
    calls.add(kind);
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
        calls.count(Call.Kind.SUBMIT),
        calls.count(Call.Kind.POLL),
        calls.count(Call.Kind.READ),
        timeLeft(table));
  }

  /** As long for each pair that is left as for each that was done by writing. */
  private @Nullable Duration timeLeft(PairTable table) {
    if (!calls.contains(Call.Kind.SUBMIT)) {
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
