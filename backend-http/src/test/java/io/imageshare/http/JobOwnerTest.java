package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose credentials a poll is signed with, whatever the service calls its jobs. */
@Timeout(600)
class JobOwnerTest {
  private static final String MINE = "1".repeat(32);
  private static final String OTHER = "2".repeat(32);
  private static final Map<String, Credentials> KEYS =
      Map.of(
          MINE, Credentials.accessKey("AKMINE", "secret-1"),
          OTHER, Credentials.accessKey("AKOTHER", "secret-2"));
  private static final List<String> IMAGES = List.of(Fixtures.IMAGE);

  /** Ids that look like those which name a project. */
  static List<String> ids() {
    List<String> ids = new ArrayList<>(List.of("job-1", "@", "@@", "job@", "a@b@c", "ü@\"\\%40?"));
    for (String project : List.of(MINE, OTHER, Fixtures.PROJECT, "nobody")) {
      for (String at : List.of("@", "@@", "%40", "\uff20")) {
        ids.add("job" + at + project);
        ids.add(project + at + "job");
        ids.add(at + project);
        ids.add(project + at);
      }
    }
    return ids;
  }

  /** Gives every job this id, and ends it when it may; lists show what it did from then on. */
  private static WireServer service(String id, CountDownLatch mayEnd) {
    AtomicBoolean ended = new AtomicBoolean();
    return new WireServer(
        (q, s) -> {
          String body;
          if (!q.method().equals("GET")) {
            body = "{\"job_id\":" + TextNode.valueOf(id) + "}";
          } else if (q.target().contains("member_status=")) {
            String image = "{\"id\":\"" + Fixtures.IMAGE + "\",\"__imagetype\":\"shared\"}";
            body = "{\"images\":[" + (ended.get() ? image : "") + "]}";
          } else if (q.target().endsWith("/members")) {
            String member = "{\"member_id\":\"" + MINE + "\",\"status\":\"pending\"}";
            body = "{\"members\":[" + (ended.get() ? member : "") + "]}";
          } else if (q.target().startsWith("/v2/cloudimages")) {
            body = "{\"images\":[]}";
          } else {
            ended.set(mayEnd.getCount() == 0);
            body = "{\"status\":\"" + (ended.get() ? "SUCCESS" : "RUNNING") + "\"}";
          }
          WireServer.reply(s, 200, body);
        });
  }

  private static void polledBy(WireServer server, String key, String id) {
    List<WireServer.Request> polls =
        server.requests().stream().filter(r -> r.target().contains("/job/")).toList();
    assertFalse(polls.isEmpty());
    for (WireServer.Request poll : polls) {
      assertTrue(
          poll.header("authorization").contains("Access=" + key + ","),
          poll.header("authorization"));
      String name = poll.target().substring(poll.target().lastIndexOf('/') + 1);
      assertEquals(id, URLDecoder.decode(name, UTF_8));
    }
  }

  @ParameterizedTest
  @MethodSource("ids")
  void aJobIsPolledByWhoSubmittedIt(String id) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (WireServer server = service(id, never);
        HttpBackend backend = Fixtures.backend(server.endpoint()).recipients(KEYS::get).build()) {
      Job job = Fixtures.get(backend.submit(ShareRequest.share(IMAGES, List.of(MINE))));
      assertEquals(job.id(), Fixtures.get(backend.job(job.id())).id());
      polledBy(server, Fixtures.AK, id);
    }
    for (String project : List.of(MINE, OTHER)) {
      try (WireServer server = service(id, never);
          HttpBackend backend = Fixtures.backend(server.endpoint()).recipients(KEYS::get).build()) {
        Job job = Fixtures.get(backend.submit(ShareRequest.accept(IMAGES, List.of(project))));
        assertEquals(job.id(), Fixtures.get(backend.job(job.id())).id());
        polledBy(server, project.equals(MINE) ? "AKMINE" : "AKOTHER", id);
      }
    }
  }

  @Test
  void itIsStillSoAfterAResumption(@TempDir Path folder) throws Exception {
    for (String id : List.of("job@" + MINE, "job@" + OTHER, "@" + OTHER, OTHER + "@job")) {
      Path journal = folder.resolve(Integer.toHexString(id.hashCode()));
      resumed(id, ShareRequest.share(IMAGES, List.of(MINE)), Fixtures.AK, journal);
      resumed(id, ShareRequest.accept(IMAGES, List.of(MINE)), "AKMINE", journal);
    }
  }

  private static void resumed(String id, ShareRequest request, String key, Path journal)
      throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (WireServer server = service(id, mayEnd)) {
      ShareRun run;
      try (HttpBackend backend = client(server);
          ShareWorkflow workflow = workflow(backend, journal)) {
        run = workflow.start(request);
        while (server.requests().stream().noneMatch(r -> r.target().contains("/job"))) {
          Thread.onSpinWait();
        }
      }
      assertEquals(ShareReport.Ending.CLOSED, run.report().get().ending());
      mayEnd.countDown();
      try (HttpBackend backend = client(server);
          ShareWorkflow workflow = workflow(backend, journal)) {
        ShareReport report = workflow.resume().get(0).report().get();
        assertTrue(report.allDone(), report.toString());
      }
      polledBy(server, key, id);
      assertEquals(1, server.requests().stream().filter(r -> !r.method().equals("GET")).count());
    }
  }

  private static HttpBackend client(WireServer server) {
    return Fixtures.backend(server.endpoint()).recipients(KEYS::get).build();
  }

  private static ShareWorkflow workflow(HttpBackend backend, Path journal) {
    return Fixtures.workflow(backend)
        .journal(Journal.directory(journal))
        .closeTimeout(Duration.ofMillis(1))
        .build();
  }

  @Test
  void aJobOfNobodyWithCredentialsHereIsNotPolled() throws Exception {
    try (WireServer server = service("job", new CountDownLatch(1));
        HttpBackend backend = client(server)) {
      Reason reason = Fixtures.failure(backend.job("3".repeat(32) + "@job")).reason();
      assertEquals(Kind.INVALID, reason.kind());
      assertTrue(reason.message().contains("3".repeat(32)), reason.message());
      assertEquals(0, server.requests().size());
    }
  }

  @Test
  void aProjectThatIsNoIdSendsNothing() throws Exception {
    try (WireServer server = service("job", new CountDownLatch(1));
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).recipients(project -> KEYS.get(MINE)).build()) {
      for (String project : List.of("a@b", "pröject")) {
        Reason reason =
            Fixtures.failure(backend.submit(ShareRequest.accept(IMAGES, List.of(project))))
                .reason();
        assertEquals(Kind.INVALID_RECIPIENT, reason.kind(), reason.message());
      }
      assertEquals(0, server.requests().size());
    }
  }
}
