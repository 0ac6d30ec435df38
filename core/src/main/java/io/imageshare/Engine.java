package io.imageshare;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BiConsumer;
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
    Schedule schedule,
    @Nullable Journal journal,
    Consumer<ShareEvent> listener,
    @Nullable BiConsumer<String, Map<?, MemberStatus>> reader,
    @Nullable Instant end) {

  /**
   * What a builder was given.
   *
   * @throws IllegalArgumentException if the backend does not say what it must
   */
  static Engine of(
      ShareWorkflow.Builder builder,
      RandomGenerator random,
      BiConsumer<Run, Reason> unauthenticated) {
    MemberBackend backend = builder.backend;
    Timekeeper time = builder.time == null ? offered(backend.time(), "time()") : builder.time;
    Gate gate = new Gate(time, builder.flow);
    Duration timeout = builder.flow.callTimeout();
    int members = Math.min(backend.membersPerImage(), builder.membersPerImage);
    if (members < 1) {
      throw new IllegalArgumentException(
          "membersPerImage() of the backend is " + members + ", not at least 1");
    }
    return new Engine(
        backend,
        time,
        offered(backend.limits(), "limits()").and(builder.limits),
        members,
        builder.poll,
        builder.deadline,
        random,
        gate,
        new Calls(time, gate, builder.retry, timeout, random, unauthenticated),
        new Recent(),
        new Schedule(builder.poll.pollCost(), gate::displaced, random),
        builder.journal == null ? null : journal(builder.journal, time),
        builder.listener,
        null,
        null);
  }

  private static Journal journal(Journal journal, Timekeeper time) {
    return journal instanceof DirectoryJournal directory && time instanceof VirtualTime
        ? directory.onCallingThread(time)
        : journal;
  }

  private static <T> T offered(@Nullable T value, String method) {
    if (value == null) {
      throw new IllegalArgumentException(
          method + " of the backend gave null; is it a mock without an answer?");
    }
    return value;
  }

  /**
   * The same for runs that only read.
   *
   * @param reader takes what is listed, with whose listing it is
   */
  Engine reading(BiConsumer<String, Map<?, MemberStatus>> reader) {
    return copy(null, event -> {}, reader, end);
  }

  /** The same for the parts of a run, which all end at the same time. */
  Engine with(Instant end, @Nullable Journal journal, Consumer<ShareEvent> listener) {
    return copy(journal, listener, reader, end);
  }

  private Engine copy(
      @Nullable Journal journal,
      Consumer<ShareEvent> listener,
      @Nullable BiConsumer<String, Map<?, MemberStatus>> reader,
      @Nullable Instant end) {
    return new Engine(
        backend,
        time,
        limits,
        membersPerImage,
        poll,
        deadline,
        random,
        gate,
        calls,
        recent,
        schedule,
        journal,
        listener,
        reader,
        end);
  }

  /** When a run ends that begins now. */
  Instant end(Instant now) {
    return end == null ? now.plus(deadline) : end;
  }

  /** How much time has passed since then; none if the clock says that it is yet to come. */
  Duration since(Instant then) {
    Duration passed = Duration.between(then, time.now());
    return passed.isNegative() ? Duration.ZERO : passed;
  }
}
