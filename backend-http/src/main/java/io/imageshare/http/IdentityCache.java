package io.imageshare.http;

import io.imageshare.BackendException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The identity in use: fetched once for all who wait for it, and renewed in time. */
final class IdentityCache {
  private final Credentials credentials;
  private final Transport transport;
  private final Clock clock;

  private @Nullable Identity current;
  private Instant renewAt = Instant.MAX;
  private @Nullable CompletableFuture<Identity> fetching;

  IdentityCache(Credentials credentials, Transport transport) {
    this.credentials = credentials;
    this.transport = transport;
    this.clock = transport.clock();
  }

  /**
   * An identity to call with.
   *
   * @throws BackendException if none can be had
   */
  Identity current() {
    Identity known;
    synchronized (this) {
      known = current;
      boolean due = known == null || !clock.instant().isBefore(renewAt);
      boolean elsewhere = fetching != null && known != null && good(known);
      if (known != null && (!due || elsewhere)) {
        return known;
      }
    }
    try {
      return fetch(known);
    } catch (BackendException e) {
      if (known == null || !good(known)) {
        throw e;
      }
      // Renewed too early to matter yet: the old one does, and half of what is left is waited.
      synchronized (this) {
        renewAt = halfway(known);
      }
      return known;
    }
  }

  /**
   * Another identity than the one refused, or null when there is no other.
   *
   * @throws BackendException if asking for it failed
   */
  @Nullable Identity instead(Identity refused) {
    if (!credentials.renewable()) {
      return null;
    }
    Identity next = fetch(refused);
    return next.secrets().equals(refused.secrets()) ? null : next;
  }

  /** Fetches one, unless another thread is at it or has put another in the place of the old. */
  private Identity fetch(@Nullable Identity old) {
    CompletableFuture<Identity> mine = null;
    CompletableFuture<Identity> answer;
    synchronized (this) {
      if (current != null && current != old) {
        return current;
      }
      if (fetching == null) {
        mine = new CompletableFuture<>();
        fetching = mine;
      }
      answer = fetching;
    }
    if (mine != null) {
      run(mine);
    }
    return wait(answer);
  }

  private void run(CompletableFuture<Identity> mine) {
    Identity fetched = null;
    Throwable failure = null;
    try {
      fetched = credentials.source().fetch(transport);
    } catch (Throwable e) {
      failure = e;
    }
    synchronized (this) {
      fetching = null;
      if (fetched != null) {
        current = fetched;
        renewAt = halfway(fetched);
      }
    }
    if (fetched != null) {
      mine.complete(fetched);
    } else {
      mine.completeExceptionally(failure);
    }
  }

  private static Identity wait(CompletableFuture<Identity> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NetworkErrors.closed(false);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BackendException failure) {
        // A new one for each who waited: they share neither stack trace nor suppressed ones.
        throw new BackendException(failure.reason(), failure.retryAfter(), failure.getCause());
      }
      throw new IllegalStateException("the credentials' source failed", e.getCause());
    }
  }

  private boolean good(Identity identity) {
    Instant expiry = identity.expiry();
    return expiry == null || clock.instant().isBefore(expiry);
  }

  private Instant halfway(Identity identity) {
    Instant expiry = identity.expiry();
    Instant now = clock.instant();
    return expiry == null ? Instant.MAX : now.plus(Duration.between(now, expiry).dividedBy(2));
  }
}
