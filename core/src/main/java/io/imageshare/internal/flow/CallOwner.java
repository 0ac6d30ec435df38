package io.imageshare.internal.flow;

import io.imageshare.ShareEvent;
import java.time.Duration;

/** The run that a call belongs to. Every method is called on the engine's thread. */
public interface CallOwner {

  /** The run's id. */
  String id();

  /** A call is being made. */
  void started(Call.Kind kind);

  /** The backend blocked the engine's thread during a call. */
  void blocked(Call.Kind kind, Duration duration);

  /** Runs a step of the run; an exception ends the run. */
  void step(Runnable work);

  /** Runs a step after a delay, unless the run has ended by then. */
  void schedule(Duration delay, Runnable work);

  void emit(ShareEvent event);
}
