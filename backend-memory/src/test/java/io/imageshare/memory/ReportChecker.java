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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compares a report with what the cloud itself knows. */
record ReportChecker(MemoryBackend cloud, ShareRequest request) {

  static ShareRequest slice(Call submit) {
    return requireNonNull(submit.slice());
  }

  List<Call> submits() {
    return Samples.calls(cloud, Call.Kind.SUBMIT);
  }

  /** The writes that held a pair, in order. */
  List<Call> submits(Member member) {
    return submits(submits(), member);
  }

  private static List<Call> submits(List<Call> submits, Member member) {
    return submits.stream()
        .filter(call -> slice(call).images().contains(member.image()))
        .filter(call -> slice(call).recipients().contains(member.recipient()))
        .toList();
  }

  /** Whether the cloud has a pair as it was asked, as far as it can be seen now. */
  Predicate<Member> asAsked() {
    Set<Member> members = cloud.members();
    return switch (request.action()) {
      case SHARE -> members::contains;
      case UNSHARE -> member -> !members.contains(member);
      case ACCEPT -> member -> status(member) == MemberStatus.ACCEPTED;
      case REJECT -> member -> status(member) == MemberStatus.REJECTED;
    };
  }

  private @Nullable MemberStatus status(Member member) {
    ImageView image = cloud.pipeline.image(member.image(), member.recipient());
    return image == null ? null : image.status();
  }

  /** There is one outcome a pair, and each is what the cloud knows. */
  void checkOutcomes(ShareReport report) {
    Set<Member> seen = new HashSet<>();
    Predicate<Member> asAsked = asAsked();
    List<Call> maybeEffective = submits().stream().filter(ReportChecker::mayHaveEffect).toList();
    for (Outcome outcome : report.outcomes().toList()) {
      Member member = outcome.member();
      assertTrue(seen.add(member), () -> "two outcomes for " + member);
      checkOutcome(outcome, asAsked.test(member), !submits(maybeEffective, member).isEmpty());
    }
    assertEquals(request.pairs(), seen.size());
  }

  private static void checkOutcome(Outcome outcome, boolean asAsked, boolean mayHaveEffect) {
    if (outcome instanceof Outcome.Done done) {
      assertTrue(asAsked, () -> "not true: " + outcome);
      assertFalse(done.already() && mayHaveEffect, () -> "this run did it: " + outcome);
    } else if (outcome instanceof Outcome.Unknown) {
      assertTrue(mayHaveEffect, () -> "was never sent: " + outcome);
    } else if (outcome instanceof Outcome.Failed failed
        && failed.reason().kind() == Kind.NOT_SENT) {
      assertFalse(mayHaveEffect, () -> "was sent: " + outcome);
    } else {
      assertFalse(asAsked, () -> "not true: " + outcome);
    }
  }

  private static boolean mayHaveEffect(Call submit) {
    Reason refused = submit.reason();
    return refused == null || refused.kind() == Kind.LOST || refused.kind() == Kind.INTERNAL;
  }

  /**
   * Every job whose id the engine received before is in the report, and named by its open pairs.
   */
  void checkJobsAreNamed(ShareReport report, Instant ended) {
    Map<String, Job> named = new HashMap<>();
    report.jobs().forEach(submitted -> named.put(submitted.job().id(), submitted.job()));
    List<Call> submits = submits();
    for (Call submit : submits) {
      if (isReceived(submit, ended)) {
        assertTrue(named.containsKey(submit.job()), () -> "not named: " + submit);
      }
    }
    report
        .unknown()
        .forEach(
            unknown -> {
              List<Call> sent = submits(submits, unknown.member());
              Call last = sent.get(sent.size() - 1);
              if (isReceived(last, ended) && !requireNonNull(named.get(last.job())).ended()) {
                assertEquals(
                    last.job(), unknown.job(), () -> "does not name its open job: " + unknown);
              }
            });
  }

  private static boolean isReceived(Call submit, Instant ended) {
    return !submit.job().isEmpty()
        && submit.reason() == null
        && submit.answered() != null
        && submit.answered().isBefore(ended);
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
