package io.imageshare;

import io.imageshare.Reason.Kind;
import io.imageshare.ShareReport.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run: its life from the survey through the rounds to the report. All but the methods of {@link
 * ShareRun} is called on the engine's thread only.
 */
final class Run implements ShareRun {
  private static final Logger LOG = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final Duration WINDING = Duration.ofSeconds(30);
  private static final Duration ALIVE = Duration.ofSeconds(9);

  private enum Phase {
    NEW,
    GOING,
    WINDING,
    OVER
  }

  private final String id;
  private final Engine engine;
  private final Ledger ledger;
  private final Listings listings;
  private final Consumer<Run> over;
  private final RunLog log;
  private final @Nullable Past past;
  private final List<ShareRequest> requests;
  private final Proof proof = new Proof();
  private final Denials denials = new Denials();
  private final Judge judge;
  private final Tally tally;
  private final Warnings warnings;
  private final Timers timers;
  private final TimedFuture<ShareReport> report;
  private final List<ShareReport.Seen> jobs = new ArrayList<>();
  private final Set<Reading> readings = new LinkedHashSet<>();
  private Phase phase = Phase.NEW;
  private boolean canList = true;
  private boolean unread;
  private volatile boolean cancelled;
  private int rounds;
  private int flights;
  private @Nullable Recovery recovery;
  private @Nullable Reason writesStopped;
  private @Nullable Round round;
  private @Nullable WindDown windDown;
  private long deadline;

  /**
   * @param key under what it is in the journal
   * @param lines how many lines that has
   * @param past what they say; null if there are none
   */
  Run(
      String id,
      String key,
      Engine engine,
      List<ShareRequest> requests,
      long lines,
      @Nullable Past past,
      Consumer<Run> over) {
    this.id = id;
    this.engine = engine;
    this.requests = requests;
    this.past = past;
    this.over = over;
    ledger = new Ledger(requests);
    listings = new Listings(ledger);
    log =
        new RunLog(
            engine.journal(),
            engine.time(),
            engine.calls().timeout(),
            key,
            lines,
            this::stopWriting);
    judge = new Judge(this);
    tally = new Tally(engine.time(), ledger);
    warnings = new Warnings(id);
    timers = new Timers(engine.time());
    report = new TimedFuture<>(engine.time());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Progress progress() {
    return tally.progress();
  }

  @Override
  public CompletableFuture<ShareReport> report() {
    return report.copy();
  }

  @Override
  public void cancel() {
    cancelled = true; // at once: a listener that cancels is in the midst of a step
    later(Duration.ZERO, () -> wind(Ending.CANCELLED, null, false, WINDING));
  }

  Engine engine() {
    return engine;
  }

  Ledger ledger() {
    return ledger;
  }

  Listings listings() {
    return listings;
  }

  Proof proof() {
    return proof;
  }

  Judge judge() {
    return judge;
  }

  Tally tally() {
    return tally;
  }

  RunLog log() {
    return log;
  }

  List<ShareRequest> requests() {
    return requests;
  }

  int rounds() {
    return rounds;
  }

  int nextFlight() {
    return flights++;
  }

  boolean mayWrite() {
    // Runs that end at the same time are not all told of it at once.
    boolean late = engine.time().nanoTime() - deadline >= 0;
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
  void step(Runnable work) {
    if (phase == Phase.OVER) {
      return;
    }
    try {
      work.run();
    } catch (Throwable e) {
      LOG.error("run {}: stopped by a fault of this library or of the backend", id, e);
      Reason fault = new Reason(Kind.INTERNAL, "", "the run met a fault: " + e);
      new WindDown(this, round, Ending.STOPPED, fault, true).end();
    }
    tally.publish();
  }

  /** Does a piece of work later, if the run is still going then. */
  void later(Duration delay, Runnable work) {
    timers.after(delay, () -> step(isGoing() ? work : () -> {}));
  }

  void make(Call<?> call) {
    engine.calls().make(call);
  }

  void read(Reading reading) {
    readings.add(reading);
    make(reading);
  }

  void ended(Reading reading) {
    readings.remove(reading);
  }

  void held(Call.Kind kind, Duration held) {
    warnings.now(
        "held " + kind.method,
        "{}.{} held the engine's thread for {} ms; a backend must not block",
        engine.backend().getClass().getName(),
        kind.method,
        held.toMillis());
  }

  void emit(ShareEvent event) {
    try {
      engine.listener().accept(event);
    } catch (Throwable e) {
      warnings.now("listener", "a listener threw at {}: {}", event.getClass().getSimpleName(), e);
    }
  }

  void begin() {
    phase = Phase.GOING;
    LOG.info(
        "run {}: {}{} {} images with {} recipients, {} pairs",
        id,
        past == null ? "" : "resumed, ",
        ledger.action(),
        ledger.images(),
        ledger.recipients(),
        ledger.total());
    Instant now = engine.time().now();
    Instant end = past == null ? engine.end(now) : past.deadline();
    if (past == null) {
      log.note(new Line.Begun(now, end, engine.limits(), requests));
    } else {
      recover(past);
    }
    stayAlive();
    deadline = engine.time().nanoTime() + Duration.between(now, end).toNanos();
    boolean called = cancelled || (past != null && past.wasCancelled());
    if (called || !end.isAfter(now)) {
      wind(called ? Ending.CANCELLED : Ending.DEADLINE, null, false, WINDING);
    } else {
      later(Duration.between(now, end), () -> wind(Ending.DEADLINE, null, false, WINDING));
      new Survey(this).begin();
    }
  }

  private void recover(Past past) {
    unread = true;
    rounds = past.rounds();
    flights = past.nextFlight();
    if (rounds > 0) {
      round = new Round(this, denials);
      recovery = new Recovery(this, past);
      recovery.begin(round);
    }
  }

  /** Others take a run that writes nothing for a minute for abandoned. */
  private void stayAlive() {
    if (log.isOn()) {
      later(
          ALIVE,
          () -> {
            if (log.wasQuiet()) {
              log.note(new Line.Alive(engine.time().now()));
            }
            stayAlive();
          });
    }
  }

  void surveyed(int images) {
    unread = false;
    emit(new ShareEvent.Surveyed(id, images, ledger.done(), ledger.failed()));
    if (engine.reader() != null) {
      finish(Ending.FINISHED, null);
    } else if (recovery == null || round == null) {
      nextRound();
    } else {
      recovery.goOn(round);
    }
  }

  /** Gives the pairs that no listing shows what another process found out. */
  void recall() {
    if (recovery != null) {
      recovery.recall();
    }
  }

  void nextRound() {
    ledger.nextRound();
    if (!ledger.hasPending()) {
      finish(Ending.FINISHED, null);
    } else if (writesStopped != null) {
      new WindDown(this, round, Ending.STOPPED, writesStopped, true).end();
    } else if (mayWrite()) {
      rounds++;
      round = new Round(this, denials);
      round.begin();
    }
  }

  /** Nothing more is sent; what is under way is watched to its end. */
  private void stopWriting(Reason reason) {
    LOG.error("run {}: {}", id, reason);
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
      List.copyOf(readings).forEach(reading -> reading.failed(reason, Duration.ZERO));
    }
  }

  /** Takes note of a job; gives the place for its later looks. */
  int seen(Job job, Slice slice) {
    jobs.add(new ShareReport.Seen(job, slice));
    return jobs.size() - 1;
  }

  void seenAgain(int place, Job job) {
    jobs.set(place, new ShareReport.Seen(job, jobs.get(place).slice()));
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
  void answered(Flight flight) {
    if (windDown != null) {
      windDown.answered(flight);
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
    log.end(forGood, () -> publish(ending, reason));
  }

  private void publish(Ending ending, @Nullable Reason reason) {
    over.accept(this);
    ShareReport result = new ShareReport(id, ending, reason, ledger, jobs, tally.publish());
    warnings.summary(result);
    LOG.info("{}", result);
    emit(new ShareEvent.Finished(id, result));
    report.complete(result);
  }
}
