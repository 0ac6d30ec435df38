package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.time.Instant;

/** Translates the service's errors into the kinds of failure the engine knows. */
final class ErrorTranslation {
  private ErrorTranslation() {}

  static BackendException exception(Kind kind, String message) {
    return new BackendException(new Reason(kind, "", message));
  }

  /**
   * Translates a response that is none of the service's good answers.
   *
   * @param always whether nothing but this page ever came to requests of this kind
   * @param hints what is known beyond the service's message; may be empty
   * @param secrets what the message must not hold
   */
  static BackendException of(
      ApiRequest request,
      ApiResponse response,
      boolean always,
      Instant now,
      String hints,
      Redaction secrets) {
    ErrorBody error = ErrorBody.read(response);
    String hidden = secrets.hide(error.message());
    String text = error.bare() ? ErrorBody.words(hidden) : ErrorBody.clean(hidden);
    String message =
        "%s (HTTP %d to %s%s)%s"
            .formatted(
                text.isEmpty() ? "no message" : text,
                response.status(),
                request,
                details(response, error, secrets),
                hints);
    return new BackendException(
        new Reason(
            kind(request, response, error, always),
            secrets.hide(error.code()),
            secrets.hide(message)),
        RetryAfter.of(response, error.message(), now));
  }

  /**
   * JSON of good status that is not what was asked for. Nobody knows what it holds, a secret
   * perhaps: only its form is told.
   */
  static BackendException unreadable(
      ApiRequest request, ApiResponse response, String why, Redaction secrets) {
    String type = ErrorBody.clean(secrets.hide(response.header("Content-Type")));
    String message =
        "%s: %s (HTTP %d%s): %d bytes%s, %s"
            .formatted(
                request,
                why,
                response.status(),
                details(response, ErrorBody.read(response), secrets),
                response.body().length,
                type.isEmpty() ? "" : " of " + type,
                ErrorBody.clean(secrets.hide(Wire.outline(response.body()))));
    Kind kind = request.write() ? Kind.LOST : Kind.INTERNAL;
    return new BackendException(new Reason(kind, "", Wire.visible(secrets.hide(message))));
  }

  /** By whom and for which request: what those who run it search their logs for. */
  private static String details(ApiResponse response, ErrorBody error, Redaction secrets) {
    String server = error.bare() || response.redirects() ? response.header("Server") : "";
    return detail(", Server ", server, secrets) + detail(", request ", error.requestId(), secrets);
  }

  private static String detail(String name, String value, Redaction secrets) {
    return value.isEmpty() ? "" : name + ErrorBody.clean(secrets.hide(value));
  }

  /** The kind of such a response, with what is known of others of its kind. */
  static Kind kind(ApiRequest request, ApiResponse response, ErrorBody error, boolean always) {
    Kind kind = kind(request, response, error);
    boolean decided = kind != Kind.UNAVAILABLE && kind != Kind.LOST;
    if (!always || !error.bare() || decided) {
      return kind;
    }
    // A write that a page says is done is settled by reading, and not sent a third time.
    return response.ok() ? Kind.INTERNAL : refuses(response.status()) ? Kind.UNSUPPORTED : kind;
  }

  /** The kind of such a response, taken by itself. */
  static Kind kind(ApiRequest request, ApiResponse response, ErrorBody error) {
    Kind kind = decide(request, response, error);
    return switch (request.purpose()) {
      case SUBMIT -> kind;
      case POLL -> onOneSide(kind) ? Kind.INVALID : withoutEffect(kind);
      case LIST -> withoutEffect(kind);
      case LOGIN ->
          switch (kind) {
            case THROTTLED -> kind;
            case UNAVAILABLE, LOST -> Kind.UNAVAILABLE;
            default -> Kind.UNAUTHENTICATED;
          };
    };
  }

  private static Kind decide(ApiRequest request, ApiResponse response, ErrorBody error) {
    int status = response.status();
    if (status == 401) {
      return Kind.UNAUTHENTICATED;
    }
    if (status == 429) {
      return Kind.THROTTLED;
    }
    if (response.redirects() || error.tellsOfLongHeaders(status)) {
      return Kind.UNSUPPORTED;
    }
    // Of another status than that of an error, a body that tells of one is not believed.
    if (!error.bare() && status >= 400) {
      Kind known = ErrorCodes.kind(error.code());
      return known != null ? known : byStatus(request, status, error);
    }
    // Whoever refuses so large a body, smaller ones get through.
    return status == 413 && request.write() ? Kind.INVALID : Kind.LOST;
  }

  /** Whether a page of this status says that the request was not passed on, and will not be. */
  private static boolean refuses(int status) {
    return switch (status) {
      // Too slow, too early, in conflict, or the client is said to have gone: it may be otherwise.
      case 408, 409, 425, 460, 499 -> false;
      case 501 -> true;
      default -> status >= 400 && status < 500;
    };
  }

  /** The kind of a failed job's reason, which has no status. */
  static Kind ofJob(String code) {
    Kind known = ErrorCodes.kind(code);
    // Nobody knows which id is wrong: the engine searches for it.
    return known != null ? known : Kind.INVALID;
  }

  private static Kind byStatus(ApiRequest request, int status, ErrorBody error) {
    return switch (status) {
      case 403 -> Kind.FORBIDDEN;
      case 404 -> error.tellsOfNoEndpoint(status) ? Kind.UNSUPPORTED : notFound(request);
      case 405, 501 -> Kind.UNSUPPORTED;
      case 408, 409 -> Kind.LOST;
      // From the gateway, it came before the service saw the request; from it, maybe after.
      case 503 -> ErrorCodes.gateway(error.code()).isEmpty() ? Kind.LOST : Kind.UNAVAILABLE;
      default -> status >= 400 && status < 500 ? Kind.INVALID : Kind.LOST;
    };
  }

  private static Kind notFound(ApiRequest request) {
    return request.purpose() == ApiRequest.Purpose.LIST ? Kind.INVALID_IMAGE : Kind.INVALID;
  }

  private static boolean onOneSide(Kind kind) {
    return kind == Kind.INVALID_IMAGE || kind == Kind.INVALID_RECIPIENT;
  }

  private static Kind withoutEffect(Kind kind) {
    return kind == Kind.LOST ? Kind.UNAVAILABLE : kind;
  }
}
