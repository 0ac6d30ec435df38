package io.imageshare.benchmarks;

import io.imageshare.MemberBackend;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;

/**
 * Where a client is to share all pairs.
 *
 * @param gateway the cloud behind the rate limit; only the bound looks behind it
 * @param possible what is asked, without the bad project
 * @param durations how long the jobs that have begun take without faults, in their order
 */
record Site(
    MemoryBackend cloud,
    MemberBackend gateway,
    CallLimit limit,
    ShareRequest possible,
    List<Duration> durations,
    int seed) {}
