package io.imageshare.http;

import io.imageshare.BackendException;
import io.imageshare.Reason.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Calls the service as somebody: signs every attempt anew, and renews what was refused, once. */
final class Caller {
  private final Transport transport;
  private final Session session;
  private final @Nullable String project;

  Caller(Transport transport, Credentials credentials, @Nullable String project) {
    this.transport = transport;
    this.session = new Session(credentials, transport);
    this.project = project;
  }

  /** An answer, and as whom it was got. */
  record Reply(Call call, Answer answer, Identity identity) {}

  /**
   * Makes a call; whatever status it is answered with.
   *
   * @throws BackendException if there is no answer
   */
  Reply call(Call call) {
    Identity identity = session.current();
    Answer answer = send(call, identity);
    if (refused(call, answer)) {
      Identity other = session.instead(identity);
      if (other != null) {
        return new Reply(call, send(call, other), other);
      }
    }
    return new Reply(call, answer, identity);
  }

  private Answer send(Call call, Identity identity) {
    return transport.send(call, identity.headers(call, project, transport.clock().instant()));
  }

  private static boolean refused(Call call, Answer answer) {
    return answer.status() >= 400
        && Refusal.kind(call, answer.status(), ErrorBody.read(answer)) == Kind.UNAUTHENTICATED;
  }

  /** What a reply without a good status comes to. */
  BackendException refusal(Reply reply) {
    Call call = reply.call();
    Answer answer = reply.answer();
    if (answer.status() < 400) {
      return unreadable(reply, "no answer to it");
    }
    Instant now = transport.clock().instant();
    String hints = Hints.of(call, answer, reply.identity(), project, now);
    return Refusal.of(call, answer, now, hints, reply.identity().secrets());
  }

  /** What a reply that cannot be read comes to. */
  BackendException unreadable(Reply reply, String why) {
    return Refusal.unreadable(reply.call(), reply.answer(), why, reply.identity().secrets());
  }
}
