package io.imageshare.internal.engine;

import io.imageshare.Member;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareWorkflow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator must see of a run: one warning for each code, however many pairs it struck. */
final class Warnings {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);
  private static final int NAMED = 3;

  private final String run;
  private final Set<String> given = new HashSet<>();

  Warnings(String run) {
    this.run = run;
  }

  /** What tells warnings apart: the service's code, or the kind where it gave none. */
  static String key(Reason reason) {
    return reason.code().isEmpty() ? reason.kind().name() : reason.code();
  }

  /** Warns at once, the first time for this code. */
  void now(String code, String format, Object... details) {
    if (given.add(code)) {
      log.warn("run " + run + ": " + format, details);
    }
  }

  /** Warns of what failed or is not known. */
  void summary(ShareReport report) {
    Map<String, Struck> struck = new LinkedHashMap<>();
    Stream.concat(
            report.failed().map(failed -> new Hit("failed", failed.reason(), failed.member())),
            report.unknown().map(lost -> new Hit("unknown", lost.reason(), lost.member())))
        .forEach(
            hit ->
                struck
                    .computeIfAbsent(key(hit.reason()), code -> new Struck(hit))
                    .add(hit.member()));
    struck.forEach(
        (code, pairs) ->
            now(
                code,
                "{} pairs {}: {}; the first of them: {}",
                pairs.count,
                pairs.first.outcome(),
                pairs.first.reason(),
                pairs.named));
  }

  private record Hit(String outcome, Reason reason, Member member) {}

  private static final class Struck {
    final Hit first;
    final List<Member> named = new ArrayList<>();
    long count;

    Struck(Hit first) {
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
