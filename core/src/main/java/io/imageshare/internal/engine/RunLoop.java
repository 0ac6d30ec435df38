package io.imageshare.internal.engine;

import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.flow.CallOwner;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.journal.JournalWriter;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.table.Evidence;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.RepeatedRefusals;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.SubmittedSlice;
import io.imageshare.internal.time.TimedFuture;
import io.imageshare.internal.time.TimerScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run, from the survey through the rounds to the report. Only the methods of {@link ShareRun}
 * may be called from any thread; all others are called on the engine's thread.
 */
final class RunLoop implements ShareRun, CallOwner {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final Duration WINDING_DOWN = Duration.ofSeconds(30);
  private static final Duration HEARTBEAT = Duration.ofSeconds(9);

  private enum Phase {
    NEW,
    RUNNING,
    WINDING_DOWN,
    ENDED
  }

  private final String id;
  private final WorkflowContext context;
  private final PairTable table;
  private final Listings listings;
  private final Workflow workflow;
  private final JournalWriter journal;
  private final @Nullable RunHistory history;
  private final List<ShareRequest> requests;
  private final Evidence evidence = new Evidence();
  private final RepeatedRefusals refusals = new RepeatedRefusals();
  private final OutcomeRules rules;
  private final ProgressCounter counter;
  private final Warnings warnings;
  private final TimerScope timers;
  private final TimedFuture<ShareReport> report;
  private final List<SubmittedSlice> jobs = new ArrayList<>();
  private final Set<ListingRead> reads = new LinkedHashSet<>();
  private Phase phase = Phase.NEW;
  private boolean canList = true;
  private boolean surveyPending;
  private volatile boolean cancelled;
  private int rounds;
  private int submissions;
  private @Nullable Replay replay;
  private @Nullable Reason writesStopped;
  private @Nullable Round round;
  private @Nullable WindDown windDown;
  private volatile @Nullable RunResult result;
  private long deadline;

  /**
   * @param key its key in the journal
   * @param lines the number of lines in its journal
   * @param history what its journal says; null for a new run
   */
  RunLoop(
      String id,
      String key,
      WorkflowContext context,
      List<ShareRequest> requests,
      long lines,
      @Nullable RunHistory history,
      Workflow workflow) {
    this.id = id;
    this.context = context;
    this.requests = requests;
    this.history = history;
    this.workflow = workflow;
    table = new PairTable(requests);
    listings = new Listings(table);
    journal =
        new JournalWriter(
            context.journal(),
            context.time(),
            context.calls().timeout(),
            key,
            lines,
            this::stopWriting);
    rules = new OutcomeRules(this);
    counter = new ProgressCounter(context.time(), table);
    warnings = new Warnings(id);
    timers = new TimerScope(context.time());
    report = new TimedFuture<>(context.time());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Progress progress() {
    return counter.progress();
  }

  @Override
  public CompletableFuture<ShareReport> report() {
    return report.copy();
  }

  @Override
  public void cancel() {
    cancelled = true; // at once, as a listener that cancels is called in the middle of a step
    schedule(Duration.ZERO, () -> windDown(Ending.CANCELLED, null, false, WINDING_DOWN));
  }

  WorkflowContext context() {
    return context;
  }

  PairTable table() {
    return table;
  }

  /** The result; the run must have ended. */
  RunResult result() {
    return requireNonNull(result);
  }

  Listings listings() {
    return listings;
  }

  Evidence evidence() {
    return evidence;
  }

  OutcomeRules rules() {
    return rules;
  }

  ProgressCounter counter() {
    return counter;
  }

  JournalWriter journal() {
    return journal;
  }

  List<ShareRequest> requests() {
    return requests;
  }

  int rounds() {
    return rounds;
  }

  int nextSubmission() {
    return submissions++;
  }

  boolean mayWrite() {
    // Runs with the same deadline are ended one after the other: none may write in between.
    boolean expired = context.time().nanoTime() - deadline >= 0;
    return isRunning() && writesStopped == null && !cancelled && !expired;
  }

  /** Whether the run was resumed and its survey has not finished. */
  boolean isSurveyPending() {
    return surveyPending;
  }

  boolean isCancelled() {
    return cancelled;
  }

  boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  /** Whether the run makes its last calls. */
  boolean isWindingDown() {
    return phase == Phase.WINDING_DOWN && windDown != null && !windDown.isQuiet();
  }

  boolean canList() {
    return canList;
  }

  /** Runs a step; an exception ends the run with a report. */
  @Override
  public void step(Runnable work) {
    if (phase == Phase.ENDED) {
      return;
    }
    try {
      work.run();
    } catch (Throwable e) {
      log.error("run {}: stopped by an unexpected exception in this library or the backend", id, e);
      Reason fault = new Reason(Kind.INTERNAL, "", "unexpected exception: " + e);
      new WindDown(this, round, Ending.STOPPED, fault, true).end();
    }
    counter.publish();
  }

  @Override
  public void schedule(Duration delay, Runnable work) {
    timers.after(delay, () -> step(isRunning() ? work : () -> {}));
  }

  void make(Call<?> call) {
    context.calls().make(call);
  }

  void read(ListingRead read) {
    reads.add(read);
    make(read);
  }

  void readFinished(ListingRead read) {
    reads.remove(read);
  }

  @Override
  public void started(Call.Kind kind) {
    counter.countCall(kind);
  }

  @Override
  public void unauthenticated(Reason reason) {
    workflow.unauthenticated(this, reason);
  }

  @Override
  public void blocked(Call.Kind kind, Duration duration) {
    warnings.once(
        "blocked " + kind.method,
        "{}.{} blocked the engine's thread for {} ms; a backend must not block",
        context.backend().getClass().getName(),
        kind.method,
        duration.toMillis());
  }

  @Override
  public void emit(ShareEvent event) {
    try {
      context.listener().accept(event);
    } catch (Throwable e) {
      warnings.once(
          "listener",
          "the listener threw an exception at {}: {}",
          event.getClass().getSimpleName(),
          e);
    }
  }

  void begin() {
    phase = Phase.RUNNING;
    log.info(
        "run {}: {}{} {} images with {} recipients, {} pairs",
        id,
        history == null ? "" : "resumed, ",
        table.action(),
        table.images(),
        table.recipients(),
        table.total());
    Instant now = context.time().now();
    Instant end = history == null ? context.end(now) : history.deadline();
    if (history == null) {
      journal.note(new JournalEntry.Begun(now, end, context.limits(), requests));
    } else {
      restore(history);
    }
    scheduleHeartbeat();
    deadline = context.time().nanoTime() + Duration.between(now, end).toNanos();
    boolean wasCancelled = cancelled || (history != null && history.wasCancelled());
    if (wasCancelled || !end.isAfter(now)) {
      windDown(wasCancelled ? Ending.CANCELLED : Ending.DEADLINE, null, false, WINDING_DOWN);
    } else {
      schedule(
          Duration.between(now, end), () -> windDown(Ending.DEADLINE, null, false, WINDING_DOWN));
      new Survey(this).begin();
    }
  }

  private void restore(RunHistory history) {
    surveyPending = true;
    rounds = history.rounds();
    submissions = history.nextSubmission();
    if (rounds > 0) {
      round = new Round(this, refusals);
      replay = new Replay(this, history);
      replay.begin(round);
    }
  }

  /** A run whose journal is silent for a minute is taken for abandoned. */
  private void scheduleHeartbeat() {
    if (journal.isOn()) {
      schedule(
          HEARTBEAT,
          () -> {
            if (journal.wasQuiet()) {
              journal.note(new JournalEntry.Alive(context.time().now()));
            }
            scheduleHeartbeat();
          });
    }
  }

  void surveyed(int images) {
    surveyPending = false;
    emit(new ShareEvent.Surveyed(id, images, table.done(), table.failed()));
    if (context.reader() != null) {
      finish(Ending.FINISHED, null);
    } else if (replay == null || round == null) {
      nextRound();
    } else {
      replay.continueRun(round);
    }
  }

  /** Settles pairs that are still open by what earlier processes found out. */
  void applyFindings() {
    if (replay != null) {
      replay.applyFindings();
    }
  }

  void nextRound() {
    table.nextRound();
    if (!table.hasPending()) {
      finish(Ending.FINISHED, null);
    } else if (writesStopped != null) {
      new WindDown(this, round, Ending.STOPPED, writesStopped, true).end();
    } else if (mayWrite()) {
      rounds++;
      round = new Round(this, refusals);
      round.begin();
    }
  }

  /** The journal has failed: nothing more is sent, and what is under way is polled to its end. */
  private void stopWriting(Reason reason) {
    log.error("run {}: {}", id, reason);
    writesStopped = reason;
    step(
        () -> {
          if (isRunning() && round != null) {
            round.advance();
          }
        });
  }

  /** Members cannot be listed: from here on the results of the jobs decide. */
  void cannotList(Reason reason) {
    if (canList) {
      canList = false;
      warnings.once(
          Warnings.key(reason),
          "members cannot be listed ({}); outcomes follow the results of the jobs. Listing needs the"
              + " right ims:images:get",
          reason);
      List.copyOf(reads).forEach(read -> read.failed(reason, Duration.ZERO));
    }
  }

  /** Adds a job; returns its index for {@link #updateJob}. */
  int addJob(Job job, Slice slice) {
    jobs.add(new SubmittedSlice(job, slice));
    return jobs.size() - 1;
  }

  void updateJob(int index, Job job) {
    jobs.set(index, new SubmittedSlice(job, jobs.get(index).slice()));
  }

  /** Ends the run early, unless it is already ending in a way that is no less strict. */
  void windDown(Ending ending, @Nullable Reason reason, boolean quiet, Duration limit) {
    if (phase == Phase.ENDED || (windDown != null && (windDown.isQuiet() || !quiet))) {
      return;
    }
    phase = Phase.WINDING_DOWN;
    WindDown begun = new WindDown(this, round, ending, reason, quiet);
    windDown = begun;
    timers.after(limit, () -> step(begun::end));
    begun.begin();
  }

  /** Ends the run early without another call. */
  void stop(Reason reason) {
    windDown(Ending.STOPPED, reason, true, WINDING_DOWN);
  }

  /** A submit or a last poll was answered, perhaps while the run winds down. */
  void answered(Submission submission) {
    if (windDown != null) {
      windDown.answered(submission);
    }
  }

  void finish(Ending ending, @Nullable Reason reason) {
    phase = Phase.ENDED;
    timers.cancel();
    if (round != null) {
      round.release();
    }
    boolean isFinal =
        ending == Ending.FINISHED || ending == Ending.CANCELLED || ending == Ending.DEADLINE;
    journal.end(isFinal, () -> publish(ending, reason));
  }

  private void publish(Ending ending, @Nullable Reason reason) {
    workflow.remove(this);
    RunResult ended = new RunResult(id, ending, reason, table, jobs, counter.publish());
    result = ended;
    ShareReport made = context.reports().apply(ended);
    warnings.summary(made);
    log.info("{}", made);
    emit(new ShareEvent.Finished(id, made));
    report.complete(made);
  }
}
