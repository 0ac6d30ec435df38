package io.imageshare.memory.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.SocketFault;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketFaultTest {
  private static final String BODY = "{\"images\":[\"i1\"],\"projects\":[\"p1\"]}";
  private static final String SHARE =
      "POST /v1/cloudimages/members HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
          .formatted(BODY.length(), BODY);

  private final MemoryBackend cloud =
      MemoryBackend.builder().images("i1").jobsTake(Duration.ZERO).build();
  private final ImsServer server = ImsServer.start(cloud);
  private final WireClient client = new WireClient(server);

  @AfterEach
  void close() {
    server.close();
  }

  private static void send(Socket socket) throws IOException {
    socket.getOutputStream().write(SHARE.getBytes(StandardCharsets.UTF_8));
  }

  private void assertNextIsServed() throws Exception {
    assertEquals(200, client.post("/v1/cloudimages/members", BODY).status());
  }

  @Test
  void aResetBeforeReadingHasNoEffect() throws Exception {
    server.inject(new SocketFault.ResetBeforeReading());
    assertThrows(SocketException.class, () -> client.raw(SHARE));
    assertEquals(List.of(), server.requests());
    assertEquals(List.of(), cloud.calls());
    assertNextIsServed();
  }

  @Test
  void aResetAfterTheEffectHasIt() throws Exception {
    server.inject(new SocketFault.ResetAfterEffect());
    assertThrows(SocketException.class, () -> client.raw(SHARE));
    assertEquals(1, server.requests().size());
    assertEquals(1, cloud.members().size());
    assertNextIsServed();
  }

  @Test
  void anAnswerTheCloudLosesIsAReset() throws Exception {
    cloud.inject(new Fault.LostAnswer());
    cloud.inject(new Fault.LostRequest());
    assertThrows(SocketException.class, () -> client.raw(SHARE));
    assertEquals(1, cloud.members().size());
    assertThrows(SocketException.class, () -> client.raw(SHARE));
    assertEquals(2, server.requests().size());
    assertEquals(1, cloud.jobs().size());
    assertNextIsServed();
  }

  @Test
  void aStallEndsWhenTheClientHasEnough() throws Exception {
    for (boolean effect : List.of(false, true)) {
      server.inject(new SocketFault.Stall(effect));
      try (Socket socket = client.connect()) {
        send(socket);
        socket.shutdownOutput();
        assertEquals("", WireClient.rest(socket));
      }
      assertEquals(effect ? 1 : 0, cloud.members().size());
    }
    assertEquals(2, server.requests().size());
    assertNextIsServed();
  }

  @Test
  void aCallTheCloudNeverAnswersEndsWhenTheClientHasEnough() throws Exception {
    cloud.inject(new Fault.NeverAnswered(true));
    try (Socket socket = client.connect()) {
      send(socket);
      socket.shutdownOutput();
      assertEquals("", WireClient.rest(socket));
    }
    assertEquals(1, cloud.calls().size());
    assertEquals(1, cloud.members().size());
    assertNextIsServed();
  }

  @Test
  void aCallTheCloudNeverAnswersKeepsItsClientWaiting() throws Exception {
    cloud.inject(new Fault.NeverAnswered(false));
    try (Socket socket = client.connect()) {
      send(socket);
      // Three times the interval at which the server checks for its client.
      socket.setSoTimeout(150);
      assertThrows(java.net.SocketTimeoutException.class, () -> socket.getInputStream().read());
      server.close();
      assertEnded(socket);
    }
  }

  private static void assertEnded(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException e) {
      assertTrue(socket.isConnected(), "a reset is an end as well");
    }
  }

  @Test
  void anAnswerMayEndInTheMiddle() throws Exception {
    server.inject(new SocketFault.HalfAnswer());
    String half = client.raw(SHARE);
    String body = half.substring(half.indexOf("\r\n\r\n") + 4);
    String id = cloud.jobs().get(0).id();
    String whole = "{\"job_id\":\"" + id + "\"}";
    assertEquals(whole.substring(0, whole.length() / 2), body);
    assertTrue(half.contains("Content-Length: " + whole.length()));
    assertNextIsServed();
  }

  @Test
  void garbageIsNoHttp() throws Exception {
    server.inject(new SocketFault.Garbage());
    assertFalse(client.raw(SHARE).startsWith("HTTP"));
    assertEquals(1, cloud.members().size());
    server.inject(new SocketFault.Garbage());
    assertThrows(IOException.class, this::assertNextIsServed);
    assertNextIsServed();
  }

  @Test
  void aPageTakesThePlaceOfTheServiceAndNothingHappens() throws Exception {
    server.inject(new SocketFault.Page(403));
    String page = client.raw(SHARE);
    assertTrue(page.startsWith("HTTP/1.1 403 ") && page.endsWith("</html>"), page);
    assertEquals(List.of(), cloud.calls());
    assertNextIsServed();
    assertThrows(IllegalArgumentException.class, () -> new SocketFault.Page(199));
    assertThrows(IllegalArgumentException.class, () -> new SocketFault.Page(600));
  }

  @Test
  void aDribbledAnswerIsTheRightOneAndTheConnectionLivesOn() throws Exception {
    server.inject(new SocketFault.Dribble(Duration.ofNanos(1)));
    try (Socket socket = client.connect()) {
      for (int i = 0; i < 2; i++) {
        send(socket);
        String answer = WireClient.until(socket, "\"}");
        assertTrue(answer.endsWith("{\"job_id\":\"" + cloud.jobs().get(i).id() + "\"}"));
      }
    }
    assertThrows(
        IllegalArgumentException.class, () -> new SocketFault.Dribble(Duration.ofMillis(-1)));
  }

  @Test
  void faultsStrikeOnceEachInTheirOrder() throws Exception {
    server.inject(new SocketFault.Garbage());
    server.inject(new SocketFault.ResetAfterEffect());
    assertFalse(client.raw(SHARE).startsWith("HTTP"));
    assertThrows(SocketException.class, () -> client.raw(SHARE));
    assertNextIsServed();
    assertEquals(3, cloud.calls().stream().filter(c -> c.kind() == Call.Kind.SUBMIT).count());
  }
}
