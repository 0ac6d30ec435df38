package io.imageshare.internal.flow;

import io.imageshare.internal.flow.Call.Kind;

/**
 * How fast calls of each kind may be made and how many jobs may be open: of this workflow alone, or
 * shared with others. Times are readings of the engine's monotonic clock.
 */
interface Limits {

  /** The time at which the next call may start, or at which to ask again at the latest. */
  long earliest(Kind kind);

  /**
   * Whether one more job may be opened.
   *
   * @param open how many are
   */
  boolean mayOpenJob(int open);

  /** A call starts, and may. */
  void callStarted(Kind kind, long now);

  /** The service processed a call, even if it refused the request. */
  void accepted(Kind kind, long started);

  /**
   * The service refused a call as one too many.
   *
   * @param wait the wait that it asks for; 0: none
   */
  void refused(Kind kind, long started, long now, long wait);

  /** A job is open no longer. */
  default void jobEnded() {}

  /** No more calls follow. */
  default void close() {}
}
