package io.imageshare.memory.internal.contract;

import static io.imageshare.MemberStatus.ACCEPTED;
import static io.imageshare.MemberStatus.REJECTED;
import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** D: what recipients decide. */
final class DecisionRules {
  private static final String SENT =
      "how a decision is sent: of its own images only, and as the project that decides";

  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "D1",
              "A project that accepts has accepted exactly the images of the slice",
              client -> decide(client, ACCEPTED)),
          new ContractRule(
              "D2",
              "A project that rejects has rejected exactly the images of the slice",
              client -> decide(client, REJECTED)),
          new ContractRule(
              "D3",
              "The last decision of a project holds, even if the image is shared again, and"
                  + " repeating it succeeds",
              DecisionRules::lastHolds),
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

  private static void decide(ContractClient client, MemberStatus status) {
    Grid grid = shared(client);
    Map<Member, MemberStatus> decided = new LinkedHashMap<>();
    for (Member pair : deciding(client, grid)) {
      client.run(request(pair, status));
      decided.put(pair, status);
      requireDecided(client, grid, decided, SENT);
    }
  }

  /** The first recipient with the first image, and a second one with another image. */
  private static List<Member> deciding(ContractClient client, Grid grid) {
    List<Member> pairs = new ArrayList<>(List.of(first(grid)));
    if (grid.recipients().size() > 1 && client.speaksFor(grid.recipients().get(1))) {
      pairs.add(new Member(grid.images().get(grid.images().size() - 1), grid.recipients().get(1)));
    }
    return pairs;
  }

  private static Member first(Grid grid) {
    return new Member(grid.images().get(0), grid.recipients().get(0));
  }

  private static void lastHolds(ContractClient client) {
    Grid grid = shared(client);
    Member pair = first(grid);
    for (MemberStatus status : List.of(REJECTED, REJECTED, ACCEPTED, ACCEPTED)) {
      client.run(request(pair, status));
      requireDecided(client, grid, Map.of(pair, status), "what becomes of an earlier decision");
    }
    client.run(grid.pair(0, 0).share());
    requireDecided(
        client,
        grid,
        Map.of(pair, ACCEPTED),
        "what becomes of a decision when the image is shared again");
  }

  private static void notShared(ContractClient client) {
    Grid grid = shared(client);
    Grid asked = grid.pair(0, 0);
    client.run(asked.unshare());
    client.requireListed(asked, none -> false, "what becomes of an unshare");
    client.requireRefused(
        request(first(asked), ACCEPTED),
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
    for (Grid slice : grid.slices(client.limits())) {
      client.run(ShareRequest.accept(slice.images(), List.of(recipient.id())));
    }
    Set<String> accepted = Set.copyOf(grid.images());
    Set<String> listed =
        client.repeatUntil(
            () -> client.images(recipient, ACCEPTED).required(),
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

  /** Two images shared with two recipients, of which the first can decide. */
  private static Grid shared(ContractClient client) {
    Grid grid = client.grid(2, 2);
    Recipient recipient = grid.recipients().get(0);
    requireSpeaker(client, recipient);
    client.shareAll(grid);
    client.requireListed(grid, grid::contains, "how a share is sent");
    return grid;
  }

  private static ShareRequest request(Member pair, MemberStatus status) {
    List<String> images = List.of(pair.image());
    List<String> projects = List.of(pair.recipient().id());
    return status == ACCEPTED
        ? ShareRequest.accept(images, projects)
        : ShareRequest.reject(images, projects);
  }

  /** Waits until the listings of who decided, and of the owner, show these decisions alone. */
  private static void requireDecided(
      ContractClient client, Grid grid, Map<Member, MemberStatus> decided, String lookAt) {
    for (Member pair : decided.keySet()) {
      Recipient recipient = pair.recipient();
      Map<MemberStatus, Set<String>> expected = new EnumMap<>(MemberStatus.class);
      for (MemberStatus status : List.of(ACCEPTED, REJECTED)) {
        expected.put(status, decided.get(pair) == status ? Set.of(pair.image()) : Set.of());
      }
      Map<MemberStatus, Set<String>> seen =
          client.repeatUntil(() -> images(client, recipient, grid), expected::equals);
      if (!seen.equals(expected)) {
        throw violation(
            "images of %s to be %s".formatted(recipient, expected), seen.toString(), lookAt);
      }
    }
    Map<Member, MemberStatus> listed =
        client.repeatUntil(() -> members(client, grid), decided::equals);
    if (!listed.equals(decided)) {
      throw violation(
          "these decisions alone to be listed by the owner: " + decided, listed.toString(), lookAt);
    }
  }

  private static Map<MemberStatus, Set<String>> images(
      ContractClient client, Recipient recipient, Grid grid) {
    Map<MemberStatus, Set<String>> images = new EnumMap<>(MemberStatus.class);
    for (MemberStatus status : List.of(ACCEPTED, REJECTED)) {
      Set<String> listed = client.images(recipient, status).required();
      Set<String> known = new LinkedHashSet<>(grid.images());
      known.removeIf(image -> !listed.contains(image));
      images.put(status, known);
    }
    return images;
  }

  private static Map<Member, MemberStatus> members(ContractClient client, Grid grid) {
    Map<Member, MemberStatus> decided = new LinkedHashMap<>();
    for (String image : grid.images()) {
      Map<Recipient, MemberStatus> listing = client.members(image);
      for (Recipient recipient : grid.recipients()) {
        MemberStatus status = listing.get(recipient);
        if (status == ACCEPTED || status == REJECTED) {
          decided.put(new Member(image, recipient), status);
        }
      }
    }
    return decided;
  }
}
