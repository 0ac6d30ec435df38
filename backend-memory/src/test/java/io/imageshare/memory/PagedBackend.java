package io.imageshare.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.imageshare.MemberBackend;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads each list in several pages: it asks the cloud as often. */
final class PagedBackend extends ForwardingBackend {
  private static final Set<Kind> LISTS = EnumSet.of(Kind.MEMBERS, Kind.IMAGES, Kind.DESCRIBE);

  private final MemberBackend backend;
  private final int pages;
  private final Supplier<CompletionStage<Void>> turn;

  PagedBackend(MemberBackend backend, int pages) {
    this(backend, pages, () -> completedFuture(null));
  }

  private PagedBackend(MemberBackend backend, int pages, Supplier<CompletionStage<Void>> turn) {
    super(backend);
    this.backend = backend;
    this.pages = pages;
    this.turn = turn;
  }

  @Override
  public MemberBackend inTurns(Supplier<CompletionStage<Void>> next) {
    return new PagedBackend(backend, pages, next);
  }

  @Override
  <T> CompletionStage<T> call(
      Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    CompletableFuture<T> list = new CompletableFuture<>();
    read(LISTS.contains(kind) ? pages : 1, call, list);
    return list;
  }

  private <T> void read(int left, Supplier<CompletionStage<T>> call, CompletableFuture<T> list) {
    call.get()
        .whenComplete(
            (page, failure) -> {
              if (failure != null) {
                list.completeExceptionally(failure);
              } else if (left == 1) {
                list.complete(page);
              } else if (!list.isDone()) {
                turn.get().thenRun(() -> read(left - 1, call, list));
              }
            });
  }
}
