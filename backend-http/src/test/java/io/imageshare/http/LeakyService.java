package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.TextNode;
import io.imageshare.http.ApiRequest.Purpose;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** A service that answers requests of one purpose with all the secrets it knows. */
final class LeakyService implements WireServer.Script {

  /** How it tells. */
  enum Shape {
    /** The secrets, spelled in every way, as JSON. */
    SECRETS,
    /** All of the request, as JSON. */
    REQUEST,
    /** The same, encoded as in a URL. */
    ENCODED_REQUEST,
    /** The secrets on a web page. */
    PAGE,
    /** A secret where the status should be; here and below it is no HTTP. */
    STATUS_LINE,
    /** A secret as the name of a header. */
    HEADER_NAME,
    /** A secret as the body's length. */
    LENGTH;

    boolean isHttp() {
      return this != STATUS_LINE && this != HEADER_NAME && this != LENGTH;
    }
  }

  /** What is wrong with the service. */
  record Leak(Purpose purpose, int status, Shape shape) {}

  private final Leak leak;
  private final Secrets known;
  private final List<String> images;
  private final List<String> projects;
  private final AtomicBoolean shared = new AtomicBoolean();

  LeakyService(Leak leak, Secrets known, List<String> images, List<String> projects) {
    this.leak = leak;
    this.known = known;
    this.images = images;
    this.projects = projects;
  }

  @Override
  public void answer(WireServer.Request request, Socket socket) throws Exception {
    Purpose purpose = purpose(request);
    if (purpose == leak.purpose()) {
      reveal(request, socket);
      return;
    }
    switch (purpose) {
      case LOGIN -> WireServer.reply(socket, 201, "{}", "X-Subject-Token: " + known.token());
      case SUBMIT -> {
        shared.set(true);
        WireServer.reply(socket, 200, "{\"job_id\":\"j1\"}");
      }
      case POLL -> WireServer.reply(socket, 200, "{\"status\":\"SUCCESS\"}");
      case LIST -> WireServer.reply(socket, 200, members());
    }
  }

  private static Purpose purpose(WireServer.Request request) {
    if (request.target().startsWith("/v3/auth/tokens")) {
      return Purpose.LOGIN;
    }
    if (!request.method().equals("GET")) {
      return Purpose.SUBMIT;
    }
    return request.target().contains("/job") ? Purpose.POLL : Purpose.LIST;
  }

  private String members() {
    return (shared.get() ? projects : List.<String>of())
        .stream()
            .map("{\"member_id\":\"%s\",\"status\":\"pending\"}"::formatted)
            .collect(Collectors.joining(",", "{\"members\":[", "]}"));
  }

  private void reveal(WireServer.Request request, Socket socket) throws Exception {
    List<String> secrets = of(request);
    String first = secrets.get(0);
    switch (leak.shape()) {
      case SECRETS -> json(socket, spelled(secrets), request.header("x-auth-token"));
      case REQUEST -> json(socket, request.headers() + request.body(), "");
      case ENCODED_REQUEST ->
          json(socket, ApiRequest.encode(request.headers() + request.body()), "");
      case PAGE -> WireServer.reply(socket, leak.status(), "<html>" + spelled(secrets) + "</html>");
      case STATUS_LINE -> broken(socket, first);
      case HEADER_NAME -> broken(socket, "HTTP/1.1 200 word\r\n" + first + " : x");
      case LENGTH -> broken(socket, "HTTP/1.1 200 word\r\nContent-Length: " + first);
    }
  }

  /** What the service knows of the caller: a signature's secret is known to both. */
  private List<String> of(WireServer.Request request) {
    List<String> secrets = new ArrayList<>();
    if (leak.purpose() == Purpose.LOGIN) {
      secrets.add(known.password());
    } else if (request.header("authorization").isEmpty()) {
      secrets.add(request.header("x-auth-token"));
    } else {
      secrets.add(known.secretKey());
      if (!request.header("x-security-token").isEmpty()) {
        secrets.add(request.header("x-security-token"));
      }
    }
    return secrets;
  }

  private static String spelled(List<String> secrets) {
    return secrets.stream()
        .map(
            secret ->
                String.join(
                    " ; ",
                    secret,
                    ApiRequest.encode(secret),
                    SecretSearch.forms(secret).get("in JSON"),
                    SecretSearch.forms(secret).get("in HTML"),
                    Base64.getEncoder().encodeToString(secret.getBytes(UTF_8))))
        .collect(Collectors.joining(" ; "));
  }

  private void json(Socket socket, String text, String requestId) throws Exception {
    String body =
        """
        {"status":"FAIL","job_type":%1$s,"error_code":%2$s,"fail_reason":%1$s,"error_msg":%1$s,
         "entities":{"results":[{"image_id":"%3$s","project_id":"%4$s","status":"failed",
                                 "error_code":%1$s,"fail_reason":%1$s}]}}
        """
            .formatted(
                TextNode.valueOf(text),
                TextNode.valueOf("X." + text),
                images.get(0),
                projects.get(0));
    WireServer.reply(socket, leak.status(), body, "X-Request-Id: " + requestId);
  }

  private static void broken(Socket socket, String head) throws Exception {
    WireServer.send(socket, head + "\r\n\r\n");
    socket.close();
  }
}
