package io.imageshare.memory;

import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cloud some of whose calls are answered as no backend should answer them. */
final class MisbehavingBackend extends ForwardingBackend {
  final MemoryBackend cloud;
  final Misbehavior misbehavior;
  final Set<Kind> calls;
  final boolean effect;
  final List<ShareRequest> submitted = new CopyOnWriteArrayList<>();

  /** How a call is answered. */
  enum Misbehavior {
    NEVER,
    STACK_OVERFLOW,
    FAILED_ASSERTION,
    MISSING_CLASS,
    FAILS_WITH_AN_ERROR,
    NULL_STAGE,
    NULL_VALUE,
    BROKEN_STAGE,
    NAMELESS_FAILURE,

    // From here on the answer is right, and only its way is unusual.
    TWICE,
    MANY_THREADS,
    INTERRUPTED_THREAD,
    MINIMAL_STAGE;

    boolean isHarmless() {
      return compareTo(TWICE) >= 0;
    }
  }

  /**
   * @param calls which calls are answered so
   * @param effect whether they take effect all the same
   */
  MisbehavingBackend(
      MemoryBackend cloud, Misbehavior misbehavior, Set<Kind> calls, boolean effect) {
    super(cloud);
    this.cloud = cloud;
    this.misbehavior = misbehavior;
    this.calls = calls;
    this.effect = effect;
  }

  @Override
  <T> CompletionStage<T> call(
      Kind kind, @Nullable ShareRequest slice, String id, Supplier<CompletionStage<T>> call) {
    if (slice != null) {
      submitted.add(slice);
    }
    if (!calls.contains(kind)) {
      return call.get();
    }
    return effect || misbehavior.isHarmless()
        ? answer(call.get())
        : answer(new CompletableFuture<>());
  }

  @Override
  public String toString() {
    return calls + " " + misbehavior + (effect ? " with effect" : " without effect");
  }

  private <T> CompletionStage<T> answer(CompletionStage<T> right) {
    return switch (misbehavior) {
      case NEVER -> new CompletableFuture<>();
      case STACK_OVERFLOW -> throw new StackOverflowError("planted by the test");
      case FAILED_ASSERTION -> throw new AssertionError("planted by the test");
      case MISSING_CLASS -> throw new NoClassDefFoundError("planted by the test");
      case FAILS_WITH_AN_ERROR ->
          CompletableFuture.failedFuture(
              new CompletionException(new OutOfMemoryError("planted by the test")));
      case NULL_STAGE -> nothing();
      case NULL_VALUE -> CompletableFuture.completedFuture(nothing());
      case BROKEN_STAGE ->
          new CustomStage<>(
              action -> {
                throw new UnsupportedOperationException("planted by the test");
              });
      case NAMELESS_FAILURE -> CompletableFuture.failedFuture(new Nameless());
      case TWICE ->
          deliver(
              right,
              delivery -> {
                delivery.run();
                delivery.run();
              });
      case MANY_THREADS ->
          deliver(
              right,
              delivery -> {
                for (int n = 0; n < 4; n++) {
                  new Thread(delivery).start();
                }
              });
      case INTERRUPTED_THREAD ->
          deliver(
              right,
              delivery -> {
                Runnable interrupted =
                    () -> {
                      Thread.currentThread().interrupt();
                      delivery.run();
                    };
                new Thread(interrupted).start();
              });
      case MINIMAL_STAGE -> right.toCompletableFuture().minimalCompletionStage();
    };
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  /** The right answer, delivered in an unusual way. */
  private static <T> CustomStage<T> deliver(CompletionStage<T> right, Consumer<Runnable> way) {
    return new CustomStage<>(
        action -> right.whenComplete((value, e) -> way.accept(() -> action.accept(value, e))));
  }

  private static final class CustomStage<T> extends CompletableFuture<T> {
    private final Consumer<BiConsumer<? super T, ? super Throwable>> way;

    CustomStage(Consumer<BiConsumer<? super T, ? super Throwable>> way) {
      this.way = way;
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> action) {
      way.accept(action);
      return this;
    }
  }

  /** A failure that cannot even say what it is. */
  private static final class Nameless extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("planted by the test");
    }
  }
}
