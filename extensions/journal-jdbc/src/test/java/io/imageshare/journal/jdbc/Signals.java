package io.imageshare.journal.jdbc;

/** Stops processes, and lets them go on. */
final class Signals {
  private Signals() {}

  /** To one that has just ended, it does nothing. */
  static void send(String signal, long process) throws Exception {
    new ProcessBuilder("kill", signal, String.valueOf(process)).inheritIO().start().waitFor();
  }
}
