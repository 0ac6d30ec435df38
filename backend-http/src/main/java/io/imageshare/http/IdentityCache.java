package io.imageshare.http;

import static java.util.Objects.requireNonNull;

import io.imageshare.BackendException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The identity in use: fetched once for all threads that need it, and renewed in time. */
final class IdentityCache {
  /** What an answer says of its expiry, however near, costs no more than one fetch in so long. */
  private static final Duration SHORTEST = Duration.ofSeconds(30);

  /** And however far, it is renewed after so long: a token lives for a day. */
  private static final Duration LONGEST = Duration.ofHours(12);

  /** An identity, and what the service said of it. */
  record Held(Identity identity, Standing standing) {}

  private @Nullable Held current;
  private Instant renewAt = Instant.MAX;
  private @Nullable CompletableFuture<Held> fetching;

  /**
   * An identity to make a request with.
   *
   * @param source fetches one; may block
   * @throws BackendException if there is none
   */
  Held current(Supplier<Identity> source, Clock clock) {
    Held known;
    boolean usable;
    synchronized (this) {
      Instant now = clock.instant();
      known = current;
      usable = known != null && isValid(known.identity(), now) && !known.standing().isRefused(now);
      boolean due = known == null || !now.isBefore(renewAt);
      if (known != null
          && !known.standing().isRefused(now)
          && (!due || (usable && fetching != null))) {
        return known;
      }
    }
    try {
      return fetch(known, source, clock);
    } catch (BackendException e) {
      if (known == null || !usable) {
        throw e;
      }
      // The old one is still valid: it stays in use, and is renewed when half of the rest is over.
      synchronized (this) {
        renewAt = renewAt(known.identity(), clock.instant());
      }
      return known;
    }
  }

  /**
   * A new identity in place of one that was refused, or null when the source gives the same again.
   *
   * @throws BackendException if it could not be fetched
   */
  @Nullable Held renewed(Held refused, Supplier<Identity> source, Clock clock) {
    Held next = fetch(refused, source, clock);
    return next.standing() == refused.standing() ? null : next;
  }

  /** Fetches an identity, unless another thread does so or has replaced the old one already. */
  @SuppressWarnings("ReferenceEquality") // one fetched since may be equal to the old one
  private Held fetch(@Nullable Held old, Supplier<Identity> source, Clock clock) {
    CompletableFuture<Held> mine = null;
    CompletableFuture<Held> result;
    synchronized (this) {
      if (current != null && current != old) {
        return current;
      }
      if (fetching == null) {
        mine = new CompletableFuture<>();
        fetching = mine;
      }
      result = requireNonNull(fetching);
    }
    if (mine != null) {
      fetchInto(mine, source, clock);
    }
    return await(result);
  }

  private void fetchInto(CompletableFuture<Held> result, Supplier<Identity> source, Clock clock) {
    Identity fetched = null;
    Throwable failure = null;
    try {
      fetched = source.get();
    } catch (Throwable e) {
      failure = e;
    }
    synchronized (this) {
      fetching = null;
      if (fetched != null) {
        Held old = current;
        Held next =
            old != null && old.identity().equals(fetched)
                ? new Held(fetched, old.standing())
                : new Held(fetched, new Standing());
        current = next;
        renewAt = renewAt(fetched, clock.instant());
        result.complete(next);
        return;
      }
    }
    result.completeExceptionally(failure);
  }

  private static Held await(CompletableFuture<Held> result) {
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

  private static boolean isValid(Identity identity, Instant now) {
    Instant expiry = identity.expiry();
    return expiry == null || now.isBefore(expiry);
  }

  /** When half of the time that an identity is still valid is over, within bounds. */
  private static Instant renewAt(Identity identity, Instant now) {
    Instant expiry = identity.expiry();
    if (expiry == null) {
      return Instant.MAX;
    }
    Duration half = Duration.between(now, expiry).dividedBy(2);
    return now.plus(
        half.compareTo(SHORTEST) < 0 ? SHORTEST : half.compareTo(LONGEST) > 0 ? LONGEST : half);
  }
}
