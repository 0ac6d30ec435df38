package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareReportTest {
  private static final Recipient P1 = Recipient.project("p1");
  private static final Recipient P2 = Recipient.project("p2");
  private static final Reason FULL = new Reason(Reason.Kind.QUOTA, "IMG.0088", "it is full");
  private static final List<Outcome> THREE =
      List.of(
          new Outcome.Done(new Member("i1", P1), true, MemberStatus.PENDING),
          new Outcome.Failed(new Member("i1", P2), FULL),
          new Outcome.Unknown(new Member("i2", P1), FULL, "job-7"));

  private static String written(ShareReport report) throws IOException {
    StringWriter text = new StringWriter();
    report.toJson(text);
    return text.toString();
  }

  private static ShareReport read(String text) throws IOException {
    return ShareReport.read(new StringReader(text));
  }

  @Test
  void whatIsReadTellsTheSameAsWhatWasWritten() throws IOException {
    for (int seed = 0; seed < Integer.getInteger("imageshare.seeds", 500); seed++) {
      ShareReport report =
          new Random(seed).nextInt(9) == 0 ? RandomReports.given(seed) : RandomReports.of(seed);
      ShareReport back = read(written(report));
      String at = "seed " + seed;
      assertEquals(report.id(), back.id(), at);
      assertEquals(report.ending(), back.ending(), at);
      assertEquals(report.reason(), back.reason(), at);
      assertEquals(report.outcomes().toList(), back.outcomes().toList(), at);
      assertEquals(report.jobs(), back.jobs(), at);
      assertEquals(report.stats(), back.stats(), at);
      assertEquals(report.remaining(), back.remaining(), at);
      assertEquals(report.allDone(), back.allDone(), at);
      assertEquals(report.counts(), back.counts(), at);
      assertEquals(report.action(), back.action(), at);
      assertEquals(report.duration(), back.duration(), at);
      assertEquals(report.endpoint(), back.endpoint(), at);
      assertEquals(report.failures(), back.failures(), at);
      assertEquals(report.toString(), back.toString(), at);
      assertEquals(written(back), written(read(written(back))), at);
    }
  }

  @Test
  void outcomesGivenAreTheOutcomesOfTheReport() {
    for (int seed = 0; seed < 300; seed++) {
      List<Outcome> outcomes = new ArrayList<>(RandomReports.of(seed).outcomes().toList());
      ShareReport report = ShareReport.of(outcomes);
      outcomes.forEach(outcome -> assertEquals(outcome, report.outcome(outcome.member())));
      assertEquals(outcomes.size(), report.outcomes().count(), "seed " + seed);
      assertEquals(outcomes.size(), report.stats().total());
      assertEquals(
          new ShareReport.Counts(
              outcomes.size(),
              count(outcomes, Outcome.Done.class),
              outcomes.stream().filter(o -> o instanceof Outcome.Done d && d.already()).count(),
              count(outcomes, Outcome.Failed.class),
              count(outcomes, Outcome.Unknown.class)),
          report.counts());
    }
  }

  private static long count(List<Outcome> outcomes, Class<? extends Outcome> kind) {
    return outcomes.stream().filter(kind::isInstance).count();
  }

  private static Outcome.Failed failed(String image, Reason.Kind kind, String code, String text) {
    return new Outcome.Failed(new Member(image, P1), new Reason(kind, code, text));
  }

  @Test
  void whatIsNotDoneIsGroupedByReasonTheLargestGroupFirst() {
    List<Outcome> outcomes = new ArrayList<>(THREE);
    for (int image = 3; image < 8; image++) {
      String id = "i" + image;
      outcomes.add(failed(id, Reason.Kind.INVALID_IMAGE, "IMG.0027", id + " is not found"));
    }
    outcomes.add(failed("i8", Reason.Kind.INVALID_IMAGE, "", "the image \"a\" is public"));
    outcomes.add(failed("i9", Reason.Kind.INVALID_IMAGE, "", "the image \"b\" is public"));
    outcomes.add(failed("i10", Reason.Kind.INVALID_IMAGE, "", "it is not ready"));
    ShareReport report = ShareReport.of(outcomes);
    assertEquals(
        List.of(
            new ShareReport.Failures(
                new Reason(Reason.Kind.INVALID_IMAGE, "IMG.0027", "i3 is not found"),
                5,
                0,
                List.of(new Member("i3", P1), new Member("i4", P1), new Member("i5", P1))),
            new ShareReport.Failures(
                FULL, 1, 1, List.of(new Member("i1", P2), new Member("i2", P1))),
            new ShareReport.Failures(
                new Reason(Reason.Kind.INVALID_IMAGE, "", "the image \"a\" is public"),
                2,
                0,
                List.of(new Member("i8", P1), new Member("i9", P1))),
            new ShareReport.Failures(
                new Reason(Reason.Kind.INVALID_IMAGE, "", "it is not ready"),
                1,
                0,
                List.of(new Member("i10", P1)))),
        report.failures());
    assertEquals(
        """
        run given: SHARE FINISHED, 11 pairs: 1 done, 9 failed, 1 unknown; already so: 1
          failed  unknown  why
               5        0  INVALID_IMAGE IMG.0027: i3 is not found
                           i3 with p1, i4 with p1, i5 with p1 and 2 more
               1        1  QUOTA IMG.0088: it is full
                           i1 with p2, i2 with p1
               2        0  INVALID_IMAGE: the image "a" is public
                           i8 with p1, i9 with p1
               1        0  INVALID_IMAGE: it is not ready
                           i10 with p1""",
        report.toString());
    assertEquals(List.of(), ShareReport.of(THREE.subList(0, 1)).failures());
  }

  @Test
  void everyPairThatIsNotDoneIsInOneGroup() {
    for (int seed = 0; seed < 300; seed++) {
      ShareReport report = RandomReports.of(seed);
      List<ShareReport.Failures> groups = report.failures();
      ShareReport.Counts counts = report.counts();
      String at = "seed " + seed;
      assertEquals(counts.failed(), groups.stream().mapToLong(g -> g.failed()).sum(), at);
      assertEquals(counts.unknown(), groups.stream().mapToLong(g -> g.unknown()).sum(), at);
      for (ShareReport.Failures group : groups) {
        assertEquals(Math.min(3, group.pairs()), group.first().size(), at);
        group.first().forEach(pair -> assertFalse(report.outcome(pair) instanceof Outcome.Done));
      }
    }
  }

  @Test
  void theFirstLineOfARunThatFailedEverywhereSaysSo() {
    ShareReport failed =
        ShareReport.of(
            List.of(
                failed("i1", Reason.Kind.QUOTA, "IMG.0088", "it is full"),
                failed("i2", Reason.Kind.FORBIDDEN, "", "no right"),
                failed("i3", Reason.Kind.FORBIDDEN, "", "no right")));
    assertEquals(
        "run given: SHARE FINISHED, all 3 pairs failed: FORBIDDEN: no right; 1 more reason",
        failed.toString().lines().findFirst().orElseThrow());
    assertEquals(
        "run given: SHARE FINISHED, none of 2 pairs is known to be done: QUOTA IMG.0088: it is full",
        ShareReport.of(THREE.subList(1, 3)).toString().lines().findFirst().orElseThrow());
  }

  @Test
  void theDocumentIsAsDescribed() throws IOException {
    assertEquals(
        """
        {
          "imageshare" : "report/1",
          "id" : "given",
          "ending" : "FINISHED",
          "action" : "SHARE",
          "pairs" : {
            "total" : 3,
            "done" : 1,
            "failed" : 1,
            "unknown" : 1
          },
          "calls" : {
            "submits" : 0,
            "polls" : 0,
            "reads" : 0
          },
          "openJobs" : 0,
          "images" : [ "i1", "i2" ],
          "recipients" : [ {
            "project" : "p1"
          }, {
            "project" : "p2"
          } ],
          "outcomes" : [ {
            "pairs" : 1,
            "outcome" : "done",
            "already" : true,
            "status" : "PENDING"
          }, {
            "pairs" : 1,
            "outcome" : "failed",
            "reason" : {
              "kind" : "QUOTA",
              "code" : "IMG.0088",
              "message" : "it is full"
            }
          }, {
            "pairs" : 1,
            "outcome" : "unknown",
            "reason" : {
              "kind" : "QUOTA",
              "code" : "IMG.0088",
              "message" : "it is full"
            },
            "job" : "job-7"
          } ],
          "rows" : [ {
            "images" : 1,
            "runs" : [ 0, 1, 1, 1 ]
          }, {
            "images" : 1,
            "runs" : [ 2, 1, -1, 1 ]
          } ],
          "jobs" : [ ]
        }
        """,
        written(ShareReport.of(THREE)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"imageshare\" | \"other\" | not a report of imageshare; its first field",
        "report/1 | report/2 | this release reads up to \"report/1\": read it with the release",
        "report/1 | plan/1 | imageshare: expected \"report/1\", found \"plan/1\"",
        "\"FINISHED\" | \"DONE\" | ending: expected one of [FINISHED, CANCELLED, DEADLINE, CLOSED,",
        "\"SHARE\" | \"ACCEPT\",\"vault\":7 | vault: expected a string, found 7",
        "\"SHARE\" | \"SHARE\",\"vault\":\"v\" | vault: v; only what is accepted is kept in a vault",
        "\"action\" | \"act\" | action: missing, or after rows; it stands before",
        "\"i2\" | \"i1\" | images[1]: i1 stands there twice",
        "\"i2\" | \"i2;i3\" | document: images[1]: \"i2;i3\" looks like several ids joined",
        "\"i2\" | 2 | images[1]: expected a string, found 2",
        "\"i1\", \"i2\" | '' | images: none given; at least one is needed",
        "{\"project\":\"p2\"} | {\"tenant\":\"p2\"} | recipients[1]: expected an object with a",
        "\"pairs\":1,\"outcome\":\"done\" | \"pairs\":2,\"outcome\":\"done\" | outcomes[0].pairs: it says 2, the rows have 1",
        "\"done\":1 | \"done\":2 | pairs.done: it says 2, the rows have 1; something was changed or lost",
        "\"outcome\":\"done\" | \"outcome\":\"fine\" | outcomes[0].outcome: expected \"done\", \"failed\" or",
        "\"PENDING\" | \"WAITING\" | outcomes[0].status: expected one of [PENDING, ACCEPTED,",
        "\"QUOTA\" | \"FULL\" | outcomes[1].reason.kind: expected one of [THROTTLED,",
        "[0,1,1,1] | [0,1,1,2] | rows[0].runs[3]: expected a whole number from 1 to 1, found 2",
        "[0,1,1,1] | [0,1,9,1] | rows[0].runs[2]: expected a whole number from -1 to 2, found 9",
        "[0,1,1,1] | [0,1] | rows[0].runs: they are for 1 recipients, there are 2",
        "[0,1,1,1] | [0,1,1,1,0] | rows[0].runs: they are for 2 recipients, there are 2",
        "[0,1,1,1] | {} | rows[0].runs: expected an array, found an object",
        "{\"images\":1,\"runs\":[2,1,-1,1]} | '' | not JSON, or not all of it",
        ",{\"images\":1,\"runs\":[2,1,-1,1]} | '' | rows: they are for 1 images, there are 2",
        "\"rows\" | \"lines\" | rows: they are for 0 images, there are 2",
        "\"jobs\":[] | \"jobs\":{} | jobs: expected an array, found an object",
        "\"jobs\":[] | \"jobs\":[{\"id\":\"j\",\"type\":\"\",\"status\":\"INIT\",\"images\":[0,3],\"recipients\":[0,1],\"results\":[]}] | jobs[0].images[1]: expected a whole number from 1 to 2,",
        "\"jobs\":[] | \"jobs\":[{\"id\":\"j\",\"type\":\"\",\"status\":\"INIT\",\"images\":[],\"recipients\":[0,1],\"results\":[]}] | jobs[0].images: expected pairs of a first index and",
        "\"jobs\":[] | \"jobs\":[{\"images\":[0]}] | jobs[0].id: expected a string, found nothing",
        "\"already\":true | \"already\":1 | outcomes[0].already: expected true or false, found 1",
        "\"already\":true, | '' | outcomes[0].already: expected true or false, found nothing",
        "\"openJobs\":0 | \"openJobs\":0.5 | openJobs: expected a whole number, found 0.5",
        "\"openJobs\":0 | \"openJobs\":\"0\" | openJobs: expected a whole number, found \"0\"",
        "\"reads\":0 | \"reads\":null | calls.reads: expected a whole number, found null",
        "\"submits\":0 | \"submits\":-1 | calls.submits: expected a whole number, 0 or more, found -1",
        "\"openJobs\":0 | \"openJobs\":0,\"timeLeft\":\"soon\" | timeLeft: expected a duration, such as PT5S",
        "\"id\":\"given\" | \"id\":\"given\",\"id\":\"other\" | not JSON, or not all of it: Duplicate field 'id'",
        "\"jobs\":[]} | \"jobs\":[]}{} | document: something follows its end",
        "\"jobs\":[]} | \"jobs\":[] | not JSON, or not all of it: Unexpected end-of-input",
      })
  void whatIsDamagedIsNamed(String part, @Nullable String instead, String message)
      throws IOException {
    String whole = written(ShareReport.of(THREE)).replaceAll("[\\n ]+(?! full|is)", "");
    assertTrue(whole.contains(part.replace(" ", "")), whole);
    String damaged =
        whole.replaceFirst(
            Pattern.quote(part.replace(" ", "")),
            Matcher.quoteReplacement(instead == null ? "" : instead));
    Exception e = assertThrows(IllegalArgumentException.class, () -> read(damaged), damaged);
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  /** The parser tells no place where it gives up. */
  @Test
  void whatIsTooDeepOrTooLongIsNamed() {
    List<String> values = List.of("[".repeat(1001), "9".repeat(1001), '"' + "a".repeat(20_000_001));
    for (String value : values) {
      String text = "{\"imageshare\":\"report/1\",\"later\":" + value + "\"";
      Exception e = assertThrows(IllegalArgumentException.class, () -> read(text));
      assertTrue(String.valueOf(e.getMessage()).contains("exceeds the maximum"), e.getMessage());
    }
  }

  @Test
  void aJobThatCannotBeIsNamed() throws IOException {
    String job = "{\"images\":[0,1],\"recipients\":[0,1],\"id\":\"%s\",\"type\":\"\",%s}";
    String whole = written(ShareReport.of(THREE));
    String blank =
        whole.replace("[ ]", "[" + job.formatted(" ", "\"status\":\"INIT\",\"results\":[]") + "]");
    Exception e = assertThrows(IllegalArgumentException.class, () -> read(blank));
    assertEquals("jobs[0]: job: its id is blank; a job is found again only by id", e.getMessage());
    String when =
        whole.replace(
            "[ ]", "[" + job.formatted("j", "\"status\":\"INIT\",\"begin\":\"noon\"") + "]");
    e = assertThrows(IllegalArgumentException.class, () -> read(when));
    assertEquals(
        "jobs[0].begin: expected a time, such as 2026-01-01T00:00:00Z, found \"noon\"",
        e.getMessage());
  }

  @Test
  void everyPrefixIsRefusedWithAMessage() throws IOException {
    String whole = written(RandomReports.of(3)).stripTrailing();
    for (int length = 0; length < whole.length(); length++) {
      String part = whole.substring(0, length);
      Exception e = assertThrows(IllegalArgumentException.class, () -> read(part), part);
      assertTrue(String.valueOf(e.getMessage()).startsWith("document: "), e.getMessage());
    }
  }

  @Test
  void whatIsNotKnownIsPassedOver() throws IOException {
    String text = written(ShareReport.of(THREE));
    int number = 0;
    for (String before :
        List.of("\"id\"", "\"images\" : [", "\"runs\"", "\"jobs\"", "\"kind\"", "\"outcome\"")) {
      String more = "\"later-%d\": {\"a\": [1, {}], \"id\": 7}, ".formatted(number++);
      text = text.replace(before, more + before);
    }
    assertEquals(THREE, read(text).outcomes().toList());
  }

  @Test
  void aMessageNeverHoldsMuchOfTheDocument() {
    String text = "{\"imageshare\":\"" + "x".repeat(10_000) + "\"}";
    Exception e = assertThrows(IllegalArgumentException.class, () -> read(text));
    assertTrue(String.valueOf(e.getMessage()).length() < 200, e.getMessage());
  }

  @Test
  void nothingIsClosedAndWhatFailsIsToldAsItIs() throws IOException {
    ShareReport report = ShareReport.of(THREE);
    StringBuilder events = new StringBuilder();
    Writer open =
        new StringWriter() {
          @Override
          public void flush() {
            events.append("flush ");
          }

          @Override
          public void close() {
            events.append("close ");
          }
        };
    report.toJson(open);
    assertTrue(events.toString().startsWith("flush"), events.toString());
    Reader from =
        new StringReader(open.toString()) {
          @Override
          public void close() {
            events.append("close ");
          }
        };
    ShareReport.read(from);
    assertFalse(events.toString().contains("close"), events.toString());
    IOException full = new IOException("disk full");
    Writer failing =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) throws IOException {
            throw full;
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    assertEquals(full, assertThrows(IOException.class, () -> report.toJson(failing)));
  }

  @Test
  void outcomesOfNothingAndTwoOfOnePairAreRefused() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> ShareReport.of(List.of()));
    assertEquals("outcomes: none given; at least one is needed", e.getMessage());
    List<Outcome> twice = List.of(THREE.get(0), new Outcome.Failed(new Member("i1", P1), FULL));
    e = assertThrows(IllegalArgumentException.class, () -> ShareReport.of(twice));
    assertEquals("outcomes: two are about i1 with p1; a pair has one", e.getMessage());
  }
}
