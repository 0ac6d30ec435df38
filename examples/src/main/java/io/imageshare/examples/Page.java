package io.imageshare.examples;

import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.ShareReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A report as one self-contained HTML page: no script, no external resource. All text of the
 * service is escaped.
 */
final class Page {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width">
      <title>%1$s</title>
      <style>
      body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; background: #fff }
      svg { display: block; max-width: 100%%; height: auto; background: #f4f4f4 }
      svg text { font-size: 11px; fill: #444 }
      table { border-collapse: collapse }
      th, td { text-align: left; vertical-align: top; padding: .2em 1em .2em 0; border-bottom: 1px solid #ddd }
      td.n { text-align: right; font-variant-numeric: tabular-nums }
      .done { fill: #2a9d8f; color: #1f766c }
      .failed { fill: #c1121f; color: #c1121f }
      .unknown { fill: #f2a900; color: #8a6100 }
      code { overflow-wrap: anywhere }
      </style>
      </head>
      <body>
      <h1>%1$s</h1>
      """;

  private final ShareReport report;
  private final StringBuilder html = new StringBuilder();

  private Page(ShareReport report) {
    this.report = report;
  }

  static String of(ShareReport report) {
    return new Page(report).html();
  }

  private String html() {
    html.append(text(HEAD, "Run " + Shown.html(report.id())));
    figures();
    html.append("<h2>Outcomes</h2>\n").append(Matrix.of(report).svg());
    html.append("<h2>Jobs</h2>\n").append(Timeline.svg(report.jobs()));
    reasons();
    return html.append("</body>\n</html>\n").toString();
  }

  private void figures() {
    html.append(text("<p>%s", report.ending()));
    report.reason().ifPresent(reason -> html.append(": ").append(Shown.html(reason.toString())));
    html.append(
        text(
            ". <b class=\"done\">%d done</b>, <b class=\"failed\">%d failed</b>,",
            report.counts().done(), report.counts().failed()));
    html.append(
        text(
            " <b class=\"unknown\">%d unknown</b>. Calls: %d submits, %d polls, %d listings.</p>\n",
            report.counts().unknown(),
            report.stats().submits(),
            report.stats().polls(),
            report.stats().reads()));
  }

  /** The pairs that are not done for one kind and code, whatever their messages. */
  private static final class Group {
    private final String outcome;
    private final Outcome first;
    private final Reason reason;
    private long pairs;

    Group(String outcome, Outcome first, Reason reason) {
      this.outcome = outcome;
      this.first = first;
      this.reason = reason;
    }
  }

  private void reasons() {
    Map<List<Object>, Group> groups = new LinkedHashMap<>();
    report.failed().forEach(failed -> add(groups, "failed", failed, failed.reason()));
    report.unknown().forEach(unknown -> add(groups, "unknown", unknown, unknown.reason()));
    html.append("<h2>What is not done, by reason</h2>\n");
    if (groups.isEmpty()) {
      html.append("<p>All is done.</p>\n");
      return;
    }
    html.append("<table id=\"reasons\">\n<tr><th>pairs<th>outcome<th>kind<th>code");
    html.append("<th>message of the first pair<th>first pair</tr>\n");
    List<Group> most = new ArrayList<>(groups.values());
    most.sort(Comparator.comparing((Group group) -> -group.pairs));
    for (Group group : most) {
      html.append(
          text(
              "<tr><td class=\"n\">%d<td class=\"%2$s\">%2$s<td>%3$s<td>%4$s<td>%5$s",
              group.pairs,
              group.outcome,
              group.reason.kind(),
              Shown.html(group.reason.code()),
              Shown.html(group.reason.message())));
      html.append(text("<td><code>%s</code></tr>\n", Shown.html(group.first.member().toString())));
    }
    html.append("</table>\n");
  }

  private static void add(
      Map<List<Object>, Group> groups, String outcome, Outcome first, Reason reason) {
    groups.computeIfAbsent(
            List.of(outcome, reason.kind(), reason.code()),
            key -> new Group(outcome, first, reason))
        .pairs++;
  }

  /** Formats independently of the default locale. */
  static String text(String format, Object... parts) {
    return String.format(Locale.ROOT, format, parts);
  }
}
