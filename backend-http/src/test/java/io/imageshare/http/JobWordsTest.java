package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that end in other words than the documented ones, and what comes of their pairs. */
@Timeout(600)
class JobWordsTest {
  private static final String GOOD = "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11";
  private static final String BAD = "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22";
  private static final String END = "\"end_time\":\"2026-01-02T03:04:07Z\"";
  private static final String FAILED_PART =
      """
      "entities":{"sub_jobs_result":[
        {"status":"SUCCESS","entities":{"image_id":"%s"}},
        {"status":"FAIL","error":{"code":"IMG.0046","message":"busy"},
         "entities":{"image_id":"%s"}}]}
      """
          .formatted(GOOD, BAD);
  private static final Reason BUSY = new Reason(Kind.INVALID_IMAGE, "IMG.0046", "busy");

  /** What a service answers, which shows these images as shared once it was asked to. */
  private record Service(String job, List<String> listed, boolean lists, AtomicInteger writes) {
    Service(String job, String... listed) {
      this(job, List.of(listed), true, new AtomicInteger());
    }

    Service withoutLists() {
      return new Service(job, listed, false, writes);
    }

    void answer(WireServer.Request request, Socket socket) throws Exception {
      String target = request.target();
      boolean shown = writes.get() > 0 && listed.stream().anyMatch(target::contains);
      if (!request.method().equals("GET")) {
        writes.incrementAndGet();
        WireServer.reply(socket, 200, "{\"job_id\":\"9a17\"}");
      } else if (target.contains("/9a17")) {
        WireServer.reply(socket, 200, job);
      } else if (target.contains("/v2/cloudimages")) {
        WireServer.reply(socket, 200, "{\"images\":[]}");
      } else if (!lists) {
        WireServer.reply(socket, 403, "{\"error\":{\"code\":\"IMG.0026\",\"message\":\"no\"}}");
      } else {
        String member = "{\"member_id\":\"%s\"}".formatted(Fixtures.RECIPIENT);
        WireServer.reply(socket, 200, "{\"members\":[%s]}".formatted(shown ? member : ""));
      }
    }

    /** Shares both images with one project. */
    ShareReport share() throws Exception {
      try (WireServer server = new WireServer(this::answer);
          HttpBackend backend = Fixtures.backend(server.endpoint()).build();
          ShareWorkflow workflow =
              ShareWorkflow.builder(backend)
                  .time(new AcceleratedTime())
                  .flow(FlowPolicy.defaults().callTimeout(Duration.ofHours(1)))
                  .poll(PollPolicy.fixed(Duration.ofSeconds(1)))
                  .build()) {
        return workflow.run(ShareRequest.share(List.of(GOOD, BAD), List.of(Fixtures.RECIPIENT)));
      }
    }
  }

  private static Outcome outcome(ShareReport report, String image) {
    return report.outcome(new Member(image, Recipient.project(Fixtures.RECIPIENT)));
  }

  private static Reason failure(ShareReport report, String image) {
    return ((Outcome.Failed) outcome(report, image)).reason();
  }

  private static void assertDone(ShareReport report, String image) {
    assertEquals(Outcome.Done.class, outcome(report, image).getClass(), report.toString());
  }

  @Test
  void anUnknownWordOfAJobThatEndedLeavesItToTheResults() throws Exception {
    Service service =
        new Service(
            """
            {"status":"PARTIAL_SUCCESS",%s,"entities":{"results":[
              {"image_id":"%s","project_id":"%s","status":"success"},
              {"image_id":"%s","project_id":"%s","status":"failed","error_code":"IMG.0177",
               "error_msg":"elsewhere"}]}}
            """
                .formatted(END, GOOD, Fixtures.RECIPIENT, BAD, Fixtures.RECIPIENT),
            GOOD);
    ShareReport report = service.share();
    assertDone(report, GOOD);
    assertEquals(new Reason(Kind.INVALID_RECIPIENT, "IMG.0177", "elsewhere"), failure(report, BAD));
    assertTrue(service.writes().get() <= 2);
  }

  @Test
  void anUnknownWordWithoutResultsLeavesItToTheListing() throws Exception {
    Service service = new Service("{\"status\":\"FINISHED\",%s}".formatted(END), GOOD, BAD);
    assertEquals(2, service.share().counts().done());
    assertTrue(service.writes().get() <= 2);
  }

  @Test
  void anUnknownWordAndItsReasonAreKept() throws Exception {
    Service service =
        new Service(
            "{\"status\":\"Aborted\",%s,\"error\":{\"code\":\"IMG.9999\",\"message\":\"by hand\"}}"
                .formatted(END),
            GOOD);
    ShareReport report = service.share();
    assertDone(report, GOOD);
    Outcome.Unknown unknown = (Outcome.Unknown) outcome(report, BAD);
    assertEquals(
        new Reason(Kind.LOST, "IMG.9999", "the job ended as \"Aborted\": by hand"),
        unknown.reason());
    int writes = service.writes().get(); // the images may be in one call at first, or in two
    assertTrue(writes == 6 || writes == 7, "writes: " + writes);
  }

  @Test
  void aPartThatFailedFailsItsImage() throws Exception {
    Service service = new Service("{\"status\":\"SUCCESS\"," + FAILED_PART + "}", GOOD);
    ShareReport report = service.share();
    assertDone(report, GOOD);
    assertEquals(BUSY, failure(report, BAD));
    assertTrue(service.writes().get() <= 2);
  }

  @Test
  void aPartThatFailedIsNotDoneWhereNothingIsListed() throws Exception {
    ShareReport report =
        new Service("{\"status\":\"SUCCESS\"," + FAILED_PART + "}").withoutLists().share();
    assertEquals(
        new Outcome.Done(
            new Member(GOOD, Recipient.project(Fixtures.RECIPIENT)), false, MemberStatus.UNKNOWN),
        outcome(report, GOOD));
    assertEquals(BUSY, failure(report, BAD));
  }

  @Test
  void theReasonOfAFailedJobIsReadWhereItIsNested() throws Exception {
    Service service =
        new Service("{\"status\":\"FAIL\",\"error\":{\"code\":\"IMG.0088\",\"message\":\"full\"}}");
    ShareReport report = service.share();
    assertEquals(new Reason(Kind.QUOTA, "IMG.0088", "full"), failure(report, BAD));
    assertEquals(new Reason(Kind.QUOTA, "IMG.0088", "full"), failure(report, GOOD));
  }
}
