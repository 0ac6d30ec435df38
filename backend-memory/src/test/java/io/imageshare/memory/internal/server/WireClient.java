package io.imageshare.memory.internal.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imageshare.memory.ImsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A client of the server: the JDK's, and bare sockets. */
final class WireClient {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 20_000;

  private final URI endpoint;
  private final HttpClient http = HttpClient.newHttpClient();

  WireClient(ImsServer server) {
    endpoint = server.endpoint();
  }

  /** An answer, with its body as JSON; missing when it is empty. */
  record Answer(int status, JsonNode json, HttpResponse<String> response) {
    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String text(String pointer) {
      return json.at(pointer).asText();
    }
  }

  Answer get(String path, String... headers) throws Exception {
    return send("GET", path, "", headers);
  }

  Answer post(String path, String body, String... headers) throws Exception {
    return send("POST", path, body, headers);
  }

  Answer delete(String path, String body) throws Exception {
    return send("DELETE", path, body);
  }

  Answer send(String method, String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoint + path))
            .timeout(Duration.ofMillis(PATIENCE_MILLIS))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (!List.of(headers).contains("Accept")) {
      request.header("Accept", "application/json");
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    String type = response.headers().firstValue("Content-Type").orElse("");
    JsonNode json =
        type.equals("application/json") ? MAPPER.readTree(response.body()) : MAPPER.missingNode();
    return new Answer(response.statusCode(), json, response);
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(endpoint.getHost(), endpoint.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Sends these bytes on a connection of their own, and gives all that comes until its end. */
  String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return rest(socket);
    }
  }

  static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Reads until this has come. */
  static String until(Socket socket, String end) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!read.toString(StandardCharsets.UTF_8).endsWith(end)) {
      int b = socket.getInputStream().read();
      if (b < 0) {
        throw new IOException("ended after: " + read.toString(StandardCharsets.UTF_8));
      }
      read.write(b);
    }
    return read.toString(StandardCharsets.UTF_8);
  }
}
