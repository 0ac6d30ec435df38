package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ids and names of the service's choice, in paths and in what people see. */
@Timeout(600)
class OpaqueIdsTest {
  private static final Recipient RECIPIENT = Recipient.project(Fixtures.RECIPIENT);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What cannot be an id: control, format and separator characters, steps in a path, no end. */
  private static final List<String> NO_IDS =
      List.of(
          "a\u001b[31m",
          "a\r\nX-Header: b",
          "a b",
          "a\tb",
          "a\u00a0b",
          "a\u2028b",
          "a\u202eb",
          "a\u200bb",
          "\ufeffa",
          "a\u0000",
          "a\u007f",
          ".",
          "..",
          " .. ",
          "a".repeat(257));

  /** What can be one, and how it stands in a path. */
  private static final Map<String, String> IDS =
      Map.of(
          "a/b", "a%2Fb",
          "a?b=c#d", "a%3Fb%3Dc%23d",
          "../x", "..%2Fx",
          "%2e%2e", "%252e%252e",
          "%2E", "%252E",
          "...", "...",
          "a\\b", "a%5Cb",
          "\u00e9", "%C3%A9");

  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\u2028]");

  private static HttpBackend backend(WireServer server) {
    return Fixtures.backend(server.endpoint())
        .recipients(project -> Credentials.accessKey("AK", "SK"))
        .build();
  }

  private static WireServer server(Object document) throws Exception {
    String body = JSON.writeValueAsString(document);
    return new WireServer(
        (request, socket) ->
            WireServer.reply(
                socket, 200, request.target().contains("marker=") ? "{\"images\":[]}" : body));
  }

  private static void refused(Kind kind, BackendException failure) {
    assertEquals(kind, failure.reason().kind());
    String message = failure.reason().message();
    assertFalse(UNSEEN.matcher(message).find(), message);
    assertTrue(message.length() < 1000, message);
  }

  @Test
  void whatIsNoIdIsRefusedWhereverItComesFrom() throws Exception {
    for (String id : NO_IDS) {
      try (WireServer server = server(Map.of("job_id", id));
          HttpBackend backend = backend(server)) {
        refused(Kind.LOST, Fixtures.failure(backend.submit(Fixtures.SHARE)));
      }
      try (WireServer server = server(Map.of("members", List.of(Map.of("member_id", id))));
          HttpBackend backend = backend(server)) {
        refused(Kind.INTERNAL, Fixtures.failure(backend.members(Fixtures.IMAGE)));
      }
      try (WireServer server = server(Map.of("images", List.of(Map.of("id", id))));
          HttpBackend backend = backend(server)) {
        refused(Kind.INTERNAL, Fixtures.failure(backend.images(RECIPIENT, MemberStatus.ACCEPTED)));
        refused(Kind.INTERNAL, Fixtures.failure(backend.describe(Set.of(Fixtures.IMAGE))));
      }
      Map<String, ?> results =
          Map.of("results", List.of(Map.of("image_id", id, "project_id", id, "status", "success")));
      try (WireServer server = server(Map.of("status", "SUCCESS", "entities", results));
          HttpBackend backend = backend(server)) {
        assertEquals(List.of(), Fixtures.get(backend.job("j1")).results());
      }
    }
  }

  @Test
  void whatCanBeAnIdStaysOneSegmentOfAPath() throws Exception {
    for (Map.Entry<String, String> id : IDS.entrySet()) {
      try (WireServer server = server(Map.of("job_id", id.getKey(), "status", "RUNNING"));
          HttpBackend backend = backend(server)) {
        Job job = Fixtures.get(backend.submit(Fixtures.SHARE));
        assertEquals(id.getKey(), job.id());
        Fixtures.get(backend.job(job.id()));
        assertEquals("/v1/cloudimages/job/" + id.getValue(), server.requests().get(1).target());
      }
    }
  }

  @Test
  void aStepInAPathIsNeverSent() throws Exception {
    try (WireServer server = server(Map.of());
        HttpBackend backend = backend(server)) {
      for (String step : List.of(".", "..")) {
        refused(Kind.INVALID, Fixtures.failure(backend.job(step)));
        refused(Kind.INVALID, Fixtures.failure(backend.members(step)));
      }
      assertEquals(List.of(), server.requests());
    }
  }

  @Test
  void whatIsShownHoldsNothingUnseen() throws Exception {
    String text = "a\u001b[31m\r\nb\u202ec\u200bd";
    Map<String, ?> image =
        Map.of("id", Fixtures.IMAGE, "name", text, "owner", text, "status", text);
    try (WireServer server = server(Map.of("images", List.of(image)));
        HttpBackend backend = backend(server)) {
      Image told =
          Fixtures.get(backend.describe(Set.of(Fixtures.IMAGE))).values().iterator().next();
      assertFalse(UNSEEN.matcher(told.toString()).find(), told.toString());
      assertTrue(told.name().startsWith("a [31m"), told.name());
    }
    Map<String, ?> job =
        Map.of("job_type", text, "status", "FAIL", "error_code", text, "fail_reason", text);
    try (WireServer server = server(job);
        HttpBackend backend = backend(server)) {
      String seen = Fixtures.get(backend.job("j1")).toString();
      assertFalse(UNSEEN.matcher(seen).find(), seen);
    }
  }
}
