package io.imageshare.http;

import static java.net.HttpURLConnection.HTTP_NOT_FOUND;
import static java.net.HttpURLConnection.HTTP_OK;

import com.fasterxml.jackson.databind.JsonNode;
import io.imageshare.Reason.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;

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
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 5_000;
  private static final int LIMIT = 1 << 16;

  @Override
  public Identity fetch(Transport transport, Standing principal) {
    JsonNode key = Wire.object(answer()).path("credential");
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

  private byte[] answer() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) metadata.resolve(PATH).toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setRequestProperty("Connection", "close");
      try {
        int status = connection.getResponseCode();
        if (status != HTTP_OK) {
          throw ErrorTranslation.exception(
              status == HTTP_NOT_FOUND ? Kind.UNAUTHENTICATED : Kind.UNAVAILABLE,
              "no credentials: %s, and %s%s answers HTTP %d; has this instance an agency?"
                  .formatted(before, metadata, PATH, status));
        }
        try (InputStream body = connection.getInputStream()) {
          return body.readNBytes(LIMIT);
        }
      } finally {
        connection.disconnect();
      }
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
