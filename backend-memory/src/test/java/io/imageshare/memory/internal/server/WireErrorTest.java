package io.imageshare.memory.internal.server;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.Unknowns;
import io.imageshare.memory.internal.server.WireClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class WireErrorTest {
  private static final String BATCH = "/v1/cloudimages/members";
  private static final String SHARE = "{\"images\":[\"i1\"],\"projects\":[\"p1\"]}";

  /** A failure of the cloud, and how the service's and the native calls show it. */
  private record Row(Kind kind, String code, int status, String told, int ofNative) {}

  private static final List<Row> ROWS =
      List.of(
          new Row(Kind.THROTTLED, "", 429, "APIGW.0308", 429),
          new Row(Kind.THROTTLED, "APIGW.0308", 429, "APIGW.0308", 429),
          new Row(Kind.THROTTLED, "IMG.0060", 400, "IMG.0060", 429),
          new Row(Kind.UNAVAILABLE, "", 503, "APIGW.0613", 503),
          new Row(Kind.UNAVAILABLE, "APIGW.0610", 502, "APIGW.0610", 502),
          new Row(Kind.LOST, "IMG.0112", 400, "IMG.0112", 500),
          new Row(Kind.INVALID_IMAGE, "", 400, "IMG.0027", 404),
          new Row(Kind.INVALID_IMAGE, "IMG.0046", 400, "IMG.0046", 404),
          new Row(Kind.INVALID_RECIPIENT, "", 400, "IMG.0108", 400),
          new Row(Kind.INVALID, "", 400, "IMG.0001", 400),
          new Row(Kind.QUOTA, "IMG.0088", 400, "IMG.0088", 413),
          new Row(Kind.UNAUTHENTICATED, "", 401, "APIGW.0301", 401),
          new Row(Kind.UNAUTHENTICATED, "APIGW.0307", 401, "APIGW.0307", 401),
          new Row(Kind.FORBIDDEN, "", 403, "APIGW.0302", 403),
          new Row(Kind.FORBIDDEN, "IMG.0161", 400, "IMG.0161", 403),
          new Row(Kind.UNSUPPORTED, "", 404, "APIGW.0101", 404),
          new Row(Kind.INTERNAL, "", 500, "", 500),
          new Row(Kind.INTERNAL, "APIGW.0601", 500, "APIGW.0601", 500));

  @TestFactory
  Stream<DynamicTest> everyReasonHasItsStatusAndItsCode() {
    return ROWS.stream().map(row -> DynamicTest.dynamicTest(row.toString(), () -> check(row)));
  }

  private static void check(Row row) {
    BackendException failure = new BackendException(new Reason(row.kind, row.code, "why"));
    WireError service = requireNonNull(WireError.of(failure, false));
    assertEquals(row.status, service.status());
    assertEquals(row.told, service.code());
    assertEquals("why", service.message());
    WireError ofNative = requireNonNull(WireError.of(failure, true));
    assertEquals(row.ofNative, ofNative.status());
    boolean gateway = row.told.startsWith("APIGW");
    assertEquals(gateway, service.source() == WireError.Source.GATEWAY);
    assertEquals(gateway, ofNative.source() == WireError.Source.GATEWAY);
  }

  @Test
  void aLossWithoutACodeIsNoAnswer() {
    assertNull(WireError.of(new BackendException(new Reason(Kind.LOST, "", "lost")), false));
  }

  private static MemoryBackend cloud() {
    return MemoryBackend.builder().images("i1").jobsTake(Duration.ZERO).build();
  }

  @Test
  void theShapeOfErrorBodiesCanBeChosen() throws Exception {
    Map<ErrorShape, String> bodies =
        Map.of(
            ErrorShape.ERROR_OBJECT,
            "{\"error\":{\"message\":\"no <b> & c\",\"code\":\"IMG.0027\"}}",
            ErrorShape.FLAT,
            "{\"error_msg\":\"no <b> & c\",\"error_code\":\"IMG.0027\",\"request_id\":\"%s\"}",
            ErrorShape.OPENSTACK,
            "{\"badRequest\":{\"message\":\"no <b> & c\",\"code\":400}}",
            ErrorShape.GLANCE,
            "{\"message\":\"no <b> & c<br /><br />\\n\\n\\n\",\"code\":\"400 Bad Request\","
                + "\"title\":\"Bad Request\"}",
            ErrorShape.XML,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<badRequest code=\"400\">"
                + "<message>no &lt;b&gt; &amp; c</message></badRequest>\n",
            ErrorShape.EMPTY,
            "");
    for (ErrorShape shape : ErrorShape.values()) {
      MemoryBackend cloud = cloud();
      try (ImsServer server = ImsServer.builder(cloud).errors(shape).build()) {
        cloud.inject(new Fault.Refused(new Reason(Kind.INVALID_IMAGE, "IMG.0027", "no <b> & c")));
        cloud.inject(new Fault.Unauthenticated());
        WireClient client = new WireClient(server);
        Answer answer = client.post(BATCH, SHARE);
        assertEquals(400, answer.status());
        String id = answer.header("X-Request-Id");
        String body = requireNonNull(bodies.get(shape)).replace("%s", id);
        assertEquals(body, answer.response().body());
        assertEquals("APIGW.0301", client.post(BATCH, SHARE).text("/error_code"), "the gateway's");
      }
    }
  }

  @Test
  void aWaitIsGivenInWholeSecondsAndNeverTooShort() throws Exception {
    MemoryBackend cloud = cloud();
    try (ImsServer server = ImsServer.start(cloud)) {
      WireClient client = new WireClient(server);
      Fault.Throttled.Style gateway = Fault.Throttled.Style.GATEWAY;
      cloud.inject(new Fault.Throttled(Duration.ofMillis(1001), gateway));
      cloud.inject(new Fault.Throttled(Duration.ofSeconds(3), Fault.Throttled.Style.TASKS));
      cloud.inject(new Fault.Throttled());
      Answer first = client.post(BATCH, SHARE);
      assertEquals(429, first.status());
      assertEquals("2", first.header("Retry-After"));
      assertTrue(first.text("/error_msg").contains("limit:10,time:1 minute"));
      Answer second = client.post(BATCH, SHARE);
      assertEquals("IMG.0060", second.text("/error/code"));
      assertEquals("3", second.header("Retry-After"));
      Answer third = client.post(BATCH, SHARE);
      assertEquals(429, third.status());
      assertEquals("", third.header("Retry-After"));
    }
  }

  @Test
  void anErrorOfTheCloudItselfIsAnInternalOne() throws Exception {
    MemoryBackend broken =
        MemoryBackend.builder().images("i1").jobsTake(random -> Duration.ofSeconds(-1)).build();
    try (ImsServer server = ImsServer.start(broken)) {
      Answer answer = new WireClient(server).post(BATCH, SHARE);
      assertEquals(500, answer.status());
      assertEquals("APIGW.0601", answer.text("/error_code"));
    }
  }

  @Test
  void membersThatCannotBeListedAreNotPublished() throws Exception {
    Unknowns unlisted = Unknowns.defaults().listing(Unknowns.Listing.UNSUPPORTED);
    MemoryBackend cloud = MemoryBackend.builder().images("i1").unknowns(unlisted).build();
    try (ImsServer server = ImsServer.start(cloud)) {
      WireClient client = new WireClient(server);
      assertEquals(404, client.get("/v2/images/i1/members").status());
      assertEquals(
          "APIGW.0101", client.get("/v1/owner-project/cloudimages/i1/members").text("/error_code"));
    }
  }
}
