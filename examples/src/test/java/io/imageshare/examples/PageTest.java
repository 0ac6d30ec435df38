package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageTest {
  private static final Recipient PROJECT = Recipient.project("p1");

  private static long count(String regex, String html) {
    return Pattern.compile(regex).matcher(html).results().count();
  }

  private static String svg(String id, String html) {
    int from = html.indexOf("<svg id=\"" + id + "\"");
    assertTrue(from > 0, "no " + id);
    return html.substring(from, html.indexOf("</svg>", from));
  }

  private static Outcome failed(String image, Recipient recipient, String message) {
    return new Outcome.Failed(
        new Member(image, recipient), new Reason(Reason.Kind.QUOTA, "IMG.0088", message));
  }

  @Test
  void eachPairHasItsCellAndEachJobItsBar() {
    ShareReport report = Rendering.made(30, 40);
    String html = Page.of(report);
    String matrix = svg("matrix", html);
    assertEquals(report.counts().done(), count("<rect class=\"done\"", matrix));
    assertEquals(report.counts().failed(), count("<rect class=\"failed\"", matrix));
    assertEquals(report.counts().unknown(), count("<rect class=\"unknown\"", matrix));
    assertEquals(1_200, count("<rect", matrix));
    long timed = report.jobs().stream().filter(submitted -> submitted.job().end() != null).count();
    assertTrue(timed > 1, report.toString());
    assertEquals(timed, count("<rect", svg("jobs", html)));
  }

  @Test
  void above100By100NeighboursShareACell() {
    ShareReport report = Rendering.made(140, 250);
    String matrix = svg("matrix", Page.of(report));
    assertEquals(100 * 100, count("<title>", matrix));
    for (String word : List.of("done", "failed", "unknown")) {
      long shown =
          Pattern.compile("(\\d+) " + word)
              .matcher(matrix)
              .results()
              .mapToLong(found -> Long.parseLong(found.group(1)))
              .sum();
      long expected =
          report
              .outcomes()
              .filter(o -> o.getClass().getSimpleName().toLowerCase(Locale.ROOT).equals(word))
              .count();
      assertEquals(expected, shown, word);
    }
  }

  @Test
  void aSingleFailedPairIsVisibleAmongMany() {
    List<Outcome> outcomes =
        IntStream.range(0, 180_000)
            .mapToObj(
                n -> {
                  Member member =
                      new Member("image-" + n / 300, Recipient.project("project-" + n % 300));
                  return n == 45_678
                      ? failed(member.image(), member.recipient(), "full")
                      : new Outcome.Done(member, false, MemberStatus.PENDING);
                })
            .toList();
    String html = Page.of(ShareReport.of(outcomes));
    assertEquals(1, count("<rect class=\"failed\"", svg("matrix", html)));
    assertTrue(
        html.contains("17 done, 1 failed; the first not done: image-152 with project-78"), "title");
  }

  @Test
  void theReasonsAddUpToThePairsNotDone() {
    ShareReport report = Rendering.made(140, 120);
    String html = Page.of(report);
    String table = html.substring(html.indexOf("<table id=\"reasons\""));
    long shown =
        Pattern.compile("<td class=\"n\">(\\d+)")
            .matcher(table)
            .results()
            .mapToLong(found -> Long.parseLong(found.group(1)))
            .sum();
    assertEquals(report.counts().failed() + report.counts().unknown(), shown, table);
    assertTrue(shown > 100, table);
  }

  @Test
  void externalTextIsEscaped() {
    String unseen = "\u0000\u001b\u0085\u2028\u202e\u2066\u200f\ud800";
    String evil = "</title><script>alert('\"&')</script>" + unseen;
    String image = evil.replaceAll("\\s|\u2028", "");
    String html =
        Page.of(
            ShareReport.of(
                List.of(failed(image, PROJECT, evil), failed("i2", Recipient.project(image), ""))));
    assertFalse(html.contains("<script"), html);
    assertFalse(html.contains("alert('"), html);
    assertTrue(
        html.contains("&lt;/title&gt;&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;"));
    assertTrue(html.chars().noneMatch(c -> c < ' ' && c != '\n'), "a control character");
    assertTrue(html.chars().noneMatch(c -> unseen.indexOf(c) >= 0), "what is not seen");
    assertTrue(html.contains("\\u001b\\u0085\\u2028\\u202e\\u2066\\u200f\\ud800"), html);
    assertEquals(1, count("</title>\n<style>", html));
  }

  @Test
  void everyTagIsClosedAndNothingIsFetched() {
    String html = Page.of(Rendering.made(30, 40));
    for (String tag : List.of("html", "head", "body", "title", "style", "svg", "g", "p", "table")) {
      assertEquals(count("<" + tag + "[ >]", html), count("</" + tag + ">", html), tag);
    }
    for (MatchResult link :
        Pattern.compile("(src|href|url)[=(]").matcher(html).results().toList()) {
      throw new AssertionError("it fetches: " + html.substring(link.start()));
    }
  }

  @Test
  void itIsTheSameInEveryLocale() {
    ShareReport report = Rendering.made(30, 40);
    String here = Page.of(report);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals(here, Page.of(report));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aReportWithoutTimesSaysSo() {
    String html = Page.of(ShareReport.of(List.of(failed("i1", PROJECT, "full"))));
    assertTrue(html.contains("0 jobs; the service reported the times of 0."), html);
    assertFalse(html.contains("<svg id=\"jobs\""));
  }
}
