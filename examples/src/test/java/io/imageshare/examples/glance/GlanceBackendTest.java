package io.imageshare.examples.glance;

import static io.imageshare.examples.glance.ScriptedCloud.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.examples.glance.ScriptedCloud.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of each answer, without a Glance. */
@Timeout(60)
class GlanceBackendTest {
  private static final String MEMBERS = "/v2/images/i/members";
  private static final String MEMBER = "{\"member_id\": \"p\", \"status\": \"pending\"}";
  private static final ShareRequest SHARE = ShareRequest.share(List.of("i"), List.of("p"));
  private static final ShareRequest UNSHARE = ShareRequest.unshare(List.of("i"), List.of("p"));

  private ScriptedCloud cloud;
  private GlanceBackend backend;

  @BeforeEach
  void open() throws IOException {
    cloud = new ScriptedCloud();
    backend = new GlanceBackend(cloud.cloud(), project -> cloud.cloud(), 128);
  }

  @AfterEach
  void close() {
    backend.close();
    cloud.close();
  }

  private static BackendException refused(CompletionStage<?> stage) {
    CompletionException e =
        assertThrows(CompletionException.class, () -> stage.toCompletableFuture().join());
    return assertInstanceOf(BackendException.class, e.getCause());
  }

  private static Kind kind(CompletionStage<?> stage) {
    return refused(stage).reason().kind();
  }

  private Job.Status status(ShareRequest pair) {
    return backend.submit(pair).toCompletableFuture().join().status();
  }

  private void page(String request, int status, String html) {
    cloud.on(request, new Answer(status, "text/html", html, Map.of("Location", "http://there/")));
  }

  @Test
  void asksKeystoneOnceAndGlanceWhereTheCatalogSays() {
    cloud.on("POST " + MEMBERS, 200, MEMBER).on("GET " + MEMBERS, 200, "{\"members\": []}");
    assertEquals(Job.Status.SUCCESS, status(SHARE));
    assertEquals(Map.of(), backend.members("i").toCompletableFuture().join());
    assertEquals(
        List.of(
            "POST /identity/v3/auth/tokens {\"auth\":{\"identity\":{\"methods\":[\"password\"],"
                + "\"password\":{\"user\":{\"name\":\"user\",\"domain\":{\"id\":\"default\"},"
                + "\"password\":\"the-secret\"}}},"
                + "\"scope\":{\"project\":{\"name\":\"mine\",\"domain\":{\"id\":\"default\"}}}}}",
            "token-1 POST /image/v2/images/i/members {\"member\":\"p\"}",
            "token-1 GET /image/v2/images/i/members"),
        cloud.requests);
  }

  @Test
  void whatIsSoAlreadySucceeds() {
    cloud.on("POST " + MEMBERS, 409, refusal("duplicated"));
    assertEquals(Job.Status.SUCCESS, status(SHARE));
    cloud
        .on("DELETE " + MEMBERS + "/p", 404, refusal("not in the member list"))
        .on("GET /v2/images/i", 200, "{\"id\": \"i\"}");
    assertEquals(Job.Status.SUCCESS, status(UNSHARE));
    cloud
        .on("POST " + MEMBERS, 413, refusal("limit"))
        .on("GET " + MEMBERS, 200, "{\"members\": [" + MEMBER + "]}");
    assertEquals(Job.Status.SUCCESS, status(SHARE));
  }

  @Test
  void refusalsOfGlanceBecomeKinds() {
    cloud
        .on("POST " + MEMBERS, 413, refusal("limit"))
        .on("GET " + MEMBERS, 200, "{\"members\": []}");
    assertEquals(Kind.QUOTA, kind(backend.submit(SHARE)));
    cloud.on("POST " + MEMBERS, 404, refusal("not found"));
    assertEquals(Kind.INVALID_IMAGE, kind(backend.submit(SHARE)));
    cloud.on("POST " + MEMBERS, 400, refusal("bad"));
    assertEquals(Kind.INVALID, kind(backend.submit(SHARE)));
    cloud
        .on("DELETE " + MEMBERS + "/p", 404, refusal("not found"))
        .on("GET /v2/images/i", 404, refusal("not found"));
    assertEquals(Kind.INVALID_IMAGE, kind(backend.submit(UNSHARE)));
    cloud.on(
        "POST " + MEMBERS,
        new Answer(429, "application/json", refusal("slow"), Map.of("Retry-After", "7")));
    BackendException slow = refused(backend.submit(SHARE));
    assertEquals(Kind.THROTTLED, slow.reason().kind());
    assertEquals(Duration.ofSeconds(7), slow.retryAfter());
  }

  /** Is it this image, or everything that this user may do? */
  @Test
  void forbiddenIsOfTheImageWhereTheImageIsTheCause() {
    String image = "{\"id\": \"i\", \"visibility\": \"%s\", \"owner\": \"%s\"}";
    for (String[] it : List.of(new String[] {"private", "me"}, new String[] {"shared", "them"})) {
      cloud
          .on("GET " + MEMBERS, 403, refusal("Not allowed"))
          .on("GET /v2/images/i", 200, image.formatted(it[0], it[1]));
      assertEquals(Kind.INVALID_IMAGE, kind(backend.members("i")));
    }
    cloud
        .on("POST " + MEMBERS, 403, refusal("Not allowed"))
        .on("GET /v2/images/i", 200, image.formatted("shared", "me"));
    assertEquals(Kind.FORBIDDEN, kind(backend.submit(SHARE)));
  }

  /** A proxy knows no image and no right. */
  @Test
  void anAnswerThatIsNotOfGlanceIsNoVerdict() {
    for (int status : List.of(200, 400, 403, 404, 405, 409, 413, 418, 500, 502, 503)) {
      page("POST " + MEMBERS, status, "<html>a proxy</html>");
      assertEquals(Kind.LOST, kind(backend.submit(SHARE)), "" + status);
      page("GET " + MEMBERS, status, "<html>a proxy</html>");
      assertEquals(Kind.UNAVAILABLE, kind(backend.members("i")), "" + status);
    }
    page("GET " + MEMBERS, 302, "");
    BackendException moved = refused(backend.members("i"));
    assertEquals(Kind.UNSUPPORTED, moved.reason().kind());
    assertTrue(moved.reason().message().contains("http://there/"), moved::toString);
  }

  @Test
  void aRefusedTokenIsRenewedOnce() {
    cloud
        .on("GET " + MEMBERS, 401, refusal("expired"))
        .on("GET " + MEMBERS, 200, "{\"members\":[]}");
    assertEquals(Map.of(), backend.members("i").toCompletableFuture().join());
    cloud.on("GET " + MEMBERS, 401, refusal("no")).on("GET " + MEMBERS, 401, refusal("no"));
    assertEquals(Kind.UNAUTHENTICATED, kind(backend.members("i")));
    assertEquals(
        List.of("token-1", "token-2", "token-2", "token-3"),
        cloud.requests.stream()
            .filter(request -> request.startsWith("token"))
            .map(request -> request.substring(0, 7))
            .toList());
  }

  @Test
  void refusedCredentialsShowNoSecret() {
    cloud.on("POST /identity/v3/auth/tokens", 401, "{\"error\": {\"message\": \"no\"}}");
    BackendException e = refused(backend.members("i"));
    assertEquals(Kind.UNAUTHENTICATED, e.reason().kind());
    assertFalse(e.toString().contains("the-secret"), e::toString);
  }

  @Test
  void listsOfImagesAreReadToTheirLastPageWithoutTheProjectsOwn() {
    String list = "GET /v2/images?visibility=shared&member_status=accepted";
    cloud
        .on(
            list,
            200,
            "{\"images\": [{\"id\": \"a\", \"owner\": \"x\"}, {\"id\": \"b\", \"owner\": \"me\"}],"
                + " \"next\": \"/v2/images?marker=b\"}")
        .on(list + "&marker=b", 200, "{\"images\": [{\"id\": \"c\", \"owner\": \"x\"}]}");
    assertEquals(
        Set.of("a", "c"),
        backend.images(Recipient.project("q"), MemberStatus.ACCEPTED).toCompletableFuture().join());
  }

  @Test
  void aPageThatLeadsToItselfIsAnError() {
    String list = "GET /v2/images?visibility=shared&member_status=rejected";
    String page = "{\"images\": [{\"id\": \"a\", \"owner\": \"x\"}], \"next\": \"/v2/images\"}";
    cloud.on(list, 200, page).on(list + "&marker=a", 200, page);
    assertEquals(
        Kind.UNAVAILABLE, kind(backend.images(Recipient.project("q"), MemberStatus.REJECTED)));
  }

  @Test
  void describesOwnersAndVisibility() {
    String image = "{\"id\": \"%s\", \"owner\": \"%s\", \"visibility\": \"%s\"}";
    cloud.on(
        "GET /v2/images?id=in%3Aa%2Cb%2Cc",
        200,
        "{\"images\": ["
            + String.join(
                ",",
                image.formatted("a", "me", "shared"),
                image.formatted("b", "x", "shared"),
                image.formatted("c", "me", "public"))
            + "]}");
    Map<String, Image> described =
        backend.describe(new LinkedHashSet<>(List.of("a", "b", "c"))).toCompletableFuture().join();
    Map<String, Image.Obstacle> obstacles = new TreeMap<>();
    described.forEach((id, seen) -> obstacles.put(id, seen.obstacle()));
    assertEquals(
        Map.of("a", Image.Obstacle.NONE, "b", Image.Obstacle.FOREIGN, "c", Image.Obstacle.PUBLIC),
        obstacles);
  }

  @Test
  void nothingThatWouldChangeTheAddressIsSent() {
    for (String id : List.of("i/members", "..", "i?x", "i#x", "i%2f")) {
      assertEquals(Kind.INVALID_IMAGE, kind(backend.members(id)));
      assertEquals(
          Kind.INVALID_RECIPIENT,
          kind(backend.submit(ShareRequest.share(List.of("i"), List.of(id)))));
    }
    assertEquals(List.of(), cloud.requests);
  }

  @Test
  void aPortThatIsClosedHadNoEffect() throws IOException {
    try (Socket notListening = new Socket()) {
      notListening.bind(new InetSocketAddress(0));
      Map<String, String> auth =
          Map.of(
              "auth_url", "http://127.0.0.1:" + notListening.getLocalPort(),
              "username", "u",
              "password", "p",
              "project_id", "q");
      try (GlanceBackend closed =
          new GlanceBackend(new OpenStackCloud(auth, "", "public", null), p -> null, 128)) {
        assertEquals(Kind.UNAVAILABLE, kind(closed.submit(SHARE)));
      }
    }
  }
}
