package io.imageshare.memory.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Timekeeper;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.internal.cloud.CallPipeline;
import io.imageshare.memory.internal.cloud.CloudSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server as HTTP sees it: framing, limits, connections, threads. */
class WireHttpTest {
  private static final String BATCH = "/v1/cloudimages/members";
  private static final String BODY = "{\"images\":[\"i1\"],\"projects\":[\"p1\"]}";
  private static final String QUOTA =
      "GET /v1/cloudimages/quota HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  private final MemoryBackend cloud =
      MemoryBackend.builder().images("i1").jobsTake(Duration.ZERO).build();
  private final ImsServer server = ImsServer.start(cloud);
  private final WireClient client = new WireClient(server);

  @AfterEach
  void close() {
    server.close();
  }

  private static String head(String method, String... headers) {
    return method
        + " "
        + BATCH
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }

  private static String status(String answer) {
    return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3);
  }

  @Test
  void aChunkedBodyIsTheSameAsASizedOne() throws Exception {
    for (String method : List.of("POST", "DELETE")) {
      String chunked =
          head(method, "Transfer-Encoding: chunked")
              + "a;extension=1\r\n"
              + BODY.substring(0, 10)
              + "\r\n"
              + Integer.toHexString(BODY.length() - 10).toUpperCase(java.util.Locale.ROOT)
              + "\r\n"
              + BODY.substring(10)
              + "\r\n0\r\nTrailer: x\r\n\r\n";
      assertEquals("200", status(client.raw(chunked)));
      assertEquals(
          "200", status(client.raw(head(method, "Content-Length: " + BODY.length()) + BODY)));
    }
    assertEquals(
        List.of(BODY, BODY, BODY, BODY),
        server.requests().stream().map(ImsServer.Request::body).toList());
  }

  @Test
  void aBodyOfTwoLengthsIsRefused() throws Exception {
    for (String lengths :
        List.of(
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 0",
            "transfer-encoding: identity\r\ncontent-length: 5",
            "Content-Length: 5\r\nContent-Length: 6")) {
      assertEquals("400", status(client.raw(head("POST", lengths) + "0\r\n\r\n")), lengths);
    }
    assertEquals(List.of(), server.requests());
  }

  /** A page from elsewhere in a browser of this machine, by its origin or by a name of its own. */
  @Test
  void onlyProgramsOfThisMachineAreServed() throws Exception {
    Map<String, String> statuses =
        Map.ofEntries(
            Map.entry("Host: evil.test", "403"),
            Map.entry("Host: evil.test:80", "403"),
            Map.entry("Host: 127.0.0.1.evil.test", "403"),
            Map.entry("Host: localhost.evil.test", "403"),
            Map.entry("Host: localhost\r\nOrigin: http://evil.test", "403"),
            Map.entry("Host: localhost\r\nOrigin: http://localhost.evil.test", "403"),
            Map.entry("Host: localhost\r\nOrigin: null", "403"),
            Map.entry("Host: localhost:1\r\nOrigin: http://localhost:2", "403"),
            Map.entry("Host: localhost:1\r\nOrigin: http://localhost:1", "200"),
            Map.entry("Host: 127.0.0.1:8080", "200"),
            Map.entry("Host: [::1]:8080", "200"),
            Map.entry("Accept: */*", "200"));
    for (Map.Entry<String, String> request : statuses.entrySet()) {
      String text =
          "GET /v1/cloudimages/quota HTTP/1.1\r\nConnection: close\r\n"
              + request.getKey()
              + "\r\n\r\n";
      assertEquals(request.getValue(), status(client.raw(text)), request.getKey());
    }
  }

  @Test
  void oneConnectionServesManyRequestsAlsoWhenTheyComeAtOnce() throws Exception {
    String request = "GET /v1/cloudimages/quota HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Socket socket = client.connect()) {
      socket.getOutputStream().write((request + request + QUOTA).getBytes(StandardCharsets.UTF_8));
      String answers = WireClient.rest(socket);
      assertEquals(4, answers.split("HTTP/1.1 200", -1).length);
    }
  }

  /** Clients keep connections that they may need again, and forget some. */
  @Test
  void anIdleConnectionIsClosedForOneThatWaits() throws Exception {
    String request = "GET /v1/cloudimages/quota HTTP/1.1\r\nHost: localhost\r\n\r\n";
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      idle.add(client.connect());
    }
    for (int waiting = 1; waiting <= 3; waiting++) {
      assertEquals("200", status(client.raw(QUOTA)));
    }
    int served = 0;
    for (Socket socket : idle) {
      try (socket) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        served += socket.getInputStream().read() == 'H' ? 1 : 0;
      } catch (IOException e) {
        assertTrue(socket.isConnected(), "a reset is an end as well");
      }
    }
    // One may have made room for all three, as each of these closes its own.
    assertTrue(served < 256 && served >= 253, served + " are still served");
  }

  @Test
  void aClientThatExpectsContinueGetsIt() throws Exception {
    try (Socket socket = client.connect()) {
      String head = head("POST", "Expect: 100-continue", "Content-Length: " + BODY.length());
      socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", WireClient.until(socket, "\r\n\r\n"));
      socket.getOutputStream().write(BODY.getBytes(StandardCharsets.UTF_8));
      assertEquals("200", status(WireClient.rest(socket)));
    }
  }

  @Test
  void aBodyOverTwelveMegabytesIsTooLarge() throws Exception {
    int limit = 12 << 20;
    assertEquals(413, client.post(BATCH, " ".repeat(limit + 1)).status());
    assertEquals("APIGW.0201", client.post(BATCH, "x".repeat(limit + 1)).text("/error_code"));
    assertEquals(200, client.post(BATCH, BODY + " ".repeat(limit - BODY.length())).status());
    assertEquals("", server.requests().get(0).body());
  }

  @Test
  void whatIsNotHttpIsRefusedAndTheConnectionClosed() throws Exception {
    List<String> wrong =
        List.of(
            "nonsense\r\n\r\n",
            "GET  /x HTTP/1.1\r\n\r\n",
            "GET x HTTP/1.1\r\n\r\n",
            "GET / HTTP/2.0\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n");
    for (String request : wrong) {
      String answer = client.raw(request);
      assertEquals("400", status(answer), request);
      assertTrue(answer.contains("APIGW.0201"), request);
    }
    assertEquals(List.of(), server.requests());
    assertEquals("200", status(client.raw(QUOTA)));
  }

  @Test
  void aHeadAnswerHasNoBody() throws Exception {
    String answer = client.raw(head("HEAD"));
    assertEquals("404", status(answer));
    assertTrue(answer.endsWith("\r\n\r\n"));
  }

  @Test
  void aSignedRequestIsAdmittedAndAChangedOneIsNot() throws Exception {
    try (ImsServer closed = ImsServer.builder(cloud).accessKey("AK", "SK").build()) {
      WireClient other = new WireClient(closed);
      String date =
          DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
              .format(Timekeeper.system().now().atZone(ZoneOffset.UTC));
      WireRequest request =
          new WireRequest(
              "POST",
              BATCH,
              Map.of("x-sdk-date", date, "host", closed.endpoint().getAuthority()),
              BODY.getBytes(StandardCharsets.UTF_8),
              false);
      String canonical = new Signature("AK", List.of("host", "x-sdk-date"), "").canonical(request);
      String authorization =
          "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature="
              + Signature.sign(canonical, date, "SK");
      String[] headers = {"X-Sdk-Date", date, "Authorization", authorization};
      assertEquals(200, other.post(BATCH, BODY, headers).status());
      WireClient.Answer refused = other.post(BATCH, BODY + " ", headers);
      assertEquals(401, refused.status());
      assertEquals("APIGW.0301", refused.text("/error_code"));
      assertEquals(401, other.post(BATCH, BODY).status());
      assertEquals(3, closed.requests().size());
    }
  }

  /** With Nagle's algorithm a response could wait for the receipt of the one before it. */
  @Test
  void aResponseWaitsForNoReceipt() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket connected = new Socket(listening.getInetAddress(), listening.getLocalPort());
        Socket accepted = listening.accept()) {
      assertFalse(accepted.getTcpNoDelay());
      RequestRouter router =
          new RequestRouter(new CallPipeline(new CloudSettings()), new ServerSettings());
      Connection connection =
          new Connection(
              accepted,
              new Connection.Context(
                  router,
                  Timekeeper.virtual(),
                  new ArrayDeque<>(),
                  request -> {},
                  ConcurrentHashMap.newKeySet()));
      assertTrue(accepted.getTcpNoDelay());
      connected.getOutputStream().write(QUOTA.getBytes(StandardCharsets.UTF_8));
      connection.serve();
      accepted.shutdownOutput();
      assertEquals("200", status(WireClient.rest(connected)));
    }
  }

  @Test
  void closeLeavesNoThreadAndNoSocket() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      sockets.add(client.connect());
    }
    client.raw(QUOTA);
    List<Thread> threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("imageshare-server-"))
            .toList();
    assertFalse(threads.isEmpty());
    assertTrue(threads.stream().allMatch(Thread::isDaemon));
    server.close();
    for (Thread thread : threads) {
      thread.join(60_000); // its last work is over, its last instruction may not be
      assertFalse(thread.isAlive(), thread.getName());
    }
    for (Socket socket : sockets) {
      assertEnded(socket);
      socket.close();
    }
    assertThrows(IOException.class, client::connect);
    server.close();
  }

  private static void assertEnded(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (java.net.SocketException e) {
      assertTrue(socket.isConnected(), "a reset is an end as well");
    }
  }

  @Test
  void theDemoSaysWhereItIsAndItsImagesCanBeShared() throws Exception {
    try (ImsServer demo =
        ImsServer.start(MemoryBackend.builder().owner(Demo.OWNER).images(Demo.IMAGES).build())) {
      String text = Demo.text(demo.endpoint());
      String share = text.substring(text.indexOf("-d '") + 4);
      WireClient.Answer answer =
          new WireClient(demo).post(BATCH, share.substring(0, share.indexOf('\'')));
      assertEquals(200, answer.status());
      assertTrue(text.contains(demo.endpoint() + BATCH));
    }
  }
}
