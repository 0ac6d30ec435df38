package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a certificate of our own making, for {@code localhost} only. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  @TempDir static Path folder;
  private static SSLContext context;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Path file = folder.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    keytool.getInputStream().readAllBytes();
    assertEquals(0, keytool.waitFor());
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
  }

  private static WireServer server() {
    return new WireServer(
        context.getServerSocketFactory(),
        "https",
        (q, s) -> WireServer.reply(s, 200, "{\"job_id\":\"j1\"}"));
  }

  @Test
  void aCertificateThatIsTrustedServes() throws Exception {
    try (WireServer server = server();
        HttpBackend backend = Calls.backend(server.endpoint()).sslContext(context).build()) {
      assertEquals("j1", Calls.get(backend.submit(Calls.SHARE)).id());
      assertEquals("j1", Calls.get(backend.submit(Calls.SHARE)).id());
      assertEquals(0, server.requests().get(1).connection());
    }
  }

  @Test
  void aCertificateThatIsNotTrustedEndsTheRun() throws Exception {
    try (WireServer server = server();
        HttpBackend backend = Calls.backend(server.endpoint()).build()) {
      refused(server, Calls.failure(backend.submit(Calls.SHARE)).reason(), "localhost");
    }
  }

  @Test
  void aCertificateOfAnotherHostEndsTheRun() throws Exception {
    try (WireServer server = server();
        HttpBackend backend =
            Calls.backend(URI.create("https://ims.test:" + server.port()))
                .sslContext(context)
                .build()) {
      refused(server, Calls.failure(backend.submit(Calls.SHARE)).reason(), "ims.test");
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
