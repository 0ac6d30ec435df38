package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How jobs and listings are read. */
class DocumentsTest {
  private static final String JOB =
      """
      {"job_id":"9a17","job_type":"imsAddImageMembersJob","begin_time":"2026-01-02T03:04:05.101Z",
       "end_time":"2026-01-02T03:04:07.404Z","status":"SUCCESS","error_code":null,
       "fail_reason":null,"entities":{"process_percent":1,"current_task":"","results":[
         {"image_id":"img","status":"success"},
         {"image_id":"img","project_id":"p1","status":"Success"},
         {"image_id":"img","project_id":"p2","status":"failed","error_code":"IMG.0177",
          "fail_reason":"elsewhere"}]}}
      """;
  private static final String PAGE =
      """
      {"members":[{"status":"pending","created_at":"2026-01-02T03:04:05Z","image_id":"img",
        "member_id":"p1","schema":"/v2/schemas/member","member_type":"project"},
        {"status":"ACCEPTED","member_id":"p2"},
        {"status":"accepted","member_id":"d1","member_type":"domain"},
        {"status":"held","member_id":"p3","member_type":""}],
       "schema":"/v2/schemas/members","page_info":{"next_marker":"bWFkZQ==","current_count":4}}
      """;

  private static @Nullable Job read(String json) {
    return JobDocument.read(json.getBytes(UTF_8), "9a17", UnaryOperator.identity());
  }

  private static Job job(String json) {
    Job job = read(json);
    assertNotNull(job, json);
    return job;
  }

  @Test
  void aJobIsReadWhole() {
    Job job = job(JOB);
    assertEquals("imsAddImageMembersJob", job.type());
    assertEquals(Job.Status.SUCCESS, job.status());
    assertEquals(Instant.parse("2026-01-02T03:04:05.101Z"), job.begin());
    assertEquals(Instant.parse("2026-01-02T03:04:07.404Z"), job.end());
    assertEquals(1.0, job.progress());
    assertEquals(
        List.of(
            new Job.Result("img", null, true, null),
            new Job.Result("img", Recipient.project("p1"), true, null),
            new Job.Result(
                "img",
                Recipient.project("p2"),
                false,
                new Reason(Kind.INVALID_RECIPIENT, "IMG.0177", "elsewhere"))),
        job.results());
  }

  @Test
  void aJobsStatusIsReadInEverySpelling() {
    assertEquals(Job.Status.SUCCESS, job("{\"status\":\"success\"}").status());
    assertEquals(Job.Status.FAIL, job("{\"status\":\"Failed\"}").status());
    assertEquals(Job.Status.FAIL, job("{\"status\":\"FAIL\"}").status());
    assertEquals(Job.Status.INIT, job("{\"status\":\"INIT\"}").status());
    assertEquals(Job.Status.RUNNING, job("{\"status\":\"RUNNING\"}").status());
    assertEquals(Job.Status.RUNNING, job("{\"status\":\"PAUSED\"}").status());
    assertEquals(Job.Status.RUNNING, job("{\"status\":7}").status());
  }

  @Test
  void anUnknownStatusIsThatOfAnEndOnlyWhereTheJobSaysWhenItEnded() {
    String form = "{\"status\":\"%s\",\"begin_time\":\"2026-01-02T03:04:05Z\",\"end_time\":%s}";
    String end = "\"2026-01-02T03:04:07Z\"";
    for (String word : List.of("PARTIAL_SUCCESS", "Canceled", "7")) {
      Job job = job(form.formatted(word, end));
      assertEquals(Job.Status.FAIL, job.status());
      assertEquals(
          new Reason(
              Kind.LOST,
              "",
              "the job ended as \"%s\": the job failed without a reason".formatted(word)),
          job.reason());
      for (String none : List.of("null", "\"\"", "\"soon\"", "\"0001-01-01T00:00:00Z\"")) {
        assertEquals(Job.Status.RUNNING, job(form.formatted(word, none)).status(), none);
      }
    }
    for (String word : List.of("INIT", "running")) {
      assertEquals(
          word.toUpperCase(Locale.ROOT), job(form.formatted(word, end)).status().toString());
    }
    assertEquals(
        new Reason(Kind.QUOTA, "IMG.0088", "full"),
        job(("{\"status\":\"ENDED\",\"end_time\":%s,\"error_code\":\"IMG.0088\","
                    + "\"fail_reason\":\"full\"}")
                .formatted(end))
            .reason());
  }

  @Test
  void thePartsOfAJobAreResults() {
    Job job =
        job(
            """
            {"status":"SUCCESS","entities":{"sub_jobs_result":[
              {"status":"SUCCESS","entities":{"image_id":"i1"}},
              {"status":"FAIL","error_code":"IMG.0046","fail_reason":"busy",
               "entities":{"image_id":"i2","project_id":"p2"}},
              {"status":"FAIL","error":{"code":"IMG.0027","message":"gone"},
               "entities":{"image_id":"i3"}},
              {"status":"RUNNING","entities":{"image_id":"i4"}},
              {"status":"SUCCESS","entities":{"sub_jobs_result":[
                {"status":"HALTED","end_time":"2026-01-02T03:04:07Z",
                 "entities":{"image_id":"i5"}}]}},
              7, null, {"status":"FAIL"}]}}
            """);
    Reason gone = new Reason(Kind.INVALID_IMAGE, "IMG.0027", "gone");
    assertEquals(
        List.of(
            new Job.Result("i1", null, true, null),
            new Job.Result(
                "i2",
                Recipient.project("p2"),
                false,
                new Reason(Kind.INVALID_IMAGE, "IMG.0046", "busy")),
            new Job.Result("i3", null, false, gone),
            new Job.Result("i5", null, false, null)),
        job.results());
    assertEquals(
        gone,
        job("""
                {"status":"FAIL","entities":{"sub_jobs_result":[{"status":"SUCCESS"},
                 {"status":"FAIL","error":{"code":"IMG.0027","message":"gone"}}]}}
                """)
            .reason());
  }

  @Test
  void everyTimeIsReadAsTheJdkReadsIt() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      long millis = (long) (random.nextDouble() * 4e12);
      int zeros = random.nextInt(4);
      Instant time = Instant.ofEpochMilli(millis - millis % (long) Math.pow(10, zeros));
      assertEquals(time, job("{\"status\":\"INIT\",\"begin_time\":\"" + time + "\"}").begin());
    }
    for (String none : List.of("2026-13-02T03:04:05.101Z", "2026-02-30T03:04:05.101Z")) {
      assertNull(job("{\"status\":\"INIT\",\"begin_time\":\"" + none + "\"}").begin());
    }
  }

  @Test
  void noOptionalFieldBreaksAPoll() {
    for (String entities :
        List.of("\"\"", "[]", "null", "7", "{}", "{\"results\":{}}", "{\"results\":[1,null,{}]}")) {
      Job job = job("{\"status\":\"RUNNING\",\"entities\":" + entities + ",\"new\":{\"a\":[]}}");
      assertEquals(List.of(), job.results());
      assertTrue(Double.isNaN(job.progress()));
    }
    for (String time : List.of("\"\"", "null", "1700000000", "{}", "\"yesterday\"")) {
      assertNull(job("{\"status\":\"INIT\",\"begin_time\":" + time + "}").begin());
    }
    assertEquals(
        Instant.parse("2015-06-04T18:11:06.586Z"),
        job("{\"status\":\"INIT\",\"begin_time\":\"04-Jun-2015 18:11:06:586\"}").begin());
  }

  @Test
  void progressIsAPartOrAPercentageOrNothing() {
    assertEquals(0.4, progress("0.4"));
    assertEquals(0.4, progress("\"0.4\""));
    assertEquals(0.4, progress("40"), 1e-9);
    assertEquals(1.0, progress("1"));
    for (String none : List.of("-1", "101", "1e999", "\"NaN\"", "\"\"", "true", "[]")) {
      assertTrue(Double.isNaN(progress(none)), none);
    }
  }

  private static double progress(String told) {
    return job("{\"status\":\"INIT\",\"entities\":{\"process_percent\":" + told + "}}").progress();
  }

  @Test
  void theReasonOfAFailedJobIsFoundWhereverItIs() {
    assertEquals(
        new Reason(Kind.QUOTA, "IMG.0088", "full"),
        job("{\"status\":\"FAIL\",\"error_code\":\"IMG.0088\",\"fail_reason\":\"full\"}").reason());
    assertEquals(
        new Reason(Kind.INVALID_IMAGE, "IMG.0027", "gone"),
        job("{\"status\":\"FAIL\",\"error_code\":null,\"entities\":{\"addition_error_code\":"
                + "\"IMG.0027\",\"addition_error_msg\":\"gone\"}}")
            .reason());
    for (String error :
        List.of(
            "\"error\":{\"code\":\"IMG.0088\",\"message\":\"full\"}",
            "\"error\":{\"error_code\":\"IMG.0088\",\"error_msg\":\"full\"}",
            "\"error_code\":\"IMG.0088\",\"error_msg\":\"full\"",
            "\"error_code\":\"IMG.0088\",\"error\":\"full\"")) {
      for (String form : List.of("%s", "\"entities\":{%s}")) {
        assertEquals(
            new Reason(Kind.QUOTA, "IMG.0088", "full"),
            job("{\"status\":\"FAIL\",%s}".formatted(form.formatted(error))).reason());
      }
      Job.Result result =
          job(("{\"status\":\"SUCCESS\",\"entities\":{\"results\":[{\"image_id\":\"i\","
                      + "\"status\":\"failed\",%s}]}}")
                  .formatted(error))
              .results()
              .get(0);
      assertEquals(new Reason(Kind.QUOTA, "IMG.0088", "full"), result.reason());
    }
    assertEquals(
        new Reason(Kind.INVALID, "", "the job failed without a reason"),
        job("{\"status\":\"FAIL\"}").reason());
  }

  @Test
  void aDocumentOfAnotherJobIsRefused() {
    for (String other :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            "{\"status\":\"\"}",
            "{\"status\":null}",
            "{\"status\":\"SUCCESS\",\"job_id\":\"another\"}",
            "{\"status\":\"SUCCESS\"",
            "{\"status\":\"RUNNING\",\"status\":\"SUCCESS\"}",
            "{\"status\":\"SUCCESS\"} {}",
            "{\"error_code\":\"IMG.0023\"}")) {
      assertNull(read(other), other);
    }
  }

  @Test
  void aPageIsReadWithMembersOfEveryType() {
    Listing.Page<MemberPage.Entry> page = MemberPage.read(PAGE.getBytes(UTF_8), "img");
    assertNotNull(page);
    assertEquals("bWFkZQ==", page.next());
    assertEquals(
        List.of(
            new MemberPage.Entry("project p1", Recipient.project("p1"), MemberStatus.PENDING),
            new MemberPage.Entry(" p2", Recipient.project("p2"), MemberStatus.ACCEPTED),
            new MemberPage.Entry("domain d1", Recipient.domain("d1"), MemberStatus.ACCEPTED),
            new MemberPage.Entry(" p3", Recipient.project("p3"), MemberStatus.UNKNOWN)),
        page.entries());
  }

  @Test
  void aPageThatCannotBeTrustedIsRefused() {
    for (String wrong :
        List.of(
            "",
            "{}",
            "{\"members\":null}",
            "{\"members\":\"\"}",
            "{\"members\":{}}",
            "{\"members\":[null]}",
            "{\"members\":[{}]}",
            "{\"members\":[{\"member_id\":\"\"}]}",
            "{\"members\":[{\"member_id\":\"a b\"}]}",
            "{\"members\":[{\"member_id\":\"p\",\"image_id\":\"another\"}]}",
            "{\"members\":[{\"member_id\":\"p\"}],\"members\":[]}",
            "{\"members\":[]}]",
            "{\"members\":[]")) {
      assertNull(MemberPage.read(wrong.getBytes(UTF_8), "img"), wrong);
    }
    assertNotNull(MemberPage.read("{\"members\":[]}".getBytes(UTF_8), "img"));
  }

  /** A few megabytes can hold millions of values, which as objects are fifty times as large. */
  @Test
  void aDocumentOfTooManyValuesIsNotRead() {
    String form = "{\"members\":[],\"more\":[%s0]}";
    for (int values : new int[] {199_000, 201_000}) {
      byte[] body = form.formatted("0,".repeat(values - 1)).getBytes(UTF_8);
      assertEquals(values < 200_000, MemberPage.read(body, "img") != null, values + " values");
    }
  }

  @Test
  void noMutationOfARealAnswerThrows() {
    int readable = 0;
    for (int seed = 0; seed < 3_000; seed++) {
      byte[] mutant = mutate(new Random(seed));
      Job job = JobDocument.read(mutant, "9a17", UnaryOperator.identity());
      Listing.Page<MemberPage.Entry> page = MemberPage.read(mutant, "img");
      ApiResponse answer = Fixtures.answer(400, new String(mutant, UTF_8));
      assertNotNull(
          ErrorTranslation.of(
                  Fixtures.submit(Fixtures.SHARE), answer, false, Instant.EPOCH, "", Redaction.of())
              .reason());
      readable += job != null || page != null ? 1 : 0;
    }
    assertTrue(readable > 150, "only " + readable + " of the mutants were readable");
  }

  private static byte[] mutate(Random random) {
    String[] pieces = {
      "\"",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "null",
      "1e99999",
      "\\u0000",
      "\u00ff",
      "-",
      "9".repeat(1200)
    };
    StringBuilder text = new StringBuilder(random.nextBoolean() ? JOB : PAGE);
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(text.length());
      String piece = pieces[random.nextInt(pieces.length)];
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.insert(at, piece);
        case 2 -> text.replace(at, Math.min(text.length(), at + 1 + random.nextInt(30)), piece);
        case 3 -> text.setLength(Math.max(1, at));
        default -> text.insert(at, "[".repeat(random.nextInt(3) == 0 ? 5000 : 3));
      }
    }
    return text.toString().getBytes(random.nextInt(9) == 0 ? UTF_16 : UTF_8);
  }
}
