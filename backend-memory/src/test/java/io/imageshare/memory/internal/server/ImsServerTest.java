package io.imageshare.memory.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Image;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.internal.server.WireClient.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImsServerTest {
  private static final String BATCH = "/v1/cloudimages/members";
  private static final String SHARE =
      "{\"images\":[\"i1\",\"i2\"],\"projects\":[\"p1\",\"p2\",\"p1\"]}";

  private MemoryBackend cloud = cloud().build();
  private ImsServer server = ImsServer.start(cloud);
  private WireClient client = new WireClient(server);

  private static MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .owner("owner")
        .images("i1", "i2", "i3")
        .wholeImages("w1")
        .jobsTake(Duration.ZERO)
        .seed(1);
  }

  private void restart(MemoryBackend cloud, Function<ImsServer.Builder, ImsServer.Builder> more) {
    server.close();
    this.cloud = cloud;
    server = more.apply(ImsServer.builder(cloud)).build();
    client = new WireClient(server);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static Member member(String image, String project) {
    return new Member(image, Recipient.project(project));
  }

  private static List<String> texts(JsonNode array, String field) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(node -> node.path(field).asText())
        .toList();
  }

  private void assertError(int status, String code, Answer answer) {
    assertEquals(status, answer.status(), answer.json()::toString);
    assertEquals(code, answer.text("/error/code"), answer.json()::toString);
    assertFalse(answer.text("/error/message").isEmpty());
  }

  @Test
  void aShareIsAJobAndThenEveryPairIsAMember() throws Exception {
    Answer shared = client.post(BATCH, SHARE);
    assertEquals(200, shared.status());
    assertEquals(cloud.jobs().get(0).id(), shared.text("/job_id"));
    assertEquals(
        Set.of(member("i1", "p1"), member("i1", "p2"), member("i2", "p1"), member("i2", "p2")),
        cloud.members());
    assertEquals("application/json", shared.header("Content-Type"));
    assertEquals(32, shared.header("X-Request-Id").length());
    assertFalse(shared.header("Date").isEmpty());
  }

  @Test
  void anUnshareTakesItsBodyWithDelete() throws Exception {
    client.post(BATCH, SHARE);
    Answer answer = client.delete(BATCH, "{\"images\":[\"i1\"],\"projects\":[\"p1\",\"p2\"]}");
    assertEquals(200, answer.status());
    assertEquals(Set.of(member("i2", "p1"), member("i2", "p2")), cloud.members());
    assertEquals(
        "imsDelImageMembersJob",
        client.get("/v1/cloudimages/job/" + answer.text("/job_id")).text("/job_type"));
  }

  @Test
  void aJobUnderWayHasProgressAndNoEnd() throws Exception {
    restart(cloud().jobsTake(Duration.ofHours(1)).build(), b -> b);
    String id = client.post(BATCH, SHARE).text("/job_id");
    for (String path : List.of("/v1/owner/jobs/", "/v1/cloudimages/job/")) {
      JsonNode job = client.get(path + id).json();
      assertEquals(id, job.path("job_id").asText());
      assertEquals("imsAddImageMembersJob", job.path("job_type").asText());
      // INIT is over after 300 ms, which a slow machine may need.
      assertTrue(Set.of("INIT", "RUNNING").contains(job.path("status").asText()));
      assertEquals("", job.path("end_time").textValue());
      assertTrue(job.path("begin_time").asText().endsWith("Z"));
      assertTrue(job.get("error_code").isNull() && job.get("fail_reason").isNull());
      assertTrue(job.at("/entities/process_percent").isDouble());
      assertTrue(job.at("/entities/process_percent").doubleValue() < .5);
      assertTrue(job.at("/entities/results").isMissingNode());
    }
  }

  @Test
  void onlyShowJobHasResults() throws Exception {
    Unknowns perPair = Unknowns.defaults().results(Unknowns.Detail.PER_PAIR);
    restart(cloud().unknowns(perPair).build(), b -> b);
    String id = client.post(BATCH, SHARE).text("/job_id");
    JsonNode job = client.get("/v1/owner/jobs/" + id).json();
    assertEquals("SUCCESS", job.path("status").asText());
    JsonNode results = job.at("/entities/results");
    assertEquals(List.of("i1", "i1", "i2", "i2"), texts(results, "image_id"));
    assertEquals(List.of("p1", "p2", "p1", "p2"), texts(results, "project_id"));
    assertEquals("success", results.get(0).path("status").asText());
    JsonNode progress = client.get("/v1/cloudimages/job/" + id).json();
    assertEquals(
        "{\"process_percent\":1,\"current_task\":\"\"}", progress.get("entities").toString());
  }

  @Test
  void aFailedJobSaysWhy() throws Exception {
    Unknowns inJob =
        Unknowns.defaults().checks(Unknowns.Checks.IN_JOB).results(Unknowns.Detail.PER_PAIR);
    restart(cloud().badProjects("p2").unknowns(inJob).build(), b -> b);
    String id = client.post(BATCH, SHARE).text("/job_id");
    JsonNode job = client.get("/v1/owner/jobs/" + id).json();
    assertEquals("FAIL", job.path("status").asText());
    assertEquals("IMG.0108", job.path("error_code").asText());
    assertTrue(job.path("fail_reason").asText().contains("p2"));
    JsonNode failed = job.at("/entities/results/1");
    assertEquals("failed", failed.path("status").asText());
    assertEquals("IMG.0108", failed.path("error_code").asText());
  }

  @Test
  void bothListsShowTheMembers() throws Exception {
    restart(cloud().member("i1", Recipient.project("p9"), MemberStatus.ACCEPTED).build(), b -> b);
    client.post(BATCH, SHARE);
    for (String path : List.of("/v1/owner/cloudimages/i1/members", "/v2/images/i1/members")) {
      JsonNode list = client.get(path).json();
      assertEquals(List.of("p1", "p2", "p9"), texts(list.path("members"), "member_id"));
      assertEquals(
          List.of("pending", "pending", "accepted"), texts(list.path("members"), "status"));
      assertEquals(List.of("i1", "i1", "i1"), texts(list.path("members"), "image_id"));
      assertEquals("/v2/schemas/members", list.path("schema").asText());
      assertEquals(3, list.at("/page_info/current_count").intValue());
      assertTrue(list.at("/page_info/next_marker").isMissingNode());
      Answer shown = client.get(path + "/p9");
      assertEquals("accepted", shown.text("/status"));
      assertEquals("p9", shown.text("/member_id"));
    }
  }

  @Test
  void pagesOfAListTogetherAreTheList() throws Exception {
    List<String> projects = IntStream.range(0, 23).mapToObj(n -> "p" + n).toList();
    MemoryBackend.Builder filled = cloud();
    projects.forEach(id -> filled.member("i1", Recipient.project(id), MemberStatus.PENDING));
    restart(filled.build(), b -> b);
    List<String> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String query = "?limit=10";
    while (!query.isEmpty()) {
      JsonNode page = client.get("/v2/images/i1/members" + query).json();
      seen.addAll(texts(page.path("members"), "member_id"));
      sizes.add(page.at("/page_info/current_count").intValue());
      String marker = page.at("/page_info/next_marker").asText();
      query =
          marker.isEmpty()
              ? ""
              : "?limit=10&marker=" + URLEncoder.encode(marker, StandardCharsets.UTF_8);
    }
    assertEquals(projects.stream().sorted().toList(), seen);
    assertEquals(List.of(10, 10, 3), sizes);
    for (String wrong : List.of("limit=0", "limit=1001", "limit=x", "marker=p1!")) {
      assertError(400, "IMG.0001", client.get("/v1/owner/cloudimages/i1/members?" + wrong));
    }
  }

  @Test
  void nativeCallsChangeOneMemberAtOnce() throws Exception {
    String path = "/v2/images/i1/members";
    Answer added = client.post(path, "{\"member\":\"p1\"}");
    assertEquals(200, added.status());
    assertEquals("pending", added.text("/status"));
    assertEquals(Set.of(member("i1", "p1")), cloud.members());
    Answer again = client.post(path, "{\"member\":\"p1\"}");
    assertEquals(409, again.status());
    assertEquals("409 Conflict", again.text("/code"));
    Answer removed = client.delete(path + "/p1", "");
    assertEquals(204, removed.status());
    assertEquals("", removed.response().body());
    assertEquals(Set.of(), cloud.members());
    Answer gone = client.delete(path + "/p1", "");
    assertEquals(404, gone.status());
    assertEquals("404 Not Found", gone.text("/code"));
    assertEquals(404, client.get(path + "/p1").status());
    assertEquals(400, client.post(path, "{}").status());
    assertEquals(404, client.post("/v2/images/nix/members", "{\"member\":\"p1\"}").status());
    assertEquals(List.of(), cloud.jobs());
  }

  /** As a real Glance does: webob picks the shape of an error by what the request accepts. */
  @Test
  void whatANativeCallAcceptsDecidesTheShapeOfItsErrors() throws Exception {
    String path = "/v2/images/nix/members";
    Answer json = client.get(path, "Accept", "application/json");
    assertEquals(
        "{\"message\":\"The image does not exist: nix.<br /><br />\\n\\n\\n\","
            + "\"code\":\"404 Not Found\",\"title\":\"Not Found\"}",
        json.response().body());
    Answer html = client.get(path, "Accept", "*/*");
    assertEquals("text/html; charset=UTF-8", html.header("Content-Type"));
    assertTrue(html.response().body().contains("<h1>404 Not Found</h1>"));
    Answer plain = client.get(path, "Accept", "application/xml");
    assertEquals("text/plain; charset=UTF-8", plain.header("Content-Type"));
    assertEquals("404 Not Found\n\nThe image does not exist: nix.\n\n   ", plain.response().body());
    assertTrue(
        client
            .raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .endsWith(plain.response().body()));
  }

  @Test
  void aNativePathTellsTheMethodsItHas() throws Exception {
    Answer patched = client.send("PATCH", "/v2/images/i1/members/p1", "{}");
    assertEquals(405, patched.status());
    assertEquals("GET, PUT, DELETE", patched.header("Allow"));
    assertEquals("405 Method Not Allowed", patched.text("/code"));
    assertEquals("GET, POST", client.delete("/v2/images/i1/members", "").header("Allow"));
    assertEquals(404, client.send("PATCH", BATCH, "{}").status(), "the gateway's");
  }

  @Test
  void aFullImageRefusesAlsoAMemberThatItHas() throws Exception {
    String path = "/v2/images/w1/members";
    for (int n = 0; n < 10; n++) {
      assertEquals(200, client.post(path, "{\"member\":\"p" + n + "\"}").status());
    }
    assertEquals(413, client.post(path, "{\"member\":\"p10\"}").status());
    assertEquals(413, client.post(path, "{\"member\":\"p0\"}").status());
  }

  @Test
  void aPublicImageHasNoMembers() throws Exception {
    MemoryBackend open =
        MemoryBackend.builder()
            .owner("owner")
            .images("open")
            .obstacle(Image.Obstacle.PUBLIC, "open")
            .build();
    try (ImsServer other = ImsServer.start(open)) {
      WireClient to = new WireClient(other);
      String path = "/v2/images/open/members";
      assertEquals(403, to.get(path).status());
      assertEquals(403, to.post(path, "{\"member\":\"p1\"}").status());
      assertEquals(403, to.delete(path + "/p1", "").status());
      assertEquals(404, to.get(path + "/p1").status());
    }
  }

  @Test
  void imagesAreListedWithFiltersAndPages() throws Exception {
    client.post(BATCH, SHARE);
    JsonNode all = client.get("/v2/cloudimages").json().path("images");
    assertEquals(List.of("i1", "i2", "i3", "w1"), texts(all, "id"));
    assertEquals(List.of("shared", "shared", "private", "private"), texts(all, "__imagetype"));
    assertEquals("owner", all.get(0).path("owner").asText());
    assertEquals(List.of("", "", "", "true"), texts(all, "__whole_image"));
    assertEquals(List.of("i3"), images("?id=i3"));
    assertEquals(List.of("w1"), images("?__whole_image=true&status=active"));
    // Glance lists the owner's own images with those of others, whatever status is asked for.
    assertEquals(List.of("i1", "i2"), images("?member_status=accepted&visibility=shared"));
    assertEquals(List.of("i1", "i2"), images("?limit=2"));
    assertEquals(List.of("i3", "w1"), images("?limit=2&marker=i2"));
    assertEquals("i2", client.get("/v2/images/i2").text("/id"));
    assertEquals(404, client.get("/v2/images/nix").status());
  }

  private List<String> images(String query) throws Exception {
    return texts(client.get("/v2/cloudimages" + query).json().path("images"), "id");
  }

  @Test
  void bothQuotaEndpointsAnswer() throws Exception {
    for (String path : List.of("/v1/cloudimages/quota", "/v1/owner/cloudimages/quota")) {
      JsonNode resources = client.get(path).json().at("/quotas/resources");
      assertEquals(List.of("image", "image_member"), texts(resources, "type"));
      assertEquals(List.of("1000", "128"), texts(resources, "quota"));
      assertEquals(4, resources.at("/0/used").intValue());
    }
  }

  @Test
  void invalidRequestsAreRefusedWithTheServicesCodes() throws Exception {
    assertError(400, "IMG.0007", client.post(BATCH, ""));
    assertError(400, "IMG.0001", client.post(BATCH, "not JSON"));
    assertError(400, "IMG.0001", client.post(BATCH, "{\"images\":[\"i1\"]}"));
    assertError(400, "IMG.0001", client.post(BATCH, "{\"images\":[],\"projects\":[\"p1\"]}"));
    assertError(400, "IMG.0001", client.post(BATCH, "{\"images\":[1],\"projects\":[\"p1\"]}"));
    assertError(400, "IMG.0066", client.post(BATCH, "{\"images\":[\"a;b\"],\"projects\":[\"p\"]}"));
    assertError(400, "IMG.0067", client.post(BATCH, "{\"images\":[\"i1\"],\"projects\":[\" \"]}"));
    assertError(400, "IMG.0067", client.post(BATCH, "{\"images\":[\"i1\"],\"projects\":[\"p \"]}"));
    assertError(400, "IMG.0066", client.post(BATCH, "{\"images\":[\" i1\"],\"projects\":[\"p\"]}"));
    assertError(400, "IMG.0001", client.post(BATCH, "{\"images\":[\"i1\"],\"domains\":[]}"));
    assertError(400, "IMG.0027", client.post(BATCH, "{\"images\":[\"x\"],\"projects\":[\"p\"]}"));
    assertError(
        400, "IMG.0076", client.post(BATCH, "{\"images\":[\"i1\"],\"projects\":[\"owner\"]}"));
    assertError(400, "IMG.0023", client.get("/v1/owner/jobs/nix"));
    assertError(400, "IMG.0030", client.get("/v1/other/jobs/nix"));
    assertError(400, "IMG.0030", client.get("/v1/%7Bproject_id%7D/jobs/nix"));
    assertError(400, "IMG.0121", client.get("/v1/owner/cloudimages/i1/members/nix"));
    assertEquals(Set.of(), cloud.members());
  }

  @Test
  void whatIsNotPublishedIsTheGatewaysToRefuse() throws Exception {
    String path = "/v1/{project_id}/jobs/{job_id}";
    restart(cloud().build(), builder -> builder.unpublished(path));
    for (Answer answer :
        List.of(client.get("/v1/owner/jobs/x"), client.get(BATCH), client.get("/nix"))) {
      assertEquals(404, answer.status());
      assertEquals("APIGW.0101", answer.text("/error_code"));
      assertEquals(answer.header("X-Request-Id"), answer.text("/request_id"));
    }
    assertError(400, "IMG.0023", client.get("/v1/cloudimages/job/x"));
    assertThrows(
        IllegalArgumentException.class, () -> ImsServer.builder(cloud).unpublished("/v1/jobs"));
  }

  @Test
  void aTokenIsIssuedToAUserAndAdmitsIt() throws Exception {
    restart(cloud().build(), builder -> builder.user("domain", "user", "pass").token("fixed"));
    assertEquals(401, client.get("/v2/cloudimages").status());
    Answer wrong = client.post("/v3/auth/tokens", ask("user", "other"));
    assertEquals(401, wrong.json().at("/error/code").intValue());
    assertEquals(400, client.post("/v3/auth/tokens", "{}").status());
    Answer given = client.post("/v3/auth/tokens?nocatalog=true", ask("user", "pass"));
    assertEquals(201, given.status());
    assertEquals("owner", given.text("/token/project/id"));
    assertEquals("region-1", given.text("/token/project/name"));
    assertTrue(given.text("/token/expires_at").matches("\\S+\\.\\d{6}Z"));
    String token = given.header("X-Subject-Token");
    assertEquals(200, client.get("/v2/cloudimages", "X-Auth-Token", token).status());
    assertEquals(200, client.get("/v2/cloudimages", "X-Auth-Token", "fixed").status());
    Answer refused = client.get("/v2/cloudimages", "X-Auth-Token", "other");
    assertEquals(401, refused.status());
    assertEquals("APIGW.0301", refused.text("/error_code"));
  }

  private static String ask(String user, String password) {
    return """
        {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"%s",
         "password":"%s","domain":{"name":"domain"}}}},"scope":{"project":{"name":"region-1"}}}}
        """
        .formatted(user, password);
  }

  @Test
  void everyRequestIsRecorded() throws Exception {
    client.post(BATCH, SHARE, "X-Auth-Token", "secret");
    client.get("/v2/cloudimages?id=i%201");
    client.post("/v3/auth/tokens", "{\"password\":\"secret\"}");
    List<ImsServer.Request> requests = server.requests();
    assertEquals(List.of("POST", "GET", "POST"), requests.stream().map(r -> r.method()).toList());
    assertEquals(BATCH, requests.get(0).path());
    assertEquals(SHARE, requests.get(0).body());
    assertEquals("secret", requests.get(0).headers().get("x-auth-token"));
    assertEquals("{\"password\":\"secret\"}", requests.get(2).body());
    assertFalse(requests.toString().contains("secret"));
    assertEquals("/v2/cloudimages?id=i%201", requests.get(1).path());
    assertFalse(requests.get(1).time().isBefore(requests.get(0).time()));
  }

  @Test
  void aPortCanBeNamedAndIsTakenOnce() {
    int port = server.endpoint().getPort();
    assertEquals(URI.create("http://127.0.0.1:" + port), server.endpoint());
    assertThrows(
        java.io.UncheckedIOException.class, () -> ImsServer.builder(cloud).port(port).build());
    server.close();
    server = ImsServer.builder(cloud).port(port).build();
    assertEquals(port, server.endpoint().getPort());
    assertThrows(IllegalArgumentException.class, () -> ImsServer.builder(cloud).port(65536));
    Duration forever = ChronoUnit.FOREVER.getDuration();
    assertEquals(
        "tokensLast: %s; it must not be negative, and 36500 days at most".formatted(forever),
        assertThrows(
                IllegalArgumentException.class, () -> ImsServer.builder(cloud).tokensLast(forever))
            .getMessage());
  }
}
