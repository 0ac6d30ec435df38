package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Calls the service as somebody: signs every attempt anew, and renews what was refused, once.
 */
final class AuthenticatedClient {
  private final Transport transport;
  private final IdentityCache session;
  private final @Nullable String project;

  AuthenticatedClient(Transport transport, Credentials credentials, @Nullable String project) {
    this.transport = transport;
    this.session = new IdentityCache(credentials, transport);
    this.project = project;
  }

  /** An answer, and as whom it was got. */
  record Exchange(ApiRequest call, ApiResponse answer, Identity identity) {}

  /**
   * Makes a call; whatever status it is answered with.
   *
   * @throws BackendException if there is no answer
   */
  Exchange call(ApiRequest call) {
    Identity identity = session.current();
    ApiResponse answer = send(call, identity);
    if (refused(call, answer)) {
      Identity other = session.instead(identity);
      if (other != null) {
        return new Exchange(call, send(call, other), other);
      }
    }
    return new Exchange(call, answer, identity);
  }

  private ApiResponse send(ApiRequest call, Identity identity) {
    return transport.send(call, identity.headers(call, project, transport.clock().instant()));
  }

  private static boolean refused(ApiRequest call, ApiResponse answer) {
    return answer.status() >= 400
        && ErrorTranslation.kind(call, answer.status(), ErrorBody.read(answer))
            == Kind.UNAUTHENTICATED;
  }

  /** What a reply without a good status comes to. */
  BackendException refusal(Exchange reply) {
    ApiRequest call = reply.call();
    ApiResponse answer = reply.answer();
    if (answer.status() < 400) {
      return unreadable(reply, "no answer to it");
    }
    Instant now = transport.clock().instant();
    String hints = ErrorHints.of(call, answer, reply.identity(), project, now);
    return ErrorTranslation.of(call, answer, now, hints, reply.identity().secrets());
  }

  /** What a reply that cannot be read comes to. */
  BackendException unreadable(Exchange reply, String why) {
    return ErrorTranslation.unreadable(
        reply.call(), reply.answer(), why, reply.identity().secrets());
  }
}
