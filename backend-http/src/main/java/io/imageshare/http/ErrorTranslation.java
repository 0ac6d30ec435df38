package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

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
   * Translates an error response.
   *
   * @param hints what is known beyond the service's message; may be empty
   * @param secrets what the message must not hold
   */
  static BackendException of(
      ApiRequest request, ApiResponse response, Instant now, String hints, Redaction secrets) {
    ErrorBody error = ErrorBody.read(response);
    Kind kind = kind(request, response.status(), error);
    String text = ErrorBody.clean(secrets.hide(error.message()));
    String id = requestId(error.requestId(), secrets);
    String message =
        "%s (HTTP %d to %s%s)%s"
            .formatted(text.isEmpty() ? "no message" : text, response.status(), request, id, hints);
    return new BackendException(
        new Reason(kind, secrets.hide(error.code()), secrets.hide(message)),
        RetryAfter.of(response, error.message(), now));
  }

  /** A response of good status that cannot be read. */
  static BackendException unreadable(
      ApiRequest request, ApiResponse response, String why, Redaction secrets) {
    String id = requestId(response.header("X-Request-Id"), secrets);
    String message =
        "%s: %s (HTTP %d%s): %s"
            .formatted(
                request,
                why,
                response.status(),
                id,
                ErrorBody.clean(secrets.hide(new String(response.body(), UTF_8))));
    Kind kind = request.write() ? Kind.LOST : Kind.INTERNAL;
    return new BackendException(new Reason(kind, "", secrets.hide(message)));
  }

  private static String requestId(String id, Redaction secrets) {
    return id.isEmpty() ? "" : ", request " + ErrorBody.clean(secrets.hide(id));
  }

  /** The kind of an error of this request. */
  static Kind kind(ApiRequest request, int status, ErrorBody error) {
    Kind known = ErrorCodes.kind(error.code());
    Kind kind =
        switch (status) {
          case 401 -> Kind.UNAUTHENTICATED;
          case 429 -> Kind.THROTTLED;
          default -> known != null ? known : byStatus(request, status, error);
        };
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

  /** The kind of a failed job's reason, which has no status. */
  static Kind ofJob(String code) {
    Kind known = ErrorCodes.kind(code);
    // Nobody knows which id is wrong: the engine searches for it.
    return known != null ? known : Kind.INVALID;
  }

  private static Kind byStatus(ApiRequest request, int status, ErrorBody error) {
    return switch (status) {
      case 403 -> Kind.FORBIDDEN;
      case 404 -> notFound(request, error);
      case 405, 501 -> Kind.UNSUPPORTED;
      case 408, 409 -> Kind.LOST;
      // From the gateway, it came before the service saw the request; from others, maybe after.
      case 503 -> ErrorCodes.gateway(error.code()).isEmpty() ? Kind.LOST : Kind.UNAVAILABLE;
      default -> status >= 500 ? Kind.LOST : Kind.INVALID;
    };
  }

  private static Kind notFound(ApiRequest request, ErrorBody error) {
    return switch (request.purpose()) {
      case LIST -> error.bare() ? Kind.UNSUPPORTED : Kind.INVALID_IMAGE;
      case SUBMIT -> error.bare() ? Kind.UNSUPPORTED : Kind.INVALID;
      case POLL, LOGIN -> Kind.INVALID;
    };
  }

  private static boolean onOneSide(Kind kind) {
    return kind == Kind.INVALID_IMAGE || kind == Kind.INVALID_RECIPIENT;
  }

  private static Kind withoutEffect(Kind kind) {
    return kind == Kind.LOST ? Kind.UNAVAILABLE : kind;
  }
}
