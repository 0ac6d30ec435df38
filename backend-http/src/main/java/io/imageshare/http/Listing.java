package io.imageshare.http;

import io.imageshare.Reason.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * A list that the service returns in pages, read as one call: it has one time limit, and bounds on
 * what is read. A service may make pages shorter than they could be, so that only a page without
 * anything new, or without a marker of the next, is the last.
 *
 * @param <E> what the list holds
 * @param <T> what is made of it
 */
final class Listing<E extends Listing.Entry, T> {
  /** Enough for {@link #MOST_ENTRIES} in pages of the usual 500. */
  private static final int MOST_PAGES = 100;

  private static final int MOST_ENTRIES = 50_000;
  private static final long MOST_BYTES = 64L << 20;

  private final String what;
  private final Function<String, Page<E>> ask;
  private final Consumer<E> take;
  private final IntPredicate isEnough;
  private final T result;
  private final Set<String> seen = new HashSet<>();
  private final Set<String> markers = new HashSet<>();
  private String marker = "";
  private int pages;
  private long bytes;
  private boolean over;

  /** One of what a list holds. */
  interface Entry {
    /** By which it is known again. */
    String key();
  }

  /**
   * One page of a list.
   *
   * @param next the marker of the next page; empty when there is none
   * @param bytes the length of the document
   */
  record Page<E>(List<E> entries, String next, int bytes) {}

  /**
   * A list of which nothing is read yet.
   *
   * @param what its name, for messages
   * @param ask asks for the page after a marker; for the first page if that is empty
   * @param take takes each entry, into what the result shows
   * @param isEnough whether no more is needed after so many pages, though there may be more
   * @param result what is made of all that was taken, by the time that is all
   */
  Listing(
      String what,
      Function<String, Page<E>> ask,
      Consumer<E> take,
      IntPredicate isEnough,
      T result) {
    this.what = what;
    this.ask = ask;
    this.take = take;
    this.isEnough = isEnough;
    this.result = result;
  }

  /** Reads the next page. */
  private void next() {
    Page<E> page = ask.apply(marker);
    int before = seen.size();
    for (E entry : page.entries()) {
      seen.add(entry.key());
      take.accept(entry);
    }
    pages++;
    bytes += page.bytes();
    marker = page.next();
    over = marker.isEmpty() || seen.size() == before || isEnough.test(pages);
    if (!over && !markers.add(marker)) {
      throw ErrorTranslation.exception(
          Kind.INTERNAL,
          "%s does not end: the marker of page %d, \"%s\", was that of a page before"
              .formatted(what, pages + 1, Wire.visible(ErrorBody.clean(marker))));
    }
    if (!over && (pages == MOST_PAGES || seen.size() >= MOST_ENTRIES || bytes >= MOST_BYTES)) {
      throw ErrorTranslation.exception(
          Kind.INTERNAL,
          "%s does not end: %d pages with %d entries and %d bytes were read"
              .formatted(what, pages, seen.size(), bytes));
    }
  }

  /**
   * Reads a list to its end, each page when a thread is free for it: however long a list is, other
   * calls go on. Once nobody waits for the result any more, no further page is asked for.
   *
   * @param turn gives the turn of each page but the first; waiting for it counts for no time limit
   * @param list gives the list, on a thread of the pool
   */
  static <T> CompletionStage<T> read(
      Transport transport, Supplier<CompletionStage<Void>> turn, Callable<Listing<?, T>> list) {
    CompletableFuture<T> result = new CompletableFuture<>();
    read(transport, turn, list, transport.timeout().toNanos(), result);
    return result;
  }

  private static <T> void read(
      Transport transport,
      Supplier<CompletionStage<Void>> turn,
      Callable<Listing<?, T>> list,
      long time,
      CompletableFuture<T> result) {
    long begun = transport.ticker().read();
    CompletionStage<Listing<?, T>> read =
        transport.async(
            () -> {
              Listing<?, T> one = list.call();
              one.next();
              return one;
            });
    CompletableFuture<?> unused =
        result.whenComplete((all, failure) -> read.toCompletableFuture().cancel(true));
    read.whenComplete(
        (one, failure) -> {
          if (failure != null) {
            result.completeExceptionally(failure);
            return;
          }
          if (one.over) {
            result.complete(one.result);
            return;
          }
          long left = time - (transport.ticker().read() - begun);
          if (left <= 0) {
            result.completeExceptionally(
                ErrorTranslation.exception(
                    Kind.UNAVAILABLE,
                    "%s has not ended within %s s, after %d pages"
                        .formatted(one.what, transport.timeout().toMillis() / 1000.0, one.pages)));
          } else if (!result.isDone()) {
            CompletableFuture.completedStage(one)
                .thenCompose(next -> turn.get())
                .whenComplete(
                    (taken, refusal) -> {
                      if (refusal == null) {
                        read(transport, turn, () -> one, left, result);
                      } else {
                        result.completeExceptionally(refusal);
                      }
                    });
          }
        });
  }
}
