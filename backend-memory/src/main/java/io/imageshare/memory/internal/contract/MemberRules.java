package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** M: what is read of images, their members and their descriptions. */
final class MemberRules {
  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "M1",
              "An image that none of the recipients has is listed without them, not refused",
              MemberRules::noMembers),
          new ContractRule(
              "M2",
              "A listing has every recipient, all pages of them, each with a status",
              MemberRules::allPages),
          new ContractRule(
              "M3",
              "A listing is a snapshot: no later change reaches it, and no change to it reaches the"
                  + " backend",
              MemberRules::snapshot),
          new ContractRule(
              "M4",
              "A description is of an image that was asked for and that the service knows, and"
                  + " names no obstacle where a share succeeds",
              MemberRules::describe),
          new ContractRule(
              "M5",
              "An image that is described as unshared has no members; it may be described so for a"
                  + " while after its first share",
              MemberRules::describeSharing));

  private MemberRules() {}

  private static Grid allRecipients(ContractClient client) {
    return client.grid(1, Integer.MAX_VALUE);
  }

  private static void noMembers(ContractClient client) {
    client.requireListed(
        allRecipients(client), none -> false, "how a listing without entries is read");
  }

  private static void allPages(ContractClient client) {
    Grid grid = allRecipients(client);
    client.shareAll(grid);
    client.requireListed(
        grid, grid::contains, "how the pages of a listing are read, to the last one");
    Map<Recipient, MemberStatus> listing = client.members(grid.images().get(0));
    listing.forEach(
        (recipient, status) -> {
          if (recipient == null || status == null) {
            throw violation(
                "a recipient and a status in each entry",
                listing.toString(),
                "entries that the service leaves incomplete; UNKNOWN is a status");
          }
        });
  }

  private static void snapshot(ContractClient client) {
    Grid pair = client.grid(1, 1);
    String image = pair.images().get(0);
    Recipient recipient = pair.recipients().get(0);
    client.run(pair.share());
    client.requireListed(pair, pair::contains, "how a listing is read");
    try {
      client.members(image).remove(recipient);
    } catch (UnsupportedOperationException e) {
      // A map that cannot be changed is a snapshot, too.
    }
    Map<Recipient, MemberStatus> listing = client.members(image);
    requireEntry(listing, recipient, "after it was removed from an earlier answer");
    client.run(pair.unshare());
    client.requireListed(pair, none -> false, "how a listing is read");
    requireEntry(listing, recipient, "after it was unshared later");
  }

  private static void requireEntry(
      Map<Recipient, MemberStatus> listing, Recipient recipient, String when) {
    if (!listing.containsKey(recipient)) {
      throw violation(
          "the listing to have " + recipient + " " + when,
          listing.toString(),
          "a map of the backend's own that is handed out instead of a copy");
    }
  }

  private static void describe(ContractClient client) {
    Grid grid = client.grid(2, 1);
    Map<String, Image> none = descriptions(client, Set.of(client.unknownImage()));
    client.shareAll(grid);
    Set<String> asked = new LinkedHashSet<>(grid.images());
    asked.add(client.unknownImage());
    Map<String, Image> described = descriptions(client, asked);
    Map<String, Image> oneByOne = new HashMap<>(none);
    grid.images().forEach(image -> oneByOne.putAll(descriptions(client, Set.of(image))));
    if (!none.isEmpty() || !grid.images().containsAll(described.keySet())) {
      throw violation(
          "descriptions of " + grid.images() + " alone",
          described + ", and " + none + " of an image that the service does not know",
          "which images of the service's list are returned");
    }
    if (!oneByOne.equals(described)) {
      throw violation(
          described + " one by one as well",
          oneByOne.toString(),
          "how the pages of a list of images are read");
    }
    described.forEach(
        (id, image) -> {
          if (image.obstacle() != Image.Obstacle.NONE) {
            throw violation(
                "no obstacle for " + id + ", which was just shared",
                image.toString(),
                "what counts as an obstacle; what is not certain is none");
          }
        });
  }

  private static void describeSharing(ContractClient client) {
    Grid grid = client.grid(2, 1);
    client.shareAll(grid);
    Set<String> images = new LinkedHashSet<>(grid.images());
    Map<String, Image> described =
        client.repeatUntil(
            () -> descriptions(client, images),
            told -> told.values().stream().noneMatch(MemberRules::isUnshared));
    described.forEach(
        (id, image) -> {
          if (isUnshared(image)) {
            throw violation(
                id + ", which was just shared, not to be described as unshared",
                image.toString(),
                "what tells that an image has no members; what is not certain is UNKNOWN");
          }
        });
  }

  private static boolean isUnshared(Image image) {
    return image.sharing() == Image.Sharing.UNSHARED;
  }

  private static Map<String, Image> descriptions(ContractClient client, Set<String> images) {
    CallResult<Map<String, Image>> result =
        client.call("describe(" + images + ")", () -> client.backend().describe(images));
    if (result.unavailable()) {
      throw new RuleSkippedException("images cannot be described: " + result.seen());
    }
    return result.required();
  }
}
