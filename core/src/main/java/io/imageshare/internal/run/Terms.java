package io.imageshare.internal.run;

import io.imageshare.BatchLimits;
import io.imageshare.PollPolicy;
import io.imageshare.internal.poll.ListingLags;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.poll.RecentDurations;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run goes by: limits, policies, and what the workflow has learned.
 *
 * @param account whose images they are; empty if the backend cannot tell
 * @param readPause how long to wait after a read that failed for good: as long as the longest
 *     backoff
 * @param stopAfterFailures nothing more is written once so many pairs have failed
 * @param reader takes what a run reads that does nothing else; null: the run writes
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
    long stopAfterFailures,
    @Nullable ListingReader reader) {

  /** The same for a run that only reads. */
  public Terms reader(ListingReader reader) {
    return new Terms(
        account,
        limits,
        membersPerImage,
        poll,
        schedule,
        durations,
        lags,
        readPause,
        random,
        stopAfterFailures,
        reader);
  }
}
