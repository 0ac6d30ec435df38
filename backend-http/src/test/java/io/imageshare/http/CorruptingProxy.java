package io.imageshare.http;

import static io.imageshare.http.StrictReader.members;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy between a backend and the simulated service that corrupts one response in three. */
final class CorruptingProxy implements AutoCloseable {
  private record Sent(String target, MalformedResponse answer) {}

  private final WireServer server = new WireServer(this::answer);
  private final URI service;
  private final Random random;
  // Guarded by this, as the random numbers are.
  private final Map<Boolean, RawResponse> lastReads = new HashMap<>();
  private final List<Sent> spoilt = new CopyOnWriteArrayList<>();

  CorruptingProxy(URI service, Random random) {
    this.service = service;
    this.random = random;
  }

  URI endpoint() {
    return server.endpoint();
  }

  /** How many answers it has spoilt. */
  int count() {
    return spoilt.size();
  }

  /** Whether some spoilt answer says, by the letter, that an image is not shared with a project. */
  boolean denied(String image, String project) {
    return spoilt.stream()
        .filter(sent -> sent.target().contains("/" + image + "/members"))
        .map(sent -> members(sent.answer().body(), image))
        .anyMatch(members -> members != null && !members.contains(project));
  }

  private void answer(WireServer.Request request, Socket socket) throws IOException {
    RawResponse real = RawResponse.ask(service, request.method(), request.target(), request.body());
    MalformedResponse sent = choose(request, real);
    sent.send(socket);
  }

  private synchronized MalformedResponse choose(WireServer.Request request, RawResponse real) {
    // The id of another job cannot be told from that of the right one: those are never mixed up.
    RawResponse other = real;
    if (request.method().equals("GET")) {
      RawResponse last = lastReads.put(request.target().endsWith("/members"), real);
      other = last == null ? real : last;
    }
    if (random.nextInt(3) > 0) {
      return MalformedResponse.none(real);
    }
    MalformedResponse wrong = MalformedResponse.of(real, other, random);
    spoilt.add(new Sent(request.target(), wrong));
    return wrong;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
