package io.imageshare.internal.run;

import io.imageshare.BatchLimits;
import io.imageshare.PollPolicy;
import io.imageshare.internal.poll.ListingLags;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.poll.RecentDurations;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What a run goes by: limits, policies, and what the workflow has learned.
 *
 * @param account whose images they are; empty if the backend cannot tell
 * @param readPause how long to wait after a read that failed for good: as long as the longest
 *     backoff
 * @param stopAfterFailures nothing more is written once so many pairs have failed
 */
public record Terms(
    String account,
    BatchLimits limits,
    int membersPerImage,
    PollPolicy poll,
    PollSchedule schedule,
    RecentDurations durations,
    ListingLags lags,
    Duration readPause,
    RandomGenerator random,
    long stopAfterFailures) {}
