package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.Pacer;
import io.imageshare.PollPolicy;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.Timekeeper;
import io.imageshare.internal.report.RunResult;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The parts and settings that a workflow is built from.
 *
 * @param silence after which a run that nobody writes is abandoned
 * @param reports makes the report from the result of a run
 */
public record Settings(
    MemberBackend backend,
    Timekeeper time,
    BatchLimits limits,
    int membersPerImage,
    RetryPolicy retry,
    PollPolicy poll,
    FlowPolicy flow,
    Duration deadline,
    Duration closeTimeout,
    long stopAfterFailures,
    RandomGenerator random,
    @Nullable Journal journal,
    Duration silence,
    @Nullable TakeOver takeOver,
    @Nullable Pacer pacer,
    Consumer<ShareEvent> listener,
    Function<RunResult, ShareReport> reports) {

  /** How often abandoned runs are looked for, and how many are taken over at a time. */
  public record TakeOver(Duration every, int atMost) {}
}
