package io.imageshare.memory.internal.contract;

import io.imageshare.BatchLimits;
import java.util.List;

/** S: slices. */
final class SliceRules {
  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "S1",
              "A share makes members of exactly the pairs of its images and recipients",
              SliceRules::share),
          new ContractRule(
              "S2",
              "An unshare removes exactly the pairs of its images and recipients",
              SliceRules::unshare),
          new ContractRule(
              "S3",
              "What is already as asked succeeds and stays: a share of what is shared, an unshare"
                  + " of what is not",
              SliceRules::repeat),
          new ContractRule(
              "S4", "A slice within limits() and membersPerImage() is done", SliceRules::limits));

  private SliceRules() {}

  private static void share(ContractClient client) {
    Grid grid = client.grid(3, 3);
    Grid asked = grid.part(2, 2).slice(client.backend().limits());
    client.run(asked.share());
    client.requireListed(
        grid, asked::contains, "how the slice is sent: all of its images with all recipients");
  }

  private static void unshare(ContractClient client) {
    Grid grid = client.grid(3, 3);
    Grid asked = grid.part(2, 2).slice(client.backend().limits());
    client.shareAll(grid);
    client.run(asked.unshare());
    client.requireListed(
        grid,
        pair -> !asked.contains(pair),
        "how the slice is sent: only its images, with only its recipients");
  }

  private static void repeat(ContractClient client) {
    Grid pair = client.grid(1, 1);
    client.run(pair.unshare());
    client.run(pair.share());
    client.run(pair.share());
    client.requireListed(
        pair, pair::contains, "what becomes of a member that is shared with again");
  }

  private static void limits(ContractClient client) {
    BatchLimits limits = client.backend().limits();
    Grid slice = client.grid(limits.images(), limits.recipients()).slice(limits);
    client.run(slice.share());
    client.requireListed(
        slice, slice::contains, "limits(), or how a slice is sent that is as large as it");
  }
}
