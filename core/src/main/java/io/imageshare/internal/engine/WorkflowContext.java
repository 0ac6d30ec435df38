package io.imageshare.internal.engine;

import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.Timekeeper;
import io.imageshare.internal.flow.CallExecutor;
import io.imageshare.internal.flow.CallGate;
import io.imageshare.internal.journal.DirectoryJournal;
import io.imageshare.internal.poll.ListingLags;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.poll.RecentDurations;
import io.imageshare.internal.run.Terms;
import io.imageshare.internal.time.VirtualTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What all runs of a workflow share. */
record WorkflowContext(
    Settings settings,
    Timekeeper time,
    CallGate gate,
    CallExecutor calls,
    Terms terms,
    @Nullable Journal journal) {

  /**
   * @param time that of the settings, guarded
   */
  static WorkflowContext of(Settings settings, Timekeeper time) {
    CallGate gate = new CallGate(time, settings.flow(), settings.pacer());
    CallExecutor calls =
        new CallExecutor(
            time, gate, settings.retry(), settings.flow().callTimeout(), settings.random());
    Terms terms =
        new Terms(
            settings.backend().account(),
            settings.limits(),
            settings.membersPerImage(),
            settings.poll(),
            new PollSchedule(
                settings.poll().pollCost().orElse(null), gate::pollCost, settings.random()),
            RecentDurations.ofJobs(),
            new ListingLags(),
            settings.retry().cap(),
            settings.random(),
            settings.stopAfterFailures());
    return new WorkflowContext(settings, time, gate, calls, terms, journal(settings));
  }

  private static @Nullable Journal journal(Settings settings) {
    return settings.journal() instanceof DirectoryJournal directory
            && settings.time() instanceof VirtualTime
        ? directory.onCallingThread(settings.time())
        : settings.journal();
  }

  /** Runs a task on the engine's thread, after those that are due already. */
  void schedule(Runnable task) {
    time.schedule(Duration.ZERO, task);
  }

  MemberBackend backend() {
    return settings.backend();
  }
}
