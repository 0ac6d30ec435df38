package io.imageshare.internal.engine;

import static com.google.common.base.Throwables.throwIfInstanceOf;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.internal.flow.Call;
import io.imageshare.internal.flow.CallOwner;
import io.imageshare.internal.journal.JournalWriter;
import io.imageshare.internal.report.ReportText;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.Effect;
import io.imageshare.internal.run.Event;
import io.imageshare.internal.run.ListingReader;
import io.imageshare.internal.run.Listings;
import io.imageshare.internal.run.RunHistory;
import io.imageshare.internal.run.RunModel;
import io.imageshare.internal.run.RunState;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Visible;
import io.imageshare.internal.time.TimedFuture;
import io.imageshare.internal.time.TimerScope;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one run: takes one event after the other on the timekeeper's thread, hands it to the
 * state, and carries out what comes back. All but the methods of {@link ShareRun} is called on that
 * thread only.
 */
final class RunLoop implements ShareRun, CallOwner {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

  private final String id;
  private final WorkflowContext context;
  private final Workflow workflow;
  private final RunState state;
  private final boolean resumed;
  private final long began;
  private final JournalWriter journal;
  private final ProgressCounter counter;
  private final Warnings warnings;
  private final TimerScope timers;
  private final TimedFuture<ShareReport> report;
  private final Deque<Event> events = new ArrayDeque<>();
  private final Map<Integer, Runnable> prepared = new HashMap<>();
  private boolean begun;
  private boolean taking;
  private boolean over;
  private volatile boolean cancelled;
  private volatile @Nullable RunResult result;

  /**
   * @param reader takes what a run reads that does nothing else; null: it writes
   * @param held its claim in the journal; null if it is yet to be claimed
   * @param history what its journal says; null if it is new
   */
  RunLoop(
      String id,
      WorkflowContext context,
      List<ShareRequest> requests,
      @Nullable ListingReader reader,
      JournalWriter.@Nullable Held held,
      @Nullable RunHistory history,
      Workflow workflow) {
    this.id = id;
    this.context = context;
    this.workflow = workflow;
    resumed = history != null;
    began = context.time().nanoTime() - before(history, context.time().now());
    Instant end =
        history == null
            ? context.time().now().plus(context.settings().deadline())
            : history.begun().deadline();
    state = new RunState(id, requests, context.terms(), reader, end, history);
    journal =
        new JournalWriter(
            reader == null ? context.journal() : null,
            context.time(),
            context.settings().silence(),
            id,
            held,
            new FromJournal());
    counter = new ProgressCounter(context.time(), state.model());
    warnings = new Warnings(id);
    timers = new TimerScope(context.time());
    report = new TimedFuture<>(context.time());
  }

  /** How long ago a run that is resumed began, in nanoseconds. */
  private static long before(@Nullable RunHistory history, Instant now) {
    return history == null ? 0 : Math.max(0, Duration.between(history.begun().at(), now).toNanos());
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
    cancelled = true; // at once: a listener that cancels is in the midst of an event
    context.schedule(() -> end(Ending.CANCELLED, null, RunState.WIND_DOWN));
  }

  @Override
  public void release() {
    context.schedule(this::close);
  }

  private final class FromJournal implements JournalWriter.Listener {
    @Override
    public void failed(Reason reason) {
      log.error("run {}: {}", id, reason);
      take(new Event.JournalFailed(reason));
    }

    /** Whoever has it makes all further calls, those that read as well. */
    @Override
    public void lost(Reason reason) {
      log.warn("run {}: {}", id, reason);
      if (over) {
        publish(told(Ending.STOPPED, reason)); // the report that is kept is the other's
      } else {
        end(Ending.STOPPED, reason, context.settings().closeTimeout());
      }
    }

    @Override
    public void cancelled() {
      if (!cancelled) {
        log.info("run {}: another process cancelled it", id);
        cancelled = true;
        end(Ending.CANCELLED, null, RunState.WIND_DOWN);
      }
    }
  }

  /** What the run left; it is over. */
  RunResult result() {
    return requireNonNull(result);
  }

  void begin() {
    var table = model().table;
    if (reads()) {
      log.debug("run {}: reads what is known of {} images", id, table.images());
    } else {
      log.info(
          "run {}: {}{} {} images with {} recipients, {} pairs",
          id,
          resumed ? "resumed, " : "",
          table.action(),
          table.images(),
          table.recipients(),
          table.total());
    }
    stayAlive();
    if (resumed) {
      journal.signOfLife(this::enter); // the answer tells whether somebody cancelled it meanwhile
    } else {
      enter();
    }
  }

  private void enter() {
    if (begun) {
      return;
    }
    begun = true;
    events.addFirst(new Event.Begin());
    takeAll();
    if (cancelled) {
      end(Ending.CANCELLED, null, RunState.WIND_DOWN);
    }
  }

  /** Whether it only reads: nothing becomes of its pairs, and its outcome is not for the log. */
  private boolean reads() {
    return model().listingReader != null;
  }

  /** Others take a run that is silent for abandoned: it writes three times as often at least. */
  private void stayAlive() {
    if (journal.isOn()) {
      timers.after(
          context.settings().silence().multipliedBy(3).dividedBy(20),
          () -> {
            if (journal.wasQuiet()) {
              journal.signOfLife(() -> {});
            }
            stayAlive();
          });
    }
  }

  /** Ends it, and leaves it to others. */
  void close() {
    end(Ending.CLOSED, null, context.settings().closeTimeout());
  }

  /** Ends it early; what it waits for then it waits for so long. */
  void end(Ending ending, @Nullable Reason reason, Duration within) {
    enter(); // at the latest: whoever ends it does not wait for the journal
    take(new Event.EndRequested(ending, reason, within));
  }

  /** A principal's credentials were refused, here or in another run. */
  void refuse(int principal, Reason reason) {
    take(new Event.Unauthenticated(principal, reason));
  }

  RunModel model() {
    return state.model();
  }

  // Events and effects

  private void take(Event event) {
    if (over) {
      return;
    }
    events.add(event);
    if (begun && !taking) { // otherwise whoever begins, or is taking one, takes this next
      takeAll();
    }
  }

  private void takeAll() {
    taking = true;
    try {
      for (Event next = events.poll(); next != null && !over; next = events.poll()) {
        List<Effect> effects = state.on(next, context.time().nanoTime(), context.time().now());
        if (next instanceof Event.Prepared ready) {
          Runnable then = prepared.remove(ready.submission());
          if (then != null) {
            then.run();
          }
        }
        for (Effect effect : effects) {
          carryOut(effect);
        }
      }
    } catch (Throwable e) {
      throwIfInstanceOf(e, OutOfMemoryError.class);
      stop(e);
    } finally {
      taking = false;
    }
    counter.publish();
  }

  /** Ends the run whatever its state is. */
  private void fail(Reason fault) {
    if (over) {
      publish(told(Ending.STOPPED, fault));
      return;
    }
    for (Effect effect : state.fail(fault, context.time().nanoTime(), context.time().now())) {
      carryOut(effect);
    }
  }

  private void carryOut(Effect effect) {
    if (effect instanceof Effect.Submit submit) {
      context.calls().make(new Submit(submit));
    } else if (effect instanceof Effect.Poll poll) {
      context.calls().make(new Poll(poll));
    } else if (effect instanceof Effect.Read read) {
      context.calls().make(new Read(read));
    } else if (effect instanceof Effect.Describe describe) {
      context.calls().make(new Describe(describe.images()));
    } else if (effect instanceof Effect.Wait wait) {
      timers.after(wait.delay(), () -> take(new Event.Due(wait.timer())));
    } else if (effect instanceof Effect.Note note) {
      journal.note(note.entry());
    } else if (effect instanceof Effect.Save save) {
      journal.write(save.entry(), () -> take(save.saved()));
    } else if (effect instanceof Effect.OccupyJob) {
      context.gate().addOpenJob();
    } else if (effect instanceof Effect.ReleaseJob) {
      context.gate().removeOpenJob();
    } else if (effect instanceof Effect.Emit emit) {
      emit(emit.event());
    } else if (effect instanceof Effect.Warn warn) {
      warnings.once(warn.reason(), warn.message(), warn.reason());
    } else if (effect instanceof Effect.RefuseCredentials refused) {
      workflow.unauthenticated(this, refused.principal(), refused.reason());
    } else if (effect instanceof Effect.Finish finish) {
      finish(finish.ending(), finish.reason());
    }
  }

  private void finish(Ending ending, @Nullable Reason reason) {
    over = true;
    timers.cancel();
    context.calls().abandon(this);
    giveBackSlots();
    boolean forGood =
        switch (ending) {
          case FINISHED, CANCELLED, DEADLINE -> true;
          case STOPPED -> model().hasFailedTooOften;
          case CLOSED -> false;
        };
    ShareReport told = told(ending, reason);
    journal.end(forGood ? () -> json(told) : null, () -> publish(told));
  }

  /** Of calls whose entry is not safe yet; nobody wants them any more, and others wait for them. */
  private void giveBackSlots() {
    List<Runnable> ready = List.copyOf(prepared.values());
    prepared.clear();
    ready.forEach(Runnable::run);
  }

  private ShareReport told(Ending ending, @Nullable Reason reason) {
    RunModel model = state.model();
    RunResult left =
        new RunResult(
            id,
            ending,
            reason,
            model.table,
            model.jobs,
            counter.publish(),
            Duration.ofNanos(context.time().nanoTime() - began),
            context.backend().endpoint());
    result = left;
    return context.settings().reports().apply(left);
  }

  private static String json(ShareReport report) {
    StringWriter json = new StringWriter();
    try {
      report.toJson(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written but memory
    }
    return json.toString();
  }

  private void publish(ShareReport told) {
    if (report.isDone()) {
      return;
    }
    workflow.remove(this);
    try {
      if (!reads()) {
        warnings.summary(told);
        log.info("{}", ReportText.headline(result()));
      }
      emit(new ShareEvent.Finished(id, told));
    } finally {
      report.complete(told);
    }
  }

  /** Where not even the first call is answered after its repeats, no other will be. */
  private void stopIfUnreachable(Reason reason) {
    if (reason.kind() == Reason.Kind.UNAVAILABLE
        && model().isRunning()
        && !context.gate().areCredentialsAccepted()) {
      take(new Event.Unreachable(reason));
    }
  }

  // What calls need of their run

  @Override
  public void started(Call.Kind kind) {
    counter.call(kind);
  }

  @Override
  public void blocked(Call.Kind kind, Duration held) {
    warnings.once(
        "blocked " + kind.method,
        "{}.{} blocked the engine's thread for {} ms; a backend must not block",
        context.backend().getClass().getName(),
        kind.method,
        held.toMillis());
  }

  @Override
  public void step(Runnable work) {
    if (over) {
      return;
    }
    try {
      work.run();
    } catch (Throwable e) {
      throwIfInstanceOf(e, OutOfMemoryError.class);
      stop(e);
    }
  }

  /** Ends the run, which cannot go on after such a fault. */
  void stop(Throwable fault) {
    try {
      log.error(
          "run {}: stopped by an unexpected exception in this library or the backend", id, fault);
      events.clear();
      fail(new Reason(Reason.Kind.INTERNAL, "", "unexpected exception: " + fault));
    } catch (Throwable again) {
      report.completeExceptionally(again); // it cannot even end: whoever waits must not hang
      workflow.remove(this);
    }
  }

  @Override
  public void schedule(Duration delay, Runnable work) {
    if (!over) {
      timers.after(delay, () -> step(work));
    }
  }

  @Override
  public void emit(ShareEvent event) {
    if (reads()) {
      return; // to whoever listens, it is no run
    }
    try {
      context.settings().listener().accept(event);
    } catch (OutOfMemoryError e) {
      // In a task of its own: this one may be ending the run.
      context.schedule(
          () -> {
            throw e;
          });
    } catch (Throwable e) {
      warnings.once(
          "listener",
          "the listener threw an exception at {}: {}",
          event.getClass().getSimpleName(),
          e);
    }
  }

  // Calls

  private abstract class RunCall<T> implements Call<T> {
    private final Kind kind;
    private final int principal;
    private final String subject;

    /**
     * @param principal whose credentials it is made with
     */
    RunCall(Kind kind, int principal, String subject) {
      this.kind = kind;
      this.principal = principal;
      this.subject = subject;
    }

    @Override
    public final Kind kind() {
      return kind;
    }

    @Override
    public final String subject() {
      return subject;
    }

    @Override
    public final RunLoop owner() {
      return RunLoop.this;
    }

    @Override
    public final void unauthenticated(Reason reason) {
      workflow.unauthenticated(RunLoop.this, principal, reason);
    }
  }

  private final class Submit extends RunCall<Job> {
    private final int submission;
    private final Slice slice;

    Submit(Effect.Submit submit) {
      super(
          Kind.SUBMIT,
          submit.principal(),
          submit.slice().images().size()
              + " images with "
              + submit.slice().recipients().size()
              + " recipients");
      submission = submit.submission();
      slice = submit.slice();
    }

    @Override
    public boolean isWanted() {
      return !cancelled && !journal.isBroken() && state.wantsSubmit(submission);
    }

    @Override
    public boolean isRepeatable() {
      return !cancelled && model().mayWrite();
    }

    @Override
    public boolean isPrepared() {
      return !journal.isOn() || (state.isIntended(submission) && journal.mayWrite());
    }

    @Override
    public void prepare(Runnable ready) {
      if (state.isIntended(submission)) {
        journal.signOfLife(ready); // too long ago that this process was seen alive
        return;
      }
      prepared.put(submission, ready);
      take(new Event.Preparing(submission));
    }

    @Override
    public CompletionStage<Job> make(Supplier<CompletionStage<Void>> turn) {
      take(new Event.Sending(submission));
      return context.backend().submit(model().table.request(slice));
    }

    @Override
    public void retrying(Reason reason) {
      take(new Event.Requeued(submission, reason));
    }

    @Override
    public void answered(Job job) {
      take(new Event.Submitted(submission, job));
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      take(new Event.SubmitFailed(submission, reason));
      stopIfUnreachable(reason);
    }
  }

  private final class Poll extends RunCall<Job> {
    private final Effect.Poll poll;
    private long asked;

    Poll(Effect.Poll poll) {
      super(Kind.POLL, poll.principal(), Visible.of(poll.job()));
      this.poll = poll;
    }

    @Override
    public boolean isWanted() {
      return state.wantsPoll(poll.submission(), poll.last());
    }

    @Override
    public boolean isRepeatable() {
      return false; // a failed poll is followed by the next one
    }

    @Override
    public CompletionStage<Job> make(Supplier<CompletionStage<Void>> turn) {
      asked = context.time().nanoTime();
      return context.backend().job(poll.job());
    }

    @Override
    public void answered(Job seen) {
      take(new Event.Polled(poll.submission(), seen, asked));
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      take(new Event.PollFailed(poll.submission(), reason, retryAfter));
    }
  }

  private final class Read extends RunCall<Object> {
    private final int listing;
    private final int number;

    Read(Effect.Read read) {
      super(
          Kind.READ,
          model().listings.principal(read.listing()),
          model().listings.subject(read.listing()));
      listing = read.listing();
      number = read.number();
    }

    @Override
    public boolean isWanted() {
      return state.wantsRead(listing, number);
    }

    @Override
    public boolean isRepeatable() {
      return model().isRunning();
    }

    @Override
    @SuppressWarnings("unchecked") // nothing is put into it
    public CompletionStage<Object> make(Supplier<CompletionStage<Void>> turn) {
      take(new Event.Reading(listing, number));
      Listings listings = model().listings;
      Recipient decides = listings.recipient(listings.principal(listing));
      MemberBackend backend = context.backend().inTurns(turn);
      return (CompletionStage<Object>)
          (decides == null
              ? backend.members(listings.subject(listing))
              : backend.images(decides, listings.decided()));
    }

    @Override
    public void retrying(Reason reason) {
      take(new Event.ReadDelayed(listing));
    }

    @Override
    public Object copy(Object answer) {
      return answer instanceof Map<?, ?> members
          ? ImmutableMap.copyOf(members)
          : ImmutableSet.copyOf((Set<?>) answer);
    }

    @Override
    public void answered(Object answer) {
      take(new Event.Listed(listing, model().listings.listed(answer)));
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      take(new Event.ReadFailed(listing, reason));
      stopIfUnreachable(reason);
    }
  }

  /** It can spare writes and do no more, so that it is not worth a second call. */
  private final class Describe extends RunCall<Map<String, Image>> {
    private final Set<String> images;

    Describe(Set<String> images) {
      super(Kind.READ, /* principal= */ 0, images.size() + " images");
      this.images = images;
    }

    @Override
    public boolean isWanted() {
      return model().isRunning();
    }

    @Override
    public boolean isRepeatable() {
      return false;
    }

    @Override
    public CompletionStage<Map<String, Image>> make(Supplier<CompletionStage<Void>> turn) {
      return context.backend().inTurns(turn).describe(images);
    }

    @Override
    public Map<String, Image> copy(Map<String, Image> answer) {
      return ImmutableMap.copyOf(answer);
    }

    @Override
    public void answered(Map<String, Image> known) {
      take(new Event.Described(known));
    }

    @Override
    public void failed(Reason reason, Duration retryAfter) {
      take(new Event.Described(Map.of()));
    }
  }
}
