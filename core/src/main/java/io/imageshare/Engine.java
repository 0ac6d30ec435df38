package io.imageshare;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What all runs of a workflow share. */
record Engine(
    MemberBackend backend,
    Timekeeper time,
    BatchLimits limits,
    int membersPerImage,
    PollPolicy poll,
    Duration deadline,
    RandomGenerator random,
    Gate gate,
    Calls calls,
    Recent recent,
    @Nullable Journal journal,
    Consumer<ShareEvent> listener) {

  /** How much time has passed since then; none if the clock says that it is yet to come. */
  Duration since(Instant then) {
    Duration passed = Duration.between(then, time.now());
    return passed.isNegative() ? Duration.ZERO : passed;
  }
}
