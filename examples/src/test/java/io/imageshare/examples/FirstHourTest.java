package io.imageshare.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.Journal;
import io.imageshare.Outcome;
import io.imageshare.Reason;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The mistakes of a new user in the first hour, and the messages they lead to. The guide lists each
 * message word for word, so that a search finds it.
 */
@Timeout(120)
class FirstHourTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+) \\| `([^|`]+)` \\|$");
  private static final Credentials RIGHT = Credentials.accessKey("my-key", "my-secret");
  private static final List<String> IMAGE = List.of("image-1");
  private static final List<String> PROJECT = List.of("project-1");
  private static final String UNKNOWN_IMAGE = "3f1c9a52-7d0e-4c55-9b1e-2a6f0d8c4e11";
  private static final String OWN_IMAGE = "77aa0c3e-5b1d-4f60-8d2c-91e4b7c05a22";
  private static final String ELSEWHERE = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
  private static final String OTHER_PROJECT = "11112222333344445555666677778888";

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> everyMessageStandsInTheGuideWordForWord() throws IOException {
    Map<String, String> listed = new LinkedHashMap<>();
    String guide = Files.readString(Path.of("..", "docs", "guide.md"));
    String part = guide.substring(guide.indexOf("\n## The first hour"));
    for (MatchResult row : ROW.matcher(part).results().toList()) {
      listed.put(row.group(1), row.group(2));
    }
    Map<String, Callable<String>> mistakes = new LinkedHashMap<>();
    ofTheService(mistakes);
    inTheProgram(mistakes);
    ofAWorkflow(mistakes);
    return Stream.concat(
        Stream.of(
            dynamicTest(
                "the guide lists these",
                () ->
                    assertEquals(
                        new ArrayList<>(mistakes.keySet()), new ArrayList<>(listed.keySet())))),
        mistakes.entrySet().stream()
            .map(
                mistake ->
                    dynamicTest(
                        mistake.getKey(),
                        () ->
                            assertEquals(
                                listed.get(mistake.getKey()),
                                normalized(mistake.getValue().call())))));
  }

  /** Replaces what differs from run to run. */
  private static String normalized(String message) {
    return message
        .replaceAll("\\(HTTP (\\d+) to [^)]*\\)", "(HTTP $1 ...)")
        .replaceAll("canonicalRequest:\\S+", "canonicalRequest:...")
        .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
        .replaceAll("process \\d+ since \\S+Z", "process PID since TIME")
        .replaceAll("run [0-9a-f]{16}", "run ID");
  }

  private static void ofTheService(Map<String, Callable<String>> mistakes) {
    Reason right = new Reason(Reason.Kind.FORBIDDEN, "", "The API does not have permission.");
    mistakes.put("an image's id is wrong", () -> asked(RIGHT, UNKNOWN_IMAGE, "project-1"));
    mistakes.put("an image's name for its id", () -> asked(RIGHT, "my-image", "project-1"));
    mistakes.put("a project of another region", () -> asked(RIGHT, "image-1", ELSEWHERE));
    mistakes.put("a project's name for its id", () -> asked(RIGHT, "image-1", "my-project"));
    mistakes.put("the builder's projectId is of another region", () -> askedAs(ELSEWHERE));
    mistakes.put("the builder's projectId is a name", () -> askedAs("cn-north-4"));
    mistakes.put(
        "the builder's projectId is not the one that owns the image", () -> askedAs(OTHER_PROJECT));
    mistakes.put(
        "the access key is wrong",
        () -> asked(Credentials.accessKey("other-key", "my-secret"), "image-1", "project-1"));
    mistakes.put(
        "its secret is wrong",
        () -> asked(Credentials.accessKey("my-key", "other-secret"), "image-1", "project-1"));
    mistakes.put(
        "the right to share is missing",
        () -> asked(RIGHT, "image-1", "project-1", new Fault.Refused(right)));
    mistakes.put(
        "nothing listens at the port",
        () -> {
          URI closed;
          try (ImsServer server = ImsServer.start(cloud())) {
            closed = server.endpoint();
          }
          return reason(run(closed, RIGHT, "image-1", "project-1"));
        });
    mistakes.put(
        "a typo in the region",
        () -> {
          assertNotNull(System.getProperty("jdk.net.hosts.file"), "else a server would be asked");
          URI typo = URI.create("https://ims.cn-nroth-4.invalid");
          return reason(run(typo, RIGHT, "image-1", "project-1"));
        });
  }

  private static MemoryBackend cloud() {
    return MemoryBackend.builder()
        .images(IMAGE)
        .images(OWN_IMAGE)
        .badProjects("my-project", ELSEWHERE)
        .jobsTake(Duration.ZERO)
        .build();
  }

  private static String asked(
      Credentials credentials, String image, String project, Fault... faults) {
    MemoryBackend cloud = cloud();
    for (Fault fault : faults) {
      cloud.inject(fault);
    }
    try (ImsServer server = ImsServer.builder(cloud).accessKey("my-key", "my-secret").build()) {
      return reason(run(server.endpoint(), credentials, image, project));
    }
  }

  private static String askedAs(String projectId) {
    try (ImsServer server =
        ImsServer.builder(cloud())
            .accessKey("my-key", "my-secret")
            .otherRegion(ELSEWHERE)
            .otherRegion("cn-north-4")
            .build()) {
      HttpBackend.Builder backend =
          HttpBackend.builder().endpoint(server.endpoint()).credentials(RIGHT).projectId(projectId);
      return reason(run(backend, OWN_IMAGE, "project-1"));
    }
  }

  private static ShareReport run(
      URI endpoint, Credentials credentials, String image, String project) {
    return run(HttpBackend.builder().endpoint(endpoint).credentials(credentials), image, project);
  }

  private static ShareReport run(HttpBackend.Builder builder, String image, String project) {
    RetryPolicy once = RetryPolicy.defaults().attempts(1);
    try (HttpBackend backend = builder.build();
        ShareWorkflow workflow = ShareWorkflow.builder(backend).retry(once).build()) {
      return workflow.run(ShareRequest.share(List.of(image), List.of(project)));
    }
  }

  private static String reason(ShareReport report) {
    return report
        .reason()
        .or(() -> report.failed().findFirst().map(Outcome.Failed::reason))
        .orElseThrow()
        .toString();
  }

  private static void inTheProgram(Map<String, Callable<String>> mistakes) {
    mistakes.put("an empty list", () -> thrown(() -> ShareRequest.share(List.of(), PROJECT)));
    mistakes.put(
        "several ids in one", () -> thrown(() -> ShareRequest.share(IMAGE, List.of("p1,p2"))));
    mistakes.put(
        "a typo in a request document",
        () -> thrown(() -> ShareRequest.fromJson("{\"image\": [\"a\"], \"projects\": [\"p\"]}")));
    mistakes.put("no endpoint", () -> thrown(() -> HttpBackend.builder().build()));
    mistakes.put(
        "the endpoint has a path",
        () ->
            thrown(
                () ->
                    HttpBackend.builder()
                        .endpoint(URI.create("https://ims.cn-north-4.invalid/v1"))
                        .credentials(RIGHT)
                        .build()));
    mistakes.put(
        "what was read is no report",
        () -> thrown(() -> Rendering.kept(Path.of("requests", "2x2.json"))));
  }

  private static String thrown(Executable mistake) {
    return String.valueOf(assertThrows(RuntimeException.class, mistake).getMessage());
  }

  private static void ofAWorkflow(Map<String, Callable<String>> mistakes) {
    mistakes.put(
        "a run after close()",
        () -> {
          ShareWorkflow workflow = ShareWorkflow.over(cloud());
          workflow.close();
          return thrown(() -> workflow.run(ShareRequest.share(IMAGE, PROJECT)));
        });
    mistakes.put(
        "resume() without a journal",
        () -> {
          try (ShareWorkflow workflow = ShareWorkflow.over(cloud())) {
            return thrown(workflow::resume);
          }
        });
    mistakes.put("a workflow of this run was not closed", FirstHourTest::ownedByAnother);
    mistakes.put("the right to list is missing", FirstHourTest::child);
  }

  private static String ownedByAnother() throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    MemoryBackend cloud = MemoryBackend.builder().time(time).images(IMAGE).build();
    Journal journal = Journal.directory(folder);
    ShareRequest request = ShareRequest.share(IMAGE, PROJECT);
    try (ShareWorkflow first = ShareWorkflow.builder(cloud).journal(journal).build();
        ShareWorkflow second = ShareWorkflow.builder(cloud).journal(journal).build()) {
      first.start("nightly", request);
      time.sleep(Duration.ofMillis(10));
      return thrown(() -> second.start("nightly", request));
    }
  }

  private static String child() throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "child", "");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.showThreadName=false",
                "-Dorg.slf4j.simpleLogger.showLogName=false",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertEquals(0, process.waitFor());
    // On a busy machine the simulated cloud is found slow, which is another message.
    return Files.readAllLines(output, StandardCharsets.UTF_8).stream()
        .filter(line -> !line.contains("blocked the engine's thread"))
        .collect(Collectors.joining("\n"));
  }

  /** The program that the child process runs. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      Reason right = new Reason(Reason.Kind.FORBIDDEN, "", "The API does not have permission.");
      MemoryBackend cloud = cloud();
      cloud.inject(new Fault.Refused(MemoryBackend.Call.Kind.MEMBERS, right));
      try (ShareWorkflow workflow = ShareWorkflow.over(cloud)) {
        workflow.run(ShareRequest.share(IMAGE, PROJECT)).requireAllDone();
      }
    }
  }
}
