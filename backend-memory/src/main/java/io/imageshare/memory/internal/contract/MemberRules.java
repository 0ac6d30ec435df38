package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import com.google.common.collect.Maps;
import io.imageshare.Image;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

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
              "A listing or description is a snapshot: no later change reaches it, and no change"
                  + " to it reaches the backend",
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
  }

  private static void snapshot(ContractClient client) {
    Grid grid = client.grid(2, 1);
    Grid pair = grid.pair(0, 0);
    String image = pair.images().get(0);
    Recipient recipient = pair.recipients().get(0);
    client.run(pair.share());
    client.requireListed(pair, pair::contains, "how a listing is read");
    List<Snapshot> answers = new ArrayList<>();
    answers.add(snapshot(recipient, () -> client.members(image)));
    Set<String> images = Set.of(image);
    if (client.describe(images).refusal() == null) {
      answers.add(snapshot(image, () -> descriptions(client, images)));
    }
    boolean decides = client.speaksFor(recipient);
    if (decides) {
      client.run(ShareRequest.accept(images, List.of(recipient.id())));
      awaitAccepted(client, recipient, accepted -> accepted.contains(image));
      // A view: what is removed from it is removed from the answer.
      answers.add(snapshot(image, () -> Maps.asMap(accepted(client, recipient), i -> "")));
    }
    client.run(pair.unshare());
    client.requireListed(pair, none -> false, "how a listing is read");
    if (decides) {
      awaitAccepted(client, recipient, accepted -> !accepted.contains(image));
    }
    client.describe(Set.of(grid.images().get(grid.images().size() - 1)));
    answers.forEach(Snapshot::requireSame);
  }

  private static Set<String> accepted(ContractClient client, Recipient recipient) {
    return client.images(recipient, MemberStatus.ACCEPTED).required();
  }

  private static void awaitAccepted(
      ContractClient client, Recipient recipient, Predicate<Set<String>> wanted) {
    client.repeatUntil(() -> accepted(client, recipient), wanted);
  }

  /** An answer that has this key, although it was removed from an earlier one. */
  private static <K> Snapshot snapshot(K key, Supplier<? extends Map<K, ?>> reading) {
    if (!reading.get().containsKey(key)) {
      return new Snapshot(Map.of(), Map.of());
    }
    try {
      reading.get().remove(key);
    } catch (UnsupportedOperationException e) {
      // What cannot be changed is a snapshot, too.
    }
    Map<K, ?> answer = reading.get();
    if (!answer.containsKey(key)) {
      throw Snapshot.handedOut(
          "the answer to have " + key + " after it was removed from an earlier one", answer);
    }
    return new Snapshot(answer, Map.copyOf(answer));
  }

  private record Snapshot(Map<?, ?> answer, Map<?, ?> before) {
    void requireSame() {
      if (!answer.equals(before)) {
        throw handedOut("the answer to stay " + before + " after later calls", answer);
      }
    }

    static AssertionError handedOut(String expected, Map<?, ?> seen) {
      return violation(
          expected,
          seen.toString(),
          "a collection of the backend's own that is handed out instead of a copy");
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
    CallResult<Map<String, Image>> result = client.describe(images);
    if (result.unavailable()) {
      throw new RuleSkippedException("images cannot be described: " + result.seen());
    }
    return result.required();
  }
}
