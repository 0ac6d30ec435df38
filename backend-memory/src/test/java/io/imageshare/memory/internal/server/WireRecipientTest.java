package io.imageshare.memory.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.internal.server.WireClient.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server as recipients see it, and others who are not the owner. */
class WireRecipientTest {
  private static final String BATCH = "/v1/cloudimages/members";
  private static final String MEMBER = "/v2/images/i1/members/p1";
  private static final String ACCEPT = "{\"status\":\"accepted\"}";

  private final MemoryBackend cloud =
      MemoryBackend.builder()
          .owner("owner")
          .images("i1", "i2", "i3", "i4")
          .wholeImages("w1")
          .member("i1", Recipient.project("p1"), MemberStatus.PENDING)
          .member("i1", Recipient.project("p2"), MemberStatus.PENDING)
          .member("i2", Recipient.project("p1"), MemberStatus.ACCEPTED)
          .member("i3", Recipient.project("p1"), MemberStatus.REJECTED)
          .member("w1", Recipient.project("p1"), MemberStatus.PENDING)
          .jobsTake(Duration.ZERO)
          .build();
  private ImsServer server = ImsServer.start(cloud);
  private WireClient client = new WireClient(server);

  private void restart(Function<ImsServer.Builder, ImsServer.Builder> more) {
    server.close();
    server = more.apply(ImsServer.builder(cloud)).build();
    client = new WireClient(server);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Answer as(String project, String method, String path, String body) throws Exception {
    return client.send(method, path, body, "X-Project-Id", project);
  }

  private Answer get(String project, String path) throws Exception {
    return as(project, "GET", path, "");
  }

  private Answer decide(String by, String document) throws Exception {
    return as(by, "PUT", BATCH, document);
  }

  private static String decision(String project, String status, String... images) {
    return "{\"images\":[\"%s\"],\"project_id\":\"%s\",\"status\":\"%s\"}"
        .formatted(String.join("\",\"", images), project, status);
  }

  private MemberStatus status(String image, String project) {
    Map<Recipient, MemberStatus> members = cloud.members(image).toCompletableFuture().join();
    return members.getOrDefault(Recipient.project(project), MemberStatus.UNKNOWN);
  }

  private static void assertError(String code, Answer answer) {
    assertEquals(400, answer.status(), answer.json()::toString);
    assertEquals(code, answer.text("/error/code"), answer.json()::toString);
  }

  private static void assertNative(int status, Answer answer) {
    assertEquals(status, answer.status(), answer.json()::toString);
    assertEquals(status + " " + answer.text("/title"), answer.text("/code"));
  }

  @Test
  void aRecipientAcceptsAndRejectsInAJob() throws Exception {
    Answer accepted = decide("p1", decision("p1", "accepted", "i1", "i3"));
    assertEquals(200, accepted.status());
    assertEquals(MemberStatus.ACCEPTED, status("i1", "p1"));
    assertEquals(MemberStatus.ACCEPTED, status("i3", "p1"));
    assertEquals(MemberStatus.PENDING, status("i1", "p2"));
    String id = accepted.text("/job_id");
    JsonNode job = get("p1", "/v1/p1/jobs/" + id).json();
    assertEquals("imsUpdateImageMembersJob", job.path("job_type").asText());
    assertEquals("SUCCESS", job.path("status").asText());
    assertEquals(
        "[{\"image_id\":\"i1\",\"status\":\"success\"},{\"image_id\":\"i3\",\"status\":\"success\"}]",
        job.at("/entities/results").toString());
    assertEquals("SUCCESS", get("p1", "/v1/cloudimages/job/" + id).text("/status"));
    decide("p1", decision("p1", "rejected", "i1"));
    assertEquals(MemberStatus.REJECTED, status("i1", "p1"));
  }

  @Test
  void onlyTheRecipientDecides() throws Exception {
    assertError("IMG.0047", decide("owner", decision("p1", "accepted", "i1")));
    assertError("IMG.0047", client.send("PUT", BATCH, decision("p1", "accepted", "i1")));
    assertError("IMG.0030", decide("p2", decision("p1", "accepted", "i1")));
    assertNative(403, as("owner", "PUT", MEMBER, ACCEPT));
    // A member sees no other member, and a stranger not even the image.
    assertNative(404, as("p2", "PUT", MEMBER, ACCEPT));
    assertNative(404, as("p3", "PUT", MEMBER, ACCEPT));
    assertEquals(MemberStatus.PENDING, status("i1", "p1"));
  }

  @Test
  void invalidRequestsAreRefusedWithTheServicesCodes() throws Exception {
    assertError("IMG.0007", decide("p1", ""));
    assertError("IMG.0001", decide("p1", "{}"));
    assertError("IMG.0001", decide("p1", decision("p1", "accepted").replace("\"\"", "")));
    assertError("IMG.0001", decide("p1", "{\"images\":[\"i1\"],\"status\":\"accepted\"}"));
    assertError("IMG.0001", decide("p1", "{\"images\":[\"i1\"],\"project_id\":\"p1\"}"));
    for (String status : List.of("pending", "ACCEPTED", "")) {
      assertError("IMG.0001", decide("p1", decision("p1", status, "i1")));
      assertNative(400, as("p1", "PUT", MEMBER, ACCEPT.replace("accepted", status)));
    }
    assertError("IMG.0066", decide("p1", decision("p1", "accepted", "i1;i2")));
    assertError("IMG.0067", decide("p1", decision("p 1", "accepted", "i1")));
    assertError("IMG.0067", get("p 1", "/v2/cloudimages"));
    assertError("IMG.0027", decide("p1", decision("p1", "accepted", "i1", "i4")));
    assertError("IMG.0027", decide("p2", decision("p2", "accepted", "i2")));
    assertError("IMG.0027", decide("p1", decision("p1", "accepted", "nix")));
    assertNative(404, as("p2", "PUT", "/v2/images/i2/members/p2", ACCEPT));
    assertEquals(List.of(), cloud.jobs());
  }

  @Test
  void aFullServerImageNeedsAVault() throws Exception {
    String whole = decision("p1", "accepted", "w1");
    assertError("IMG.0184", decide("p1", whole));
    assertNative(400, as("p1", "PUT", "/v2/images/w1/members/p1", ACCEPT));
    String named = "\"vault_id\":\"v\"}";
    assertEquals(200, decide("p1", whole.replace("}", "," + named)).status());
    assertEquals(MemberStatus.ACCEPTED, status("w1", "p1"));
    assertEquals(200, decide("p1", decision("p1", "rejected", "w1")).status());
    String body = ACCEPT.replace("}", "," + named);
    assertEquals(200, as("p1", "PUT", "/v2/images/w1/members/p1", body).status());
    assertEquals(MemberStatus.ACCEPTED, status("w1", "p1"));
  }

  @Test
  void theNativeUpdateTakesEffectAtOnce() throws Exception {
    Answer accepted = as("p1", "PUT", MEMBER, ACCEPT);
    assertEquals(200, accepted.status());
    assertEquals("accepted", accepted.text("/status"));
    assertEquals("i1", accepted.text("/image_id"));
    assertEquals("p1", accepted.text("/member_id"));
    assertEquals(MemberStatus.ACCEPTED, status("i1", "p1"));
    assertEquals(200, as("p1", "PUT", MEMBER, ACCEPT).status());
    assertEquals(List.of(), cloud.jobs());
  }

  private List<String> images(String query) throws Exception {
    return ids(get("p1", "/v2/cloudimages" + query));
  }

  private static List<String> ids(Answer answer) {
    return StreamSupport.stream(answer.json().path("images").spliterator(), false)
        .map(image -> image.path("id").asText())
        .toList();
  }

  @Test
  void aRecipientListsItsImagesByItsDecision() throws Exception {
    String shared = "&visibility=shared&__imagetype=shared";
    assertEquals(List.of("i1", "w1"), images("?member_status=pending" + shared));
    assertEquals(List.of("i2"), images("?member_status=accepted" + shared));
    assertEquals(List.of("i3"), images("?member_status=rejected" + shared));
    assertEquals(List.of("w1"), images("?limit=1&marker=i1&member_status=pending" + shared));
    assertEquals(List.of("i2"), images(""), "neither what waits nor what was rejected");
    assertEquals(List.of(), images("?visibility=private"));
    assertEquals(List.of("i1"), images("?member_status=pending&id=i1&owner=owner"));
    decide("p1", decision("p1", "accepted", "i1"));
    assertEquals(List.of("i1", "i2"), images("?member_status=accepted" + shared));
    assertEquals(List.of(), ids(get("p3", "/v2/cloudimages?visibility=shared")));
    assertEquals(List.of("i4"), ids(get("owner", "/v2/cloudimages?visibility=private")));
  }

  @Test
  void aRecipientSeesTheImagesItHasAndOfTheirMembersItself() throws Exception {
    Answer image = get("p1", "/v2/images/i3");
    assertEquals("owner", image.text("/owner"));
    assertEquals("shared", image.text("/visibility"));
    assertNative(404, get("p1", "/v2/images/i4"));
    JsonNode members = get("p2", "/v2/images/i1/members").json().path("members");
    assertEquals(1, members.size());
    assertEquals("p2", members.at("/0/member_id").asText());
    assertEquals("pending", get("p2", "/v2/images/i1/members/p2").text("/status"));
    assertNative(404, get("p2", MEMBER));
    assertNative(404, get("p3", "/v2/images/i1/members"));
    assertEquals(2, get("owner", "/v2/images/i1/members").json().path("members").size());
    assertEquals("0", get("p1", "/v1/p1/cloudimages/quota").text("/quotas/resources/0/used"));
  }

  @Test
  void onlyTheOwnerSharesAndListsMembersInV1() throws Exception {
    String slice = "{\"images\":[\"i2\"],\"projects\":[\"p3\"]}";
    for (String method : List.of("POST", "DELETE")) {
      assertError("IMG.0047", as("p1", method, BATCH, slice));
    }
    assertError("IMG.0047", get("p1", "/v1/p1/cloudimages/i1/members"));
    assertError("IMG.0047", get("p1", "/v1/p1/cloudimages/i1/members/p1"));
    assertError("IMG.0030", get("p1", "/v1/owner/cloudimages/i1/members"));
    String members = "/v2/images/i1/members";
    assertNative(403, as("p1", "POST", members, "{\"member\":\"p3\"}"));
    assertNative(404, as("p3", "POST", members, "{\"member\":\"p3\"}"));
    assertNative(400, as("p3", "POST", members, "{}"));
    assertNative(404, as("p3", "DELETE", MEMBER, ""));
    assertNative(403, as("p1", "DELETE", MEMBER, ""));
    assertEquals(5, cloud.members().size());
  }

  @Test
  void aJobIsKnownToWhoBeganIt() throws Exception {
    String accepted = decide("p1", decision("p1", "accepted", "i1")).text("/job_id");
    String slice = "{\"images\":[\"i4\"],\"projects\":[\"p3\"]}";
    String shared = as("owner", "POST", BATCH, slice).text("/job_id");
    for (String path : List.of("/v1/%s/jobs/%s", "/v1/cloudimages/job/%2$s")) {
      assertEquals(200, get("p1", path.formatted("p1", accepted)).status());
      assertEquals(200, get("owner", path.formatted("owner", shared)).status());
      assertError("IMG.0023", get("p1", path.formatted("p1", shared)));
      assertError("IMG.0023", get("owner", path.formatted("owner", accepted)));
      assertError("IMG.0023", get("p2", path.formatted("p2", accepted)));
    }
  }

  @Test
  void aTokenForAProjectSpeaksForIt() throws Exception {
    restart(builder -> builder.user("domain", "user", "pass").token("fixed"));
    String project = token("\"id\":\"p1\"");
    String region = token("\"name\":\"region-1\"");
    String document = decision("p1", "accepted", "i1");
    assertError("IMG.0047", client.send("PUT", BATCH, document, "X-Auth-Token", region));
    assertEquals(
        "IMG.0047",
        client
            .send("PUT", BATCH, document, "X-Auth-Token", region, "X-Project-Id", "p1")
            .text("/error/code"),
        "a token for one project is none for another");
    assertEquals(200, client.send("PUT", BATCH, document, "X-Auth-Token", project).status());
    String rejected = decision("p1", "rejected", "i1");
    assertEquals(
        200,
        client
            .send("PUT", BATCH, rejected, "X-Auth-Token", "fixed", "X-Project-Id", "p1")
            .status());
    assertEquals(MemberStatus.REJECTED, status("i1", "p1"));
  }

  private String token(String scope) throws Exception {
    String ask =
        """
        {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"user",
         "password":"pass","domain":{"name":"domain"}}}},"scope":{"project":{%s}}}}
        """
            .formatted(scope);
    Answer given = client.post("/v3/auth/tokens", ask);
    assertEquals(scope.contains("p1") ? "p1" : "owner", given.text("/token/project/id"));
    return given.header("X-Subject-Token");
  }

  @Test
  void aLostAnswerHasItsEffect() {
    cloud.inject(new Fault.LostAnswer());
    assertThrows(IOException.class, () -> decide("p1", decision("p1", "accepted", "i1")));
    assertEquals(MemberStatus.ACCEPTED, status("i1", "p1"));
    assertTrue(server.requests().stream().allMatch(request -> request.method().equals("PUT")));
  }
}
