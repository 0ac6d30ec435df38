package io.imageshare.internal.flow;

import io.imageshare.Reason;
import io.imageshare.ShareEvent;
import java.time.Duration;

/** The run that a call belongs to. All of it happens on the engine's thread. */
public interface CallOwner {

  /** The run's id. */
  String id();

  /** A call is made. */
  void started(Call.Kind kind);

  /** A call held the engine's thread for long. */
  void blocked(Call.Kind kind, Duration held);

  /** The service refused the credentials of a call. */
  void unauthenticated(Reason reason);

  /** Does a piece of the run's work; what it throws ends the run. */
  void step(Runnable work);

  /** Does a piece of the run's work later, if the run is still going then. */
  void schedule(Duration delay, Runnable work);

  void emit(ShareEvent event);
}
