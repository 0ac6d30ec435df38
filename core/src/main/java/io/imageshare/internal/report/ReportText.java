package io.imageshare.internal.report;

import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Failures;
import io.imageshare.internal.table.PairTable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A report for people: a headline, and a table of why pairs are not done. */
public final class ReportText {
  private static final int ROWS = 10;

  private ReportText() {}

  /** One line: what was run, where, for how long, and what came of it. */
  public static String headline(RunResult result) {
    return headline(result, FailureGroups.of(result.table()));
  }

  /** The headline, and the table if a pair is not done. */
  public static String write(RunResult result) {
    List<Failures> failures = FailureGroups.of(result.table());
    StringBuilder text = new StringBuilder(headline(result, failures));
    if (!failures.isEmpty()) {
      text.append("\n  failed  unknown  why");
    }
    for (Failures group : failures.subList(0, Math.min(ROWS, failures.size()))) {
      long more = group.pairs() - group.first().size();
      text.append("\n%8d %8d  %s".formatted(group.failed(), group.unknown(), group.reason()))
          .append("\n                   ")
          .append(Joiner.on(", ").join(group.first()))
          .append(more > 0 ? " and " + more + " more" : "");
    }
    if (failures.size() > ROWS) {
      text.append("\n  and ").append(failures.size() - ROWS).append(" more reasons");
    }
    return text.toString();
  }

  private static String headline(RunResult result, List<Failures> failures) {
    Reason reason = result.reason();
    boolean told = allFailed(result.table(), failures) && failures.get(0).reason().equals(reason);
    return "run %s: %s %s%s%s, %s%s"
        .formatted(
            result.id(),
            result.table().action(),
            result.ending(),
            result.duration().isZero() ? "" : " after " + readable(result.duration()),
            result.endpoint().isEmpty() ? "" : " at " + result.endpoint(),
            pairs(result.table(), failures),
            reason == null || told ? "" : " (" + reason + ")");
  }

  private static boolean allFailed(PairTable table, List<Failures> failures) {
    return table.done() == 0 && !failures.isEmpty();
  }

  private static String pairs(PairTable table, List<Failures> failures) {
    if (!allFailed(table, failures)) {
      long already = table.counts().already();
      return table + (already > 0 ? "; already so: " + already : "");
    }
    String all =
        table.failed() == table.total()
            ? "all %d pairs failed"
            : "none of %d pairs is known to be done";
    int more = failures.size() - 1;
    return all.formatted(table.total())
        + ": "
        + failures.get(0).reason()
        + (more > 0 ? "; %d more reason%s".formatted(more, more == 1 ? "" : "s") : "");
  }

  /** Such as 12.3 s and 2h5m3s. */
  private static String readable(Duration duration) {
    return duration.toMinutes() < 2
        ? String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0)
        : Ascii.toLowerCase(Duration.ofSeconds(duration.toSeconds()).toString().substring(2));
  }
}
