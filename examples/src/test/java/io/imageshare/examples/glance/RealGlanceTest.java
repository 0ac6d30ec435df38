package io.imageshare.examples.glance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.BackendException;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.Reason.Kind;
import io.imageshare.Recipient;
import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.BackendContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The backend and the engine on a real Glance, where there is one. */
@Timeout(300)
class RealGlanceTest {
  private RealGlance glance;

  @BeforeEach
  void find() throws IOException {
    glance = new RealGlance();
  }

  @AfterEach
  void clear() throws IOException {
    if (glance != null) {
      glance.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() throws IOException {
    BackendContract.Subject subject = new Subject(glance.images(3), glance.projects());
    return BackendContract.rules().stream()
        .map(
            rule ->
                dynamicTest(
                    rule.toString(), () -> rule.check(subject).ifPresent(Assumptions::abort)));
  }

  private final class Subject implements BackendContract.Subject {
    private final List<String> images;
    private final List<Recipient> recipients;

    Subject(List<String> images, List<String> projects) {
      this.images = images;
      this.recipients = projects.stream().map(Recipient::project).toList();
    }

    @Override
    public MemberBackend open() {
      try {
        return glance.backend();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public List<String> images() {
      return images;
    }

    @Override
    public List<Recipient> recipients() {
      return recipients;
    }

    @Override
    public String unknownImage() {
      return new UUID(7, 7).toString();
    }

    @Override
    public Duration patience() {
      return Duration.ofSeconds(60);
    }
  }

  private static ShareWorkflow workflow(MemberBackend backend) {
    return ShareWorkflow.builder(backend).retry(GlanceBackend.RETRIES).flow(fast()).build();
  }

  private static FlowPolicy fast() {
    return FlowPolicy.defaults().callsPerSecond(1000);
  }

  private Set<String> members(String image) throws Exception {
    try (MemberBackend backend = glance.backend()) {
      return backend.members(image).toCompletableFuture().get().keySet().stream()
          .map(Recipient::id)
          .collect(Collectors.toSet());
    }
  }

  @Test
  void sharesAcceptsAndUnshares() throws Exception {
    List<String> images = glance.images(20);
    List<String> projects = glance.projects().subList(0, 30);
    try (MemberBackend backend = glance.backend();
        ShareWorkflow workflow = workflow(backend)) {
      ShareReport shared = workflow.run(ShareRequest.share(images, projects));
      assertTrue(shared.allDone(), shared::toString);
      assertEquals(600, shared.counts().done(), shared::toString);
      for (String image : images) {
        assertEquals(Set.copyOf(projects), members(image));
      }
      List<String> some = projects.subList(0, 1);
      ShareReport accepted = workflow.run(ShareRequest.accept(images, some));
      assertEquals(20, accepted.counts().done(), accepted::toString);
      Recipient first = Recipient.project(some.get(0));
      assertEquals(
          Set.copyOf(images),
          backend.images(first, MemberStatus.ACCEPTED).toCompletableFuture().get());
      ShareReport removed = workflow.run(ShareRequest.unshare(images.subList(0, 2), projects));
      assertEquals(60, removed.counts().done(), removed::toString);
      assertEquals(Set.of(), members(images.get(0)));
    }
  }

  @Test
  void takesAnApplicationCredential() throws Exception {
    List<String> images = glance.images(1);
    OpenStackCloud cloud = glance.cloud("owner-app");
    try (MemberBackend backend = new GlanceBackend(cloud, project -> null, 128);
        ShareWorkflow workflow = workflow(backend)) {
      ShareReport report =
          workflow.run(ShareRequest.share(images, glance.projects().subList(0, 2)));
      assertTrue(report.allDone(), report::toString);
    }
  }

  /** The listing is the one part of the image service's API that Glance has, too. */
  @Test
  void httpBackendReadsItsListings() throws Exception {
    String image = glance.images(1).get(0);
    List<String> projects = glance.projects().subList(0, 3);
    try (GlanceBackend backend = glance.backend();
        ShareWorkflow workflow = workflow(backend)) {
      assertTrue(workflow.run(ShareRequest.share(List.of(image), projects)).allDone());
    }
    Keystone.Session owner = glance.session("owner");
    try (HttpBackend http =
        HttpBackend.builder()
            .endpoint(owner.glance())
            .credentials(Credentials.token(owner::token))
            .build()) {
      Map<Recipient, MemberStatus> members = http.members(image).toCompletableFuture().get();
      assertEquals(
          projects.stream()
              .collect(Collectors.toMap(Recipient::project, project -> MemberStatus.PENDING)),
          members);
      ExecutionException unknown =
          assertThrows(
              ExecutionException.class,
              () -> http.members(new UUID(7, 9).toString()).toCompletableFuture().get());
      BackendException refused = assertInstanceOf(BackendException.class, unknown.getCause());
      assertEquals(Kind.INVALID_IMAGE, refused.reason().kind(), refused::toString);
    }
  }

  /** What is refused for one image or one limit fails nobody else. */
  @Test
  void findsWhatCannotBeShared() throws Exception {
    String unknown = new UUID(7, 8).toString();
    List<String> good = glance.images(2);
    List<String> full = glance.images(1);
    List<String> hidden = glance.images(4, "private");
    List<String> projects = glance.projects().subList(0, 4);
    List<String> others = glance.projects().subList(4, 4 + RealGlance.MEMBERS_PER_IMAGE);
    List<String> all = new ArrayList<>(hidden);
    all.addAll(full);
    all.addAll(good);
    all.add(unknown);
    // A backend that does not know how much room there is, so that Glance has to say so.
    try (MemberBackend backend = new GlanceBackend(glance.cloud("owner"), project -> null, 128);
        ShareWorkflow workflow = workflow(backend)) {
      assertTrue(workflow.run(ShareRequest.share(full, others)).allDone());
      ShareReport report = workflow.run(ShareRequest.share(all, projects));
      Map<String, Long> seen =
          new TreeMap<>(
              report
                  .outcomes()
                  .collect(Collectors.groupingBy(outcome -> word(outcome), Collectors.counting())));
      assertEquals(Map.of("done", 8L, "QUOTA", 4L, "INVALID_IMAGE", 20L), seen, report::toString);
      for (String image : good) {
        assertEquals(Set.copyOf(projects), members(image));
      }
    }
  }

  private static String word(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.reason().kind().toString();
    }
    return outcome instanceof Outcome.Done ? "done" : outcome.toString();
  }

  @Test
  void imageDeletedInTheMiddleFailsAlone() throws Exception {
    List<String> images = glance.images(4);
    List<String> projects = glance.projects().subList(0, 20);
    CompletableFuture<Void> deleted = new CompletableFuture<>();
    try (MemberBackend backend = glance.backend();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .flow(FlowPolicy.defaults())
                .listener(
                    event -> {
                      if (event instanceof ShareEvent.Submitted && !deleted.isDone()) {
                        try {
                          glance.delete(images.get(3));
                          deleted.complete(null);
                        } catch (IOException e) {
                          deleted.completeExceptionally(e);
                        }
                      }
                    })
                .build()) {
      ShareReport report = workflow.run(ShareRequest.share(images, projects));
      deleted.get();
      assertEquals(60, report.counts().done(), report::toString);
      assertEquals(20, report.failed().count(), report::toString);
      report
          .failed()
          .forEach(
              failed -> {
                assertEquals(images.get(3), failed.member().image());
                assertEquals(Kind.INVALID_IMAGE, failed.reason().kind(), failed::toString);
              });
    }
  }

  @Test
  void outlivesARestartOfGlance() throws Exception {
    List<String> images = glance.images(4);
    List<String> projects = glance.projects().subList(0, 20);
    CompletableFuture<Void> begun = new CompletableFuture<>();
    try (MemberBackend backend = glance.backend();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .retry(GlanceBackend.RETRIES)
                .flow(fast())
                .listener(
                    event -> {
                      if (event instanceof ShareEvent.Submitted) {
                        begun.complete(null);
                      }
                    })
                .build()) {
      ShareRun run = workflow.start(ShareRequest.share(images, projects));
      begun.get();
      glance.script("api-stop");
      glance.script("api-start");
      ShareReport report = run.report().get();
      assertTrue(report.allDone(), () -> report + " " + report.failed().limit(3).toList());
      for (String image : images) {
        assertEquals(Set.copyOf(projects), members(image));
      }
    }
  }

  @Test
  void isKilledAndResumed(@TempDir Path directory) throws Exception {
    List<String> images = glance.images(5);
    List<String> projects = glance.projects().subList(0, 10);
    Path request = directory.resolve("request.json");
    Files.writeString(request, ShareRequest.share(images, projects).toJson());
    Path journal = directory.resolve("journal");
    List<String> killed = process(request, journal, 2);
    List<String> resumed = process(request, journal, Integer.MAX_VALUE);
    assertEquals(
        killed.get(0).replace("begins", "resumes"), resumed.get(0), killed + " " + resumed);
    assertTrue(String.join("\n", resumed).contains("50 pairs: 50 done"), resumed::toString);
    for (String image : images) {
      assertEquals(Set.copyOf(projects), members(image));
    }
  }

  /** Runs the program until it has completed so many images, and kills it; what it printed. */
  private List<String> process(Path request, Path journal, int images) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            GlanceShare.class.getName(),
            request.toString(),
            journal.toString());
    builder.environment().put("OS_CLOUD", "owner");
    builder.environment().put("OS_CLIENT_CONFIG_FILE", glance.clouds().toString());
    Process process = builder.redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = process.inputReader()) {
      int completed = 0;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.contains(" run ") || line.contains("completed") || line.contains("pairs")) {
          lines.add(line);
        }
        completed += line.startsWith("completed") ? 1 : 0;
        if (completed == images) {
          break;
        }
      }
    } finally {
      process.destroyForcibly();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }
    return lines;
  }
}
