package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.ShareRequest;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.table.PairTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What a run would do, as far as reading tells.
 *
 * @param surveys what was read, one for each principal
 * @param slices the writes
 * @param listings how many listings would be read after them
 */
public record DryRun(List<RunResult> surveys, List<ShareRequest> slices, int listings) {

  static DryRun of(List<RunResult> surveys, BatchLimits limits) {
    List<ShareRequest> slices = new ArrayList<>();
    int listings = 0;
    for (RunResult survey : surveys) {
      PairTable table = survey.table();
      BitSet[] open = new BitSet[table.images()];
      for (int image = 0; image < open.length; image++) {
        open[image] = table.open(image);
      }
      SlicePlanner.plan(open, limits).forEach(slice -> slices.add(table.request(slice)));
      Listings all = new Listings(table);
      for (int listing = 0; listing < all.count(); listing++) {
        listings += all.hasOpen(listing) ? 1 : 0;
      }
    }
    return new DryRun(surveys, slices, listings);
  }
}
