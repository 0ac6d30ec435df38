package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Credentials from where other tools of the vendor look for them. */
@Timeout(600)
class DiscoveryTest {
  private static final Map<String, String> NOTHING = Map.of("HUAWEICLOUD_SDK_AK", " ");
  private static final String KEY =
      "{\"credential\":{\"access\":\"INSTANCEAK\",\"secret\":\"instance-secret\","
          + "\"securitytoken\":\"instance-token\",\"expires_at\":\"2999-01-02T03:04:05.678000Z\"}}";
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  @TempDir Path home;

  private Path file(String text) throws IOException {
    Path file = home.resolve(".huaweicloud/credentials");
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Credentials find(Map<String, String> environment) {
    return new Discovery(environment, home, NOWHERE).find();
  }

  private String refused(Map<String, String> environment) {
    String message =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> find(environment)).getMessage());
    assertFalse(message.contains("geheim"), message);
    return message;
  }

  @Test
  void theEnvironmentComesFirst() throws Exception {
    file("[basic]\nak = FILEAK\nsk = geheim\n");
    assertEquals(
        "Credentials[access key ENVAK]",
        find(Map.of("HUAWEICLOUD_SDK_AK", "ENVAK", "HUAWEICLOUD_SDK_SK", "s")).toString());
    assertTrue(
        refused(Map.of("HUAWEICLOUD_SDK_AK", "ENVAK")).startsWith("HUAWEICLOUD_SDK_SK: not set"));
    assertTrue(
        refused(Map.of("HUAWEICLOUD_SDK_SK", "geheim")).startsWith("HUAWEICLOUD_SDK_AK: not set"));
  }

  @Test
  void thenTheProfile() throws Exception {
    file(
        """
        # made by hand
        [global]
        ak = GLOBALAK
        sk = geheim
        [basic]
        ak = FILEAK\t
        sk=geheim
        project_id = p1
        """);
    Credentials found = find(NOTHING);
    assertEquals("Credentials[access key FILEAK]", found.toString());
    assertEquals("p1", found.project());
    file("[basic]\r\nak = FILEAK\r\nsk = s\r\nsecurity_token = t\r\n");
    found = find(NOTHING);
    assertEquals("Credentials[temporary access key FILEAK]", found.toString());
    assertNull(found.project());
  }

  @Test
  void anotherFileMayBeNamed() throws Exception {
    Path other = Files.writeString(home.resolve("other.ini"), "[basic]\nak = OTHERAK\nsk = s");
    file("[basic]\nak = FILEAK\nsk = s\n");
    String variable = "HUAWEICLOUD_SDK_CREDENTIALS_FILE";
    assertEquals(
        "Credentials[access key OTHERAK]", find(Map.of(variable, other.toString())).toString());
    Path missing = home.resolve("missing");
    String message = refused(Map.of(variable, missing.toString()));
    assertTrue(message.startsWith(missing + ": it cannot be read"), message);
  }

  @Test
  void aProfileInPartIsNamed() throws Exception {
    Path file = file("[basic]\nak = FILEAK\n");
    assertTrue(refused(NOTHING).startsWith(file + ": no sk in [basic]"));
    file("[basic]\nsk = geheim\n");
    assertTrue(refused(NOTHING).startsWith(file + ": no ak in [basic]"));
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 'g'});
    assertTrue(refused(NOTHING).startsWith(file + ": it cannot be read"));
  }

  @Test
  void thenTheAgencyOfTheInstanceWithoutAnyProxy() throws Exception {
    file("[global]\nak = GLOBALAK\nsk = geheim\n");
    ProxySelector before = ProxySelector.getDefault();
    try (WireServer proxy = new WireServer((q, s) -> WireServer.reply(s, 500, ""));
        WireServer metadata = new WireServer((q, s) -> WireServer.reply(s, 200, KEY));
        WireServer server =
            new WireServer((q, s) -> WireServer.reply(s, 200, "{\"status\":\"RUNNING\"}"))) {
      Credentials found = new Discovery(NOTHING, home, metadata.endpoint()).find();
      assertEquals("Credentials[keys of this instance's agency]", found.toString());
      assertEquals(0, metadata.requests().size(), "nothing is asked before it is needed");
      try (HttpBackend backend =
          Fixtures.backend(server.endpoint())
              .credentials(found)
              .proxy(ProxySelector.of(null))
              .build()) {
        ProxySelector.setDefault(
            ProxySelector.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())));
        Fixtures.get(backend.job("j"));
        Fixtures.get(backend.job("j"));
      } finally {
        ProxySelector.setDefault(before);
      }
      assertEquals(1, metadata.requests().size());
      assertEquals("/openstack/latest/securitykey", metadata.requests().get(0).target());
      assertEquals(0, proxy.connections());
      WireServer.Request request = server.requests().get(1);
      assertTrue(request.header("authorization").contains("Access=INSTANCEAK,"));
      assertEquals("instance-token", request.header("x-security-token"));
    }
  }

  @Test
  void whatWasLookedForWhereIsTold() throws Exception {
    Path file = home.resolve(".huaweicloud/credentials");
    int port = Fixtures.closedPort();
    tells(
        URI.create("http://127.0.0.1:" + port),
        Kind.UNAVAILABLE,
        "no credentials: HUAWEICLOUD_SDK_AK is not set, and "
            + file
            + " has no ak in [basic], and "
            + "http://127.0.0.1:"
            + port
            + "/openstack/latest/securitykey does not answer");
    try (WireServer none = new WireServer((q, s) -> WireServer.reply(s, 404, "geheim"));
        WireServer moved =
            new WireServer(
                (q, s) -> WireServer.reply(s, 302, "", "Location: http://127.0.0.1:1/"))) {
      tells(
          none.endpoint(), Kind.UNAUTHENTICATED, "answers HTTP 404; has this instance an agency?");
      tells(moved.endpoint(), Kind.UNAVAILABLE, "answers HTTP 302");
    }
    try (WireServer wrong =
        new WireServer(
            (q, s) -> WireServer.send(s, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"))) {
      tells(wrong.endpoint(), Kind.UNAVAILABLE, "does not answer (java.io.IOException)");
    }
    for (String body :
        List.of(
            "", "geheim", "[]", "{\"credential\":{\"access\":\"AK\",\"secret\":\"ge heim\"}}")) {
      try (WireServer wrong = new WireServer((q, s) -> WireServer.reply(s, 200, body))) {
        tells(wrong.endpoint(), Kind.UNAVAILABLE, "its answer holds no key that can be used");
      }
    }
  }

  @Test
  void theAgencysKeyComesWholeInTimeOrNotAtAll() throws Exception {
    for (String begun : List.of("", "HTTP/1.1 200 OK\r\nX:", WireServer.head(200, 100) + "{")) {
      WireServer.Script stall =
          (q, s) -> {
            WireServer.send(s, begun);
            s.getInputStream().read();
          };
      try (WireServer metadata = new WireServer(stall)) {
        tells(
            metadata.endpoint(),
            Kind.UNAVAILABLE,
            "does not answer (java.net.http.HttpTimeoutException)");
      }
    }
  }

  private void tells(URI metadata, Kind kind, String words) throws Exception {
    try (WireServer server = new WireServer((q, s) -> WireServer.reply(s, 200, "{}"));
        HttpBackend backend =
            Fixtures.backend(server.endpoint())
                .credentials(new Discovery(NOTHING, home, metadata).find())
                .requestTimeout(Duration.ofMillis(300))
                .build()) {
      Reason reason = Fixtures.failure(backend.submit(Fixtures.SHARE)).reason();
      assertEquals(kind, reason.kind(), reason.message());
      assertTrue(reason.message().contains(words), reason.message());
      assertFalse(reason.message().contains("heim"), reason.message());
      assertEquals(0, server.requests().size());
    }
  }
}
