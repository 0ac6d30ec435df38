package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.HttpBackend.MemberList;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs with accounts and organizations over the wire, by either list of members. */
@Timeout(600)
class OtherRecipientsTest {
  private static final Recipient PROJECT = Recipient.project(Fixtures.RECIPIENT);
  private static final Recipient DOMAIN = Recipient.domain("9".repeat(32));
  private static final Recipient ORGANIZATION =
      Recipient.organization("organizations::" + "8".repeat(32) + ":ou:o-1/ou-2");

  private static ShareReport run(HttpBackend backend, Action action, Recipient... recipients) {
    try (ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      return workflow.run(new ShareRequest(action, Set.of(Fixtures.IMAGE), Set.of(recipients)));
    }
  }

  private static long writes(ImsServer server, String method) {
    return server.requests().stream().filter(r -> r.method().equals(method)).count();
  }

  @ParameterizedTest
  @EnumSource(MemberList.class)
  void theyAreSharedWithListedAndRemoved(MemberList list) {
    MemoryBackend cloud =
        MemoryBackend.builder()
            .owner(Fixtures.PROJECT)
            .images(Fixtures.IMAGE)
            .jobsTake(Duration.ZERO)
            .build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build();
        HttpBackend backend = Fixtures.backend(server.endpoint()).memberList(list).build()) {
      ShareReport shared = run(backend, Action.SHARE, DOMAIN, ORGANIZATION, PROJECT);
      assertEquals(3, shared.counts().done(), shared.toString());
      assertEquals(
          MemberStatus.ACCEPTED,
          ((Outcome.Done) shared.outcome(new Member(Fixtures.IMAGE, ORGANIZATION))).status());
      String body =
          server.requests().stream()
              .filter(request -> request.method().equals("POST"))
              .map(ImsServer.Request::body)
              .findFirst()
              .orElseThrow();
      assertTrue(body.contains("\"domains\":[\"" + DOMAIN.id() + "\"]"), body);
      assertTrue(body.contains("\"organizations\":[\"" + ORGANIZATION.id() + "\"]"), body);

      ShareReport again = run(backend, Action.SHARE, DOMAIN, ORGANIZATION);
      assertTrue(again.outcomes().allMatch(outcome -> ((Outcome.Done) outcome).already()));
      assertEquals(1, writes(server, "POST"));

      assertTrue(run(backend, Action.UNSHARE, DOMAIN, ORGANIZATION).allDone());
      assertEquals(1, writes(server, "DELETE"));
      assertEquals(Set.of(new Member(Fixtures.IMAGE, PROJECT)), cloud.members());
    }
  }
}
