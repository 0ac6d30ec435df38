package io.imageshare.internal.flow;

import io.imageshare.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * One call to the backend, and what becomes of its answer. All of it happens on the engine's
 * thread.
 */
public interface Call<T> {

  /** What a call does. */
  enum Kind {
    SUBMIT("submit"),
    POLL("job"),
    READ("members");

    /** The method of the SPI. */
    public final String method;

    Kind(String method) {
      this.method = method;
    }
  }

  Kind kind();

  /** What it is about, by ids, for the log. */
  String subject();

  /** Whose call it is. */
  CallOwner owner();

  /** Whether it is still wanted when its turn comes; if not, it is dropped without a word. */
  boolean wanted();

  /** Whether it is made again after a failure without effect. */
  boolean repeats();

  /** Whether it can be made at once; see {@link #prepare}. */
  default boolean isPrepared() {
    return true;
  }

  /** Makes ready what must be before it is made. */
  default void prepare(Runnable ready) {
    ready.run();
  }

  CompletionStage<T> make();

  /** It failed without effect, and will be made again. */
  default void retrying(Reason reason) {}

  void answered(T value);

  void failed(Reason reason, Duration retryAfter);
}
