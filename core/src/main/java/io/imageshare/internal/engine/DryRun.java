package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.ShareRequest;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.Listings;
import io.imageshare.internal.table.PairTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

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
    int listings = 0;
    for (int principal = 0; principal < all.principals(); principal++) {
      BitSet own = new BitSet();
      all.pairsOf(principal).recipients().forEach(own::set);
      BitSet[] open = new BitSet[table.images()];
      for (int image = 0; image < open.length; image++) {
        open[image] = table.open(image);
        open[image].and(own);
      }
      SlicePlanner.plan(open, limits).forEach(slice -> slices.add(table.request(slice)));
    }
    for (int listing = 0; listing < all.count(); listing++) {
      listings += table.hasOpen(listing) ? 1 : 0;
    }
    return new DryRun(survey, slices, listings);
  }
}
