package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class PasswordLoginTest {
  private static final String TOKEN =
      "{\"token\":{\"expires_at\":\"2999-01-03T03:04:05.678000Z\",\"methods\":[\"password\"]}}";

  private static Credentials password(WireServer iam, String project) {
    return Credentials.password(iam.endpoint(), "account", "user", "geheim", project);
  }

  private static WireServer service() {
    return new WireServer((q, s) -> WireServer.reply(s, 200, "{\"status\":\"RUNNING\"}"));
  }

  @Test
  void aPasswordIsTurnedIntoATokenOnce() throws Exception {
    try (WireServer iam =
            new WireServer((q, s) -> WireServer.reply(s, 201, TOKEN, "X-Subject-Token: MIIabc"));
        WireServer server = service();
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).credentials(password(iam, "cn-north-4")).build()) {
      Fixtures.get(backend.job("j"));
      Fixtures.get(backend.job("j"));
      assertEquals(1, iam.requests().size());
      WireServer.Request login = iam.requests().get(0);
      assertEquals("/v3/auth/tokens?nocatalog=true", login.target());
      assertEquals(
          "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{"
              + "\"name\":\"user\",\"password\":\"geheim\",\"domain\":{\"name\":\"account\"}}}},"
              + "\"scope\":{\"project\":{\"name\":\"cn-north-4\"}}}}",
          login.body());
      assertEquals("MIIabc", server.requests().get(1).header("x-auth-token"));
    }
  }

  @Test
  void aProjectThatIsAnIdIsGivenAsOne() throws Exception {
    try (WireServer iam =
            new WireServer((q, s) -> WireServer.reply(s, 201, TOKEN, "X-Subject-Token: MIIabc"));
        WireServer server = service();
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .credentials(password(iam, Fixtures.PROJECT))
                .build()) {
      Fixtures.get(backend.job("j"));
      assertTrue(
          iam.requests().get(0).body().contains("{\"project\":{\"id\":\"" + Fixtures.PROJECT));
    }
  }

  @Test
  void aWrongPasswordCostsOneRefusedLoginAndNoCall() throws Exception {
    String body =
        "{\"error\":{\"code\":401,\"message\":\"The username or password is wrong: geheim\"}}";
    try (WireServer iam = new WireServer((q, s) -> WireServer.reply(s, 401, body));
        WireServer server = service();
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).credentials(password(iam, "cn-north-4")).build()) {
      Reason reason = Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
      assertEquals(Kind.UNAUTHENTICATED, reason.kind());
      assertTrue(
          reason
              .message()
              .contains(
                  "no token for user user of account account at "
                      + iam.endpoint().getAuthority()
                      + ": The username or password is wrong: ***"),
          reason.message());
      assertFalse(reason.message().contains("geheim"), reason.message());
      assertEquals(1, iam.requests().size());
      assertEquals(0, server.requests().size());
    }
  }

  @Test
  void aFailedLoginSendsNoWrite() throws Exception {
    for (int status : new int[] {500, 201}) {
      try (WireServer iam = new WireServer((q, s) -> WireServer.reply(s, status, "{}"));
          WireServer server = service();
          HttpBackend backend =
              Fixtures.backend(server.endpoint()).credentials(password(iam, "x")).build()) {
        assertEquals(
            Kind.UNAVAILABLE, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().kind());
        assertEquals(0, server.requests().size());
      }
    }
    try (WireServer iam = new WireServer((q, s) -> WireServer.reset(s));
        WireServer server = service();
        HttpBackend backend =
            Fixtures.backend(server.endpoint()).credentials(password(iam, "x")).build()) {
      assertEquals(
          Kind.UNAVAILABLE, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason().kind());
      assertEquals(1, iam.requests().size());
    }
  }

  @Test
  void aTokenThatCannotBeSentIsRefusedAndNotQuoted() throws Exception {
    for (String token : List.of("two GEHEIM", "GEHEIM\u00e9", "GEHEIM\u007fx")) {
      try (WireServer iam =
              new WireServer(
                  (q, s) -> WireServer.reply(s, 201, TOKEN, "X-Subject-Token: " + token));
          WireServer server = service();
          HttpBackend backend =
              Fixtures.backend(server.endpoint()).credentials(password(iam, "x")).build()) {
        BackendException failure = Fixtures.failure(backend.submit(Fixtures.SHARE));
        assertEquals(0, server.requests().size());
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        assertFalse(trace.toString().contains("GEHEIM"), trace.toString());
      }
    }
  }
}
