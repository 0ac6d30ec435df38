package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** No secret in a log at TRACE, an exception or a toString, even when the service echoes it. */
class SecretsTest {
  private final StringBuilder seen = new StringBuilder();

  /** Sends back all of the request, and what else the caller knows. */
  private static WireServer.Script echo(int status, String secrets) {
    return (q, s) -> {
      String text = (q + secrets).replace("\"", "'").replace("\\", "");
      String body =
          "{\"status\":\"FAIL\",\"error_code\":\"X.%1$s\",\"fail_reason\":\"%1$s\",\"error_msg\":\"%1$s\"}";
      WireServer.reply(
          s, status, body.formatted(text), "X-Request-Id: " + q.header("x-auth-token"));
    };
  }

  private void calls(Credentials credentials, int status, String secrets) throws Exception {
    seen.append(credentials);
    try (WireServer server = new WireServer(echo(status, secrets));
        HttpBackend backend = Calls.backend(server.endpoint()).credentials(credentials).build()) {
      seen.append(backend);
      look(backend.submit(Calls.SHARE));
      look(backend.job("j"));
      look(backend.members(Calls.IMAGE));
    }
  }

  private void look(CompletionStage<?> stage) throws InterruptedException {
    try {
      Object value = stage.toCompletableFuture().get();
      seen.append(value);
      if (value instanceof Job job) {
        seen.append(job.reason());
      }
    } catch (ExecutionException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      seen.append(trace);
    }
  }

  private void allKinds(int status) throws Exception {
    String both = "GEHEIM-secret, GEHEIM-security";
    calls(Credentials.accessKey("ak", "GEHEIM-secret"), status, "GEHEIM-secret");
    calls(Credentials.accessKey("ak", "GEHEIM-secret", "GEHEIM-security"), status, both);
    TemporaryKey key = new TemporaryKey("ak", "GEHEIM-secret", "GEHEIM-security", Instant.EPOCH);
    seen.append(key);
    calls(Credentials.temporary(() -> key), status, both);
    calls(Credentials.token(() -> "GEHEIM-token"), status, "GEHEIM-token");
    for (WireServer.Script script :
        List.<WireServer.Script>of(
            echo(status, "GEHEIM-password"),
            (q, s) -> WireServer.reply(s, 201, q.body(), "X-Subject-Token: GEHEIM-token"))) {
      try (WireServer iam = new WireServer(script)) {
        calls(
            Credentials.password(iam.endpoint(), "d", "u", "GEHEIM-password", "p"),
            status,
            "GEHEIM-token");
      }
    }
  }

  @Test
  void noSecretIsSeenAnywhere() throws Exception {
    PrintStream err = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      for (int status : new int[] {200, 302, 400, 401, 403, 404, 405, 407, 429, 500}) {
        allKinds(status);
      }
    } finally {
      System.setErr(err);
    }
    String logged = log.toString(UTF_8);
    assertTrue(logged.contains("/v1/cloudimages/members"), "nothing was logged");
    assertTrue(seen.indexOf("***") > 0, "nothing was echoed");
    for (String line : (logged + seen).split("\n", -1)) {
      assertFalse(line.contains("GEHEIM"), line);
      assertFalse(line.matches("(?i).*signature=[0-9a-f]{64}.*"), line);
    }
  }
}
