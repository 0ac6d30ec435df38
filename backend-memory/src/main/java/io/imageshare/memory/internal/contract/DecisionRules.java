package io.imageshare.memory;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.memory.Caller.breach;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.memory.Caller.Answer;
import io.imageshare.memory.Caller.Area;
import io.imageshare.memory.Caller.Skipped;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How the rules of {@link BackendContract} on what recipients say are checked. */
final class DecisionChecks {
  private static final String SENT = "how what a recipient says is sent: of its own images only";

  private DecisionChecks() {}

  static void accept(Caller caller) {
    Area area = shared(caller);
    caller.done(request(area, MemberStatus.ACCEPTED));
    shows(caller, area, MemberStatus.ACCEPTED, SENT);
  }

  static void reject(Caller caller) {
    Area area = shared(caller);
    caller.done(request(area, MemberStatus.REJECTED));
    shows(caller, area, MemberStatus.REJECTED, SENT);
  }

  static void changesItsMind(Caller caller) {
    Area area = shared(caller);
    for (MemberStatus status :
        List.of(
            MemberStatus.REJECTED,
            MemberStatus.REJECTED,
            MemberStatus.ACCEPTED,
            MemberStatus.ACCEPTED)) {
      caller.done(request(area, status));
      shows(caller, area, status, "what becomes of what was said before");
    }
  }

  static void notGiven(Caller caller) {
    Area area = shared(caller);
    Area asked = area.pair(0, 0);
    caller.done(asked.unshare());
    caller.shows(asked, none -> false, "what becomes of an unshare");
    ShareRequest accept = request(asked, MemberStatus.ACCEPTED);
    Answer<Job> answer = caller.submit(accept);
    boolean refused = answer.refused(INVALID, INVALID_IMAGE);
    String seen = answer.seen();
    if (answer.refusal() == null) {
      List<Job> looks = caller.watch(answer.given());
      Job end = looks.get(looks.size() - 1);
      refused =
          end.reason() != null && List.of(INVALID, INVALID_IMAGE).contains(end.reason().kind());
      seen = end.toString();
    }
    if (!refused) {
      throw breach(
          "an image that was not shared with the recipient to be refused as INVALID or"
              + " INVALID_IMAGE, by submit or its job",
          seen,
          "how the service's answer becomes a Reason");
    }
  }

  /** Two images with two recipients, shared, of which the first recipient is to say something. */
  private static Area shared(Caller caller) {
    Area area = caller.area(2, 2);
    Recipient recipient = area.recipients().get(0);
    Answer<Set<String>> listing = list(caller, recipient, MemberStatus.ACCEPTED);
    if (listing.cannotList()) {
      throw new Skipped("nothing can be done for " + recipient + ": " + listing.seen());
    }
    caller.shareAll(area);
    caller.shows(area, area::has, "how a share is sent");
    return area;
  }

  /** The first image of an area, and what its first recipient says to it. */
  private static ShareRequest request(Area area, MemberStatus status) {
    List<String> images = area.images().subList(0, 1);
    List<String> projects = List.of(area.recipients().get(0).id());
    return status == MemberStatus.ACCEPTED
        ? ShareRequest.accept(images, projects)
        : ShareRequest.reject(images, projects);
  }

  private static Answer<Set<String>> list(Caller caller, Recipient recipient, MemberStatus status) {
    return caller.answer(
        "images(%s, %s)".formatted(recipient, status),
        () -> caller.backend().images(recipient, status));
  }

  /** Waits until the recipient's and the owner's listings show it of this image alone. */
  private static void shows(Caller caller, Area area, MemberStatus status, String lookAt) {
    Recipient recipient = area.recipients().get(0);
    String image = area.images().get(0);
    MemberStatus other =
        status == MemberStatus.ACCEPTED ? MemberStatus.REJECTED : MemberStatus.ACCEPTED;
    Map<MemberStatus, Set<String>> expected = Map.of(status, Set.of(image), other, Set.of());
    Map<MemberStatus, Set<String>> seen =
        caller.until(() -> lists(caller, recipient, area, status, other), expected::equals);
    if (!seen.equals(expected)) {
      throw breach("images of %s to be %s".formatted(recipient, expected), seen + "", lookAt);
    }
    Set<Member> decided =
        caller.until(
            () -> members(caller, area, status), Set.of(new Member(image, recipient))::equals);
    if (!decided.equals(Set.of(new Member(image, recipient)))) {
      throw breach(
          "%s alone to be listed as %s by its owner"
              .formatted(new Member(image, recipient), status),
          decided.toString(),
          lookAt);
    }
  }

  private static Map<MemberStatus, Set<String>> lists(
      Caller caller, Recipient recipient, Area area, MemberStatus... statuses) {
    Map<MemberStatus, Set<String>> lists = new LinkedHashMap<>();
    for (MemberStatus status : statuses) {
      Set<String> listed = list(caller, recipient, status).given();
      Set<String> images = new LinkedHashSet<>(area.images());
      images.removeIf(image -> !listed.contains(image));
      lists.put(status, images);
    }
    return lists;
  }

  private static Set<Member> members(Caller caller, Area area, MemberStatus status) {
    Set<Member> members = new LinkedHashSet<>();
    for (String image : area.images()) {
      Map<Recipient, MemberStatus> listing = caller.members(image);
      for (Recipient recipient : area.recipients()) {
        if (listing.get(recipient) == status) {
          members.add(new Member(image, recipient));
        }
      }
    }
    return members;
  }
}
