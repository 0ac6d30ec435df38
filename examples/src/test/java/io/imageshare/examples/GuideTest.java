package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide matches the code. */
class GuideTest {
  private static final List<String> IMAGES =
      IntStream.range(0, 30).mapToObj(i -> "image-" + i).toList();
  private static final List<String> PROJECTS =
      IntStream.range(0, 30).mapToObj(i -> "project-" + i).toList();

  private static String guide() throws IOException {
    return Files.readString(Path.of("..", "docs", "guide.md"));
  }

  private static MemoryBackend.Builder cloud() {
    return MemoryBackend.builder().time(Timekeeper.virtual()).images(IMAGES).seed(3);
  }

  // region careful
  static ShareWorkflow careful(MemberBackend backend) {
    return ShareWorkflow.builder(backend)
        .limits(new BatchLimits(10, 20, 200))
        .flow(FlowPolicy.defaults().callsPerSecond(2).concurrentCalls(2).openJobs(4))
        .poll(PollPolicy.adaptive().patience(Duration.ofHours(1)))
        .deadline(Duration.ofHours(6))
        .build();
  }

  // endregion

  @Test
  void theCarefulWorkflowKeepsItsLimits() {
    MemoryBackend cloud = cloud().jobsTake(Duration.ofSeconds(30)).build();
    try (ShareWorkflow workflow = careful(cloud)) {
      ShareReport report = workflow.run(ShareRequest.share(IMAGES, PROJECTS)).requireAllDone();
      report
          .jobs()
          .forEach(
              watched -> {
                assertTrue(watched.slice().images().size() <= 10);
                assertTrue(watched.slice().recipients().size() <= 20);
              });
      Duration took = Duration.between(cloud.calls().get(0).begun(), cloud.time().now());
      assertTrue(took.toSeconds() >= cloud.calls().size() / 2 - 2, took + " " + report.stats());
    }
  }

  @Test
  void theDefaultsAreThoseOfTheGuide() throws IOException {
    String guide = guide();
    for (Object value :
        List.of(BatchLimits.defaults(), FlowPolicy.defaults(), RetryPolicy.defaults())) {
      assertTrue(guide.contains("| `" + value + "` |"), value.toString());
    }
    assertEquals(Duration.ofMinutes(15), PollPolicy.adaptive().patience());
    assertEquals(10, PollPolicy.adaptive().errors());
    assertTrue(guide.contains("15 minutes and 10 failed polls"));
  }

  @Test
  void theTableOfKindsIsComplete() throws IOException {
    List<String> listed =
        Pattern.compile("(?m)^\\| ([A-Z_]+) \\|")
            .matcher(guide())
            .results()
            .map(row -> row.group(1))
            .toList();
    assertEquals(Arrays.stream(Reason.Kind.values()).map(Enum::name).toList(), listed);
  }

  // region table
  /** Writes who has which images, for people to edit. */
  static void write(ShareWorkflow workflow, List<String> images, Path file) throws IOException {
    try (Writer to = Files.newBufferedWriter(file)) {
      workflow.members(images).toCsv(to);
    }
  }

  /** Shares and unshares what the edited file says, and returns the images that it dropped. */
  static Set<String> apply(ShareWorkflow workflow, List<String> images, Path file)
      throws IOException {
    try (Reader from = Files.newBufferedReader(file)) {
      WantedState.Changes changes = workflow.changes(WantedState.read(from), images);
      workflow.run(changes).forEach(ShareReport::requireAllDone);
      return changes.unlisted().keySet();
    }
  }

  // endregion

  @Test
  void anEditedTableIsApplied(@TempDir Path folder) throws IOException {
    MemoryBackend cloud = cloud().build();
    Path file = folder.resolve("images.csv");
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      workflow.run(ShareRequest.share(IMAGES, List.of("project-1"))).requireAllDone();
      write(workflow, IMAGES, file);
      String edited =
          Files.readString(file)
              .replace("image-3,project,project-1,PENDING,\n", "")
              .replace("image-5,project,project-1,PENDING,", "image-5,project,project-2,,");
      Files.writeString(file, edited);
      assertEquals(Set.of("image-3"), apply(workflow, IMAGES, file));
    }
    Set<Member> members = cloud.members();
    assertEquals(IMAGES.size(), members.size());
    assertTrue(members.contains(new Member("image-5", Recipient.project("project-2"))));
    assertTrue(members.contains(new Member("image-3", Recipient.project("project-1"))));
  }

  // region off
  static ShareReport takeOff(String project, HttpBackend backend, ShareWorkflow workflow) {
    Set<String> mine = backend.images(image -> true);
    return workflow.run(ShareRequest.unshare(mine, List.of(project)));
  }

  // endregion

  @Test
  void aProjectIsTakenOffAllImages() {
    String owner = "11112222333344445555666677778888";
    String leaving = "8888777766665555444433332222111a";
    MemoryBackend.Builder builder =
        MemoryBackend.builder().owner(owner).images(IMAGES).jobsTake(Duration.ZERO);
    IMAGES.forEach(
        image -> builder.member(image, Recipient.project(leaving), MemberStatus.ACCEPTED));
    MemoryBackend cloud = builder.build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey("my-key", "my-secret").build();
        HttpBackend backend =
            HttpBackend.builder()
                .endpoint(server.endpoint())
                .projectId(owner)
                .credentials(Credentials.accessKey("my-key", "my-secret"))
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .flow(FlowPolicy.defaults().callsPerSecond(1000))
                .build()) {
      takeOff(leaving, backend, workflow).requireAllDone();
    }
    assertEquals(Set.of(), cloud.members());
  }

  // region kinds
  static List<String> tickets(ShareReport report) {
    return report.failures().stream()
        .map(why -> why.pairs() + " pairs, such as " + why.first().get(0) + ": " + why.reason())
        .toList();
  }

  // endregion

  // region given
  @Test
  void twoAreFull() {
    Reason full = new Reason(Reason.Kind.QUOTA, "IMG.0088", "128 members");
    Recipient project = Recipient.project("project-1");
    ShareReport report =
        ShareReport.of(
            List.of(
                new Outcome.Done(new Member("image-1", project), false, MemberStatus.PENDING),
                new Outcome.Failed(new Member("image-2", project), full),
                new Outcome.Failed(new Member("image-3", project), full)));
    assertEquals(
        List.of("2 pairs, such as image-2 with project-1: QUOTA IMG.0088: 128 members"),
        tickets(report));
  }

  // endregion

  @Test
  void theJsonShownIsWhatIsWritten() throws IOException {
    Member one = new Member("image-1", Recipient.project("project-1"));
    Member two = new Member("image-1", Recipient.project("project-2"));
    Reason why = new Reason(Reason.Kind.INVALID_RECIPIENT, "IMG.0108", "no such tenant");
    StringWriter json = new StringWriter();
    ShareReport.of(
            List.of(
                new Outcome.Done(one, false, MemberStatus.PENDING), new Outcome.Failed(two, why)))
        .toJson(json);
    String shown = guide().split("```json\n", -1)[1].split("```", -1)[0];
    assertEquals(json.toString(), shown);
  }

  // region half
  @Test
  void whatIsUnderWayWhenItIsCancelledIsNamed() throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .time(time)
            .images("image-1")
            .jobsTake(Duration.ofMinutes(3))
            .seed(7)
            .build();
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      ShareRun run = workflow.start(ShareRequest.share(List.of("image-1"), List.of("project-1")));
      time.sleep(Duration.ofMinutes(1));
      assertEquals(1, run.progress().openJobs());
      run.cancel();
      ShareReport report = time.await(run.report());
      assertEquals(ShareReport.Ending.CANCELLED, report.ending());
      assertFalse(report.unknown().findFirst().orElseThrow().job().isEmpty());
    }
  }

  // endregion

  // region other
  static HttpBackend other(URI endpoint, Credentials credentials, String project) {
    return HttpBackend.builder()
        .endpoint(endpoint)
        .credentials(credentials)
        .projectId(project)
        .membersPerImage(256)
        .jobQuery(HttpBackend.JobQuery.SHOW_JOB)
        .build();
  }

  // endregion

  @Test
  void anotherCloudIsTheSameProgram() {
    List<String> many = IntStream.range(0, 200).mapToObj("%032x"::formatted).toList();
    MemoryBackend cloud =
        MemoryBackend.builder()
            .images("image-1")
            .owner("owner")
            .membersPerImage(256)
            .jobsTake(Duration.ZERO)
            .build();
    try (ImsServer server = ImsServer.builder(cloud).accessKey("key", "secret").build();
        HttpBackend backend =
            other(server.endpoint(), Credentials.accessKey("key", "secret"), "owner");
        ShareWorkflow workflow = ShareWorkflow.over(backend)) {
      workflow.run(ShareRequest.share(List.of("image-1"), many)).requireAllDone();
    }
    assertEquals(200, cloud.members().size());
  }

  @Test
  void whatIsKeptIsRunAgain(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("report.json");
    MemoryBackend cloud = cloud().jobsTake(Duration.ofSeconds(20)).build();
    try (ShareWorkflow hasty =
        ShareWorkflow.builder(cloud)
            .limits(new BatchLimits(5, 5, 25))
            .flow(FlowPolicy.defaults().openJobs(1))
            .deadline(Duration.ofMinutes(1))
            .build()) {
      ShareReport report = hasty.run(ShareRequest.share(IMAGES, PROJECTS));
      assertEquals(ShareReport.Ending.DEADLINE, report.ending());
      Rendering.keep(report, file);
    }
    try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
      Rendering.again(workflow, file).requireAllDone();
    }
    assertEquals(900, cloud.members().size());
  }
}
