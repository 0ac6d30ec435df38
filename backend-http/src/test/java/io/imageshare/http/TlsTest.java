package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.net.URI;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a self-signed certificate for {@code localhost} only. */
class TlsTest {
  @TempDir static Path folder;
  private static SSLContext context;

  @BeforeAll
  static void makeCertificate() throws Exception {
    context = Certificate.forLocalhost(folder);
  }

  private static WireServer server() {
    return new WireServer(
        context.getServerSocketFactory(),
        "https",
        (q, s) -> WireServer.reply(s, 200, "{\"job_id\":\"j1\"}"));
  }

  @Test
  void aTrustedCertificateIsAccepted() throws Exception {
    try (WireServer server = server();
        HttpBackend backend = Fixtures.backend(server.endpoint()).sslContext(context).build()) {
      assertEquals("j1", Fixtures.get(backend.submit(Fixtures.SHARE)).id());
      assertEquals("j1", Fixtures.get(backend.submit(Fixtures.SHARE)).id());
      assertEquals(0, server.requests().get(1).connection());
    }
  }

  @Test
  void aCertificateThatIsNotTrustedEndsTheRun() throws Exception {
    try (WireServer server = server();
        HttpBackend backend = Fixtures.backend(server.endpoint()).build()) {
      refused(server, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason(), "localhost");
    }
  }

  @Test
  void aCertificateOfAnotherHostEndsTheRun() throws Exception {
    try (WireServer server = server();
        HttpBackend backend =
            Fixtures.backend(URI.create("https://ims.test:" + server.port()))
                .sslContext(context)
                .build()) {
      refused(server, Fixtures.failure(backend.submit(Fixtures.SHARE)).reason(), "ims.test");
    }
  }

  private static void refused(WireServer server, Reason reason, String host) {
    assertEquals(Kind.UNAUTHENTICATED, reason.kind());
    assertTrue(
        reason.message().contains("the certificate of " + host + " is not trusted: "),
        reason.message());
    assertTrue(reason.message().contains("sslContext(...)"), reason.message());
    assertEquals(0, server.requests().size());
  }
}
