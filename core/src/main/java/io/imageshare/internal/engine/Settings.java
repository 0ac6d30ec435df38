package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
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
 * What a workflow was built with.
 *
 * @param reports makes the report of a run that is over
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
    RandomGenerator random,
    @Nullable Journal journal,
    Consumer<ShareEvent> listener,
    Function<RunResult, ShareReport> reports) {}
