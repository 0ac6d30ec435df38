package io.imageshare.memory;

/** Kills a process at a point: from there on nothing of it reaches the outside any more. */
final class KillSwitch {
  private final long points;
  private long passed;

  /**
   * @param points how many points the process passes before it dies
   */
  KillSwitch(long points) {
    this.points = points;
  }

  /** One that never kills. */
  static KillSwitch never() {
    return new KillSwitch(Long.MAX_VALUE);
  }

  /** Kills the process now. */
  void kill() {
    passed = points + 1;
  }

  /** Passes a point; false if the process is dead. */
  boolean pass() {
    passed++;
    return passed <= points;
  }

  boolean isDead() {
    return passed > points;
  }

  long passed() {
    return passed;
  }
}
