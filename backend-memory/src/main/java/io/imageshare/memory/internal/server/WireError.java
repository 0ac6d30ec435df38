package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.util.stream.Collectors.toUnmodifiableMap;

import com.google.common.collect.ImmutableSetMultimap;
import io.imageshare.BackendException;
import io.imageshare.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Map.Entry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error as a response shows it: the inverse of the tables of {@code ims-api.md} sections 3.3 and
 * 3.4.
 *
 * @param code the service's code; empty when it gives none
 * @param retryAfter the wait asked for; zero: none
 * @param source who refuses, which decides the shape
 */
record WireError(int status, String code, String message, Duration retryAfter, Source source) {

  /** Who refuses. */
  enum Source {
    /** The gateway in front of the service. */
    GATEWAY,
    /** The service's own calls. */
    SERVICE,
    /** The calls under /v2/images. */
    NATIVE
  }

  private static final Pattern GATEWAY_CODE = Pattern.compile("API(?:GW|G|C)\\.(\\d{4})");

  /** A code that occurs with several statuses is under the first of them. */
  private static final ImmutableSetMultimap<Integer, String> GATEWAY_CODES =
      ImmutableSetMultimap.<Integer, String>builder()
          .putAll(400, "0201", "0602", "0607")
          .putAll(401, "0301", "0303", "0305", "0307", "0311")
          .putAll(403, "0302", "0304", "0306", "0310", "0401", "0402", "0404", "0801", "0802")
          .putAll(404, "0101", "0103")
          .putAll(405, "0501", "0502")
          .put(429, "0308")
          .put(502, "0610")
          .put(503, "0613")
          .put(504, "0203")
          .build();

  private static final Map<String, Integer> GATEWAY_STATUSES =
      GATEWAY_CODES.entries().stream().collect(toUnmodifiableMap(Entry::getValue, Entry::getKey));

  static WireError gateway(int status, String code, String message) {
    return new WireError(status, code, message, Duration.ZERO, Source.GATEWAY);
  }

  static WireError service(String code, String message) {
    return new WireError(HTTP_BAD_REQUEST, code, message, Duration.ZERO, Source.SERVICE);
  }

  static WireError ofNative(int status, String message) {
    return new WireError(status, "", message, Duration.ZERO, Source.NATIVE);
  }

  /** A failure of the cloud; null: the connection is reset instead. */
  static @Nullable WireError of(BackendException failure, boolean isNative) {
    Reason reason = failure.reason();
    if (reason.kind() == Reason.Kind.LOST && reason.code().isEmpty()) {
      return null;
    }
    int status = status(reason.kind());
    Source source = isNative ? Source.NATIVE : Source.SERVICE;
    String code = reason.code().isEmpty() ? code(reason.kind()) : reason.code();
    Matcher gateway = GATEWAY_CODE.matcher(code);
    if (gateway.matches()) {
      status = GATEWAY_STATUSES.getOrDefault(gateway.group(1), status);
      source = Source.GATEWAY;
    } else if (!isNative && code.startsWith("IMG.")) {
      status = HTTP_BAD_REQUEST;
    }
    return new WireError(status, code, reason.message(), failure.retryAfter(), source);
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
      case INVALID_RECIPIENT, INVALID -> HTTP_BAD_REQUEST;
      case QUOTA -> 413;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN -> 403;
      case UNSUPPORTED -> 501;
      case LOST, INTERNAL, NOT_SENT -> 500;
    };
  }
}
