package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.memory.MemoryBackend.Call;
import io.imageshare.memory.internal.cloud.ImageView;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the cloud itself knows, held against what a report says. */
record ReportChecker(MemoryBackend cloud, ShareRequest request) {

  static ShareRequest slice(Call submit) {
    return requireNonNull(submit.slice());
  }

  List<Call> submits() {
    return Samples.calls(cloud, Call.Kind.SUBMIT);
  }

  /** The writes that held a pair, in order. */
  List<Call> submits(Member member) {
    return submits().stream()
        .filter(call -> slice(call).images().contains(member.image()))
        .filter(call -> slice(call).recipients().contains(member.recipient()))
        .toList();
  }

  /** One outcome a pair, and each is what the cloud knows. */
  void checkOutcomes(ShareReport report) {
    Set<Member> seen = new HashSet<>();
    report.outcomes().forEach(outcome -> checkOutcome(outcome, seen));
    assertEquals(request.pairs(), seen.size());
  }

  /** Whether the cloud has a pair as it was asked. */
  boolean isAsAsked(Member member) {
    return switch (request.action()) {
      case SHARE -> cloud.members().contains(member);
      case UNSHARE -> !cloud.members().contains(member);
      case ACCEPT -> status(member) == MemberStatus.ACCEPTED;
      case REJECT -> status(member) == MemberStatus.REJECTED;
    };
  }

  private @Nullable MemberStatus status(Member member) {
    ImageView image = cloud.pipeline.image(member.image(), member.recipient());
    return image == null ? null : image.status();
  }

  private void checkOutcome(Outcome outcome, Set<Member> seen) {
    Member member = outcome.member();
    assertTrue(seen.add(member), "two outcomes for " + member);
    boolean asAsked = isAsAsked(member);
    boolean mayHaveEffect = submits(member).stream().anyMatch(ReportChecker::mayHaveEffect);
    if (outcome instanceof Outcome.Done done) {
      assertTrue(asAsked, "not true: " + outcome);
      assertFalse(done.already() && mayHaveEffect, "this run did it: " + outcome);
    } else if (outcome instanceof Outcome.Unknown) {
      assertTrue(mayHaveEffect, "was never sent: " + outcome);
    } else if (outcome instanceof Outcome.Failed failed
        && failed.reason().kind() == Kind.NOT_SENT) {
      assertFalse(mayHaveEffect, "was sent: " + outcome);
    } else {
      assertFalse(asAsked, "not true: " + outcome);
    }
  }

  private static boolean mayHaveEffect(Call submit) {
    Reason refused = submit.reason();
    return refused == null || refused.kind() == Kind.LOST || refused.kind() == Kind.INTERNAL;
  }

  /**
   * Every job the engine heard of before is in the report, and named by the pairs it leaves open.
   */
  void checkJobsAreNamed(ShareReport report, Instant ended) {
    Map<String, Job> named = new HashMap<>();
    report.jobs().forEach(watched -> named.put(watched.job().id(), watched.job()));
    for (Call submit : submits()) {
      if (isHeard(submit, ended)) {
        assertTrue(named.containsKey(submit.job()), () -> "not named: " + submit);
      }
    }
    report.unknown().forEach(unknown -> checkNamesItsJob(unknown, named, ended));
  }

  private static boolean isHeard(Call submit, Instant ended) {
    return !submit.job().isEmpty()
        && submit.reason() == null
        && submit.answered() != null
        && submit.answered().isBefore(ended);
  }

  private void checkNamesItsJob(Outcome.Unknown unknown, Map<String, Job> named, Instant ended) {
    List<Call> submits = submits(unknown.member());
    Call last = submits.get(submits.size() - 1);
    if (isHeard(last, ended) && !requireNonNull(named.get(last.job())).ended()) {
      assertEquals(last.job(), unknown.job(), () -> "does not name its open job: " + unknown);
    }
  }

  /** No pair is sent again while a job that has it is under way. */
  void checkNothingIsSentTwice() {
    Map<String, Instant> ends = new HashMap<>();
    cloud.jobs().forEach(job -> ends.put(job.id(), job.end() == null ? Instant.MAX : job.end()));
    List<Call> submits = submits();
    for (Call first : submits) {
      for (Call later : submits.subList(submits.indexOf(first) + 1, submits.size())) {
        boolean shared =
            !Collections.disjoint(slice(first).images(), slice(later).images())
                && !Collections.disjoint(slice(first).recipients(), slice(later).recipients());
        assertTrue(
            !shared || !later.begun().isBefore(ends.getOrDefault(first.job(), Instant.MIN)),
            () -> "sent again while its job was under way: " + later);
      }
    }
  }
}
