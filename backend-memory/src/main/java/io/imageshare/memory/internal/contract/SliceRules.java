package io.imageshare.memory.internal.contract;

import static io.imageshare.Reason.Kind.QUOTA;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
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
              "S4", "A slice within limits() and membersPerImage() is done", SliceRules::limits),
          new ContractRule(
              "S5",
              "A full image refuses one more recipient as QUOTA, by submit or its job, and keeps"
                  + " those it has",
              SliceRules::fullImage),
          new ContractRule(
              "S6",
              "A call that is refused for one of its images changes nothing for the others",
              SliceRules::oneBadImage));

  private SliceRules() {}

  private static void share(ContractClient client) {
    Grid grid = client.grid(3, 3);
    Grid asked = grid.part(2, 2).slice(client.limits());
    client.run(asked.share());
    client.requireListed(
        grid, asked::contains, "how the slice is sent: all of its images with all recipients");
  }

  private static void unshare(ContractClient client) {
    Grid grid = client.grid(3, 3);
    Grid asked = grid.part(2, 2).slice(client.limits());
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
    client.run(pair.unshare());
    client.run(pair.unshare());
    client.requireListed(pair, none -> false, "what becomes of a member that is taken off twice");
  }

  private static void limits(ContractClient client) {
    BatchLimits limits = client.limits();
    Grid slice = client.grid(limits.images(), limits.recipients()).slice(limits);
    client.run(slice.share());
    client.requireListed(
        slice, slice::contains, "limits(), or how a slice is sent that is as large as it");
  }

  private static void fullImage(ContractClient client) {
    Grid more = client.oneTooMany();
    String lookAt = "how the service says that a limit is reached";
    client.requireRefused(more.share(), "one more recipient of a full image", lookAt, QUOTA);
    client.requireListed(more, none -> false, "what a refused share does");
    Grid full = client.full();
    client.requireListed(full, full::contains, "what a refused share does to the members before");
  }

  private static void oneBadImage(ContractClient client) {
    String unknown = client.unknownImage();
    BatchLimits limits = client.limits();
    if (Math.min(limits.images(), limits.pairs()) < 2) {
      throw new RuleSkippedException("limits() allow no two images in a call");
    }
    Grid pair = client.grid(1, 1);
    Grid both = new Grid(List.of(pair.images().get(0), unknown), pair.recipients());
    CallResult<Job> result = client.submit(both.share());
    if (result.refusal() == null) {
      // What its job does with the others is for its results and the listing to say.
      client.pollToEnd(result.required());
      return;
    }
    client.requireListed(
        pair, none -> false, "what was done of a call before it was refused; check first");
    client.run(pair.share());
    client.requireListed(pair, pair::contains, "what a refused call leaves behind");
  }
}
