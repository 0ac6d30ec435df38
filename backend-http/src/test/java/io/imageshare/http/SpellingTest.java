package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imageshare.Image.Obstacle;
import io.imageshare.Outcome;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareWorkflow;
import io.imageshare.WantedState;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A service that spells ids in another way than the request does. */
@Timeout(600)
class SpellingTest {
  private static final String IMAGE = Fixtures.IMAGE;
  private static final String PROJECT = Fixtures.RECIPIENT;

  /** How ids are spelled, by the service or by the request. */
  private enum Spelling {
    AS_DOCUMENTED,
    UPPER_CASE,
    DASHES,
    NO_DASHES,
    BLANKS;

    String of(String id) {
      String digits = id.replace("-", "");
      return switch (this) {
        case AS_DOCUMENTED -> id;
        case UPPER_CASE -> id.toUpperCase(Locale.ROOT);
        case DASHES -> digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
        case NO_DASHES -> digits;
        case BLANKS -> " " + id + "\\t";
      };
    }
  }

  /** One image's members and their statuses, which it compares by what the ids stand for. */
  private static final class Service {
    private final ObjectMapper json = new ObjectMapper();
    private final Spelling spelling;
    private final Map<String, String> members = new ConcurrentHashMap<>();

    /** Whether jobs end well, with a result that denies the pair. */
    private volatile boolean denies;

    Service(Spelling spelling) {
      this.spelling = spelling;
    }

    private static String plain(String id) {
      return id.strip().toLowerCase(Locale.ROOT).replace("-", "");
    }

    private String spelled(String id) {
      return spelling.of(id);
    }

    void answer(WireServer.Request request, Socket socket) throws IOException {
      String target = request.target();
      if (!request.method().equals("GET")) {
        write(request.method(), json.readTree(request.body()));
        WireServer.reply(socket, 200, "{\"job_id\":\"9a17\"}");
      } else if (target.contains("/job/") || target.contains("/jobs/")) {
        WireServer.reply(
            socket,
            200,
            "{\"job_id\":\"9a17\",\"status\":\"SUCCESS\",\"entities\":{\"results\":[%s]}}"
                .formatted(denies ? denial() : ""));
      } else if (target.contains("/v2/cloudimages")) {
        boolean asked =
            !target.contains("member_status=")
                || target.contains("member_status=" + members.get(PROJECT));
        boolean has = asked && !target.contains("marker=");
        WireServer.reply(
            socket,
            200,
            "{\"images\":[%s]}"
                .formatted(
                    has
                        ? "{\"id\":\"%s\",\"owner\":\"%s\",\"visibility\":\"shared\"}"
                            .formatted(spelled(IMAGE), spelled(Fixtures.PROJECT))
                        : ""));
      } else {
        WireServer.reply(
            socket,
            200,
            members.entrySet().stream()
                .map(
                    member ->
                        "{\"image_id\":\"%s\",\"member_id\":\"%s\",\"status\":\"%s\"}"
                            .formatted(spelled(IMAGE), spelled(member.getKey()), member.getValue()))
                .collect(Collectors.joining(",", "{\"members\":[", "]}")));
      }
    }

    private String denial() {
      return "{\"image_id\":\"%s\",\"project_id\":\"%s\",\"status\":\"failed\",\"error_code\":\"IMG.0177\",\"error_msg\":\"elsewhere\"}"
          .formatted(spelled(IMAGE), spelled(PROJECT));
    }

    private void write(String method, JsonNode body) {
      if (denies) {
        return;
      }
      for (JsonNode project : body.path("projects")) {
        if (method.equals("POST")) {
          members.putIfAbsent(plain(project.asText()), "pending");
        } else {
          members.remove(plain(project.asText()));
        }
      }
      if (method.equals("PUT")) {
        members.put(plain(body.path("project_id").asText()), body.path("status").asText());
      }
    }
  }

  private interface Check {
    void on(ShareWorkflow workflow, WireServer server) throws Exception;
  }

  private static void with(Service service, Check check) throws Exception {
    try (WireServer server = new WireServer(service::answer);
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .recipients(project -> Credentials.accessKey("AK", "SK"))
                .build();
        ShareWorkflow workflow = Fixtures.workflow(backend).build()) {
      check.on(workflow, server);
    }
  }

  private static ShareRequest request(Action action, Spelling spelling) {
    Spelling given = spelling == Spelling.BLANKS ? Spelling.AS_DOCUMENTED : spelling;
    return new ShareRequest(
        action, Set.of(given.of(IMAGE)), Set.of(Recipient.project(given.of(PROJECT))));
  }

  private static long writes(WireServer server) {
    return server.requests().stream().filter(q -> !q.method().equals("GET")).count();
  }

  /** Whatever the service makes of a member, each action sees it in its listing. */
  @ParameterizedTest
  @EnumSource
  void everyActionSeesWhatIsListedInAnotherSpelling(Spelling spelling) throws Exception {
    for (boolean ofService : new boolean[] {true, false}) {
      Service service = new Service(ofService ? spelling : Spelling.AS_DOCUMENTED);
      Spelling given = ofService ? Spelling.AS_DOCUMENTED : spelling;
      with(
          service,
          (workflow, server) -> {
            long writes = 0;
            for (Action action :
                List.of(
                    Action.SHARE, Action.ACCEPT, Action.REJECT, Action.UNSHARE, Action.UNSHARE)) {
              boolean already = action == Action.UNSHARE && service.members.isEmpty();
              ShareReport report = workflow.run(request(action, given));
              assertTrue(report.allDone(), action + ": " + report);
              assertEquals(already ? 1 : 0, report.counts().already(), action.toString());
              writes += already ? 0 : 1;
              assertEquals(writes, writes(server), action + " by " + server.requests());
            }
            service.members.put(PROJECT, "accepted");
            assertEquals(1, workflow.run(request(Action.SHARE, given)).counts().already());
            assertEquals(1, workflow.run(request(Action.ACCEPT, given)).counts().already());
            assertEquals(writes, writes(server));
          });
    }
  }

  /** What is wanted is not taken away because it is spelled otherwise. */
  @ParameterizedTest
  @EnumSource
  void changesSeeTheSame(Spelling spelling) throws Exception {
    Service service = new Service(spelling);
    service.members.put(PROJECT, "accepted");
    with(
        service,
        (workflow, server) -> {
          WantedState.Changes changes =
              workflow.changes(WantedState.of(Set.of(IMAGE), Set.of(PROJECT)).maxRemovals(1));
          assertEquals(0, changes.shares().size() + changes.unshares().size(), changes.toString());
        });
  }

  @ParameterizedTest
  @EnumSource
  void anImageIsDescribedByTheIdThatWasAsked(Spelling spelling) throws Exception {
    try (WireServer server = new WireServer(new Service(spelling)::answer);
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      for (Set<String> asked : Set.of(Set.of(IMAGE), Set.of(IMAGE, "another"))) {
        var described = Fixtures.get(backend.describe(asked));
        assertEquals(Set.of(IMAGE), described.keySet());
        assertEquals(Obstacle.NONE, described.values().iterator().next().obstacle());
      }
    }
  }

  /** A result of a pair is found, and with it why it failed. */
  @ParameterizedTest
  @EnumSource
  void aJobsResultIsOfThePairItNames(Spelling spelling) throws Exception {
    Service service = new Service(spelling);
    service.denies = true;
    with(
        service,
        (workflow, server) -> {
          ShareReport report = workflow.run(request(Action.SHARE, Spelling.AS_DOCUMENTED));
          Outcome.Failed failed = report.failed().findFirst().orElseThrow();
          assertEquals(Kind.INVALID_RECIPIENT, failed.reason().kind());
          assertEquals("elsewhere", failed.reason().message());
          assertEquals(1, writes(server));
        });
  }
}
