package io.imageshare.memory;

import static io.imageshare.memory.Samples.cloud;
import static io.imageshare.memory.Samples.ids;
import static io.imageshare.memory.Samples.workflow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator sees of a run, read off a JVM that logs everything. */
class LogTest {

  @Test
  void aRunIsTwoLinesAndOneWarningForEachCodeAndALineForEachCall() throws Exception {
    List<String> lines =
        ChildJvm.run(Main.class, "-Dorg.slf4j.simpleLogger.defaultLogLevel=debug").lines().toList();
    List<String> info = lines.stream().filter(line -> line.contains(" INFO ")).toList();
    assertEquals(2, info.size(), info.toString());
    assertTrue(info.get(0).contains("SHARE 6 images with 7 recipients, 42 pairs"), info.get(0));
    assertTrue(info.get(1).contains("SHARE FINISHED after "), info.get(1));
    assertTrue(info.get(1).endsWith(" s, 42 pairs: 25 done, 17 failed, 0 unknown"), info.get(1));
    List<String> warnings = lines.stream().filter(line -> line.contains(" WARN ")).toList();
    assertEquals(2, warnings.size(), warnings.toString());
    assertTrue(
        warnings.stream()
            .anyMatch(
                line ->
                    line.contains("10 pairs failed: INVALID_RECIPIENT IMG.0108")
                        && line.endsWith(
                            "[image-0 with bad-1, image-0 with bad-2, image-1 with bad-1]")),
        warnings.toString());
    assertTrue(
        warnings.stream().anyMatch(line -> line.contains("7 pairs failed: INVALID_IMAGE IMG.0027")),
        warnings.toString());
    long calls = Long.parseLong(lines.get(lines.size() - 1));
    assertEquals(calls, lines.stream().filter(line -> line.contains(" DEBUG ")).count());
  }

  @Test
  void aWaitThatIsNotBelievedIsAWarning() throws Exception {
    List<String> warnings =
        ChildJvm.run(Waiting.class, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .lines()
            .toList();
    assertEquals(1, warnings.size(), warnings.toString());
    assertTrue(
        warnings.get(0).endsWith("submit: the service asks to wait for PT24H; waiting for PT5M"),
        warnings.get(0));
  }

  /** What the child runs. */
  static final class Waiting {
    private Waiting() {}

    public static void main(String[] args) {
      MemoryBackend cloud = cloud(Timekeeper.virtual(), 1).build();
      cloud.inject(
          new Fault.Throttled(Duration.ofDays(1), Fault.Throttled.Style.GATEWAY)
              .on(MemoryBackend.Call.Kind.SUBMIT));
      workflow(cloud).build().run(ShareRequest.share(ids("image-", 1), List.of("project-1")));
    }
  }

  /** What the child runs. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      MemoryBackend cloud = cloud(Timekeeper.virtual(), 5).badProjects("bad-1", "bad-2").build();
      List<String> projects =
          List.of(
              "bad-1", "project-1", "project-2", "bad-2", "project-3", "project-4", "project-5");
      workflow(cloud).build().run(ShareRequest.share(ids("image-", 6), projects));
      System.out.println(cloud.calls().size());
    }
  }
}
