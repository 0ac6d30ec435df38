package io.imageshare.http;

import io.imageshare.http.AuthenticatedClient.Exchange;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two endpoints that answer the same question, of which a deployment may publish one only. Which
 * one is found out once, at the first answer, and remembered.
 */
final class EndpointFallback {
  private static final Logger log = LoggerFactory.getLogger(EndpointFallback.class);

  /** Which of the two is asked. */
  private enum Settled {
    OPEN,
    FIRST,
    SECOND
  }

  // Calls that find it OPEN at once each find out for themselves, and come to the same.
  private volatile Settled settled = Settled.OPEN;

  /**
   * Asks the one that is published.
   *
   * @param first the call to the preferred one
   * @param second the same to its twin, or null when that cannot be called
   */
  Exchange ask(
      Supplier<ApiRequest> first,
      @Nullable Supplier<ApiRequest> second,
      Function<ApiRequest, Exchange> send) {
    Settled known = settled;
    if (known == Settled.SECOND && second != null) {
      return send.apply(second.get());
    }
    Exchange reply = send.apply(first.get());
    if (reply.answer().ok()) {
      settled = Settled.FIRST;
    }
    if (known == Settled.FIRST || second == null || published(reply.answer())) {
      return reply;
    }
    Exchange other = send.apply(second.get());
    if (!published(other.answer())) {
      return reply;
    }
    settled = Settled.SECOND;
    log.warn(
        "{} is not published here (HTTP {}); from now on {}",
        reply.call(),
        reply.answer().status(),
        other.call());
    return other;
  }

  private static boolean published(ApiResponse answer) {
    if (answer.status() == 405) {
      return false;
    }
    if (answer.status() != 404) {
      return true;
    }
    ErrorBody error = ErrorBody.read(answer);
    return !error.bare() && !ErrorCodes.gateway(error.code()).equals(ErrorCodes.UNPUBLISHED);
  }
}
