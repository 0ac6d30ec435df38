package io.imageshare.internal.engine;

import io.imageshare.BatchLimits;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.CallExecutor;
import io.imageshare.internal.flow.CallGate;
import io.imageshare.internal.journal.DirectoryJournal;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.poll.RecentDurations;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all runs of a workflow share.
 *
 * @param reader takes what is listed, with whose listing it is, of runs that only read
 * @param end when all runs of this context end; null: each after its own deadline
 */
record WorkflowContext(
    Settings settings,
    CallGate gate,
    CallExecutor calls,
    RecentDurations recent,
    PollSchedule schedule,
    @Nullable Journal journal,
    Consumer<ShareEvent> listener,
    @Nullable BiConsumer<String, Map<?, MemberStatus>> reader,
    @Nullable Instant end) {

  static WorkflowContext of(Settings settings) {
    CallGate gate = new CallGate(settings.time(), settings.flow());
    return new WorkflowContext(
        settings,
        gate,
        new CallExecutor(
            settings.time(),
            gate,
            settings.retry(),
            settings.flow().callTimeout(),
            settings.random()),
        new RecentDurations(),
        new PollSchedule(
            settings.poll().pollCost().orElse(null), gate::displaced, settings.random()),
        journal(settings),
        settings.listener(),
        null,
        null);
  }

  private static @Nullable Journal journal(Settings settings) {
    return settings.journal() instanceof DirectoryJournal directory
            && settings.time() instanceof VirtualTime
        ? directory.onCallingThread(settings.time())
        : settings.journal();
  }

  /** The same for runs that only read. */
  WorkflowContext reading(BiConsumer<String, Map<?, MemberStatus>> reader) {
    return new WorkflowContext(
        settings, gate, calls, recent, schedule, null, event -> {}, reader, end);
  }

  /** The same for the parts of a run, which all end at the same time. */
  WorkflowContext with(Instant end, @Nullable Journal journal, Consumer<ShareEvent> listener) {
    return new WorkflowContext(
        settings, gate, calls, recent, schedule, journal, listener, reader, end);
  }

  MemberBackend backend() {
    return settings.backend();
  }

  Timekeeper time() {
    return settings.time();
  }

  BatchLimits limits() {
    return settings.limits();
  }

  int membersPerImage() {
    return settings.membersPerImage();
  }

  PollPolicy poll() {
    return settings.poll();
  }

  RandomGenerator random() {
    return settings.random();
  }

  Function<RunResult, ShareReport> reports() {
    return settings.reports();
  }

  /** When a run ends that begins now. */
  Instant end(Instant now) {
    return end == null ? now.plus(settings.deadline()) : end;
  }

  /** How much time has passed since then; none if the clock says that it is yet to come. */
  Duration since(Instant then) {
    Duration passed = Duration.between(then, time().now());
    return passed.isNegative() ? Duration.ZERO : passed;
  }
}
