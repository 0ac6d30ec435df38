package io.imageshare.internal.flow;

import io.imageshare.internal.flow.Call.Kind;

/** The limits of a workflow that shares them with none. */
record OwnLimits(RateLimits rates, int openJobs) implements Limits {
  @Override
  public long earliest(Kind kind) {
    long earliest = rates.of(kind).earliest();
    Long asked = rates.asked(kind);
    return asked != null && asked - earliest > 0 ? asked : earliest;
  }

  @Override
  public boolean mayOpenJob(int open) {
    return open < openJobs;
  }

  @Override
  public void callStarted(Kind kind, long now) {
    rates.of(kind).callStarted(now);
  }

  @Override
  public void accepted(Kind kind, long started) {
    rates.accepted(kind, started);
  }

  @Override
  public void refused(Kind kind, long started, long now, long wait) {
    rates.refused(kind, started, now, wait);
  }
}
