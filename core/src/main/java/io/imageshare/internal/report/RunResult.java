package io.imageshare.internal.report;

import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.SubmittedSlice;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a run when it is over: all that a report says.
 *
 * @param reason why the run was cut short; null where the ending says it all
 * @param table one outcome a pair
 * @param jobs the last poll of each, in the order they were submitted
 * @param duration how long it took; zero if that is not known
 * @param endpoint what its backend calls; empty if that is not known
 */
public record RunResult(
    String id,
    Ending ending,
    @Nullable Reason reason,
    PairTable table,
    List<SubmittedSlice> jobs,
    Progress stats,
    Duration duration,
    String endpoint) {

  /** Copies. */
  public RunResult {
    jobs = List.copyOf(jobs);
  }
}
