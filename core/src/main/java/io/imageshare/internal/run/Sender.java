package io.imageshare.internal.run;

import com.google.common.base.Ascii;
import io.imageshare.BatchLimits;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareEvent;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.plan.SlicePlanner;
import io.imageshare.internal.run.BadIdSearch.Step;
import io.imageshare.internal.run.Event.Timer.Purpose;
import io.imageshare.internal.run.Submission.State;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import io.imageshare.internal.table.Verdict;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Plans what is open and sends it, and searches for what is wrong with what was refused. */
final class Sender {
  private final RunModel run;
  private final PairTable table;
  private final Survey survey;
  private final Set<Submission> queued = new LinkedHashSet<>();

  /** The numbers of the principals that search: few of very many. */
  private final BitSet searching = new BitSet();

  /** Whether open pairs wait for others, to be planned with them, and until when. */
  private boolean waiting;

  private long planAt;

  /** Whether the last plan was only a step of a larger one. */
  private boolean unfinished;

  Sender(RunModel run, Survey survey) {
    this.run = run;
    this.survey = survey;
    table = run.table;
  }

  /** Does whatever can be done now. */
  void advance() {
    if (!run.mayWrite()) {
      withdraw(submission -> true);
      searching.stream().mapToObj(run.principals::get).forEach(Principal::endSearches);
      searching.clear();
      return;
    }
    for (int p = searching.nextSetBit(0); p >= 0; p = searching.nextSetBit(p + 1)) {
      Principal principal = run.principals.get(p);
      search(principal);
      searching.set(p, principal.isSearching());
    }
    plan();
  }

  // Planning

  private void plan() {
    if (!queued.isEmpty() || !table.hasOpen() || !survey.isReady() || (!unfinished && mustWait())) {
      return;
    }
    unfinished = false;
    for (Principal principal : run.principals) {
      if (principal.stopped == null && !awaitsSinglePairs(principal)) {
        plan(principal);
      }
    }
    if (!queued.isEmpty()) {
      waiting = false;
    }
  }

  private static boolean awaitsSinglePairs(Principal principal) {
    return principal.refusals.seemThroughout() && !principal.searches.isEmpty();
  }

  /** Open pairs wait for more of their kind as long as a job takes, to be asked in few calls. */
  private boolean mustWait() {
    if (run.nextSubmission == 0 || (survey.isOver() && searching.isEmpty() && !awaitsAudits())) {
      return false;
    }
    if (!waiting) {
      Duration patience = run.terms.durations().median();
      waiting = true;
      planAt = run.now + patience.toNanos(); // what is learned meanwhile must not outrun the timer
      run.await(Purpose.PLAN, 0, patience);
    }
    return run.now - planAt < 0;
  }

  /** Whether an audit may soon open more pairs of a slice, some of whose pairs are open again. */
  private boolean awaitsAudits() {
    return IntStream.range(0, run.listings.count())
        .filter(table::hasOpen)
        .mapToObj(run::submissions)
        .flatMap(List::stream)
        .flatMap(submission -> run.listings.of(submission.slice).stream())
        .anyMatch(listing -> table.hasUnaudited(listing) && !table.hasUnderWay(listing));
  }

  private void plan(Principal principal) {
    BitSet[] open = open(principal);
    BitSet[] first = first(principal, open);
    if (pairs(first) == 0) {
      principal.lastImages.clear();
      principal.lastRecipients.clear();
      first = open;
    }
    List<Slice> slices = SlicePlanner.step(first, run.limits);
    slices.forEach(slice -> queue(run.add(principal, slice)));
    unfinished |= slices.stream().mapToLong(Slice::pairs).sum() < pairs(first);
  }

  /** What is open but for the ids that are to be asked last. */
  private static BitSet[] first(Principal principal, BitSet[] open) {
    BitSet[] first = new BitSet[open.length];
    for (int image = 0; image < open.length; image++) {
      first[image] = principal.lastImages.get(image) ? new BitSet() : (BitSet) open[image].clone();
      first[image].andNot(principal.lastRecipients);
    }
    return first;
  }

  private static long pairs(BitSet[] rows) {
    return Arrays.stream(rows).mapToLong(BitSet::cardinality).sum();
  }

  private BitSet[] open(Principal principal) {
    BitSet[] open = run.listings.open(principal.number);
    for (int image = 0; !survey.isOver() && image < open.length; image++) {
      for (int r = open[image].nextSetBit(0); r >= 0; r = open[image].nextSetBit(r + 1)) {
        open[image].set(r, survey.isSurveyed(run.listings.of(image, r)));
      }
    }
    principal.searches.forEach(search -> search.exclude(open));
    principal.unexplained.forEach(search -> search.exclude(open));
    return open;
  }

  private void queue(Submission submission) {
    queued.add(submission);
    run.effect(new Effect.Submit(submission.number, submission.principal.number, submission.slice));
  }

  private void withdraw(Predicate<Submission> which) {
    List.copyOf(queued).stream().filter(which).forEach(this::withdraw);
  }

  private void withdraw(Submission submission) {
    queued.remove(submission);
    noteRefused(submission, new Reason(Kind.NOT_SENT, "", "withdrawn"));
    run.submissions.remove(submission.number);
  }

  private void noteRefused(Submission submission, Reason reason) {
    if (submission.entry >= 0) {
      run.note(new JournalEntry.Refused(submission.entry, reason));
      submission.entry = -1;
    }
  }

  // What becomes of writes

  boolean isQueued(Submission submission) {
    return submission.state == State.QUEUED && run.mayWrite(submission.principal);
  }

  /** Its intent is to be written before it is sent. */
  JournalEntry intent(Submission submission) {
    submission.entry = run.nextEntry++;
    return new JournalEntry.Intent(submission.entry, submission.slice, run.clock);
  }

  void sending(Submission submission) {
    queued.remove(submission);
    submission.state = State.SENT;
    submission.sentAt = run.now;
    run.occupyJob(submission);
    submission.slice.forEach(table::ask);
    run.sent(submission);
  }

  /** It had no effect, and waits to be sent again. */
  void requeued(Submission submission, Reason reason) {
    submission.state = State.QUEUED;
    noteRefused(submission, reason);
    submission.slice.forEach(table::reopen);
    run.unsent(submission);
    run.releaseJob(submission);
    Principal principal = submission.principal;
    if (submission.search == null && isSuspect(principal, submission)) {
      withdraw(submission);
    } else {
      queued.add(submission);
    }
  }

  /** A principal does nothing any more. */
  void stop(Principal principal) {
    withdraw(other -> other.principal == principal);
    for (Submission submission : run.submissions.values()) {
      if (submission.principal == principal) {
        submission.search = null;
      }
    }
    principal.endSearches();
  }

  private static boolean isSuspect(Principal principal, Submission submission) {
    return principal.unexplained.stream().anyMatch(s -> s.touches(submission.slice))
        || principal.searches.stream().anyMatch(s -> s.touches(submission.slice));
  }

  /** The service took a call, whatever comes of its job. */
  void accepted(Submission submission) {
    Principal principal = submission.principal;
    principal.evidence.accepted(submission.slice);
    if (principal.evidence.trustsAcceptance() && !submission.hasFailed()) {
      cleared(submission);
    }
  }

  /** A search's part was taken, and its ids are proven good. */
  void cleared(Submission submission) {
    BadIdSearch search = submission.search;
    submission.search = null;
    if (search != null) {
      search.cleared();
    }
  }

  /** What became of a search's part is not known: the search ends, and what is open comes again. */
  void inconclusive(Submission submission) {
    if (submission.search != null) {
      submission.principal.searches.remove(submission.search);
      submission.search = null;
    }
  }

  /** The service refused what a submission asked, at once or by a failed job. */
  void refused(Submission submission, Reason reason) {
    boolean whole = run.missing(submission) == submission.slice.pairs();
    submission.state = State.OVER;
    noteRefused(submission, reason);
    switch (OutcomeRules.refused(reason.kind())) {
      case SEARCH -> {
        run.forEachMissing(submission, table::reopen);
        suspect(submission, reason, whole);
      }
      case UNKNOWN ->
          run.forEachMissing(
              submission,
              (i, r) -> run.settle(i, r, new Verdict.Unknown(reason, submission.jobId())));
      case STOP -> {
        run.forEachMissing(submission, table::reopen);
        if (submission.principal.stopped == null) {
          submission.principal.stopped = reason; // at once: no write goes before all are told
          run.effect(new Effect.RefuseCredentials(submission.principal.number, reason));
        }
      }
      case ASK_AGAIN ->
          run.forEachMissing(submission, (i, r) -> run.askAgain(i, r, reason, submission.jobId()));
    }
    submission.slice.forEach(table::awaitAudit); // what its job claims to be done
    inconclusive(submission);
    run.audit(submission);
    run.releaseJob(submission);
  }

  private void suspect(Submission submission, Reason reason, boolean whole) {
    Principal principal = submission.principal;
    if (submission.hasFailed()) {
      principal.evidence.distrustAcceptance();
    }
    principal.refusals.add(submission.slice, reason);
    if (principal.refusals.seemThroughout()) {
      // Single pairs show for less whether the rest is refused, too.
      withdraw(other -> other.principal == principal && other.search == null);
    }
    if (!whole || principal.stopped != null) {
      return; // some of it was done: the rest is planned anew
    }
    run.emit(new ShareEvent.Split(run.id, table.request(submission.slice), reason));
    BadIdSearch search = submission.search;
    if (search != null) {
      submission.search = null;
      search.refused(reason);
    } else {
      BadIdSearch unexplained = new BadIdSearch(submission.slice, reason, principal.evidence);
      principal.unexplained.add(unexplained);
      searching.set(principal.number);
      withdraw(
          other ->
              other.principal == principal
                  && other.search == null
                  && unexplained.touches(other.slice));
    }
  }

  // Searches

  private void search(Principal principal) {
    principal.unexplained.removeIf(search -> !stands(search));
    principal.unexplained.stream()
        .sorted(Comparator.comparingInt(BadIdSearch::countSuspects))
        .toList()
        .forEach(search -> begin(principal, search));
    boolean found = false;
    for (BadIdSearch search : List.copyOf(principal.searches)) {
      while (!search.isAsking() && principal.searches.contains(search)) {
        take(principal, search, next(principal, search));
      }
      found |= !principal.searches.contains(search);
    }
    if (found) {
      search(principal); // what waited for it may begin
    }
  }

  private static Step next(Principal principal, BadIdSearch search) {
    return principal.refusals.seemThroughout() ? search.single(principal.singles++) : search.next();
  }

  private void begin(Principal principal, BadIdSearch search) {
    boolean isFree = principal.searches.stream().noneMatch(search::sharesSuspects);
    // Nothing like it was ever taken: others may show that it is nobody's fault.
    boolean waits =
        (search.reason().kind() == Kind.FORBIDDEN || search.reason().kind() == Kind.UNSUPPORTED)
            && !principal.evidence.anyAccepted()
            && isSending(principal);
    if (isFree && !waits) {
      principal.unexplained.remove(search);
      principal.searches.add(search);
    }
  }

  private boolean isSending(Principal principal) {
    return run.submissions.values().stream()
        .anyMatch(
            s -> s.principal == principal && (s.state == State.QUEUED || s.state == State.SENT));
  }

  /** Whether a refusal still wants explaining: all of it is open, so no id of it is known bad. */
  private boolean stands(BadIdSearch search) {
    return search.slice.images().stream()
        .allMatch(i -> search.slice.recipients().stream().allMatch(r -> table.isOpen(i, r)));
  }

  private void take(Principal principal, BadIdSearch search, Step step) {
    if (step instanceof Step.Ask ask) {
      Submission probe = run.add(principal, ask.part());
      probe.search = search;
      queue(probe);
      return;
    }
    principal.searches.remove(search);
    if (step instanceof Step.Bad bad) {
      run.note(new JournalEntry.BadId(principal.number, bad.side(), bad.id(), bad.reason()));
      run.bad(principal, bad.side(), bad.id(), bad.reason());
    } else if (step instanceof Step.BadPair pair) {
      run.note(new JournalEntry.BadPair(pair.image(), pair.recipient(), pair.reason()));
      run.settle(pair.image(), pair.recipient(), new Verdict.Failed(pair.reason()));
      principal.lastImages.set(pair.image());
      principal.lastRecipients.set(pair.recipient());
    } else if (step instanceof Step.TooMany many) {
      narrow(many, search.reason());
    }
    Reason reason = search.reason();
    if (principal.refusals.areThroughout(open(principal), reason)) {
      failRest(principal, reason);
    }
  }

  /** No call holds so many ids of a side any more. */
  private void narrow(Step.TooMany many, Reason reason) {
    BatchLimits now = run.limits;
    if (many.count() > (many.side() == Side.IMAGES ? now.images() : now.recipients())) {
      return; // another search has shown it meanwhile
    }
    int fewer = many.count() / 2;
    run.limits =
        many.side() == Side.IMAGES
            ? new BatchLimits(fewer, now.recipients(), now.pairs())
            : new BatchLimits(now.images(), fewer, now.pairs());
    Predicate<Slice> exceeds = slice -> slice.ids(many.side()).size() > fewer;
    withdraw(other -> other.search == null && exceeds.test(other.slice));
    run.principals.forEach(p -> p.unexplained.removeIf(search -> exceeds.test(search.slice)));
    String message =
        "a call with %d %s was refused ({}), and one with a single one of them taken: from here on"
            + " a call holds %d at most; tell the workflow's limits(...) what the service takes";
    String ids = Ascii.toLowerCase(many.side().name());
    run.effect(new Effect.Warn(message.formatted(many.count(), ids, fewer), reason));
  }

  private void failRest(Principal principal, Reason reason) {
    String why =
        "not tried, as %d single pairs were refused and nothing was accepted: "
            .formatted(principal.refusals.pairs(reason));
    stop(principal);
    run.fail(principal.pairs, new Reason(reason.kind(), reason.code(), why + reason.message()));
  }
}
