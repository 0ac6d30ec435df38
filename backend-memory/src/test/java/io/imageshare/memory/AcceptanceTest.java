package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for recipients, in virtual time. */
@Timeout(60)
class AcceptanceTest {
  private static final List<String> IMAGES = List.of("image-0", "image-1");
  private static final ShareRequest REQUEST = ShareRequest.share(IMAGES, List.of("a", "b"));

  private final MemoryBackend cloud = cloud();
  private final ShareWorkflow workflow = ShareWorkflow.builder(cloud).seed(1).build();

  private static MemoryBackend cloud() {
    MemoryBackend.Builder cloud = MemoryBackend.virtual().images(IMAGES).seed(1);
    for (String image : IMAGES) {
      for (String project : List.of("a", "b")) {
        cloud.member(image, Recipient.project(project), MemberStatus.PENDING);
      }
    }
    return cloud.build();
  }

  private void after(Duration delay, ShareRequest decision) {
    cloud.time().schedule(delay, () -> cloud.submit(decision));
  }

  private static Outcome outcome(ShareReport report, String image, String project) {
    return report.outcome(new Member(image, Recipient.project(project)));
  }

  private static Reason.Kind failed(ShareReport report, String image, String project) {
    Outcome outcome = outcome(report, image, project);
    return assertInstanceOf(Outcome.Failed.class, outcome).reason().kind();
  }

  @Test
  void itEndsSoonAfterAllHaveAccepted() {
    after(Duration.ofSeconds(30), ShareRequest.accept(IMAGES, List.of("a")));
    after(Duration.ofHours(3), ShareRequest.accept(IMAGES, List.of("b")));
    ShareReport report = workflow.awaitAccepted(REQUEST, Duration.ofDays(2)).requireAllDone();
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(0, report.counts().already());
    assertEquals(
        new Outcome.Done(
            new Member("image-0", Recipient.project("b")), false, MemberStatus.ACCEPTED),
        outcome(report, "image-0", "b"));
    assertTrue(report.duration().compareTo(Duration.ofHours(3)) > 0, report.toString());
    assertTrue(report.duration().compareTo(Duration.ofMinutes(186)) < 0, report.toString());
    assertEquals(cloud.calls().size() - 2, report.stats().reads());
    assertTrue(report.stats().reads() < 150, report.stats().toString());
    ShareReport again = workflow.awaitAccepted(REQUEST, Duration.ofDays(2));
    assertEquals(4, again.counts().already());
    assertEquals(2, again.stats().reads());
  }

  @Test
  void anIdIsTheSameHoweverTheListingSpellsIt() {
    String listed = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    MemoryBackend other =
        MemoryBackend.virtual()
            .images("image-0")
            .member("image-0", Recipient.project(listed), MemberStatus.ACCEPTED)
            .build();
    List<Recipient> asked =
        List.of(
            Recipient.project("0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
            Recipient.project("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"),
            Recipient.domain(listed)); // listed as a project where the type is not told
    for (Recipient recipient : asked) {
      ShareRequest request =
          ShareRequest.builder().images("image-0").recipients(List.of(recipient)).build();
      ShareWorkflow.over(other).awaitAccepted(request, Duration.ofMinutes(1)).requireAllDone();
    }
  }

  @Test
  void whatIsRejectedNotSharedOrUnknownFails() {
    after(Duration.ofSeconds(30), ShareRequest.accept(IMAGES, List.of("a")));
    after(Duration.ofSeconds(50), ShareRequest.reject(IMAGES, List.of("b")));
    ShareReport report =
        workflow.awaitAccepted(
            ShareRequest.share(List.of("image-0", "nix"), List.of("a", "b", "c")),
            Duration.ofHours(1));
    assertEquals(Ending.FINISHED, report.ending(), report.toString());
    assertInstanceOf(Outcome.Done.class, outcome(report, "image-0", "a"));
    assertEquals(Reason.Kind.INVALID_RECIPIENT, failed(report, "image-0", "b"));
    assertEquals(Reason.Kind.NOT_SENT, failed(report, "image-0", "c"));
    assertEquals(Reason.Kind.INVALID_IMAGE, failed(report, "nix", "a"));
  }

  @Test
  void itEndsWhenTheTimeIsOverAndCanGoOn() {
    after(Duration.ofMinutes(1), ShareRequest.accept(IMAGES, List.of("a")));
    after(Duration.ofMinutes(25), ShareRequest.accept(IMAGES, List.of("b")));
    ShareReport report = workflow.awaitAccepted(REQUEST, Duration.ofMinutes(20));
    assertEquals(Ending.DEADLINE, report.ending());
    assertEquals(2, report.counts().done());
    assertEquals(2, report.counts().unknown());
    assertTrue(report.duration().compareTo(Duration.ofMinutes(20)) >= 0, report.toString());
    assertTrue(report.duration().compareTo(Duration.ofMinutes(21)) < 0, report.toString());
    assertEquals(List.of(ShareRequest.share(IMAGES, List.of("b"))), report.remaining());
    workflow.awaitAccepted(report.remaining().get(0), Duration.ofMinutes(20)).requireAllDone();
  }

  @Test
  void anOutageIsWaitedOut() {
    after(Duration.ofMinutes(10), ShareRequest.accept(IMAGES, List.of("a")));
    after(Duration.ofMinutes(10), ShareRequest.accept(IMAGES, List.of("b")));
    cloud.inject(new Fault.Outage(Duration.ofMinutes(8)));
    workflow.awaitAccepted(REQUEST, Duration.ofHours(1)).requireAllDone();
  }

  @Test
  void anInterruptCancelsIt() {
    Thread waiting = Thread.currentThread();
    cloud.time().schedule(Duration.ofMinutes(1), waiting::interrupt);
    ShareReport report = workflow.awaitAccepted(REQUEST, Duration.ofHours(1));
    assertTrue(Thread.interrupted());
    assertEquals(Ending.CANCELLED, report.ending());
    assertEquals(4, report.counts().unknown());
  }

  @Test
  void closingEndsIt() {
    cloud.time().schedule(Duration.ofMinutes(1), workflow::close);
    ShareReport report = workflow.awaitAccepted(REQUEST, Duration.ofHours(1));
    assertEquals(Ending.CLOSED, report.ending());
    assertEquals(4, report.counts().unknown());
    assertTrue(report.duration().compareTo(Duration.ofMinutes(2)) < 0, report.toString());
  }

  @Test
  void refusedCredentialsStopIt() {
    cloud.inject(new Fault.Unauthenticated(), 2);
    ShareReport report = workflow.awaitAccepted(REQUEST, Duration.ofHours(1));
    assertEquals(Ending.STOPPED, report.ending());
    assertEquals(Reason.Kind.UNAUTHENTICATED, report.reason().orElseThrow().kind());
  }

  @Test
  void onlyWhatWasSharedIsWaitedFor() {
    ShareRequest unshare = ShareRequest.unshare(IMAGES, List.of("a"));
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> workflow.awaitAccepted(unshare, Duration.ofHours(1)));
    assertEquals(
        "request: UNSHARE; what is waited for was shared, so give a request to share",
        e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> workflow.awaitAccepted(REQUEST, Duration.ZERO));
  }
}
