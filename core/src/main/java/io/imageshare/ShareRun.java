package io.imageshare;

import java.util.concurrent.CompletableFuture;

/** A run under way. Safe to use from any thread. */
public interface ShareRun {

  /** {@return the id of the run, as in logs and events} */
  String id();

  /** {@return the progress of the run so far, a snapshot} */
  Progress progress();

  /**
   * {@return the report, once the run has ended} It never fails because of what the service did.
   *
   * <p>Every call returns a new future: cancelling it or timing it out does not affect the run;
   * {@link #cancel()} ends the run. In virtual time {@code get} and {@code join} advance the time,
   * also those of what {@code thenApply} and its like make of it. {@code CompletableFuture.allOf}
   * makes another future, for which {@code join} waits for ever: wait for it with {@link
   * Timekeeper#await}.
   */
  CompletableFuture<ShareReport> report();

  /**
   * Ends the run early: no further submit, one last poll of each open job, one read of each image
   * with open pairs, then the report. Returns at once; a second call has no effect.
   */
  void cancel();

  /**
   * Leaves the run to other processes, at once: no further call starts, answers to submits under
   * way are awaited for at most {@link ShareWorkflow.Builder#closeTimeout}, then the journal
   * releases the run and the report completes as {@link ShareReport.Ending#CLOSED}. Without a
   * journal nobody can go on with it. Returns at once; a second call has no effect.
   */
  void release();
}
