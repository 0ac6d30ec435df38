package io.imageshare;

import java.util.concurrent.CompletableFuture;

/** A run under way. Safe to use from any thread. */
public interface ShareRun {

  /**
   * The run's id, as in logs and events.
   *
   * @return the id
   */
  String id();

  /**
   * How far it is.
   *
   * @return a snapshot
   */
  Progress progress();

  /**
   * The report to come. Never fails for what the service did.
   *
   * <p>Every call gives a future of its own: cancelling it or timing it out leaves the run alone;
   * {@link #cancel()} ends the run. In virtual time {@code get} and {@code join} move the time.
   *
   * @return completed when the run is over
   */
  CompletableFuture<ShareReport> report();

  /**
   * Ends the run early: no further call that writes, one last look at each open job, one reading of
   * each image with open pairs, then the report. It returns at once; calling it again does nothing.
   */
  void cancel();
}
