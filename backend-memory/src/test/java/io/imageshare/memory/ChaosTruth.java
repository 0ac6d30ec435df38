package io.imageshare.memory;

import static java.util.Collections.disjoint;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Suppliers;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.internal.cloud.CloudProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of a scenario, held against the cloud's own state and against the caller's promises.
 */
public final class ChaosTruth {
  private static final Set<Reason.Kind> INVALID =
      EnumSet.of(Reason.Kind.INVALID, Reason.Kind.INVALID_IMAGE, Reason.Kind.INVALID_RECIPIENT);

  private final ChaosScenario scenario;
  private final ShareReport report;

  /** The calls that the cloud saw, when nothing happens any more. */
  private final Supplier<List<Call>> cloudCalls;

  /** The calls that the engine made. */
  private final Supplier<List<Call>> callerCalls;

  ChaosTruth(ChaosScenario scenario, ShareReport report, CallLog log) {
    this.scenario = scenario;
    this.report = report;
    cloudCalls = Suppliers.memoize(scenario.cloud::calls);
    callerCalls = Suppliers.memoize(log::calls);
  }

  /** Checks all that holds in any time; when nothing happens any more in the cloud. */
  public void check() {
    checkOutcomes();
    checkWritesAfterLoss();
    checkWritesAfterEffect();
    checkConcurrentCalls();
    checkOpenJobs();
  }

  private void checkOutcomes() {
    Set<Member> there = scenario.cloud.members();
    Set<Member> seen = new HashSet<>();
    List<Outcome> outcomes = report.outcomes().toList();
    for (Outcome outcome : outcomes) {
      Member member = outcome.member();
      assertTrue(seen.add(member), () -> "two outcomes for " + member);
      boolean asAsked = isAsAsked(member, there);
      if (outcome instanceof Outcome.Done) {
        assertTrue(asAsked || isDeleted(member), () -> "not true: " + outcome);
      } else if (outcome instanceof Outcome.Failed failed) {
        boolean excused =
            (isBad(member) && !asAsked)
                || isNotSent(failed)
                || isDeleted(member)
                || isBlamed(failed)
                || isAway(failed);
        assertTrue(excused, () -> (asAsked ? "not true: " : "no bad id: ") + outcome);
      } else if (outcome instanceof Outcome.Unknown unknown) {
        assertTrue(mayBeUnknown(unknown), () -> "should be known: " + outcome);
      }
    }
    assertEquals(scenario.request.pairs(), outcomes.size());
  }

  private boolean isAsAsked(Member member, Set<Member> there) {
    return switch (scenario.request.action()) {
      case SHARE -> there.contains(member);
      case UNSHARE -> !there.contains(member);
      case ACCEPT -> CloudProbe.status(scenario.cloud.pipeline, member) == MemberStatus.ACCEPTED;
      case REJECT -> CloudProbe.status(scenario.cloud.pipeline, member) == MemberStatus.REJECTED;
    };
  }

  private boolean isNotSent(Outcome.Failed failed) {
    return scenario.cutShort && failed.reason().kind() == Reason.Kind.NOT_SENT;
  }

  private boolean isBad(Member member) {
    boolean vaultless =
        scenario.request.vault().isEmpty() && scenario.wholeImages.contains(member.image());
    return scenario.badImages.contains(member.image())
        || scenario.barredImages.contains(member.image())
        || scenario.badProjects.contains(member.recipient().id())
        || scenario.forbiddenImages.contains(member.image())
        || scenario.fullImages.contains(member.image())
        || (scenario.isDecision() && (vaultless || scenario.notGiven.contains(member)));
  }

  private boolean mayBeUnknown(Outcome.Unknown unknown) {
    Member member = unknown.member();
    return scenario.cutShort
        || (!isListed(member) && lost().anyMatch(call -> holds(call.slice(), member)))
        || touched(member, Fault.StuckJob.class)
        || touched(member, Fault.NeverAnswered.class)
        || lastingLag(member)
        || isSpent(member)
        || isGivenUp(unknown.job());
  }

  /** Ten polls in a row may fail, some by themselves and the rest in an outage that follows. */
  private boolean isGivenUp(String job) {
    int inARow = 0;
    for (Call call : cloudCalls.get()) {
      Reason reason = call.reason();
      boolean throttled = reason != null && reason.kind() == Reason.Kind.THROTTLED;
      if (call.kind() == Call.Kind.JOB && call.id().equals(job) && inARow < 10 && !throttled) {
        inARow = reason == null ? 0 : inARow + 1;
      }
    }
    return inARow >= 10;
  }

  /** Whether the listing that shows a pair can be read, as far as the caller knows. */
  private boolean isListed(Member member) {
    return scenario.lists()
        && cloudCalls.get().stream()
            .noneMatch(call -> isReading(call, member) && struck(call, Fault.Refused.class));
  }

  private static boolean struck(Call call, Class<? extends Fault> fault) {
    return call.faults().stream().anyMatch(fault::isInstance);
  }

  /** Whether a job took the image of a pair with it when it ended. */
  private boolean isDeleted(Member member) {
    return deleted().anyMatch(member.image()::equals);
  }

  private Stream<String> deleted() {
    return cloudCalls.get().stream()
        .filter(call -> struck(call, Fault.DeletedImage.class))
        .map(call -> requireNonNull(call.slice()).images().iterator().next());
  }

  /** What is proven good and then deleted leaves the blame to what was not, in the same call. */
  private boolean isBlamed(Outcome.Failed failed) {
    Set<String> deleted = deleted().collect(Collectors.toSet());
    return INVALID.contains(failed.reason().kind())
        && callerCalls.get().stream()
            .filter(call -> call.slice() != null)
            .filter(call -> !disjoint(requireNonNull(call.slice()).images(), deleted))
            .anyMatch(
                call ->
                    names(call.slice(), failed.member().image())
                        || requireNonNull(call.slice())
                            .recipients()
                            .contains(failed.member().recipient()));
  }

  /** Whether a pair was asked for while the service was away, for as long as calls are repeated. */
  private boolean isAway(Outcome.Failed failed) {
    return failed.reason().kind() == Reason.Kind.UNAVAILABLE && hadOutage();
  }

  private boolean hadOutage() {
    return cloudCalls.get().stream().anyMatch(call -> struck(call, Fault.Outage.class));
  }

  /** A pair is asked six times and no more; then it may be that every time it was lost. */
  private boolean isSpent(Member member) {
    boolean outage = hadOutage();
    List<Reason.Kind> asks =
        callerCalls.get().stream()
            .filter(call -> holds(call.slice(), member))
            .map(call -> call.reason() == null ? Reason.Kind.LOST : call.reason().kind())
            .filter(kind -> kind == Reason.Kind.LOST || (outage && kind == Reason.Kind.UNAVAILABLE))
            .toList();
    boolean lost =
        outage
            ? asks.contains(Reason.Kind.LOST)
            : lost().anyMatch(call -> holds(call.slice(), member));
    return lost && asks.size() >= 6;
  }

  private boolean touched(Member member, Class<? extends Fault> fault) {
    Set<String> jobs = new HashSet<>();
    for (Call call : cloudCalls.get()) {
      boolean struck = struck(call, fault);
      if (holds(call.slice(), member)) {
        jobs.add(call.job());
        if (struck) {
          return true;
        }
      } else if (struck && (isReading(call, member) || jobs.contains(call.id()))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a call reads the listing that shows a pair. */
  private boolean isReading(Call call, Member member) {
    return scenario.isDecision()
        ? call.kind() == Call.Kind.IMAGES && call.id().equals(member.recipient().id())
        : call.kind() == Call.Kind.MEMBERS && call.id().equals(member.image());
  }

  /**
   * A pair whose image is never listed truly is asked for until the end; and a bad id that goes
   * along is never refused if its job does the rest and says no more than that it ended well.
   */
  private boolean lastingLag(Member member) {
    return cloudCalls.get().stream()
        .filter(call -> isBad(member) || names(call.slice(), member.image()))
        .flatMap(call -> call.faults().stream())
        .anyMatch(
            fault ->
                fault instanceof Fault.ListLag lag && lag.lag().compareTo(Duration.ofDays(1)) > 0);
  }

  private static boolean names(@Nullable ShareRequest slice, String image) {
    return slice != null && slice.images().contains(image);
  }

  private static boolean holds(@Nullable ShareRequest slice, Member member) {
    return slice != null
        && names(slice, member.image())
        && slice.recipients().contains(member.recipient());
  }

  /** No pair is sent again after a lost answer unless its image was read in between. */
  private void checkWritesAfterLoss() {
    List<Call> calls = callerCalls.get();
    lost()
        .forEach(
            lost ->
                calls.stream()
                    .skip(calls.indexOf(lost) + 1L)
                    .forEach(later -> checkReadBetween(calls, lost, end(lost), later)));
  }

  /**
   * The same by what the cloud saw, whatever the backend made of the answers: no pair comes again
   * after it was taken up unless its image was read in between.
   */
  private void checkWritesAfterEffect() {
    List<Call> calls = cloudCalls.get();
    for (int n = 0; n < calls.size() && scenario.lists(); n++) {
      Call taken = calls.get(n);
      if (!taken.job().isEmpty() && isWaitedFor(taken)) {
        calls.stream()
            .skip(n + 1L)
            .forEach(later -> checkReadBetween(calls, taken, taken.begun(), later));
      }
    }
  }

  /** Whether the caller still waited when the cloud was asked; it may read before that, if not. */
  private boolean isWaitedFor(Call taken) {
    return callerCalls.get().stream()
        .anyMatch(
            call ->
                Objects.equals(call.slice(), taken.slice())
                    && !call.begun().isAfter(taken.begun())
                    && !end(call).isBefore(taken.begun()));
  }

  /** The submits whose answer was lost: the caller cannot know what became of them. */
  private Stream<Call> lost() {
    return callerCalls.get().stream()
        .filter(call -> call.kind() == Call.Kind.SUBMIT)
        .filter(
            call ->
                !end(call).equals(call.answered())
                    || (call.reason() != null && call.reason().kind() == Reason.Kind.LOST));
  }

  /** When the caller had its answer, or gave it up. */
  private Instant end(Call call) {
    Instant timeout = call.begun().plus(scenario.flow.callTimeout());
    Instant answered = call.answered();
    return answered == null || answered.isAfter(timeout) ? timeout : answered;
  }

  private void checkReadBetween(List<Call> calls, Call first, Instant known, Call later) {
    ShareRequest slice = requireNonNull(first.slice());
    ShareRequest again = later.slice();
    Optional<Recipient> both =
        again == null
            ? Optional.empty()
            : again.recipients().stream().filter(slice.recipients()::contains).findFirst();
    if (again == null || both.isEmpty()) {
      return;
    }
    for (String image : again.images()) {
      if (slice.images().contains(image)) {
        Member member = new Member(image, both.get());
        assertTrue(
            calls.stream()
                    .anyMatch(
                        call ->
                            isReading(call, member)
                                && !call.begun().isBefore(known)
                                && call.answered() != null
                                && call.reason() == null
                                && !call.answered().isAfter(later.begun()))
                || !isListed(member),
            () -> image + " was sent again without a reading: " + first + ", " + later);
      }
    }
  }

  /** Checks the rate; to the nanosecond, which only virtual time keeps. */
  void checkRate() {
    List<Call> calls = callerCalls.get();
    long interval = (long) (1e9 / scenario.flow.callsPerSecond());
    for (int n = 1; n < calls.size(); n++) {
      long gap = Duration.between(calls.get(n - 1).begun(), calls.get(n).begun()).toNanos();
      assertTrue(gap >= interval, () -> "two calls within " + gap + " ns");
    }
  }

  private void checkConcurrentCalls() {
    List<Instant> unanswered = new ArrayList<>();
    for (Call call : callerCalls.get()) {
      unanswered.removeIf(end -> !end.isAfter(call.begun()));
      unanswered.add(end(call));
      assertTrue(
          unanswered.size() <= scenario.flow.concurrentCalls(),
          () -> unanswered.size() + " calls at once");
    }
  }

  /** A place is taken from the submit to the poll that shows the job's end, at the least. */
  private void checkOpenJobs() {
    List<Instant> open = new ArrayList<>();
    Map<String, Instant> seen = pollsThatShowTheEnd();
    for (Call call : callerCalls.get()) {
      if (call.kind() == Call.Kind.SUBMIT) {
        open.removeIf(end -> !end.isAfter(call.begun()));
        open.add(seen.getOrDefault(call.job(), call.begun()));
        assertTrue(open.size() <= scenario.flow.openJobs(), () -> open.size() + " jobs open");
      }
    }
  }

  private Map<String, Instant> pollsThatShowTheEnd() {
    Map<String, Instant> ends = new HashMap<>();
    for (Job job : scenario.cloud.jobs()) {
      if (job.end() != null) {
        ends.put(job.id(), job.end());
      }
    }
    Map<String, Instant> seen = new HashMap<>();
    for (Call call : callerCalls.get()) {
      Instant end = ends.get(call.id());
      if (end != null && call.answered() != null && !call.answered().isBefore(end)) {
        seen.putIfAbsent(call.id(), call.begun());
      }
    }
    return seen;
  }
}
