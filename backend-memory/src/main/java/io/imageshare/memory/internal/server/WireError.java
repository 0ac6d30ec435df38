package io.imageshare.memory;

import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a refusal looks on the wire: the tables of {@code ims-api.md} sections 3.3 and 3.4 the other
 * way round.
 *
 * @param code the service's code; empty when it gives none
 * @param retryAfter the wait asked for; zero: none
 * @param from who refuses, which settles the shape
 */
record Refusal(int status, String code, String message, Duration retryAfter, From from) {

  /** Who refuses. */
  enum From {
    /** The gateway in front of the service. */
    GATEWAY,
    /** The service's own calls. */
    SERVICE,
    /** The calls under /v2/images. */
    NATIVE
  }

  private static final int BAD_REQUEST = 400;
  private static final Pattern GATEWAY_CODE = Pattern.compile("API(?:GW|G|C)\\.(\\d{4})");

  // Codes that come with several statuses are here with the first.
  private static final Map<String, Integer> GATEWAY_STATUSES =
      Map.ofEntries(
          Map.entry("0101", 404),
          Map.entry("0103", 404),
          Map.entry("0201", 400),
          Map.entry("0203", 504),
          Map.entry("0301", 401),
          Map.entry("0302", 403),
          Map.entry("0303", 401),
          Map.entry("0304", 403),
          Map.entry("0305", 401),
          Map.entry("0306", 403),
          Map.entry("0307", 401),
          Map.entry("0308", 429),
          Map.entry("0310", 403),
          Map.entry("0311", 401),
          Map.entry("0401", 403),
          Map.entry("0402", 403),
          Map.entry("0404", 403),
          Map.entry("0501", 405),
          Map.entry("0502", 405),
          Map.entry("0602", 400),
          Map.entry("0607", 400),
          Map.entry("0610", 502),
          Map.entry("0613", 503),
          Map.entry("0801", 403),
          Map.entry("0802", 403));

  static Refusal gateway(int status, String code, String message) {
    return new Refusal(status, code, message, Duration.ZERO, From.GATEWAY);
  }

  static Refusal service(String code, String message) {
    return new Refusal(BAD_REQUEST, code, message, Duration.ZERO, From.SERVICE);
  }

  static Refusal ofNative(int status, String message) {
    return new Refusal(status, "", message, Duration.ZERO, From.NATIVE);
  }

  /** What a failure of the cloud looks like; null: the connection is lost instead. */
  static @Nullable Refusal of(BackendException failure, boolean ofNative) {
    Reason reason = failure.reason();
    if (reason.kind() == Reason.Kind.LOST && reason.code().isEmpty()) {
      return null;
    }
    String code = reason.code().isEmpty() ? code(reason.kind()) : reason.code();
    Matcher gateway = GATEWAY_CODE.matcher(code);
    if (gateway.matches()) {
      int status = GATEWAY_STATUSES.getOrDefault(gateway.group(1), status(reason.kind()));
      return new Refusal(status, code, reason.message(), failure.retryAfter(), From.GATEWAY);
    }
    int status = code.startsWith("IMG.") ? BAD_REQUEST : status(reason.kind());
    return ofNative
        ? new Refusal(
            status(reason.kind()), code, reason.message(), failure.retryAfter(), From.NATIVE)
        : new Refusal(status, code, reason.message(), failure.retryAfter(), From.SERVICE);
  }

  /** A code that a client reads as this kind. */
  private static String code(Reason.Kind kind) {
    return switch (kind) {
      case THROTTLED -> "APIGW.0308";
      case UNAVAILABLE -> "APIGW.0613";
      case INVALID_IMAGE -> "IMG.0027";
      case INVALID_RECIPIENT -> "IMG.0108";
      case INVALID -> "IMG.0001";
      case QUOTA -> "IMG.0088";
      case UNAUTHENTICATED -> "APIGW.0301";
      case FORBIDDEN -> "APIGW.0302";
      case UNSUPPORTED -> "APIGW.0101";
      case LOST, INTERNAL, NOT_SENT -> "";
    };
  }

  /** A status that a client without a code reads as this kind, or as near to it as there is. */
  private static int status(Reason.Kind kind) {
    return switch (kind) {
      case THROTTLED -> 429;
      case UNAVAILABLE -> 503;
      case INVALID_IMAGE -> 404;
      case INVALID_RECIPIENT, INVALID -> BAD_REQUEST;
      case QUOTA -> 413;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN -> 403;
      case UNSUPPORTED -> 501;
      case LOST, INTERNAL, NOT_SENT -> 500;
    };
  }
}
