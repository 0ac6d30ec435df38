package io.imageshare.http;

import io.imageshare.http.AuthenticatedClient.Exchange;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two endpoints that answer the same question, of which a deployment may publish only one. Which
 * one is learned from the first answer, and remembered.
 */
final class EndpointFallback {
  private static final Logger log = LoggerFactory.getLogger(EndpointFallback.class);

  private enum Published {
    UNKNOWN,
    PREFERRED,
    ALTERNATIVE
  }

  // Calls that find it UNKNOWN at the same time each find out, with the same result.
  private volatile Published published = Published.UNKNOWN;

  /**
   * Sends a request to the endpoint that is published.
   *
   * @param preferred the request to the preferred endpoint
   * @param alternative the same to the other, or null when that cannot be called
   */
  Exchange send(
      Supplier<ApiRequest> preferred,
      @Nullable Supplier<ApiRequest> alternative,
      Function<ApiRequest, Exchange> client) {
    Published known = published;
    if (known == Published.ALTERNATIVE && alternative != null) {
      return client.apply(alternative.get());
    }
    Exchange first = client.apply(preferred.get());
    if (first.response().ok() && !isPage(first.response())) {
      published = Published.PREFERRED;
    }
    if (known == Published.PREFERRED || alternative == null || isPublished(first.response())) {
      return first;
    }
    Exchange second = client.apply(alternative.get());
    if (!isPublished(second.response())) {
      return first;
    }
    if (isPage(second.response())) {
      return second; // and nothing is learned from whoever is in front
    }
    published = Published.ALTERNATIVE;
    log.warn(
        "{} is not published here (HTTP {}); using {} from now on",
        first.request(),
        first.response().status(),
        second.request());
    return second;
  }

  private static boolean isPublished(ApiResponse response) {
    return !ErrorBody.read(response).tellsOfNoEndpoint(response.status());
  }

  private static boolean isPage(ApiResponse response) {
    return ErrorBody.read(response).bare();
  }
}
