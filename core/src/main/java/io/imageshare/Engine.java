package io.imageshare;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

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
    Consumer<ShareEvent> listener) {}
