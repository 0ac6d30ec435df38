package io.imageshare.internal.time;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong in a stage. */
public final class Failures {
  private Failures() {}

  /**
   * The failure itself, without the exceptions that {@code java.util.concurrent} wraps around it.
   */
  public static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** What a failure says, or what it is where it says nothing. */
  public static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
