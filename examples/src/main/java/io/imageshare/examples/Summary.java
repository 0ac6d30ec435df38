package io.imageshare.examples;

import io.imageshare.Outcome;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The report of a run in a few lines. */
final class Summary {
  private static final int SHOWN_IDS = 3;

  private final ShareReport report;
  private final Duration elapsed;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  Summary(ShareReport report, Duration elapsed) {
    this.report = report;
    this.elapsed = elapsed;
    report.failed().forEach(failed -> add("failed", failed, failed.reason()));
    report.unknown().forEach(unknown -> add("unknown", unknown, unknown.reason()));
  }

  private void add(String kind, Outcome outcome, Reason reason) {
    // not by message, which may name an id
    groups
        .computeIfAbsent(kind + reason.kind() + reason.code(), key -> new Group(kind, reason))
        .add(outcome);
  }

  /** Pairs that are not done and not by the request's own fault, which is a refused id. */
  long left() {
    return groups.values().stream().filter(Group::left).mapToLong(group -> group.pairs).sum();
  }

  List<String> lines() {
    Progress stats = report.stats();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s after %.1f s: %d pairs done, %d failed, %d unknown",
            report.ending(),
            elapsed.toMillis() / 1000.0,
            report.counts().done(),
            report.counts().failed(),
            report.counts().unknown()));
    report.reason().ifPresent(reason -> lines.add("because: " + reason));
    lines.add(
        "calls: %d submits, %d polls, %d listings of members"
            .formatted(stats.submits(), stats.polls(), stats.reads()));
    if (!groups.isEmpty()) {
      lines.add("");
      lines.add("  pairs  outcome  why");
      groups.values().forEach(group -> group.addTo(lines));
      lines.add("");
    }
    lines.add(
        left() > 0
            ? left() + " pairs are not done, though they were not refused as invalid."
            : groups.isEmpty()
                ? "All pairs are done."
                : "All pairs are done except those refused as invalid.");
    return lines;
  }

  /** The pairs with one outcome for one reason. */
  private static final class Group {
    private final String outcome;
    private final Reason reason;
    private final Set<String> images = new LinkedHashSet<>();
    private final Set<String> recipients = new LinkedHashSet<>();
    private long pairs;

    Group(String outcome, Reason reason) {
      this.outcome = outcome;
      this.reason = reason;
    }

    void add(Outcome outcome) {
      pairs++;
      images.add(outcome.member().image());
      recipients.add(outcome.member().recipient().id());
    }

    boolean left() {
      return switch (reason.kind()) {
        case INVALID, INVALID_IMAGE, INVALID_RECIPIENT -> !outcome.equals("failed");
        default -> true;
      };
    }

    void addTo(List<String> lines) {
      lines.add("%7d  %-7s  %s".formatted(pairs, outcome, reason));
      lines.add("                  images: " + named(images));
      lines.add("                  projects: " + named(recipients));
    }

    private static String named(Collection<String> ids) {
      String first =
          ids.stream().limit(SHOWN_IDS).map(Shown::text).collect(Collectors.joining(", "));
      return ids.size() <= SHOWN_IDS ? first : first + " and " + (ids.size() - SHOWN_IDS) + " more";
    }
  }
}
