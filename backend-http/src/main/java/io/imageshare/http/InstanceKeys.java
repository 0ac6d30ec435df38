package io.imageshare.http;

import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_OK;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.Comparators;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The temporary keys of the agency of the instance this runs on, from its metadata service ({@code
 * ims-api.md} section 5.4). It is asked directly, never through a proxy, and redirects are not
 * followed.
 *
 * @param metadata the address of the service
 * @param before where credentials were looked for before, for messages
 */
record InstanceKeys(URI metadata, String before) implements Source {
  private static final String PATH = "/openstack/latest/securitykey";
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration WHOLE = Duration.ofSeconds(5);
  private static final int LIMIT = 1 << 16;

  @Override
  public Identity fetch(Transport transport, Standing principal) {
    JsonNode key = Wire.object(answer(transport)).path("credential");
    try {
      return new Identity.AccessKey(
          Wire.text(key, "access"),
          Wire.text(key, "secret"),
          Wire.text(key, "securitytoken"),
          Wire.time(key, "expires_at"));
    } catch (IllegalArgumentException e) {
      throw ErrorTranslation.exception(
          Kind.UNAVAILABLE,
          "%s%s: its answer holds no key that can be used; %s"
              .formatted(metadata, PATH, e.getMessage()));
    }
  }

  private byte[] answer(Transport transport) {
    Duration limit = Comparators.min(WHOLE, transport.timeout());
    HttpRequest request = HttpRequest.newBuilder(metadata.resolve(PATH)).timeout(limit).build();
    long begun = transport.ticker().read();
    try (JdkClient client =
        JdkClient.own(HttpClient.Builder.NO_PROXY, null, CONNECT, Transport.pool(1))) {
      HttpResponse<LimitedBody> response = client.send(request, LimitedBody.handler(LIMIT));
      try (LimitedBody body = response.body()) {
        int status = response.statusCode();
        if (status != HTTP_OK) {
          throw ErrorTranslation.exception(
              status == HTTP_NOT_FOUND ? Kind.UNAUTHENTICATED : Kind.UNAVAILABLE,
              "no credentials: %s, and %s%s answers HTTP %d; has this instance an agency?"
                  .formatted(before, metadata, PATH, status));
        }
        Duration taken = Duration.ofNanos(transport.ticker().read() - begun);
        return body.await(limit.minus(taken));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NetworkErrors.closed(false);
    } catch (IOException e) {
      throw ErrorTranslation.exception(
          Kind.UNAVAILABLE,
          "no credentials: %s, and %s%s does not answer (%s); is this an instance of the cloud?"
              .formatted(before, metadata, PATH, e.getClass().getName()));
    }
  }

  @Override
  public Object principal() {
    return metadata;
  }

  @Override
  public String toString() {
    return "keys of this instance's agency";
  }
}
