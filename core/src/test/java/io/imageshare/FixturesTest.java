package io.imageshare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareReport.SubmittedJob;
import io.imageshare.ShareRequest.Action;
import io.imageshare.internal.journal.JournalEntry;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Journals, reports and requests as releases have written them: they are read for what they meant,
 * and written again to the letter, but for two words of reports: COMPLETE is FINISHED now, and
 * looks are polls. The files under {@code fixtures} never change.
 */
class FixturesTest {
  private static final Path FIXTURES = Path.of("src", "test", "resources", "fixtures");
  private static final Instant AT = Instant.parse("2026-03-01T10:15:30.250Z");
  private static final Reason LOST =
      new Reason(Reason.Kind.LOST, "", "no answer \"in time\"\nat all: \u56fe");
  private static final Reason FULL =
      new Reason(Reason.Kind.QUOTA, "IMG.0088", "it has 128 members");
  private static final List<String> IMAGES = List.of("image-1", "image-2", "image-3");
  private static final List<Recipient> RECIPIENTS =
      List.of(
          Recipient.project("project-1"),
          Recipient.project("project-2"),
          Recipient.domain("account-1"),
          Recipient.organization("urn:org:1"));

  private static String text(String name) throws IOException {
    return Files.readString(FIXTURES.resolve(name));
  }

  private static ShareRequest mixed(Action action) {
    return ShareRequest.builder()
        .action(action)
        .images(IMAGES)
        .projects(List.of("project-1", "project-2"))
        .recipients(RECIPIENTS.subList(2, 4))
        .build();
  }

  private static ShareRequest share(List<String> images, List<Recipient> recipients) {
    return ShareRequest.builder().images(images).recipients(recipients).build();
  }

  private static Map<String, ShareRequest> requests() {
    return Map.of(
        "share", ShareRequest.share(IMAGES.subList(0, 2), List.of("project-1", "project-2")),
        "share-all-recipients", mixed(Action.SHARE),
        "share-organization", share(List.of("image-1"), RECIPIENTS.subList(3, 4)),
        "unshare", mixed(Action.UNSHARE),
        "accept", ShareRequest.accept(List.of("image-1"), List.of("project-1")),
        "accept-vault", acceptIntoVault(List.of("image-1")),
        "reject", ShareRequest.reject(List.of("image-1"), List.of("project-1")));
  }

  private static ShareRequest acceptIntoVault(List<String> images) {
    return ShareRequest.accept(images, List.of("project-1", "project-2")).vault("vault-1");
  }

  @Test
  void requestsAreReadAndWrittenAsEver() throws IOException {
    for (Map.Entry<String, ShareRequest> request : requests().entrySet()) {
      String document = text("requests/" + request.getKey() + ".json").strip();
      assertEquals(request.getValue(), ShareRequest.fromJson(document));
      assertEquals(document, request.getValue().toJson());
    }
  }

  /** Every kind of line there is, not as one run writes them. */
  private static List<JournalEntry> lines() {
    Instant hour = AT.plusSeconds(3600);
    BatchLimits limits = new BatchLimits(50, 100, 1000);
    Stream<JournalEntry> first =
        Stream.of(
            new JournalEntry.Begun(
                "https://ims.example.com project-0",
                AT,
                hour,
                limits,
                List.of(
                    mixed(Action.SHARE),
                    ShareRequest.share(List.of("image-9"), List.of("project-9")))),
            new JournalEntry.Begun("", AT, Instant.MAX, limits, List.of(mixed(Action.UNSHARE))),
            new JournalEntry.Begun(
                "", AT, hour, limits, List.of(acceptIntoVault(List.of("image-1")))),
            new JournalEntry.Begun(
                "https://ims.example.com project-0",
                AT,
                hour,
                limits,
                List.of(ShareRequest.reject(List.of("image-1"), List.of("project-1")))),
            new JournalEntry.Intent(0, new Slice(List.of(0, 1, 2, 3, 7, 9, 10), List.of(4)), AT),
            new JournalEntry.Intent(12, new Slice(List.of(0), upTo(100)), AT),
            new JournalEntry.Submitted(0, "job \"1\"", AT),
            new JournalEntry.Ended(0, Job.Status.SUCCESS, null),
            new JournalEntry.Ended(1, Job.Status.FAIL, FULL),
            new JournalEntry.Ended(2, Job.Status.RUNNING, LOST),
            new JournalEntry.Lost(3, LOST));
    Stream<JournalEntry> refused =
        Arrays.stream(Reason.Kind.values())
            .map(kind -> new JournalEntry.Refused(4, new Reason(kind, "IMG.0001", "refused")));
    Stream<JournalEntry> last =
        Stream.of(
            new JournalEntry.Settled(3, LOST, true),
            new JournalEntry.Settled(5, LOST, false),
            new JournalEntry.Served(
                6,
                List.of(
                    new Slice(List.of(1, 2), List.of(4)), new Slice(List.of(3), List.of(0, 2)))),
            new JournalEntry.Served(7, List.of()),
            new JournalEntry.BadId(
                0, Side.IMAGES, 4, new Reason(Reason.Kind.INVALID_IMAGE, "IMG.0027", "not found")),
            new JournalEntry.BadId(
                0,
                Side.RECIPIENTS,
                2,
                new Reason(Reason.Kind.INVALID_RECIPIENT, "IMG.0108", "other region")),
            new JournalEntry.BadPair(1, 2, FULL),
            new JournalEntry.Cancelled(AT));
    return Stream.of(first, refused, last).flatMap(lines -> lines).toList();
  }

  private static List<Integer> upTo(int end) {
    return IntStream.range(0, end).boxed().toList();
  }

  @Test
  void everyKindOfLineIsReadAndWrittenAsEver() throws IOException {
    List<String> written = Files.readAllLines(FIXTURES.resolve("journal-lines.jsonl"));
    List<JournalEntry> read = JournalEntry.all("every kind", written);
    assertEquals(lines(), read);
    assertEquals(written, read.stream().map(JournalEntry::text).toList());
    assertEquals(
        Set.of(JournalEntry.class.getPermittedSubclasses()),
        read.stream().map(JournalEntry::getClass).collect(Collectors.toSet()));
  }

  @Test
  void journalsOfRunsAreReadAndWrittenAsEver() throws IOException {
    for (String run : List.of("decide", "nightly")) {
      List<String> lines = Files.readAllLines(FIXTURES.resolve("journal").resolve(run + ".jsonl"));
      assertTrue(lines.get(0).startsWith("{\"epoch\":"), lines.get(0));
      List<String> entries = lines.subList(1, lines.size());
      assertEquals(
          entries, JournalEntry.all(run, entries).stream().map(JournalEntry::text).toList());
    }
  }

  @Test
  void aJournalOfAnEarlierVersionIsRefusedByName() throws IOException {
    List<String> written = Files.readAllLines(FIXTURES.resolve("journal-of-version-1.jsonl"));
    String message =
        assertThrows(IllegalStateException.class, () -> JournalEntry.all("nightly", written))
            .toString();
    assertTrue(message.contains("journal of run nightly, line 1: version 1"), message);
    assertTrue(message.contains("run the request again"), message);
  }

  private static ShareReport report(String name) throws IOException {
    String document = text("reports/" + name + ".json");
    ShareReport report = ShareReport.read(new StringReader(document));
    StringWriter again = new StringWriter();
    report.toJson(again);
    String renamed =
        document.replace("\"COMPLETE\"", "\"FINISHED\"").replace("\"looks\"", "\"polls\"");
    assertEquals(renamed, again.toString());
    return report;
  }

  private static void assertFigures(ShareReport report, int openJobs, @Nullable Duration left) {
    Progress stats = report.stats();
    assertEquals(report.outcomes().count(), stats.total());
    assertEquals(0, stats.pending());
    assertEquals(3, stats.submits());
    assertEquals(14, stats.polls());
    assertEquals(5, stats.reads());
    assertEquals(openJobs, stats.openJobs());
    assertEquals(left, stats.timeLeft());
  }

  private static Member member(int image, int recipient) {
    return new Member("image-" + image, RECIPIENTS.get(recipient));
  }

  private static Outcome done(int image, int recipient, boolean already, MemberStatus status) {
    return new Outcome.Done(member(image, recipient), already, status);
  }

  private static Outcome notSent(int image, int recipient, String why) {
    return new Outcome.Failed(member(image, recipient), new Reason(Reason.Kind.NOT_SENT, "", why));
  }

  @Test
  void aRunThatWentItsWholeWay() throws IOException {
    ShareReport report = report("complete");
    assertEquals("nightly", report.id());
    assertEquals(Ending.FINISHED, report.ending());
    assertEquals(
        List.of(
            done(1, 0, false, MemberStatus.PENDING),
            done(1, 1, true, MemberStatus.ACCEPTED),
            done(1, 2, true, MemberStatus.REJECTED),
            done(1, 3, false, MemberStatus.UNKNOWN),
            done(2, 0, false, MemberStatus.PENDING),
            done(2, 1, false, MemberStatus.PENDING),
            done(2, 2, false, MemberStatus.PENDING),
            new Outcome.Failed(member(2, 3), FULL),
            new Outcome.Unknown(member(3, 0), LOST, "job-2"),
            new Outcome.Unknown(member(3, 1), LOST, "job-2"),
            new Outcome.Unknown(member(3, 2), LOST, ""),
            new Outcome.Unknown(member(3, 3), LOST, "")),
        report.outcomes().toList());
    assertEquals(jobs(), report.jobs());
    assertFigures(report, 2, null);
  }

  private static List<SubmittedJob> jobs() {
    Recipient organization = RECIPIENTS.get(3);
    return List.of(
        new SubmittedJob(
            Job.succeeded("job-1")
                .type("imsShare")
                .begin(AT)
                .end(AT.plusSeconds(3))
                .progress(1)
                .results(
                    List.of(
                        new Job.Result("image-1", RECIPIENTS.get(0), true, null),
                        new Job.Result("image-2", RECIPIENTS.get(0), true, null),
                        new Job.Result("image-2", RECIPIENTS.get(2), true, null),
                        new Job.Result("image-2", organization, false, FULL),
                        new Job.Result("image-1", null, true, null))),
            share(
                IMAGES.subList(0, 2), List.of(RECIPIENTS.get(0), RECIPIENTS.get(2), organization))),
        new SubmittedJob(
            Job.running("job-2").begin(AT).progress(.25),
            share(IMAGES.subList(2, 3), RECIPIENTS.subList(0, 2))),
        new SubmittedJob(
            new Job("job-3", "", Job.Status.INIT, null, null, Double.NaN, null, List.of()),
            share(List.of("image-1", "image-3"), List.of(organization))),
        new SubmittedJob(
            Job.failed("job-4", FULL).begin(AT).end(AT.plusSeconds(60)).progress(.5),
            share(IMAGES.subList(1, 2), List.of(organization))));
  }

  @Test
  void aCancelledRun() throws IOException {
    ShareReport report = report("cancelled");
    assertEquals(Ending.CANCELLED, report.ending());
    assertEquals(
        List.of(
            done(1, 0, false, MemberStatus.ACCEPTED),
            new Outcome.Failed(
                member(1, 1), new Reason(Reason.Kind.INVALID_IMAGE, "IMG.0027", "not found")),
            notSent(2, 0, "cancelled"),
            notSent(2, 1, "cancelled")),
        report.outcomes().toList());
    assertEquals(Action.ACCEPT, report.remaining().get(0).action());
    assertEquals("vault-1", report.remaining().get(0).vault());
    assertFigures(report, 0, null);
  }

  @Test
  void aRunPastItsDeadline() throws IOException {
    ShareReport report = report("deadline");
    assertEquals(Ending.DEADLINE, report.ending());
    assertEquals(
        IMAGES.stream()
            .flatMap(
                image ->
                    RECIPIENTS.stream()
                        .map(recipient -> new Member(image, recipient))
                        .map(FixturesTest::unshared))
            .toList(),
        report.outcomes().toList());
    assertEquals(
        List.of(
            new SubmittedJob(
                Job.running("job-9"),
                ShareRequest.builder()
                    .action(Action.UNSHARE)
                    .images(IMAGES)
                    .recipients(RECIPIENTS.subList(2, 4))
                    .build())),
        report.jobs());
    assertFigures(report, 1, Duration.ofMillis(90_500));
  }

  private static Outcome unshared(Member member) {
    return member.recipient().type() == Recipient.Type.PROJECT
        ? new Outcome.Done(
            member, member.recipient().id().equals("project-2"), MemberStatus.UNKNOWN)
        : new Outcome.Unknown(member, LOST, "job-9");
  }

  /** Of two requests, between which there are pairs nobody asked for. */
  @Test
  void aClosedRun() throws IOException {
    ShareReport report = report("closed");
    assertEquals(Ending.CLOSED, report.ending());
    assertEquals(
        List.of(
            done(1, 0, true, MemberStatus.REJECTED),
            done(2, 1, false, MemberStatus.REJECTED),
            notSent(3, 1, "closed")),
        report.outcomes().toList());
    assertEquals(
        List.of(ShareRequest.reject(List.of("image-3"), List.of("project-2"))), report.remaining());
    assertFigures(report, 0, null);
  }

  @Test
  void aStoppedRunWithEveryKindOfReason() throws IOException {
    ShareReport report = report("stopped");
    assertEquals(Ending.STOPPED, report.ending());
    assertEquals(
        new Reason(Reason.Kind.UNAUTHENTICATED, "APIGW.0301", "wrong key"),
        report.reason().orElseThrow());
    List<Reason.Kind> kinds =
        List.of(
            Reason.Kind.THROTTLED,
            Reason.Kind.UNAVAILABLE,
            Reason.Kind.LOST,
            Reason.Kind.INVALID_IMAGE,
            Reason.Kind.INVALID_RECIPIENT,
            Reason.Kind.INVALID,
            Reason.Kind.QUOTA,
            Reason.Kind.UNAUTHENTICATED,
            Reason.Kind.FORBIDDEN,
            Reason.Kind.UNSUPPORTED,
            Reason.Kind.INTERNAL,
            Reason.Kind.NOT_SENT);
    assertEquals(
        IntStream.range(0, kinds.size())
            .mapToObj(n -> new Reason(kinds.get(n), "IMG." + n, "of kind " + n))
            .toList(),
        report.failed().map(Outcome.Failed::reason).toList());
    assertEquals(EnumSet.allOf(Reason.Kind.class), new HashSet<>(kinds));
    assertFigures(report, 0, null);
  }
}
