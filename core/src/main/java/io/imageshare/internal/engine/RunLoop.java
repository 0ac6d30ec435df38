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
 * One run: its life from the survey through the rounds to the report. All but the methods of {@link
 * ShareRun} is called on the engine's thread only.
 */
final class RunLoop implements ShareRun, CallOwner {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final Duration WINDING = Duration.ofSeconds(30);
  private static final Duration ALIVE = Duration.ofSeconds(9);

  private enum Phase {
    NEW,
    GOING,
    WINDING,
    OVER
  }

  private final String id;
  private final WorkflowContext context;
  private final PairTable table;
  private final Listings listings;
  private final Workflow workflow;
  private final JournalWriter journal;
  private final @Nullable RunHistory past;
  private final List<ShareRequest> requests;
  private final Evidence evidence = new Evidence();
  private final RepeatedRefusals repeated = new RepeatedRefusals();
  private final OutcomeRules rules;
  private final ProgressCounter counter;
  private final Warnings warnings;
  private final TimerScope timers;
  private final TimedFuture<ShareReport> report;
  private final List<SubmittedSlice> jobs = new ArrayList<>();
  private final Set<ListingRead> reads = new LinkedHashSet<>();
  private Phase phase = Phase.NEW;
  private boolean canList = true;
  private boolean unread;
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
   * @param key under what it is in the journal
   * @param lines how many lines that has
   * @param past what they say; null if there are none
   */
  RunLoop(
      String id,
      String key,
      WorkflowContext context,
      List<ShareRequest> requests,
      long lines,
      @Nullable RunHistory past,
      Workflow workflow) {
    this.id = id;
    this.context = context;
    this.requests = requests;
    this.past = past;
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
    cancelled = true; // at once: a listener that cancels is in the midst of a step
    schedule(Duration.ZERO, () -> wind(Ending.CANCELLED, null, false, WINDING));
  }

  WorkflowContext context() {
    return context;
  }

  PairTable table() {
    return table;
  }

  /** What the run left; it is over. */
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
    // Workflow that end at the same time are not all told of it at once.
    boolean late = context.time().nanoTime() - deadline >= 0;
    return isGoing() && writesStopped == null && !cancelled && !late;
  }

  /** Whether it was resumed, and has not read its images since. */
  boolean isUnread() {
    return unread;
  }

  boolean isCancelled() {
    return cancelled;
  }

  boolean isGoing() {
    return phase == Phase.GOING;
  }

  /** Whether it makes its last calls. */
  boolean isWinding() {
    return phase == Phase.WINDING && windDown != null && !windDown.isQuiet();
  }

  boolean canList() {
    return canList;
  }

  /** Does a piece of this run's work; whatever happens, the run comes to its report. */
  @Override
  public void step(Runnable work) {
    if (phase == Phase.OVER) {
      return;
    }
    try {
      work.run();
    } catch (Throwable e) {
      log.error("run {}: stopped by a fault of this library or of the backend", id, e);
      Reason fault = new Reason(Kind.INTERNAL, "", "the run met a fault: " + e);
      new WindDown(this, round, Ending.STOPPED, fault, true).end();
    }
    counter.publish();
  }

  @Override
  public void schedule(Duration delay, Runnable work) {
    timers.after(delay, () -> step(isGoing() ? work : () -> {}));
  }

  void make(Call<?> call) {
    context.calls().make(call);
  }

  void read(ListingRead reading) {
    reads.add(reading);
    make(reading);
  }

  void ended(ListingRead reading) {
    reads.remove(reading);
  }

  @Override
  public void started(Call.Kind kind) {
    counter.call(kind);
  }

  @Override
  public void unauthenticated(Reason reason) {
    workflow.unauthenticated(this, reason);
  }

  @Override
  public void blocked(Call.Kind kind, Duration held) {
    warnings.now(
        "held " + kind.method,
        "{}.{} held the engine's thread for {} ms; a backend must not block",
        context.backend().getClass().getName(),
        kind.method,
        held.toMillis());
  }

  @Override
  public void emit(ShareEvent event) {
    try {
      context.listener().accept(event);
    } catch (Throwable e) {
      warnings.now("listener", "a listener threw at {}: {}", event.getClass().getSimpleName(), e);
    }
  }

  void begin() {
    phase = Phase.GOING;
    log.info(
        "run {}: {}{} {} images with {} recipients, {} pairs",
        id,
        past == null ? "" : "resumed, ",
        table.action(),
        table.images(),
        table.recipients(),
        table.total());
    Instant now = context.time().now();
    Instant end = past == null ? context.end(now) : past.deadline();
    if (past == null) {
      journal.note(new JournalEntry.Begun(now, end, context.limits(), requests));
    } else {
      recover(past);
    }
    stayAlive();
    deadline = context.time().nanoTime() + Duration.between(now, end).toNanos();
    boolean called = cancelled || (past != null && past.wasCancelled());
    if (called || !end.isAfter(now)) {
      wind(called ? Ending.CANCELLED : Ending.DEADLINE, null, false, WINDING);
    } else {
      schedule(Duration.between(now, end), () -> wind(Ending.DEADLINE, null, false, WINDING));
      new Survey(this).begin();
    }
  }

  private void recover(RunHistory past) {
    unread = true;
    rounds = past.rounds();
    submissions = past.nextSubmission();
    if (rounds > 0) {
      round = new Round(this, repeated);
      replay = new Replay(this, past);
      replay.begin(round);
    }
  }

  /** Others take a run that writes nothing for a minute for abandoned. */
  private void stayAlive() {
    if (journal.isOn()) {
      schedule(
          ALIVE,
          () -> {
            if (journal.wasQuiet()) {
              journal.note(new JournalEntry.Alive(context.time().now()));
            }
            stayAlive();
          });
    }
  }

  void surveyed(int images) {
    unread = false;
    emit(new ShareEvent.Surveyed(id, images, table.done(), table.failed()));
    if (context.reader() != null) {
      finish(Ending.FINISHED, null);
    } else if (replay == null || round == null) {
      nextRound();
    } else {
      replay.continueRun(round);
    }
  }

  /** Gives the pairs that no listing shows what another process found out. */
  void recall() {
    if (replay != null) {
      replay.recall();
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
      round = new Round(this, repeated);
      round.begin();
    }
  }

  /** Nothing more is sent; what is under way is watched to its end. */
  private void stopWriting(Reason reason) {
    log.error("run {}: {}", id, reason);
    writesStopped = reason;
    step(
        () -> {
          if (isGoing() && round != null) {
            round.advance();
          }
        });
  }

  /** Members cannot be listed: from here on the jobs' word must do. */
  void cannotList(Reason reason) {
    if (canList) {
      canList = false;
      warnings.now(
          Warnings.key(reason),
          "members cannot be listed ({}); the jobs' word must do. Listing needs the right"
              + " ims:images:get",
          reason);
      List.copyOf(reads).forEach(reading -> reading.failed(reason, Duration.ZERO));
    }
  }

  /** Takes note of a job; gives the place for its later polls. */
  int addJob(Job job, Slice slice) {
    jobs.add(new SubmittedSlice(job, slice));
    return jobs.size() - 1;
  }

  void updateJob(int place, Job job) {
    jobs.set(place, new SubmittedSlice(job, jobs.get(place).slice()));
  }

  /** Ends the run early, unless it is ending already in a way no less strict. */
  void wind(Ending ending, @Nullable Reason reason, boolean quiet, Duration limit) {
    if (phase == Phase.OVER || (windDown != null && (windDown.isQuiet() || !quiet))) {
      return;
    }
    phase = Phase.WINDING;
    WindDown begun = new WindDown(this, round, ending, reason, quiet);
    windDown = begun;
    timers.after(limit, () -> step(begun::end));
    begun.begin();
  }

  /** Ends the run without another call. */
  void stop(Reason reason) {
    wind(Ending.STOPPED, reason, true, WINDING);
  }

  /** A write that was under way when the run began to wind down has been answered. */
  void answered(Submission submission) {
    if (windDown != null) {
      windDown.answered(submission);
    }
  }

  void finish(Ending ending, @Nullable Reason reason) {
    phase = Phase.OVER;
    timers.cancel();
    if (round != null) {
      round.release();
    }
    boolean forGood =
        ending == Ending.FINISHED || ending == Ending.CANCELLED || ending == Ending.DEADLINE;
    journal.end(forGood, () -> publish(ending, reason));
  }

  private void publish(Ending ending, @Nullable Reason reason) {
    workflow.remove(this);
    RunResult left = new RunResult(id, ending, reason, table, jobs, counter.publish());
    result = left;
    ShareReport told = context.reports().apply(left);
    warnings.summary(told);
    log.info("{}", told);
    emit(new ShareEvent.Finished(id, told));
    report.complete(told);
  }
}
