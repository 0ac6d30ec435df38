package io.imageshare.internal.journal;

import static java.util.Objects.requireNonNull;

import io.imageshare.Timekeeper;
import io.imageshare.internal.time.Durations;
import io.imageshare.internal.time.Failures;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A call of the journal, whose answer is taken on the engine's thread. */
public final class JournalCall {
  private JournalCall() {}

  /**
   * Makes a call.
   *
   * @param then takes the answer, or why there is none
   */
  public static <T extends @Nullable Object> void make(
      Timekeeper time,
      Supplier<? extends CompletionStage<T>> call,
      BiConsumer<@Nullable T, @Nullable Throwable> then) {
    try {
      checked(call.get())
          .whenComplete(
              (value, failure) ->
                  time.schedule(
                      Duration.ZERO,
                      () -> then.accept(value, failure == null ? null : Failures.unwrap(failure))));
    } catch (Throwable e) {
      time.schedule(Duration.ZERO, () -> then.accept(null, e));
    }
  }

  private static <T extends @Nullable Object> CompletionStage<T> checked(
      @Nullable CompletionStage<T> stage) {
    return requireNonNull(stage, "the journal returned no stage; is it a mock?");
  }

  /** The answer of a method that must have one: null fails, alone or in a collection. */
  public static <T> CompletionStage<T> required(String method, CompletionStage<T> stage) {
    return checked(stage).thenApply(value -> required(method, value));
  }

  private static <T> T required(String method, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(method + " answered null");
    }
    if (value instanceof Collection<?> all && all.stream().anyMatch(Objects::isNull)) {
      throw new IllegalStateException(method + " answered null among others");
    }
    return value;
  }

  /**
   * Makes a call and waits for so long at most.
   *
   * @param timer schedules the end of the wait
   * @param then takes the answer, or why there is none
   * @param late takes an answer that came when nobody waited for it any more
   */
  public static <T extends @Nullable Object> void make(
      Timekeeper time,
      BiFunction<Duration, Runnable, Timekeeper.Scheduled> timer,
      Duration within,
      Supplier<? extends CompletionStage<T>> call,
      BiConsumer<@Nullable T, @Nullable Throwable> then,
      BiConsumer<@Nullable T, @Nullable Throwable> late) {
    boolean[] over = {false};
    Timekeeper.Scheduled limit =
        timer.apply(
            within,
            () -> {
              if (!over[0]) {
                over[0] = true;
                then.accept(
                    null,
                    new IllegalStateException(
                        "no answer for %s s".formatted(Durations.seconds(within))));
              }
            });
    make(
        time,
        call,
        (value, failure) -> {
          limit.cancel();
          BiConsumer<@Nullable T, @Nullable Throwable> taker = over[0] ? late : then;
          over[0] = true;
          taker.accept(value, failure);
        });
  }
}
