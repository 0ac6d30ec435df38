package io.imageshare.examples.glance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends one request, once, and reads its answer. Safe for use by any thread. */
final class Exchange {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration REQUEST = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  /**
   * An answer.
   *
   * @param write whether the request can change something at the service
   */
  record Answer(boolean write, HttpResponse<byte[]> response) {

    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    /** The body; missing if it is no JSON, and then it is no word of an OpenStack service. */
    JsonNode json() {
      return Exchange.json(response.body());
    }

    /** What an answer is that says nothing of what was asked for. */
    Kind openKind() {
      return write ? Kind.LOST : Kind.UNAVAILABLE;
    }

    BackendException refusal(Kind kind, String what) {
      JsonNode error = json().path("error");
      String message = (error.isObject() ? error : json()).path("message").asText();
      String text =
          "%s: HTTP %d %s%s"
              .formatted(
                  what,
                  status(),
                  message.isEmpty()
                      ? "without a message, " + header("Content-Type")
                      : message.replaceAll("(<br />|\\s)+", " ").strip(),
                  status() / 100 == 3 ? " Location: " + header("Location") : "");
      return new BackendException(new Reason(kind, Integer.toString(status()), text), retryAfter());
    }

    private Duration retryAfter() {
      String seconds = header("Retry-After");
      return seconds.matches("\\d{1,5}")
          ? Duration.ofSeconds(Long.parseLong(seconds))
          : Duration.ZERO;
    }
  }

  private static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  Answer send(
      boolean write, String method, URI uri, Map<String, String> headers, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(REQUEST)
            // Without it Glance answers in HTML or plain text.
            .header("Accept", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    try {
      return new Answer(write, client.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw failure(Kind.UNAVAILABLE, uri, e);
    } catch (IOException e) {
      throw failure(write ? Kind.LOST : Kind.UNAVAILABLE, uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(write ? Kind.LOST : Kind.UNAVAILABLE, uri, e);
    }
  }

  private static BackendException failure(Kind kind, URI uri, Exception e) {
    String message = "no answer from " + uri.getAuthority() + ": " + e;
    return new BackendException(new Reason(kind, "", message), Duration.ZERO, e);
  }
}
