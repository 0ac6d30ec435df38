package io.imageshare.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that one backend uses. Where two are equal, or are of the same user, what is
 * known of one is known of the other.
 */
final class Sessions {
  private final Transport transport;
  private final Map<Object, Standing> principals = new ConcurrentHashMap<>();
  private final Map<Source, IdentityCache> caches = new ConcurrentHashMap<>();
  private final Secrets secrets = new Secrets();

  Sessions(Transport transport) {
    this.transport = transport;
    secrets.add(transport.secrets());
  }

  /** A client for the requests of one project. */
  AuthenticatedClient client(Credentials credentials, @Nullable String project) {
    Session session =
        new Session(
            credentials.source(),
            principals.computeIfAbsent(
                credentials.source().principal(), p -> credentials.principal()),
            caches.computeIfAbsent(credentials.source(), s -> credentials.cache()),
            secrets);
    session.hide(credentials.source().secrets());
    return new AuthenticatedClient(transport, session, project);
  }

  /**
   * One of the credentials.
   *
   * @param principal what is known of whoever proves himself by them
   * @param secrets every secret that the backend has used
   */
  record Session(Source source, Standing principal, IdentityCache cache, Secrets secrets) {

    /** No message contains this from now on. */
    void hide(Redaction more) {
      secrets.add(more);
    }
  }

  /** Every secret that was used. */
  static final class Secrets {
    private Redaction known = Redaction.of();

    synchronized void add(Redaction more) {
      known = known.and(more);
    }

    synchronized Redaction get() {
      return known;
    }
  }
}
