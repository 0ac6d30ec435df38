package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.http.IdentityCache.Held;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with one principal's credentials: signs each anew, renews credentials that were
 * refused, once, and sends nothing more with those that were.
 */
final class AuthenticatedClient {
  /** How long a refusal is remembered that may pass: a key is locked for so long. */
  private static final Duration PAUSE = Duration.ofMinutes(5);

  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(15);

  private final Transport transport;
  private final Clock clock;
  private final Sessions.Session session;
  private final @Nullable String project;
  private volatile @Nullable Identity lastAccepted;

  AuthenticatedClient(Transport transport, Sessions.Session session, @Nullable String project) {
    this.transport = transport;
    this.clock = transport.clock();
    this.session = session;
    this.project = project;
  }

  /** A request, its response, and the identity it was made with. */
  record Exchange(ApiRequest request, ApiResponse response, Identity identity) {}

  /**
   * Sends a request and returns the response, whatever its status.
   *
   * @throws BackendException if there is no response, or the credentials are refused
   */
  Exchange send(ApiRequest request) {
    Held held = session.cache().current(this::fetch, clock);
    Exchange exchange = send(request, held);
    if (exchange != null && !isUnauthenticated(exchange)) {
      return exchange;
    }
    Source source = session.source();
    Held next = source.renewable() ? session.cache().renewed(held, this::fetch, clock) : null;
    if (next != null) {
      held = next;
      exchange = send(request, held);
    }
    Instant now = clock.instant();
    if (exchange != null && !held.standing().isRefused(now)) {
      return exchange;
    }
    BackendException refusal = held.standing().refusal();
    if (source.renewable()) {
      session.principal().refuse(refusal.reason(), now.plus(PAUSE), now);
    }
    throw refusal;
  }

  private Identity fetch() {
    if (session.principal().isRefused(clock.instant())) {
      throw session.principal().refusal();
    }
    Identity identity = session.source().fetch(transport, session.principal());
    session.hide(identity.secrets());
    return identity;
  }

  /** Null if the identity was refused meanwhile, and nothing was sent. */
  private @Nullable Exchange send(ApiRequest request, Held held) {
    Identity identity = held.identity();
    if (!held.standing().begin(transport)) {
      return null;
    }
    boolean accepted = false;
    try {
      if (transport.isCancelled()) {
        throw ErrorTranslation.exception(Kind.UNAVAILABLE, request + " is not sent: cancelled");
      }
      ApiResponse response = transport.send(request, headers(request, identity));
      Exchange exchange = new Exchange(request, response, identity);
      accepted = isAccepted(exchange);
      if (accepted) {
        lastAccepted = identity;
      } else if (isUnauthenticated(exchange)) {
        refuse(exchange, held.standing());
      }
      return exchange;
    } finally {
      held.standing().end(accepted, clock.instant());
    }
  }

  private Map<String, String> headers(ApiRequest request, Identity identity) {
    try {
      return identity.headers(request, project, clock.instant());
    } catch (RuntimeException e) {
      // Nothing was sent. What is thrown here may quote what was signed.
      throw ErrorTranslation.exception(
          Kind.UNAVAILABLE,
          "%s could not be signed: %s".formatted(request, e.getClass().getName()));
    }
  }

  private void refuse(Exchange exchange, Standing standing) {
    Instant now = clock.instant();
    boolean passes = mayPass(exchange.response(), now);
    Instant until = passes ? now.plus(PAUSE) : Instant.MAX;
    Reason reason = error(exchange).reason();
    String more =
        "%s; nothing more is sent with this %s"
            .formatted(reason.message(), exchange.identity().noun());
    standing.refuse(
        new Reason(reason.kind(), reason.code(), passes ? more + " before " + until : more),
        until,
        now);
  }

  /** Whether it may not be the credentials that are wrong, but what ends without others. */
  private static boolean mayPass(ApiResponse response, Instant now) {
    ErrorBody error = ErrorBody.read(response);
    Instant server = RetryAfter.date(response);
    return error.bare()
        || error.message().contains("reach the limit")
        || (server != null && Duration.between(server, now).abs().compareTo(CLOCK_TOLERANCE) > 0);
  }

  private static Kind kind(Exchange exchange) {
    return ErrorTranslation.kind(
        exchange.request(), exchange.response(), ErrorBody.read(exchange.response()));
  }

  private static boolean isUnauthenticated(Exchange exchange) {
    return exchange.response().status() >= 400 && kind(exchange) == Kind.UNAUTHENTICATED;
  }

  /** Whether the response shows that whoever checks credentials has let the request in. */
  private static boolean isAccepted(Exchange exchange) {
    ErrorBody error = ErrorBody.read(exchange.response());
    if (error.bare()) {
      return false; // a page, of whatever status, is of whoever is in front
    }
    if (exchange.response().ok()) {
      return true;
    }
    if (exchange.response().status() < 400) {
      return false;
    }
    return switch (kind(exchange)) {
      case INVALID, INVALID_IMAGE, INVALID_RECIPIENT, QUOTA, FORBIDDEN -> true;
      // The gateway has let it in, and the service behind it finds the project to be another's.
      case UNAUTHENTICATED -> error.code().startsWith(ErrorCodes.IMAGE_SERVICE);
      default -> false;
    };
  }

  /** The failure behind a response that is not the service's good answer. */
  BackendException error(Exchange exchange) {
    ApiRequest request = exchange.request();
    ApiResponse response = exchange.response();
    boolean always = transport.isAlwaysTheSame(request);
    Instant now = clock.instant();
    String hints =
        new ErrorHints(
                request,
                response,
                always,
                exchange.identity(),
                exchange.identity().equals(lastAccepted),
                project,
                now)
            .text();
    return ErrorTranslation.of(request, response, always, now, hints, secrets(exchange));
  }

  /** The failure behind a response that cannot be read. */
  BackendException unreadable(Exchange exchange, String why) {
    return ErrorBody.read(exchange.response()).bare()
        ? error(exchange)
        : ErrorTranslation.unreadable(
            exchange.request(), exchange.response(), why, secrets(exchange));
  }

  /**
   * What no text of a response may show; that of its own request, however many others there are.
   */
  Redaction secrets(Exchange exchange) {
    return session.secrets().get().and(exchange.identity().secrets());
  }
}
