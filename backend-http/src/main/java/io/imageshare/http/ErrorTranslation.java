package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import java.time.Instant;

/** What the service's refusals mean, in the one vocabulary the engine knows. */
final class ErrorTranslation {
  private ErrorTranslation() {}

  /**
   * Translates an error's answer.
   *
   * @param hints what can be told beyond the service's words; may be empty
   * @param secrets what the message must not hold
   */
  static BackendException of(
      ApiRequest call, ApiResponse answer, Instant now, String hints, Redaction secrets) {
    ErrorBody error = ErrorBody.read(answer);
    Kind kind = kind(call, answer.status(), error);
    String words = ErrorBody.clean(secrets.hide(error.message()));
    String request = request(error.requestId(), secrets);
    String message =
        "%s (HTTP %d to %s%s)%s"
            .formatted(words.isEmpty() ? "no words" : words, answer.status(), call, request, hints);
    return new BackendException(
        new Reason(kind, secrets.hide(error.code()), secrets.hide(message)),
        RetryAfter.of(answer, error.message(), now));
  }

  /** A good status over something that cannot be read. */
  static BackendException unreadable(
      ApiRequest call, ApiResponse answer, String why, Redaction secrets) {
    String request = request(answer.header("X-Request-Id"), secrets);
    String message =
        "%s: %s (HTTP %d%s): %s"
            .formatted(
                call,
                why,
                answer.status(),
                request,
                ErrorBody.clean(secrets.hide(new String(answer.body(), UTF_8))));
    Kind kind = call.write() ? Kind.LOST : Kind.INTERNAL;
    return new BackendException(new Reason(kind, "", secrets.hide(message)));
  }

  private static String request(String id, Redaction secrets) {
    return id.isEmpty() ? "" : ", request " + ErrorBody.clean(secrets.hide(id));
  }

  /** What an error is to this call. */
  static Kind kind(ApiRequest call, int status, ErrorBody error) {
    Kind told = ErrorCodes.kind(error.code());
    Kind kind =
        switch (status) {
          case 401 -> Kind.UNAUTHENTICATED;
          case 429 -> Kind.THROTTLED;
          default -> told != null ? told : byStatus(call, status, error);
        };
    return switch (call.purpose()) {
      case SUBMIT -> kind;
      case POLL -> side(kind) ? Kind.INVALID : harmless(kind);
      case LIST -> harmless(kind);
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
    Kind told = ErrorCodes.kind(code);
    // Neither the engine nor anyone knows what is wrong: the hunt finds whose fault it is.
    return told != null ? told : Kind.INVALID;
  }

  private static Kind byStatus(ApiRequest call, int status, ErrorBody error) {
    return switch (status) {
      case 403 -> Kind.FORBIDDEN;
      case 404 -> notFound(call, error);
      case 405, 501 -> Kind.UNSUPPORTED;
      case 408, 409 -> Kind.LOST;
      // The gateway answers so before the service; anyone else may after it.
      case 503 -> ErrorCodes.gateway(error.code()).isEmpty() ? Kind.LOST : Kind.UNAVAILABLE;
      default -> status >= 500 ? Kind.LOST : Kind.INVALID;
    };
  }

  private static Kind notFound(ApiRequest call, ErrorBody error) {
    return switch (call.purpose()) {
      case LIST -> error.bare() ? Kind.UNSUPPORTED : Kind.INVALID_IMAGE;
      case SUBMIT -> error.bare() ? Kind.UNSUPPORTED : Kind.INVALID;
      case POLL, LOGIN -> Kind.INVALID;
    };
  }

  private static boolean side(Kind kind) {
    return kind == Kind.INVALID_IMAGE || kind == Kind.INVALID_RECIPIENT;
  }

  private static Kind harmless(Kind kind) {
    return kind == Kind.LOST ? Kind.UNAVAILABLE : kind;
  }
}
