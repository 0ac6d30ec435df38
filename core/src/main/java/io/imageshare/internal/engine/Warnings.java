package io.imageshare.internal.engine;

import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareWorkflow;
import io.imageshare.internal.run.Effect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what an operator must see of a run: one warning per code, however many pairs it affects. */
final class Warnings {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final int NAMED = 3;

  private final String run;
  private final Set<String> logged = new HashSet<>();

  Warnings(String run) {
    this.run = run;
  }

  /** Logs a warning, unless one with this code was logged. */
  void once(String code, String format, Object... details) {
    if (logged.add(code)) {
      log.warn("run " + run + ": " + format, details);
    }
  }

  /** Logs a warning for each code in the report. */
  void summary(ShareReport report) {
    Map<String, Affected> affected = new LinkedHashMap<>();
    Stream.concat(
            report.failed().map(failed -> new Problem("failed", failed.reason(), failed.member())),
            report.unknown().map(lost -> new Problem("unknown", lost.reason(), lost.member())))
        .forEach(
            problem ->
                affected
                    .computeIfAbsent(
                        Effect.Warn.key(problem.reason()), code -> new Affected(problem))
                    .add(problem.member()));
    affected.forEach(
        (code, pairs) ->
            once(
                code,
                "{} pairs {}: {}; the first ones: {}",
                pairs.count,
                pairs.first.outcome(),
                pairs.first.reason(),
                pairs.named));
  }

  private record Problem(String outcome, Reason reason, Member member) {}

  private static final class Affected {
    final Problem first;
    final List<Member> named = new ArrayList<>();
    long count;

    Affected(Problem first) {
      this.first = first;
    }

    void add(Member member) {
      count++;
      if (named.size() < NAMED) {
        named.add(member);
      }
    }
  }
}
