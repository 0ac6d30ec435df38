package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A run is another's: it is written by somebody else, or no longer by whoever wants to write it.
 */
public final class RunBusyException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** The run's id. */
  private final String run;

  /** Who writes the run, for people to read; empty if nobody does. */
  private final String owner;

  /** When the run can be claimed, from when this was thrown. */
  private final Duration freeIn;

  /**
   * A refusal.
   *
   * @param run the run's id
   * @param owner who writes the run, for people to read; empty if nobody does, since it was
   *     finished or released meanwhile
   * @param freeIn when the run can be claimed unless its owner writes to it again, from now
   */
  public RunBusyException(String run, String owner, Duration freeIn) {
    super(
        requireNonNull(owner, "owner").isEmpty()
            ? "run %s is not this process's any more: it was finished, released or taken over"
                .formatted(run)
            : "run %s is being written by %s; close the workflow that writes it, or wait until its process has ended or, where the journal goes by that, has written nothing for long enough, in %d s at the earliest"
                .formatted(run, owner, freeIn.toSeconds()));
    this.run = run;
    this.owner = owner;
    this.freeIn = freeIn;
  }

  /** {@return the id of the run} */
  public String run() {
    return run;
  }

  /** {@return who writes the run, for people to read; empty if nobody does} */
  public String owner() {
    return owner;
  }

  /**
   * {@return when the run can be claimed unless its owner writes to it again, from when this was
   * thrown}
   */
  public Duration freeIn() {
    return freeIn;
  }
}
