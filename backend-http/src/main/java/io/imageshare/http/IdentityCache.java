package io.imageshare.http;

import io.imageshare.BackendException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The identity in use: fetched once for all threads that need it, and renewed in time. */
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
   * An identity to make a request with.
   *
   * @throws BackendException if there is none
   */
  Identity current() {
    Identity known;
    synchronized (this) {
      known = current;
      boolean due = known == null || !clock.instant().isBefore(renewAt);
      boolean beingRenewed = fetching != null && known != null && valid(known);
      if (known != null && (!due || beingRenewed)) {
        return known;
      }
    }
    try {
      return fetch(known);
    } catch (BackendException e) {
      if (known == null || !valid(known)) {
        throw e;
      }
      // The old one is still valid: it stays in use, and is renewed when half of the rest is over.
      synchronized (this) {
        renewAt = halfLife(known);
      }
      return known;
    }
  }

  /**
   * A new identity in place of one that was refused, or null when there is no other.
   *
   * @throws BackendException if it could not be fetched
   */
  @Nullable Identity renewed(Identity refused) {
    if (!credentials.renewable()) {
      return null;
    }
    Identity next = fetch(refused);
    return next.secrets().equals(refused.secrets()) ? null : next;
  }

  /** Fetches an identity, unless another thread does so or has replaced the old one already. */
  private Identity fetch(@Nullable Identity old) {
    CompletableFuture<Identity> mine = null;
    CompletableFuture<Identity> result;
    synchronized (this) {
      if (current != null && current != old) {
        return current;
      }
      if (fetching == null) {
        mine = new CompletableFuture<>();
        fetching = mine;
      }
      result = fetching;
    }
    if (mine != null) {
      fetchInto(mine);
    }
    return await(result);
  }

  private void fetchInto(CompletableFuture<Identity> result) {
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
        renewAt = halfLife(fetched);
      }
    }
    if (fetched != null) {
      result.complete(fetched);
    } else {
      result.completeExceptionally(failure);
    }
  }

  private static Identity await(CompletableFuture<Identity> result) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw NetworkErrors.closed(false);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BackendException failure) {
        // A new one for each thread: they share neither stack trace nor suppressed exceptions.
        throw new BackendException(failure.reason(), failure.retryAfter(), failure.getCause());
      }
      throw new IllegalStateException("the credentials' source failed", e.getCause());
    }
  }

  private boolean valid(Identity identity) {
    Instant expiry = identity.expiry();
    return expiry == null || clock.instant().isBefore(expiry);
  }

  /** When half of the time that an identity is still valid is over. */
  private Instant halfLife(Identity identity) {
    Instant expiry = identity.expiry();
    Instant now = clock.instant();
    return expiry == null ? Instant.MAX : now.plus(Duration.between(now, expiry).dividedBy(2));
  }
}
