package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with one principal's credentials: signs each anew, and renews credentials that
 * were refused, once.
 */
final class AuthenticatedClient {
  private final Transport transport;
  private final IdentityCache identities;
  private final @Nullable String project;

  AuthenticatedClient(Transport transport, Credentials credentials, @Nullable String project) {
    this.transport = transport;
    this.identities = new IdentityCache(credentials, transport);
    this.project = project;
  }

  /** A request, its response, and the identity it was made with. */
  record Exchange(ApiRequest request, ApiResponse response, Identity identity) {}

  /**
   * Sends a request and returns the response, whatever its status.
   *
   * @throws BackendException if there is no response
   */
  Exchange send(ApiRequest request) {
    Identity identity = identities.current();
    ApiResponse response = send(request, identity);
    if (unauthenticated(request, response)) {
      Identity renewed = identities.renewed(identity);
      if (renewed != null) {
        return new Exchange(request, send(request, renewed), renewed);
      }
    }
    return new Exchange(request, response, identity);
  }

  private ApiResponse send(ApiRequest request, Identity identity) {
    return transport.send(request, identity.headers(request, project, transport.clock().instant()));
  }

  private static boolean unauthenticated(ApiRequest request, ApiResponse response) {
    return response.status() >= 400
        && ErrorTranslation.kind(request, response.status(), ErrorBody.read(response))
            == Kind.UNAUTHENTICATED;
  }

  /** The failure behind a response whose status is not good. */
  BackendException error(Exchange exchange) {
    ApiRequest request = exchange.request();
    ApiResponse response = exchange.response();
    if (response.status() < 400) {
      return unreadable(exchange, "no answer to it");
    }
    Instant now = transport.clock().instant();
    String hints = ErrorHints.of(request, response, exchange.identity(), project, now);
    return ErrorTranslation.of(request, response, now, hints, exchange.identity().secrets());
  }

  /** The failure behind a response that cannot be read. */
  BackendException unreadable(Exchange exchange, String why) {
    return ErrorTranslation.unreadable(
        exchange.request(), exchange.response(), why, exchange.identity().secrets());
  }
}
