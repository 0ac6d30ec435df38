package io.imageshare;

import io.imageshare.Reason.Kind;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final int ROUNDS = 6;
  private static final Duration WINDING = Duration.ofSeconds(30);

  private enum Phase {
    NEW,
    GOING,
    WINDING,
    OVER
  }

  private final String id;
  private final Engine engine;
  private final Ledger ledger;
  private final Consumer<Run> over;
  private final Proof proof = new Proof();
  private final Denials denials = new Denials();
  private final Tally tally;
  private final Warnings warnings;
  private final TimedFuture<ShareReport> report;
  private final List<ShareReport.Seen> jobs = new ArrayList<>();
  private final Set<Reading> readings = new LinkedHashSet<>();
  private Phase phase = Phase.NEW;
  private boolean canList = true;
  private int rounds;
  private @Nullable Round round;
  private @Nullable WindDown windDown;
  private Timekeeper.@Nullable Scheduled deadline;

  Run(String id, Engine engine, Ledger ledger, Consumer<Run> over) {
    this.id = id;
    this.engine = engine;
    this.ledger = ledger;
    this.over = over;
    tally = new Tally(engine.time(), ledger);
    warnings = new Warnings(id);
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
    engine
        .time()
        .schedule(Duration.ZERO, () -> step(() -> wind(Ending.CANCELLED, null, false, WINDING)));
  }

  Engine engine() {
    return engine;
  }

  Ledger ledger() {
    return ledger;
  }

  Proof proof() {
    return proof;
  }

  Tally tally() {
    return tally;
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
      log.error("run {}: stopped by a fault of this library or of the backend", id, e);
      Reason fault = new Reason(Kind.INTERNAL, "", "the run met a fault: " + e);
      new WindDown(this, round, Ending.STOPPED, fault, true).end();
    }
    tally.publish();
  }

  /** Does a piece of work later, if the run is still going then. */
  void later(Duration delay, Runnable work) {
    engine.time().schedule(delay, () -> step(() -> whileGoing(work)));
  }

  private void whileGoing(Runnable work) {
    if (isGoing()) {
      work.run();
    }
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

  void counted(Call.Kind kind) {
    tally.call(kind);
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
    deadline =
        engine
            .time()
            .schedule(
                engine.deadline(), () -> step(() -> wind(Ending.DEADLINE, null, false, WINDING)));
    log.info(
        "run {}: {} {} images with {} recipients, {} pairs",
        id,
        ledger.action(),
        ledger.images(),
        ledger.recipients(),
        ledger.total());
    new Survey(this).begin();
  }

  void surveyed(int images) {
    emit(new ShareEvent.Surveyed(id, images, ledger.done(), ledger.failed()));
    nextRound();
  }

  void nextRound() {
    ledger.nextRound();
    if (!ledger.hasPending()) {
      finish(Ending.COMPLETE, null);
      return;
    }
    rounds++;
    round = new Round(this, denials);
    round.begin();
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

  /** Notes what a listing shows: what it proves, and which pairs are as asked. */
  void note(int image, Map<Recipient, MemberStatus> members) {
    if (!members.isEmpty()) {
      proof.listed(Side.IMAGES, image);
    }
    boolean wanted = ledger.action() == Action.SHARE;
    for (int r = 0; r < ledger.recipients(); r++) {
      MemberStatus status = members.get(ledger.recipient(r));
      if (status != null) {
        proof.listed(Side.RECIPIENTS, r);
      }
      if (ledger.isPending(image, r) && (status != null) == wanted) {
        boolean already = !ledger.isAsked(image, r) && !ledger.isTouched(image, r);
        settle(image, r, new Verdict.Done(already, status == null ? MemberStatus.UNKNOWN : status));
      }
    }
  }

  void settle(int image, int recipient, Verdict verdict) {
    if (ledger.isPending(image, recipient)) {
      ledger.settle(image, recipient, verdict);
      if (!ledger.hasPending(image)) {
        emit(
            new ShareEvent.Settled(
                id,
                ledger.image(image),
                ledger.count(image, Verdict.Done.class),
                ledger.count(image, Verdict.Failed.class),
                ledger.count(image, Verdict.Unknown.class)));
      }
    }
  }

  /** An asked pair is to be asked again in the next round, if there is one. */
  void again(int image, int recipient, Reason reason, String job) {
    if (rounds < ROUNDS) {
      ledger.later(image, recipient);
    } else if (ledger.isTouched(image, recipient)) {
      settle(image, recipient, new Verdict.Unknown(reason, job));
    } else {
      settle(image, recipient, new Verdict.Failed(reason));
    }
  }

  /** An id is bad: its pairs fail, but for those whose answer is out. */
  void bad(Side side, int bad, Reason reason) {
    if (proof.bad(side, bad, reason)) {
      Reason rest =
          new Reason(
              reason.kind(),
              reason.code(),
              "16 others were refused so; not tried one by one: " + reason.message());
      int ids = side == Side.IMAGES ? ledger.images() : ledger.recipients();
      for (int other = 0; other < ids; other++) {
        fail(side, other, other == bad ? reason : rest);
      }
    } else {
      fail(side, bad, reason);
    }
  }

  /** Fails the pairs of an id, but for those whose answer is out. */
  void fail(Side side, int failing, Reason reason) {
    int others = side == Side.IMAGES ? ledger.recipients() : ledger.images();
    for (int other = 0; other < others; other++) {
      int image = side == Side.IMAGES ? failing : other;
      int recipient = side == Side.IMAGES ? other : failing;
      if (!ledger.isAsked(image, recipient)) {
        settle(image, recipient, new Verdict.Failed(reason));
      }
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
    engine.time().schedule(limit, () -> step(begun::end));
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
    if (deadline != null) {
      deadline.cancel();
    }
    if (round != null) {
      round.release();
    }
    over.accept(this);
    ShareReport result = new ShareReport(id, ending, reason, ledger, jobs, tally.publish());
    warnings.summary(result);
    log.info("{}", result);
    emit(new ShareEvent.Finished(id, result));
    report.complete(result);
  }
}
