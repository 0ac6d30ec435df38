package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs with accounts and organizations, in virtual time. */
@Timeout(60)
class OtherRecipientsTest {
  private static final Recipient PROJECT = Recipient.project("project-1");
  private static final Recipient DOMAIN = Recipient.domain("domain-1");
  private static final Recipient ORGANIZATION =
      Recipient.organization("organizations::domain-9:ou:o-1/ou-2");

  private final MemoryBackend cloud =
      MemoryBackend.builder().time(Timekeeper.virtual()).images("image-1", "image-2").build();

  private static ShareRequest request(Action action, Recipient... recipients) {
    return new ShareRequest(action, Set.of("image-1", "image-2"), Set.of(recipients));
  }

  private static ShareReport run(MemberBackend backend, ShareRequest request) {
    try (ShareWorkflow workflow = ShareWorkflow.builder(backend).seed(1).build()) {
      return workflow.run(request);
    }
  }

  private long submits() {
    return Samples.calls(cloud, Call.Kind.SUBMIT).size();
  }

  private static Outcome.Done done(ShareReport report, Recipient recipient) {
    return (Outcome.Done) report.outcome(new Member("image-1", recipient));
  }

  @Test
  void theyAreSharedWithListedAndRemoved() {
    ShareReport shared = run(cloud, request(Action.SHARE, DOMAIN, ORGANIZATION, PROJECT));
    assertEquals(6, shared.counts().done(), shared.toString());
    assertEquals(1, submits());
    assertEquals(MemberStatus.PENDING, done(shared, DOMAIN).status());
    assertEquals(MemberStatus.ACCEPTED, done(shared, ORGANIZATION).status());

    ShareReport again = run(cloud, request(Action.SHARE, DOMAIN, ORGANIZATION));
    assertTrue(again.outcomes().allMatch(outcome -> ((Outcome.Done) outcome).already()));
    assertEquals(1, submits());

    assertTrue(run(cloud, request(Action.UNSHARE, DOMAIN, ORGANIZATION)).allDone());
    assertEquals(
        Set.of(new Member("image-1", PROJECT), new Member("image-2", PROJECT)), cloud.members());
    assertEquals(2, submits());
  }

  /** An older deployment does not say of what type a member is. */
  @Test
  void listedWithoutATypeTheyAreKnownByTheirIds() {
    MemberBackend untyped =
        new ForwardingBackend(cloud) {
          @Override
          public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
            return cloud.members(image).thenApply(OtherRecipientsTest::untyped);
          }
        };
    assertTrue(run(untyped, request(Action.SHARE, DOMAIN, ORGANIZATION)).allDone());
    ShareReport again = run(untyped, request(Action.SHARE, DOMAIN, ORGANIZATION, PROJECT));
    assertTrue(again.allDone());
    assertTrue(done(again, DOMAIN).already());
    assertTrue(done(again, ORGANIZATION).already());
    assertEquals(2, submits());
    assertTrue(run(untyped, request(Action.UNSHARE, DOMAIN, ORGANIZATION, PROJECT)).allDone());
    assertEquals(Set.of(), cloud.members());
  }

  private static Map<Recipient, MemberStatus> untyped(Map<Recipient, MemberStatus> members) {
    Map<Recipient, MemberStatus> projects = new LinkedHashMap<>();
    members.forEach((member, status) -> projects.put(Recipient.project(member.id()), status));
    return projects;
  }
}
