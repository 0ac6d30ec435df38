package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.ShareRequest;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.Listings;
import io.imageshare.internal.table.PairTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a run would do, as far as reading tells.
 *
 * @param survey what was read
 * @param slices the writes
 * @param listings how many listings would be read after them
 */
public record DryRun(RunResult survey, List<ShareRequest> slices, int listings) {

  static DryRun of(RunResult survey, BatchLimits limits) {
    PairTable table = survey.table();
    Listings all = new Listings(table);
    List<ShareRequest> slices = new ArrayList<>();
    for (int principal = 0; principal < all.principals(); principal++) {
      SlicePlanner.plan(all.open(principal), limits)
          .forEach(slice -> slices.add(table.request(slice)));
    }
    long listings = IntStream.range(0, all.count()).filter(table::hasOpen).count();
    return new DryRun(survey, slices, (int) listings);
  }
}
