package io.imageshare.memory;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * One thing that goes wrong between a client and an {@link ImsServer}, as data. What goes wrong
 * inside the service is a {@link Fault} of its cloud.
 */
public sealed interface SocketFault {

  /** The connection is reset when the request comes: none of it is read, nothing happens. */
  record ResetBeforeReading() implements SocketFault {}

  /** The request takes effect, and the connection is reset instead of an answer. */
  record ResetAfterEffect() implements SocketFault {}

  /**
   * The request is read and the connection stays open without an answer, until the client closes it
   * or the server is closed.
   *
   * @param effect whether the request takes effect all the same
   */
  record Stall(boolean effect) implements SocketFault {}

  /** The request takes effect; the answer ends in the middle, and the connection is closed. */
  record HalfAnswer() implements SocketFault {}

  /** The request takes effect; bytes that are not HTTP come back, and the connection is closed. */
  record Garbage() implements SocketFault {}

  /**
   * Something in front of the service answers with a page of its own; the request does not reach
   * the service.
   *
   * @param status the HTTP status of the page
   */
  record Page(int status) implements SocketFault {

    /**
     * Checks the status.
     *
     * @throws IllegalArgumentException if it is not from 200 to 599
     */
    public Page {
      checkArgument(status >= 200 && status < 600, "status: %s; it must be 200 to 599", status);
    }
  }

  /**
   * The request takes effect, and the right answer comes byte by byte.
   *
   * @param pause the time before each byte
   */
  record Dribble(Duration pause) implements SocketFault {

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public Dribble {
      checkArgument(!pause.isNegative(), "pause: %s is negative", pause);
    }
  }
}
