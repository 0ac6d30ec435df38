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

  static KillSwitch none() {
    return new KillSwitch(Long.MAX_VALUE);
  }

  void blow() {
    passed = points;
    pass();
  }

  /** Passes a point; false if the process is dead. */
  boolean pass() {
    passed++;
    return passed <= points;
  }

  boolean isBlown() {
    return passed > points;
  }

  long passed() {
    return passed;
  }
}
