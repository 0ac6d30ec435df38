package io.imageshare.memory.internal.contract;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static io.imageshare.Reason.Kind.UNAVAILABLE;
import static io.imageshare.Reason.Kind.UNSUPPORTED;
import static io.imageshare.memory.internal.contract.ContractClient.last;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.Job;
import io.imageshare.Reason;
import java.util.List;
import java.util.stream.Stream;

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
              "An unknown image is refused as INVALID or INVALID_IMAGE, by members and by submit or"
                  + " its job",
              IdRules::unknownImage),
          new ContractRule(
              "I2",
              "An unknown job is refused as INVALID, whatever the side, or as UNSUPPORTED; as"
                  + " UNAVAILABLE where the service cannot tell",
              client -> requireUnknownJob(client, UNKNOWN_JOB)),
          new ContractRule(
              "I3",
              "An id is opaque: with anything added to it, it is another id, and an unknown one",
              IdRules::opaqueIds));

  private IdRules() {}

  private static void unknownImage(ContractClient client) {
    String unknown = client.unknownImage();
    Grid pair = new Grid(List.of(unknown), client.grid(1, 1).recipients());
    CallResult<Job> submitted = client.submit(pair.share());
    boolean refused = submitted.refused(INVALID, INVALID_IMAGE);
    String seen = submitted.seen();
    if (submitted.refusal() == null) {
      Job end = last(client.pollToEnd(submitted.required()));
      refused = reasons(end).anyMatch(kind -> kind == INVALID || kind == INVALID_IMAGE);
      seen = end.toString();
    }
    if (!refused) {
      throw notRefused("submit of " + unknown, seen);
    }
    requireUnknownImage(client, unknown);
  }

  private static Stream<Reason.Kind> reasons(Job end) {
    return Stream.concat(
            Stream.ofNullable(end.reason()),
            end.results().stream().flatMap(result -> Stream.ofNullable(result.reason())))
        .map(Reason::kind);
  }

  private static void requireUnknownImage(ContractClient client, String image) {
    CallResult<?> result = client.list(image);
    if (result.unavailable()) {
      throw new RuleSkippedException("members cannot be listed: " + result.seen());
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
    SUFFIXES.forEach(suffix -> requireUnknownImage(client, image + suffix));
  }
}
