package io.imageshare.memory.internal.contract;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** D: what recipients decide. */
final class DecisionRules {
  private static final String SENT = "how a decision is sent: of its own images only";

  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "D1",
              "A project that accepts has accepted exactly the images of the slice",
              client -> decide(client, SENT, MemberStatus.ACCEPTED)),
          new ContractRule(
              "D2",
              "A project that rejects has rejected exactly the images of the slice",
              client -> decide(client, SENT, MemberStatus.REJECTED)),
          new ContractRule(
              "D3",
              "The last decision of a project holds, and repeating it succeeds",
              client ->
                  decide(
                      client,
                      "what becomes of an earlier decision",
                      MemberStatus.REJECTED,
                      MemberStatus.REJECTED,
                      MemberStatus.ACCEPTED,
                      MemberStatus.ACCEPTED)),
          new ContractRule(
              "D4",
              "An image that was not shared with the project is refused as INVALID or"
                  + " INVALID_IMAGE, by submit or its job",
              DecisionRules::notShared),
          new ContractRule(
              "D5",
              "The images that a project accepted are listed, all pages of them",
              DecisionRules::listsAll));

  private DecisionRules() {}

  private static void decide(ContractClient client, String lookAt, MemberStatus... decisions) {
    Grid grid = shared(client);
    for (MemberStatus status : decisions) {
      client.run(request(grid, status));
      requireStatus(client, grid, status, lookAt);
    }
  }

  private static void notShared(ContractClient client) {
    Grid grid = shared(client);
    Grid asked = grid.pair(0, 0);
    client.run(asked.unshare());
    client.requireListed(asked, none -> false, "what becomes of an unshare");
    client.requireRefused(
        request(asked, MemberStatus.ACCEPTED),
        "an image that was not shared with the recipient",
        "how the service's answer becomes a Reason",
        INVALID,
        INVALID_IMAGE);
  }

  private static void listsAll(ContractClient client) {
    Grid grid = client.grid(Integer.MAX_VALUE, 1);
    Recipient recipient = grid.recipients().get(0);
    requireSpeaker(client, recipient);
    client.shareAll(grid);
    client.requireListed(grid, grid::contains, "how a share is sent");
    for (Grid slice : grid.slices(client.backend().limits())) {
      client.run(ShareRequest.accept(slice.images(), List.of(recipient.id())));
    }
    Set<String> accepted = Set.copyOf(grid.images());
    Set<String> listed =
        client.repeatUntil(
            () -> list(client, recipient, MemberStatus.ACCEPTED).required(),
            images -> images.containsAll(accepted));
    if (!listed.containsAll(accepted)) {
      throw violation(
          "images of %s to have %s".formatted(recipient, accepted),
          listed.toString(),
          "how the pages of a list of images are read, to the last one");
    }
  }

  private static void requireSpeaker(ContractClient client, Recipient recipient) {
    if (!client.speaksFor(recipient)) {
      throw new RuleSkippedException("no call can be made as " + recipient);
    }
  }

  /** Two images shared with two recipients, of which the first recipient decides. */
  private static Grid shared(ContractClient client) {
    Grid grid = client.grid(2, 2);
    Recipient recipient = grid.recipients().get(0);
    requireSpeaker(client, recipient);
    client.shareAll(grid);
    client.requireListed(grid, grid::contains, "how a share is sent");
    return grid;
  }

  /** The decision of the first recipient of a grid on its first image. */
  private static ShareRequest request(Grid grid, MemberStatus status) {
    List<String> images = grid.images().subList(0, 1);
    List<String> projects = List.of(grid.recipients().get(0).id());
    return status == MemberStatus.ACCEPTED
        ? ShareRequest.accept(images, projects)
        : ShareRequest.reject(images, projects);
  }

  private static CallResult<Set<String>> list(
      ContractClient client, Recipient recipient, MemberStatus status) {
    return client.call(
        "images(%s, %s)".formatted(recipient, status),
        () -> client.backend().images(recipient, status));
  }

  /** Waits until the recipient's and the owner's listings show the decision on this image alone. */
  private static void requireStatus(
      ContractClient client, Grid grid, MemberStatus status, String lookAt) {
    Recipient recipient = grid.recipients().get(0);
    String image = grid.images().get(0);
    MemberStatus other =
        status == MemberStatus.ACCEPTED ? MemberStatus.REJECTED : MemberStatus.ACCEPTED;
    Map<MemberStatus, Set<String>> expected = Map.of(status, Set.of(image), other, Set.of());
    Map<MemberStatus, Set<String>> seen =
        client.repeatUntil(() -> images(client, recipient, grid, status, other), expected::equals);
    if (!seen.equals(expected)) {
      throw violation(
          "images of %s to be %s".formatted(recipient, expected), seen.toString(), lookAt);
    }
    Set<Member> decided = Set.of(new Member(image, recipient));
    Set<Member> listed = client.repeatUntil(() -> members(client, grid, status), decided::equals);
    if (!listed.equals(decided)) {
      throw violation(
          "%s alone to be listed as %s by its owner"
              .formatted(new Member(image, recipient), status),
          listed.toString(),
          lookAt);
    }
  }

  private static Map<MemberStatus, Set<String>> images(
      ContractClient client, Recipient recipient, Grid grid, MemberStatus... statuses) {
    Map<MemberStatus, Set<String>> images = new LinkedHashMap<>();
    for (MemberStatus status : statuses) {
      Set<String> listed = list(client, recipient, status).required();
      Set<String> known = new LinkedHashSet<>(grid.images());
      known.removeIf(image -> !listed.contains(image));
      images.put(status, known);
    }
    return images;
  }

  private static Set<Member> members(ContractClient client, Grid grid, MemberStatus status) {
    Set<Member> members = new LinkedHashSet<>();
    for (String image : grid.images()) {
      Map<Recipient, MemberStatus> listing = client.members(image);
      for (Recipient recipient : grid.recipients()) {
        if (listing.get(recipient) == status) {
          members.add(new Member(image, recipient));
        }
      }
    }
    return members;
  }
}
