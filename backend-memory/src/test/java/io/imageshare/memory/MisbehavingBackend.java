package io.imageshare.memory;

import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A cloud some of whose calls are answered as no backend should, and what was submitted to it. */
record MisbehavingBackend(
    MemoryBackend cloud, How how, Set<Kind> calls, boolean effect, List<ShareRequest> submitted)
    implements MemberBackend {

  /** How a call is answered. */
  enum How {
    NEVER,
    STACK_OVERFLOW,
    FAILED_ASSERTION,
    MISSING_CLASS,
    FAILS_WITH_AN_ERROR,
    NULL_STAGE,
    NULL_VALUE,
    BROKEN_STAGE,
    NAMELESS_FAILURE,

    // From here on the answer is right, and only its way is strange.
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
  MisbehavingBackend(MemoryBackend cloud, How how, Set<Kind> calls, boolean effect) {
    this(cloud, how, calls, effect, new CopyOnWriteArrayList<>());
  }

  private <T> CompletionStage<T> call(Kind kind, Supplier<CompletionStage<T>> call) {
    if (!calls.contains(kind)) {
      return call.get();
    }
    return effect || how.isHarmless() ? answer(call.get()) : answer(new CompletableFuture<>());
  }

  private <T> CompletionStage<T> answer(CompletionStage<T> right) {
    return switch (how) {
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
          new Told<>(
              told -> {
                throw new UnsupportedOperationException("planted by the test");
              });
      case NAMELESS_FAILURE -> CompletableFuture.failedFuture(new Nameless());
      case TWICE ->
          told(
              right,
              tell -> {
                tell.run();
                tell.run();
              });
      case MANY_THREADS ->
          told(
              right,
              tell -> {
                for (int n = 0; n < 4; n++) {
                  new Thread(tell).start();
                }
              });
      case INTERRUPTED_THREAD ->
          told(
              right,
              tell -> {
                Runnable interrupted =
                    () -> {
                      Thread.currentThread().interrupt();
                      tell.run();
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

  /** The answer, told in a way of one's own. */
  private static <T> Told<T> told(CompletionStage<T> right, Consumer<Runnable> way) {
    return new Told<>(
        told -> right.whenComplete((value, e) -> way.accept(() -> told.accept(value, e))));
  }

  private static final class Told<T> extends CompletableFuture<T> {
    private final Consumer<BiConsumer<? super T, ? super Throwable>> way;

    Told(Consumer<BiConsumer<? super T, ? super Throwable>> way) {
      this.way = way;
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> told) {
      way.accept(told);
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

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    submitted.add(slice);
    return call(Kind.SUBMIT, () -> cloud.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return call(Kind.JOB, () -> cloud.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(Kind.MEMBERS, () -> cloud.members(image));
  }

  @Override
  public Timekeeper time() {
    return cloud.time();
  }
}
