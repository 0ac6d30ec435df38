package io.imageshare.examples.glance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A Keystone and a Glance on loopback that answer what a test says, and keep what they are asked.
 */
final class ScriptedCloud implements AutoCloseable {
  static final String PROJECT = "me";

  /** Each request: its token, method, path and body. */
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final HttpServer server;
  private int tokens;

  record Answer(int status, String type, String body, Map<String, String> headers) {}

  ScriptedCloud() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  OpenStackCloud cloud() {
    return new OpenStackCloud(
        Map.of(
            "auth_url", address() + "/identity",
            "username", "user",
            "password", "the-secret",
            "project_name", "mine"),
        "",
        "public",
        null);
  }

  /** The next answer to a request, such as {@code GET /v2/images/i/members}. */
  ScriptedCloud on(String request, int status, String json) {
    return on(request, new Answer(status, "application/json", json, Map.of()));
  }

  ScriptedCloud on(String request, Answer answer) {
    answers.computeIfAbsent(request, key -> new ArrayDeque<>()).add(answer);
    return this;
  }

  /** What Glance itself writes when it refuses. */
  static String refusal(String message) {
    return "{\"message\": \"%s<br /><br />\\n\", \"code\": \"4\", \"title\": \"No\"}"
        .formatted(message);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String token = exchange.getRequestHeaders().getFirst("X-Auth-Token");
    requests.add((token == null ? "" : token + " ") + asked + (body.isEmpty() ? "" : " " + body));
    Deque<Answer> scripted =
        answers.getOrDefault(asked.replace("/image/", "/"), new ArrayDeque<>());
    Answer answer =
        !scripted.isEmpty()
            ? scripted.removeFirst()
            : asked.equals("POST /identity/v3/auth/tokens")
                ? token()
                : new Answer(599, "text/plain", "not in the script: " + asked, Map.of());
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer token() {
    String catalog =
        "{\"token\": {\"project\": {\"id\": \"%s\"}, \"catalog\": [{\"type\": \"image\","
            + " \"endpoints\": [{\"interface\": \"public\", \"region_id\": \"one\","
            + " \"url\": \"%s/image/v2/\"}]}]}}";
    return new Answer(
        201,
        "application/json",
        catalog.formatted(PROJECT, address()),
        Map.of("X-Subject-Token", "token-" + ++tokens));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
