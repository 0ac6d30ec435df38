package io.imageshare.internal.flow;

import io.imageshare.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One call to the backend, with what to do once it is answered. Every method is called on the
 * engine's thread.
 */
public interface Call<T> {

  /** The kinds of call that are limited and counted separately. */
  enum Kind {
    SUBMIT("submit"),
    POLL("job"),
    READ("members");

    /** The method of the SPI, as events and logs name it. */
    public final String method;

    Kind(String method) {
      this.method = method;
    }
  }

  Kind kind();

  /** The ids it concerns, for the log. */
  String subject();

  /** The run that makes the call. */
  CallOwner owner();

  /** Whether the call is still wanted when its turn comes; if not, it is dropped silently. */
  boolean isWanted();

  /** Whether the call is made again after a failure without effect. */
  boolean isRepeatable();

  /** Whether the call can be made at once; otherwise {@link #prepare} comes first. */
  default boolean isPrepared() {
    return true;
  }

  /**
   * Does what must be done before the call is made.
   *
   * @param ready to be called when the call can be made
   */
  default void prepare(Runnable ready) {
    ready.run();
  }

  /**
   * Makes the call.
   *
   * @param turn gives the turns of further requests that it consists of
   */
  CompletionStage<T> make(Supplier<CompletionStage<Void>> turn);

  /** The service refused the credentials of the call; {@link #failed} follows. */
  void unauthenticated(Reason reason);

  /** The call failed without effect and will be made again. */
  default void retrying(Reason reason) {}

  /**
   * A copy of an answer, which the backend cannot change later. What this throws, as the answer
   * holds null or cannot be read, is the failure of the call.
   */
  default T copy(T answer) {
    return answer;
  }

  void answered(T value);

  void failed(Reason reason, Duration retryAfter);
}
