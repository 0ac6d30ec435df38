package io.imageshare.internal.engine;

import io.imageshare.Reason;
import io.imageshare.ShareReport;
import io.imageshare.ShareWorkflow;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what an operator must see of a run: one warning per code, however many pairs it affects. */
final class Warnings {
  private static final Logger log = LoggerFactory.getLogger(ShareWorkflow.class);

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

  /** The same for a reason: what tells it apart is its code, or its kind where it has none. */
  void once(Reason reason, String format, Object... details) {
    once(reason.code().isEmpty() ? reason.kind().name() : reason.code(), format, details);
  }

  /** Logs a warning for each reason in the report. */
  void summary(ShareReport report) {
    for (ShareReport.Failures group : report.failures()) {
      once(
          group.reason(),
          "{} pairs {}: {}; the first ones: {}",
          group.pairs(),
          group.unknown() == 0 ? "failed" : group.failed() == 0 ? "unknown" : "failed or unknown",
          group.reason(),
          group.first());
    }
  }
}
