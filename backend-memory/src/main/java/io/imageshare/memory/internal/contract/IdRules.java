package io.imageshare.memory.internal.contract;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static io.imageshare.Reason.Kind.UNAVAILABLE;
import static io.imageshare.Reason.Kind.UNSUPPORTED;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Job;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import java.util.List;
import java.util.Set;

/** I: ids. */
final class IdRules {
  /** In the form of the service's own ids, and never one of them. */
  static final String UNKNOWN_JOB = "0".repeat(32);

  /** What a client that does not encode ids takes for a part of the address, or refuses. */
  private static final List<String> SUFFIXES = List.of("?x=1", "#x", "/x", "%\"<^>\\");

  private static final String ENCODING =
      "how the service's codes become kinds, and ids part of an address";

  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "I1",
              "An unknown image is refused as INVALID or INVALID_IMAGE, by members and, whatever the"
                  + " action, by submit or its job",
              IdRules::unknownImage),
          new ContractRule(
              "I2",
              "An unknown job is refused as INVALID, whatever the side, or as UNSUPPORTED; as"
                  + " UNAVAILABLE where the service cannot tell",
              client -> requireUnknownJob(client, UNKNOWN_JOB)),
          new ContractRule(
              "I3",
              "An id is opaque: with anything added to it, it is another id, and an unknown one, to"
                  + " every call",
              IdRules::opaqueIds));

  private IdRules() {}

  private static void unknownImage(ContractClient client) {
    String unknown = client.unknownImage();
    Grid known = client.grid(1, 1);
    requireUnknownToWrites(client, known, unknown);
    requireUnknownToReads(client, known, unknown);
  }

  /** By every action that can be asked. */
  private static void requireUnknownToWrites(ContractClient client, Grid known, String image) {
    Set<Recipient> recipients = Set.copyOf(known.recipients());
    boolean decides = client.speaksFor(known.recipients().get(0));
    for (Action action : Action.values()) {
      if (decides || action == Action.SHARE || action == Action.UNSHARE) {
        client.requireRefused(
            new ShareRequest(action, Set.of(image), recipients),
            action + " of " + image,
            ENCODING,
            INVALID,
            INVALID_IMAGE);
      }
    }
  }

  private static void requireUnknownToReads(ContractClient client, Grid known, String image) {
    CallResult<?> result = client.list(image);
    if (result.unavailable()) {
      // Where no image can be listed this skips the rest.
      client.members(known.images().get(0));
    }
    if (!result.refused(INVALID, INVALID_IMAGE)) {
      throw notRefused("members(" + image + ")", result.seen());
    }
  }

  private static AssertionError notRefused(String call, String seen) {
    return violation(call + " to be refused as INVALID or INVALID_IMAGE", seen, ENCODING);
  }

  private static void requireUnknownJob(ContractClient client, String job) {
    CallResult<Job> result = client.poll(job);
    if (!result.refused(INVALID, INVALID_IMAGE, INVALID_RECIPIENT, UNSUPPORTED, UNAVAILABLE)) {
      throw violation(
          "job(" + job + ") to be refused as INVALID, UNSUPPORTED or UNAVAILABLE",
          result.seen(),
          ENCODING);
    }
  }

  private static void opaqueIds(ContractClient client) {
    Grid pair = client.grid(1, 1);
    String image = pair.images().get(0);
    List<Job> polls = client.run(pair.share());
    if (polls.size() > 1) {
      SUFFIXES.forEach(suffix -> requireUnknownJob(client, polls.get(0).id() + suffix));
    }
    client.unknownImage();
    Recipient recipient = pair.recipients().get(0);
    for (String suffix : SUFFIXES) {
      requireUnknownToReads(client, pair, image + suffix);
      // A request takes no id with a quote.
      if (!suffix.contains("\"")) {
        requireUnknownToWrites(client, pair, image + suffix);
        unshareOther(client, image, new Recipient(recipient.type(), recipient.id() + suffix));
      }
    }
    client.requireListed(pair, pair::contains, ENCODING);
  }

  /** Refused or not, it must not be taken for one that is there. */
  private static void unshareOther(ContractClient client, String image, Recipient other) {
    CallResult<Job> result =
        client.submit(new ShareRequest(Action.UNSHARE, Set.of(image), Set.of(other)));
    if (result.refusal() == null) {
      client.pollToEnd(result.required());
    }
  }
}
