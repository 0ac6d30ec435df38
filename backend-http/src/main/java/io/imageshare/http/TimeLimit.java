package io.imageshare.http;

/** Interrupts a thread when the time of its call is over, and never after the call. */
final class TimeLimit implements Runnable {
  private final Thread caller = Thread.currentThread();
  private boolean over;
  private boolean stopped;

  @Override
  public synchronized void run() {
    if (!stopped) {
      over = true;
      caller.interrupt();
    }
  }

  /**
   * Stops it: from now on it does not interrupt.
   *
   * @return whether it has
   */
  synchronized boolean stop() {
    stopped = true;
    return over;
  }
}
