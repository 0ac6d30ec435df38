package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.http.HttpBackend.MemberList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Requests, and how their responses are read, on real sockets. */
class HttpBackendTest {
  private static final String PROGRESS = "/v1/cloudimages/job/j1";
  private static final String SHOW = "/v1/" + Fixtures.PROJECT + "/jobs/j1";
  private static final String GLANCE = "/v2/images/" + Fixtures.IMAGE + "/members";
  private static final String V1 =
      "/v1/" + Fixtures.PROJECT + "/cloudimages/" + Fixtures.IMAGE + "/members";
  private static final String UNPUBLISHED =
      "{\"error_code\":\"APIGW.0101\",\"error_msg\":\"API not found\"}";
  private static final String RUNNING = "{\"job_id\":\"j1\",\"status\":\"RUNNING\"}";

  private static List<String> targets(WireServer server) {
    return server.requests().stream().map(WireServer.Request::target).toList();
  }

  private static String member(String id) {
    return "{\"member_id\":\"" + id + "\",\"status\":\"accepted\"}";
  }

  private static String page(String next, String... ids) {
    return "{\"members\":[%s],\"page_info\":{\"next_marker\":%s}}"
        .formatted(
            String.join(",", List.of(ids).stream().map(HttpBackendTest::member).toList()), next);
  }

  @Test
  void submitsASignedPostOrDeleteWithABody() throws Exception {
    Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    try (WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, "{\"job_id\":\"j1\"}"));
        HttpBackend backend = Fixtures.backend(server.endpoint()).clock(clock).build()) {
      assertEquals(Job.running("j1"), Fixtures.get(backend.submit(Fixtures.SHARE)));
      assertEquals(Job.running("j1"), Fixtures.get(backend.submit(Fixtures.UNSHARE)));
      assertEquals(
          List.of("POST", "DELETE"),
          server.requests().stream().map(WireServer.Request::method).toList());
      for (WireServer.Request request : server.requests()) {
        assertEquals("/v1/cloudimages/members", request.target());
        assertEquals(
            "{\"images\":[\"%s\"],\"projects\":[\"%s\"]}"
                .formatted(Fixtures.IMAGE, Fixtures.RECIPIENT),
            request.body());
        assertEquals("application/json;charset=UTF-8", request.header("content-type"));
        assertEquals("20260102T030405Z", request.header("x-sdk-date"));
        assertEquals(Fixtures.PROJECT, request.header("x-project-id"));
        assertEquals("localhost:" + server.port(), request.header("host"));
        ApiRequest call =
            new ApiRequest(
                ApiRequest.Purpose.SUBMIT,
                request.method(),
                server.endpoint(),
                request.target(),
                "",
                request.body(),
                "",
                null);
        assertEquals(
            new Identity.AccessKey(Fixtures.AK, Fixtures.SK, null, null)
                .headers(call, Fixtures.PROJECT, clock.instant())
                .get("authorization"),
            request.header("authorization"));
      }
    }
  }

  @Test
  void takesAJobIdThatIsANumber() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 202, "{\"job_id\":7}"));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals("7", Fixtures.get(backend.submit(Fixtures.SHARE)).id());
    }
  }

  @Test
  void pollsAndListsByTheChosenEndpoints() throws Exception {
    try (WireServer server =
        new WireServer(
            (q, s) ->
                WireServer.reply(
                    s, 200, q.target().contains("job") ? RUNNING : page("null", "p1")))) {
      try (HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        assertEquals(Job.Status.RUNNING, Fixtures.get(backend.job("j1")).status());
        assertEquals(
            Map.of(Recipient.project("p1"), MemberStatus.ACCEPTED),
            Fixtures.get(backend.members(Fixtures.IMAGE)));
      }
      try (HttpBackend backend =
          Fixtures.backend(server.endpoint())
              .jobQuery(JobQuery.SHOW_JOB)
              .memberList(MemberList.V1)
              .build()) {
        Fixtures.get(backend.job("j1"));
        Fixtures.get(backend.members(Fixtures.IMAGE));
      }
      assertEquals(List.of(PROGRESS, GLANCE, SHOW, V1), targets(server));
    }
  }

  @Test
  void encodesIdsInPaths() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, page("\"\"")));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Fixtures.get(backend.members("a/b?c%20é"));
      assertEquals("/v2/images/a%2Fb%3Fc%2520%C3%A9/members", targets(server).get(0));
    }
  }

  @Test
  void fallsBackToTheAlternativeOnceAndRemembersIt() throws Exception {
    for (Map.Entry<Integer, String> absent :
        Map.of(404, UNPUBLISHED, 405, "no", 4040, "<html>404</html>").entrySet()) {
      int status = absent.getKey() == 405 ? 405 : 404;
      WireServer.Script script =
          (q, s) -> {
            if (q.target().equals(PROGRESS) || q.target().equals(GLANCE)) {
              WireServer.reply(s, status, absent.getValue());
            } else {
              WireServer.reply(s, 200, q.target().equals(V1) ? page("null", "p1") : RUNNING);
            }
          };
      try (WireServer server = new WireServer(script);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        Fixtures.get(backend.job("j1"));
        Fixtures.get(backend.job("j1"));
        Fixtures.get(backend.members(Fixtures.IMAGE));
        Fixtures.get(backend.members(Fixtures.IMAGE));
        assertEquals(List.of(PROGRESS, SHOW, SHOW, GLANCE, V1, V1), targets(server));
      }
    }
  }

  @Test
  void doesNotFallBackFromAnEndpointThatAnsweredOnce() throws Exception {
    List<Integer> statuses = new ArrayList<>(List.of(200, 404));
    WireServer.Script script =
        (q, s) -> {
          int status = statuses.remove(0);
          WireServer.reply(s, status, status == 200 ? RUNNING : "");
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Fixtures.get(backend.job("j1"));
      assertEquals(Kind.UNAVAILABLE, Fixtures.failure(backend.job("j1")).reason().kind());
      assertEquals(List.of(PROGRESS, PROGRESS), targets(server));
    }
  }

  @Test
  void aPageShowsOfNoEndpointThatItIsPublished() throws Exception {
    AtomicBoolean behind = new AtomicBoolean(true);
    WireServer.Script script =
        (q, s) -> {
          if (behind.get()) {
            WireServer.reply(s, 200, "<html>Welcome</html>");
          } else if (q.target().equals(GLANCE)) {
            WireServer.reply(s, 404, UNPUBLISHED);
          } else {
            WireServer.reply(s, 200, page("null", "p1"));
          }
        };
    try (WireServer server = new WireServer(script);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Fixtures.failure(backend.members(Fixtures.IMAGE));
      behind.set(false);
      assertEquals(1, Fixtures.get(backend.members(Fixtures.IMAGE)).size());
      assertEquals(List.of(GLANCE, GLANCE, V1), targets(server));
    }
    AtomicInteger requests = new AtomicInteger();
    WireServer.Script broken =
        (q, s) -> {
          switch (requests.incrementAndGet()) {
            case 1 -> WireServer.reply(s, 404, "<html>Not here</html>");
            case 2 -> WireServer.reply(s, 502, "<html>Nor there</html>");
            default -> WireServer.reply(s, 200, RUNNING);
          }
        };
    try (WireServer server = new WireServer(broken);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      Fixtures.failure(backend.job("j1"));
      Fixtures.get(backend.job("j1"));
      assertEquals(List.of(PROGRESS, SHOW, PROGRESS), targets(server));
    }
  }

  @Test
  void whenNeitherEndpointIsPublishedTheFirstErrorCounts() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 404, UNPUBLISHED));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals(
          Kind.UNSUPPORTED, Fixtures.failure(backend.members(Fixtures.IMAGE)).reason().kind());
      assertEquals(List.of(GLANCE, V1), targets(server));
    }
  }

  @Test
  void anUnknownImageIsNoReasonToFallBack() throws Exception {
    try (WireServer server =
            new WireServer(
                (q, s) ->
                    WireServer.reply(s, 404, "{\"itemNotFound\":{\"message\":\"no image\"}}"));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals(
          Kind.INVALID_IMAGE, Fixtures.failure(backend.members(Fixtures.IMAGE)).reason().kind());
      assertEquals(List.of(GLANCE), targets(server));
    }
  }

  @Test
  void readsAllPagesHoweverTheListEnds() throws Exception {
    for (String end : List.of("null", "\"\"", "\"m2==\"", "{}")) {
      WireServer.Script script =
          (q, s) -> {
            String marker = q.target().contains("?") ? q.target().split("=", 2)[1] : "";
            switch (marker) {
              case "" -> WireServer.reply(s, 200, page("\"m1+/=\"", "p1", "p2"));
              case "m1%2B%2F%3D" -> WireServer.reply(s, 200, page(end, "p3"));
              default -> WireServer.reply(s, 200, page("\"m3\""));
            }
          };
      try (WireServer server = new WireServer(script);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        assertEquals(
            List.of("p1", "p2", "p3"),
            Fixtures.get(backend.members(Fixtures.IMAGE)).keySet().stream()
                .map(Recipient::id)
                .toList());
        assertEquals(end.equals("\"m2==\"") ? 3 : 2, server.requests().size());
      }
    }
  }

  @Test
  void endsWhereADeploymentIgnoresMarkers() throws Exception {
    try (WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, page("\"again\"", "p1", "p2")));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals(2, Fixtures.get(backend.members(Fixtures.IMAGE)).size());
      assertEquals(2, server.requests().size());
    }
  }

  @Test
  void listsMembersOfEveryTypeItKnows() throws Exception {
    String body =
        "{\"members\":[%s,{\"member_id\":\"d\",\"member_type\":\"domain\"},"
            + "{\"member_id\":\"o\",\"member_type\":\"organization\",\"urn\":\"u\"},"
            + "{\"member_id\":\"x\",\"member_type\":\"other\"}]}";
    try (WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, body.formatted(member("p1"))));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      assertEquals(
          Map.of(
              Recipient.project("p1"), MemberStatus.ACCEPTED,
              Recipient.domain("d"), MemberStatus.UNKNOWN,
              Recipient.organization("u"), MemberStatus.UNKNOWN),
          Fixtures.get(backend.members(Fixtures.IMAGE)));
    }
  }

  @Test
  void anUnreadableResponseIsLostForAWriteAndInternalForARead() throws Exception {
    for (String body :
        List.of(
            "{}",
            "{\"job_id\":null}",
            "{\"job_id\":\" \"}",
            "{\"job_id\":",
            "{\"error_code\":\"IMG.0060\",\"error_msg\":\"m\"}")) {
      try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, body));
          HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
        assertEquals(Kind.LOST, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().kind());
        assertEquals(Kind.INTERNAL, Fixtures.failure(backend.job("j1")).reason().kind());
        assertEquals(
            Kind.INTERNAL, Fixtures.failure(backend.members(Fixtures.IMAGE)).reason().kind());
        assertEquals(3, server.requests().size());
      }
    }
  }

  @Test
  void asksForPlainJsonAndDecodesWhatComesEncodedAllTheSame() throws Exception {
    String[] ids = IntStream.range(0, 100).mapToObj("p%d"::formatted).toArray(String[]::new);
    byte[] plain = page("null", ids).getBytes(UTF_8);
    for (String encoding : List.of("gzip", "x-gzip", "Deflate", "deflate raw", "identity", "")) {
      byte[] body = encoded(encoding, plain);
      WireServer.Script script =
          (q, s) -> {
            String header = "Content-Encoding: " + encoding.replace(" raw", "");
            WireServer.send(s, WireServer.head(200, body.length, header));
            s.getOutputStream().write(body);
          };
      try (WireServer server = new WireServer(script);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build();
          HttpBackend small =
              Fixtures.backend(server.endpoint()).bodyLimit(plain.length - 1).build()) {
        assertEquals(100, Fixtures.get(backend.members(Fixtures.IMAGE)).size(), encoding);
        assertEquals("application/json", server.requests().get(0).header("accept"));
        assertEquals("identity", server.requests().get(0).header("accept-encoding"));
        // The limit counts decoded bytes.
        assertEquals(
            Kind.INTERNAL, Fixtures.failure(small.members(Fixtures.IMAGE)).reason().kind());
      }
    }
  }

  private static byte[] encoded(String encoding, byte[] plain) throws IOException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (encoding) {
          case "gzip", "x-gzip" -> new GZIPOutputStream(encoded);
          case "Deflate" -> new DeflaterOutputStream(encoded);
          case "deflate raw" ->
              new DeflaterOutputStream(encoded, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
          default -> encoded;
        }) {
      out.write(plain);
    }
    return encoded.toByteArray();
  }

  @Test
  void signsEveryCallWithTheRealClock() throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, RUNNING));
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      String before = Signer.date(Clock.systemUTC().instant());
      Fixtures.get(backend.job("j1"));
      String date = server.requests().get(0).header("x-sdk-date");
      assertFalse(date.compareTo(before) < 0, date);
      assertTrue(date.compareTo(Signer.date(Clock.systemUTC().instant())) <= 0, date);
    }
  }
}
