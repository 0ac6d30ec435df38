package io.imageshare.internal.run;

import static java.util.Objects.requireNonNull;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.poll.ListingLags;
import io.imageshare.internal.poll.PollSchedule;
import io.imageshare.internal.poll.RecentDurations;
import io.imageshare.internal.run.Event.Timer.Purpose;
import io.imageshare.internal.run.ModelCloud.Bad;
import io.imageshare.internal.run.ModelCloud.Work;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run, what its loop holds for it, and the service: all that can happen next are its steps.
 * Whatever a step does is checked against what the engine promises.
 */
final class ModelLoop {
  static final Duration PATIENCE = Duration.ofMillis(2500);
  private static final Duration DEADLINE = Duration.ofDays(1);

  /**
   * What is explored.
   *
   * @param already pairs, as bits, that are as asked before the run begins
   * @param isPrompt whether calls go out at once, and it is a wrong thing that time goes on before
   *     they are answered
   * @param crashes whether the process may crash; only then there is a journal
   */
  record Setting(
      ShareRequest request, BatchLimits limits, int already, boolean isPrompt, boolean crashes) {
    Setting already(int pairs) {
      return new Setting(request, limits, pairs, isPrompt, crashes);
    }

    Setting prompt() {
      return new Setting(request, limits, already, true, crashes);
    }

    Setting crashing() {
      return new Setting(request, limits, already, isPrompt, true);
    }

    @Override
    public String toString() {
      return "%s %d x %d, slices of %d x %d%s%s%s"
          .formatted(
              request.action(),
              request.images().size(),
              request.recipients().size(),
              limits.images(),
              limits.recipients(),
              already == 0 ? "" : ", some already",
              isPrompt ? ", prompt calls" : "",
              crashes ? ", crashes" : "");
    }
  }

  /** Something that can happen; wrong: that need not. */
  record Step(Supplier<String> text, boolean isWrong, Runnable happens) {}

  /** A read that waits for its turn. */
  private record QueuedRead(int listing, int number) {}

  /** A call that is out: its number is a submission's or a read's. */
  private record Call(What what, int number, int listing, int pairs, boolean last) {
    enum What {
      DESCRIBE,
      READ,
      SUBMIT,
      POLL
    }
  }

  private record Pending(long due, Event.Timer timer) {}

  private final Setting setting;
  private final int width;
  private final int height;
  private final Terms terms;
  private RunState state;
  final ModelCloud cloud = new ModelCloud();
  long now;
  private final ArrayDeque<QueuedRead> reads = new ArrayDeque<>();
  private final ArrayDeque<Integer> writes = new ArrayDeque<>();
  private final List<Call> out = new ArrayList<>();
  private final List<Pending> timers = new ArrayList<>();
  private final List<JournalEntry> journal = new ArrayList<>();
  private final ArrayDeque<Effect.Save> saves = new ArrayDeque<>();

  /** How many entries are safe. */
  private int safe = 1;

  private int crashed;
  private boolean surveyed;
  private int settled;
  private boolean isCut;
  private boolean isOver;

  ModelLoop(Setting setting) {
    this.setting = setting;
    height = setting.request().images().size();
    width = setting.request().recipients().size();
    cloud.done = setting.already();
    boolean areMembers = setting.request().action() == ShareRequest.Action.UNSHARE;
    cloud.taken = areMembers ? ~setting.already() : setting.already(); // who is listed is good
    PollSchedule unused = new PollSchedule(Duration.ofSeconds(1), () -> 0, new Random(1));
    terms =
        new Terms(
            "",
            setting.limits(),
            100,
            PollPolicy.fixed(Duration.ofSeconds(1)).patience(PATIENCE),
            unused,
            RecentDurations.ofJobs(),
            new ListingLags(),
            Duration.ofSeconds(10),
            () -> 0,
            Long.MAX_VALUE);
    state = new RunState("run", List.of(setting.request()), terms, null, end(), null);
    take(new Event.Begin());
  }

  private static Instant end() {
    return Instant.EPOCH.plus(DEADLINE);
  }

  Instant clock() {
    return Instant.EPOCH.plusNanos(now);
  }

  boolean isOver() {
    return isOver;
  }

  // Pairs as bits

  private int bit(int image, int recipient) {
    return 1 << (image * width + recipient);
  }

  private int pairs(Slice slice) {
    int[] pairs = {0};
    slice.forEach((i, r) -> pairs[0] |= bit(i, r));
    return pairs[0];
  }

  private Slice slice(int submission) {
    return requireNonNull(state.model().submissions.get(submission)).slice;
  }

  private int row(int image) {
    return ((1 << width) - 1) << (image * width);
  }

  private int column(int recipient) {
    int pairs = 0;
    for (int image = 0; image < height; image++) {
      pairs |= bit(image, recipient);
    }
    return pairs;
  }

  /**
   * The pairs that a refusal of a slice, which names nobody, may be held against: its own, and
   * those of its ids that are proven good less well than others.
   *
   * @param isLate whether more may be proven until it counts as refused
   */
  private int suspected(Slice slice, boolean isLate) {
    int pairs = pairs(slice);
    int best = isLate || slice.pairs() > 1 ? 3 : 1;
    for (int image : slice.images()) {
      best = Math.max(best, proof(row(image)));
    }
    for (int recipient : slice.recipients()) {
      best = Math.max(best, proof(column(recipient)));
    }
    for (int image : slice.images()) {
      pairs |= proof(row(image)) < best ? row(image) : 0;
    }
    for (int recipient : slice.recipients()) {
      pairs |= proof(column(recipient)) < best ? column(recipient) : 0;
    }
    return pairs;
  }

  /** How well an id, of which these are the pairs, is proven good: by a listing at best. */
  private int proof(int pairs) {
    return (cloud.shown & pairs) != 0
        ? 3
        : (cloud.vouched & pairs) != 0 ? 2 : (cloud.accepted & pairs) != 0 ? 1 : 0;
  }

  private String job(int submission) {
    return "job-%d%s".formatted(submission, "'".repeat(crashed));
  }

  private int pairsOf(int listing) {
    return pairs(state.model().listings.part(listing));
  }

  // The loop

  private void take(Event first) {
    Deque<Event> events = new ArrayDeque<>(List.of(first));
    for (Event event = events.poll(); event != null && !isOver; event = events.poll()) {
      for (Effect effect : state.on(event, now, clock())) {
        carryOut(effect, events);
      }
    }
    forget(terms.durations());
    forget(terms.lags());
    if (isOver) {
      reads.clear();
      writes.clear();
      out.clear();
      timers.clear();
      saves.clear();
    }
    drop();
  }

  /** What one order of events has taught must not show in another. */
  private static void forget(Object learned) {
    if (learned instanceof Collection<?> collection) {
      collection.clear();
    } else {
      Fields.of(learned.getClass()).forEach(field -> forget(field.of(learned)));
    }
  }

  private void carryOut(Effect effect, Deque<Event> events) {
    if (effect instanceof Effect.Submit submit) {
      writes.add(submit.submission());
    } else if (effect instanceof Effect.Poll poll) {
      Call call = new Call(Call.What.POLL, poll.submission(), 0, 0, poll.last());
      if (state.wantsPoll(poll.submission(), poll.last()) && !out.contains(call)) {
        out.add(call);
      }
    } else if (effect instanceof Effect.Read read) {
      reads.add(new QueuedRead(read.listing(), read.number()));
    } else if (effect instanceof Effect.Describe) {
      out.add(new Call(Call.What.DESCRIBE, 0, 0, 0, false));
    } else if (effect instanceof Effect.Wait wait) {
      if (wait.timer().purpose() != Purpose.DEADLINE) {
        timers.add(new Pending(now + wait.delay().toNanos(), wait.timer()));
      }
    } else if (effect instanceof Effect.Note note) {
      if (setting.crashes()) {
        journal.add(note.entry());
      }
    } else if (effect instanceof Effect.Save save) {
      if (setting.crashes()) {
        journal.add(save.entry());
        saves.add(save);
      } else {
        events.add(save.saved());
      }
    } else if (effect instanceof Effect.Emit emit) {
      surveyed |= emit.event() instanceof ShareEvent.Surveyed;
    } else if (effect instanceof Effect.RefuseCredentials) {
      throw new Broken("credentials are told to be refused");
    } else if (effect instanceof Effect.Finish finish) {
      isOver = true;
      finished(finish.ending());
    }
  }

  /** Drops calls that are not wanted when their turn comes, and times that nobody waits for. */
  private void drop() {
    while (!reads.isEmpty()
        && !state.wantsRead(reads.element().listing(), reads.element().number())) {
      reads.remove();
    }
    while (!writes.isEmpty() && !state.wantsSubmit(writes.element())) {
      writes.remove();
    }
    if (!setting.crashes()) {
      cloud.works.removeIf(work -> work.end != null && !isPolled(work));
    }
    timers.removeIf(pending -> !isWanted(pending.timer()));
  }

  private boolean isPolled(Work work) {
    return out.stream()
        .anyMatch(call -> call.what() == Call.What.POLL && work(call.number()) == work);
  }

  private boolean isWanted(Event.Timer timer) {
    Submission submission = state.model().submissions.get(timer.number());
    return switch (timer.purpose()) {
      case SURVEY -> !surveyed && state.model().isRunning();
      case POLL ->
          submission != null
              && submission.state == Submission.State.WATCHED
              && state.model().isRunning();
      case READ_BACK ->
          submission != null
              && submission.state == Submission.State.READING_BACK
              && state.model().isRunning();
      case REREAD, PLAN -> state.model().isRunning();
      case DEADLINE, WIND_DOWN -> true;
    };
  }

  // What can happen

  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    if (isOver) {
      return steps;
    }
    if (!saves.isEmpty()) {
      Effect.Save save = saves.element();
      add(steps, () -> "saved " + save.entry(), this::saved);
    }
    if (!writes.isEmpty()) {
      int submission = writes.element();
      add(steps, () -> "send " + name(submission), () -> startWrite(submission));
    }
    if (!reads.isEmpty()) {
      QueuedRead read = reads.element();
      add(steps, () -> "read listing " + read.listing(), () -> startRead(read));
    }
    for (Call call : List.copyOf(out)) {
      switch (call.what()) {
        case DESCRIBE ->
            add(
                steps,
                () -> "described nothing",
                () -> answer(call, new Event.Described(Map.of())));
        case READ -> reads(steps, call);
        case SUBMIT -> submits(steps, call);
        case POLL -> polls(steps, call);
      }
    }
    long due = timers.stream().mapToLong(Pending::due).min().orElse(0);
    timers.stream()
        .filter(pending -> pending.due() == due)
        .distinct()
        .forEach(
            pending ->
                steps.add(
                    new Step(
                        () -> due(pending),
                        setting.isPrompt() && !out.isEmpty(),
                        () -> happen(() -> fire(pending)))));
    if (!isCut) {
      wrong(
          steps,
          () -> "cancel",
          () -> cut(new Event.EndRequested(Ending.CANCELLED, null, RunState.WIND_DOWN)));
      wrong(steps, () -> "deadline", this::deadline);
    }
    if (setting.crashes()) {
      crashes(steps);
    }
    return steps;
  }

  private void add(List<Step> steps, Supplier<String> text, Runnable happens) {
    steps.add(new Step(text, false, () -> happen(happens)));
  }

  private void wrong(List<Step> steps, Supplier<String> text, Runnable happens) {
    steps.add(new Step(text, true, () -> happen(happens)));
  }

  private void happen(Runnable step) {
    step.run();
    while (setting.isPrompt() && !(reads.isEmpty() && writes.isEmpty())) {
      if (reads.isEmpty()) {
        startWrite(writes.element());
      } else {
        startRead(reads.element());
      }
    }
    check();
  }

  private String name(int submission) {
    Slice slice = slice(submission);
    return "%d (images %s, recipients %s)"
        .formatted(submission, slice.images(), slice.recipients());
  }

  private String due(Pending pending) {
    return "after %d ms: %s %d is due"
        .formatted(
            Math.max(0, pending.due() - now) / 1_000_000,
            pending.timer().purpose(),
            pending.timer().number());
  }

  private void fire(Pending pending) {
    timers.remove(pending);
    now = Math.max(now, pending.due());
    take(new Event.Due(pending.timer()));
  }

  private void deadline() {
    now = DEADLINE.toNanos();
    cut(new Event.Due(new Event.Timer(Purpose.DEADLINE, 0)));
  }

  private void cut(Event event) {
    isCut = true;
    take(event);
  }

  private void answer(Call call, Event event) {
    out.remove(call);
    take(event);
  }

  // Reads

  private void startRead(QueuedRead read) {
    reads.remove();
    int covered = cloud.unread & pairsOf(read.listing());
    out.add(new Call(Call.What.READ, read.number(), read.listing(), covered, false));
    take(new Event.Reading(read.listing(), read.number()));
  }

  private void reads(List<Step> steps, Call call) {
    int listing = pairsOf(call.listing());
    String name = "listing " + call.listing();
    List<Work> undecided = cloud.undecided(listing);
    for (int acted = 0; acted < 1 << undecided.size(); acted++) {
      int which = acted;
      List<String> jobs = new ArrayList<>();
      for (int w = 0; w < undecided.size(); w++) {
        if ((which & (1 << w)) != 0) {
          jobs.add(undecided.get(w).job);
        }
      }
      add(
          steps,
          () -> name + " answered" + (jobs.isEmpty() ? "" : " after " + jobs + " took effect"),
          () -> {
            List<Work> works = cloud.undecided(listing);
            for (int w = 0; w < works.size(); w++) {
              if ((which & (1 << w)) != 0) {
                works.get(w).acts(cloud);
              }
            }
            listed(call, cloud.done & listing);
          });
    }
    int fresh = cloud.done & ~cloud.shown & listing;
    for (int lagging = fresh; lagging != 0; lagging = (lagging - 1) & fresh) {
      int hidden = lagging;
      wrong(
          steps,
          () -> name + " answered, lagging by " + Integer.bitCount(hidden) + " pairs",
          () -> {
            cloud.hide(hidden);
            listed(call, cloud.done & listing & ~hidden);
          });
    }
    wrong(
        steps,
        () -> name + " refused",
        () -> {
          cloud.refuseListing(listing);
          answer(call, new Event.ReadFailed(call.listing(), ModelCloud.reason(Kind.FORBIDDEN)));
        });
    wrong(
        steps,
        () -> name + " failed",
        () ->
            answer(
                call, new Event.ReadFailed(call.listing(), ModelCloud.reason(Kind.UNAVAILABLE))));
    if (state.model().isRunning()) {
      wrong(
          steps,
          () -> name + " delayed",
          () -> {
            reads.add(new QueuedRead(call.listing(), call.number()));
            answer(call, new Event.ReadDelayed(call.listing()));
          });
    }
  }

  private void listed(Call call, int asDone) {
    int listing = pairsOf(call.listing());
    cloud.answer(listing, asDone, call.pairs());
    Map<Object, MemberStatus> shown = new HashMap<>();
    PairTable table = state.model().table;
    Listings listings = state.model().listings;
    listings
        .part(call.listing())
        .forEach(
            (i, r) -> {
              boolean isDone = (asDone & bit(i, r)) != 0;
              if (isDone != (table.action() == ShareRequest.Action.UNSHARE)) {
                shown.put(
                    table.action().isOfRecipient() ? table.image(i) : table.recipient(r),
                    table.action().isOfRecipient() ? listings.decided() : MemberStatus.PENDING);
              }
            });
    answer(call, new Event.Listed(call.listing(), shown));
  }

  // Writes

  private void startWrite(int submission) {
    writes.remove();
    if (setting.crashes() && !state.isIntended(submission)) {
      take(new Event.Preparing(submission));
    } else {
      send(submission);
    }
  }

  private void saved() {
    Effect.Save save = saves.remove();
    safe = journal.indexOf(save.entry()) + 1;
    take(save.saved());
    if (save.saved() instanceof Event.Prepared ready && state.wantsSubmit(ready.submission())) {
      send(ready.submission());
    }
  }

  private void send(int submission) {
    int pairs = pairs(slice(submission));
    int open = pairs & ~settled;
    if (isCut) {
      throw new Broken("a write after the end was asked for");
    }
    if ((open & cloud.unread) != 0) {
      throw new Broken("asked again after a lost answer, and not read since");
    }
    for (Work work : cloud.works) {
      if (work.isKnown && work.end == null && (work.pairs & open) != 0) {
        throw new Broken("asked again while " + work.job + " runs");
      }
    }
    out.add(new Call(Call.What.SUBMIT, submission, 0, pairs, false));
    take(new Event.Sending(submission));
  }

  private void submits(List<Step> steps, Call call) {
    Slice slice = slice(call.number());
    String name = "write " + call.number();
    @Nullable Bad bad =
        cloud.bad.stream()
            .filter(b -> (b.isImage() ? slice.images() : slice.recipients()).contains(b.id()))
            .findFirst()
            .orElse(null);
    if (bad != null) {
      add(steps, () -> name + " refused: " + bad, () -> failed(call, bad.kind()));
    } else {
      add(steps, () -> name + " accepted", () -> accepted(call));
      wrong(
          steps,
          () -> name + " lost after it was taken",
          () -> {
            cloud.take(job(call.number()), call.pairs());
            lost(call);
          });
      for (int image : slice.images()) {
        for (Kind kind : List.of(Kind.INVALID_IMAGE, Kind.INVALID, Kind.QUOTA, Kind.FORBIDDEN)) {
          if (kind == Kind.QUOTA
              || (cloud.taken & row(image)) == 0) { // no id that was good turns bad
            bad(steps, call, new Bad(true, image, kind), row(image));
          }
        }
      }
      for (int recipient : slice.recipients()) {
        for (Kind kind : List.of(Kind.INVALID_RECIPIENT, Kind.INVALID)) {
          if ((cloud.taken & column(recipient)) == 0) {
            bad(steps, call, new Bad(false, recipient, kind), column(recipient));
          }
        }
      }
      for (Kind kind : List.of(Kind.INVALID, Kind.FORBIDDEN)) {
        wrong(
            steps,
            () -> name + " refused once: " + kind,
            () -> {
              cloud.excused |= suspected(slice, false);
              failed(call, kind);
            });
      }
    }
    wrong(steps, () -> name + " lost before it was taken", () -> lost(call));
    wrong(steps, () -> name + " not available", () -> failed(call, Kind.UNAVAILABLE));
    wrong(
        steps,
        () -> name + " throttled",
        () -> {
          if (state.model().mayWrite()) {
            writes.add(call.number());
            answer(call, new Event.Requeued(call.number(), ModelCloud.reason(Kind.THROTTLED)));
          } else {
            failed(call, Kind.THROTTLED);
          }
        });
  }

  private void bad(List<Step> steps, Call call, Bad bad, int pairs) {
    wrong(
        steps,
        () -> "write " + call.number() + " refused from now on: " + bad,
        () -> {
          cloud.bad.add(bad);
          cloud.excused |= pairs;
          failed(call, bad.kind());
        });
  }

  private void accepted(Call call) {
    Work work = cloud.take(job(call.number()), call.pairs());
    work.isKnown = true;
    cloud.accepted |= call.pairs();
    answer(call, new Event.Submitted(call.number(), Job.running(work.job)));
  }

  private void lost(Call call) {
    cloud.lose(call.pairs() & ~settled);
    failed(call, Kind.LOST);
  }

  private void failed(Call call, Kind kind) {
    answer(call, new Event.SubmitFailed(call.number(), ModelCloud.reason(kind)));
  }

  // Polls

  private void polls(List<Step> steps, Call call) {
    Work work = work(call.number());
    String name = work.job;
    Job end = work.end;
    if (end != null) {
      add(steps, () -> name + " ended before", () -> polled(call, end));
      return;
    }
    Slice slice = slice(call.number());
    add(
        steps,
        () -> name + " succeeded",
        () -> {
          Work works = work(call.number());
          works.acts(cloud);
          cloud.vouched |= works.pairs;
          ended(call, Job.succeeded(name));
        });
    wrong(steps, () -> name + " runs", () -> polled(call, Job.running(name)));
    for (Kind kind : List.of(Kind.UNAVAILABLE, Kind.INVALID)) {
      wrong(
          steps,
          () -> name + " not told: " + kind,
          () -> {
            excuseIfSpent(call.number());
            answer(
                call, new Event.PollFailed(call.number(), ModelCloud.reason(kind), Duration.ZERO));
          });
    }
    if (!work.hasActed) {
      wrong(
          steps,
          () -> name + " succeeded in vain",
          () -> {
            cloud.vouched |= work(call.number()).pairs;
            ended(call, Job.succeeded(name));
          });
      wrong(
          steps,
          () -> name + " failed, and may be asked again",
          () -> ended(call, Job.failed(name, ModelCloud.reason(Kind.UNAVAILABLE))));
      wrong(
          steps,
          () -> name + " failed",
          () -> {
            cloud.excused |= suspected(slice, true);
            ended(call, Job.failed(name, ModelCloud.reason(Kind.INVALID)));
          });
      int first = bit(slice.images().get(0), slice.recipients().get(0));
      var table = state.model().table;
      var member = table.member(slice.images().get(0), slice.recipients().get(0));
      wrong(
          steps,
          () -> name + " succeeded, but for its first pair",
          () -> {
            Work works = work(call.number());
            works.hasActed = true;
            cloud.done |= works.pairs & ~first;
            cloud.vouched |= works.pairs & ~first;
            cloud.excused |= first;
            Job.Result result =
                new Job.Result(
                    member.image(),
                    member.recipient(),
                    false,
                    ModelCloud.reason(Kind.INVALID_IMAGE));
            ended(call, Job.succeeded(name).results(List.of(result)));
          });
    }
    wrong(
        steps,
        () -> name + " did it all, and failed",
        () -> {
          work(call.number()).acts(cloud);
          cloud.misreported |= work(call.number()).pairs;
          cloud.hide(cloud.wasUnlistable);
          ended(call, Job.failed(name, ModelCloud.reason(Kind.INVALID)));
        });
  }

  private Work work(int submission) {
    Submission watched = state.model().submissions.get(submission);
    return cloud.works.stream()
        .filter(work -> watched != null && work.job.equals(watched.jobId()))
        .findFirst()
        .orElseThrow(() -> new Broken("polls a job that there is not"));
  }

  private void ended(Call call, Job end) {
    Work work = work(call.number());
    work.end = end;
    polled(call, end);
  }

  private void polled(Call call, Job job) {
    if (!job.ended()) {
      excuseIfSpent(call.number());
    }
    answer(call, new Event.Polled(call.number(), job, now));
  }

  /** When patience with a job ends, its pairs are Unknown unless they are listed. */
  private void excuseIfSpent(int submission) {
    Submission watched = state.model().submissions.get(submission);
    if (watched != null && watched.poller != null && watched.poller.isSpent(now)) {
      cloud.excused |= pairs(watched.slice);
      Work work = work(submission);
      work.isKnown = false;
    }
  }

  // Crashes

  private void crashes(List<Step> steps) {
    if (journal.isEmpty()) {
      return;
    }
    boolean isWriteOut = out.stream().anyMatch(call -> call.what() == Call.What.SUBMIT);
    for (boolean all : journal.size() > safe ? new boolean[] {true, false} : new boolean[] {true}) {
      String how = "crash" + (all ? "" : ", the last entries lost");
      wrong(steps, () -> how + (isWriteOut ? ", writes not taken" : ""), () -> crash(all, false));
      if (isWriteOut) {
        wrong(steps, () -> how + ", writes taken", () -> crash(all, true));
      }
    }
  }

  private void crash(boolean all, boolean taken) {
    for (Call call : out) {
      if (call.what() == Call.What.SUBMIT) {
        cloud.lose(call.pairs());
        if (taken) {
          cloud.take(job(call.number()), call.pairs());
        }
      }
    }
    if (!all) {
      journal.subList(safe, journal.size()).clear();
    }
    for (JournalEntry entry : journal) {
      if (entry instanceof JournalEntry.Intent intent) {
        cloud.suspectLoss(pairs(intent.slice())); // nobody can tell whether it was sent
      }
    }
    safe = journal.size();
    isCut =
        now >= DEADLINE.toNanos()
            || journal.stream().anyMatch(e -> e instanceof JournalEntry.Cancelled);
    for (Work work : cloud.works) {
      boolean isNoted =
          journal.stream()
              .anyMatch(e -> e instanceof JournalEntry.Submitted s && s.job().equals(work.job));
      if (work.isKnown && !isNoted) {
        work.isKnown = false;
        cloud.lose(work.pairs);
      }
    }
    reads.clear();
    writes.clear();
    out.clear();
    timers.clear();
    saves.clear();
    surveyed = false;
    settled = 0;
    crashed++;
    state =
        new RunState(
            "run", List.of(setting.request()), terms, null, end(), new RunHistory(journal));
    take(new Event.Begin());
  }

  // What must hold

  private void check() {
    PairTable table = state.model().table;
    for (int i = 0; i < height; i++) {
      for (int r = 0; r < width; r++) {
        boolean isSettled = table.verdict(i, r) >= 0;
        boolean wasSettled = (settled & bit(i, r)) != 0;
        if (wasSettled && !isSettled) {
          throw new Broken("an outcome was taken back");
        } else if (isSettled && !wasSettled) {
          check(i, r, table.verdicts().get(table.verdict(i, r)));
          settled |= bit(i, r);
        }
      }
    }
    checkJobs();
    if (crashed == 0) {
      checkDisjoint(); // who resumes polls jobs again that have ended
    }
    if (!isOver
        && out.isEmpty()
        && reads.isEmpty()
        && writes.isEmpty()
        && saves.isEmpty()
        && timers.isEmpty()) {
      throw new Broken("nothing can happen any more, and the run is not over");
    }
  }

  private void check(int image, int recipient, Verdict verdict) {
    int pair = bit(image, recipient);
    String name = "pair (%d, %d) is %s".formatted(image, recipient, verdict);
    if (verdict instanceof Verdict.Done done) {
      boolean isVouched = (cloud.vouched & cloud.unlistable & pair) != 0;
      if ((cloud.listed & pair) == 0 && !isVouched) {
        throw new Broken(name + ", which no listing shows and no job says instead");
      }
      if (done.already() && (cloud.touched & pair) != 0) {
        throw new Broken(name + ", though this run asked for it");
      }
    } else if (!isCut
        && verdict instanceof Verdict.Failed
        && (cloud.done & ~setting.already() & ~cloud.hidden & ~cloud.lost & pair) != 0) {
      throw new Broken(name + ", though it is done");
    } else if (!isCut && (cloud.excused & pair) == 0) {
      throw new Broken(name + ", though nothing is wrong with it");
    } else if (verdict instanceof Verdict.Failed failed
        && failed.reason().kind() == Kind.NOT_SENT
        && (cloud.touched & pair) != 0) {
      throw new Broken(name + ", though it was sent");
    }
  }

  private void checkJobs() {
    for (Submission submission : state.model().submissions.values()) {
      if (submission.state == Submission.State.OVER && submission.holdsJob && !isOver) {
        throw new Broken("what is over holds the place of a job");
      }
    }
  }

  private void checkDisjoint() {
    int held = 0;
    for (Submission submission : state.model().submissions.values()) {
      if (submission.state != Submission.State.OVER) {
        int pairs = pairs(submission.slice) & ~settled;
        if ((held & pairs) != 0) {
          throw new Broken("a pair is in two calls at once");
        }
        held |= pairs;
      }
    }
  }

  private void finished(Ending ending) {
    RunModel run = state.model();
    if (run.table.hasPending()) {
      throw new Broken("the run is over, and a pair has no outcome");
    }
    if (run.openJobs != 0) {
      throw new Broken("the run is over, and a job holds its place");
    }
    boolean isEarly = ending != Ending.FINISHED;
    if (isEarly && !isCut) {
      throw new Broken("the run ended " + ending);
    }
    for (Work work : cloud.works) {
      if (work.isKnown && run.jobs.stream().noneMatch(j -> j.job().id().equals(work.job))) {
        throw new Broken(work.job + " is not in the report");
      }
    }
  }

  /** A promise was broken. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String what) {
      super(what);
    }
  }
}
