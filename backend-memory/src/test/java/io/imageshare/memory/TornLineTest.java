package io.imageshare.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.Journal;
import io.imageshare.ShareReport;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process dies at each point of a run, and the last line of its journal, a file in a directory,
 * is cut off where the disk had got to: resume sees the line or does not, and ends with the truth.
 */
class TornLineTest {
  @TempDir Path path;

  @ParameterizedTest
  @EnumSource(names = {"LOST_ANSWERS", "BAD_IDS"})
  void theLastLineIsThereOrNot(FaultScenario scenario) throws Exception {
    KillSwitch counter = KillSwitch.never();
    ShareReport expected = new MultiProcessRun(scenario).runProcess(counter, false).report().join();
    int written = 0;
    int torn = 0;
    Random random = new Random(11);
    for (long point = 0; point < counter.passed(); point++) {
      List<String> lines = dead(scenario, point).lines();
      boolean grown = lines.size() > written;
      written = lines.size();
      if (grown) {
        everyPrefixIsRead(lines);
      }
      if (grown || (!lines.isEmpty() && !isAwaited(lines.get(lines.size() - 1)))) {
        torn++;
        int last = bytes(lines.subList(lines.size() - 1, lines.size())).length;
        resume(scenario, point, 1 + random.nextInt(last), expected);
      }
    }
    assertTrue(torn > 30, "too few points to mean anything: " + torn);
  }

  private static MultiProcessRun dead(FaultScenario scenario, long point)
      throws InterruptedException {
    MultiProcessRun run = new MultiProcessRun(scenario);
    run.runProcess(new KillSwitch(point), false);
    return run;
  }

  /** Whether the run waits for the line to be on disk, so that later calls prove it whole. */
  private static boolean isAwaited(String line) {
    return line.contains("\"Intent\"") || line.contains("\"Submitted\"");
  }

  private static byte[] bytes(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(UTF_8);
  }

  private Path cut(List<String> lines, int missing) throws IOException {
    Files.deleteIfExists(path.resolve(MultiProcessRun.RUN + ".report"));
    byte[] whole = bytes(lines);
    return Files.write(
        path.resolve(MultiProcessRun.RUN + ".jsonl"), Arrays.copyOf(whole, whole.length - missing));
  }

  private void everyPrefixIsRead(List<String> lines) throws IOException {
    List<String> before = lines.subList(0, lines.size() - 1);
    int last = bytes(lines).length - (before.isEmpty() ? 0 : bytes(before).length);
    Journal journal = Journal.directory(path);
    try (FileChannel file = FileChannel.open(cut(lines, 0), StandardOpenOption.WRITE)) {
      long whole = file.size();
      for (int missing = 0; missing <= last; missing++) {
        file.truncate(whole - missing);
        Journal.Claim claim =
            journal.claim(MultiProcessRun.RUN, Duration.ZERO).toCompletableFuture().join();
        assertEquals(
            missing == 0 ? lines : before,
            claim.entries(),
            "without the last " + missing + " bytes");
        journal.release(MultiProcessRun.RUN, claim.epoch()).toCompletableFuture().join();
      }
    }
  }

  private void resume(FaultScenario scenario, long point, int missing, ShareReport expected) {
    try {
      MultiProcessRun run = dead(scenario, point);
      List<String> lines = run.lines();
      Path file = cut(lines, missing);
      Journal left = new LeftBehind(Journal.directory(path));
      run.resume(left, lines.subList(0, lines.size() - 1), expected);
      assertTrue(Files.notExists(file), "a finished run is still in the journal");
    } catch (Throwable e) {
      fail("dead at " + point + ", " + missing + " bytes missing: " + e, e);
    }
  }

  /** A directory that answers at once. */
  private static final class LeftBehind extends ForwardingJournal {
    LeftBehind(Journal directory) {
      super(directory);
    }

    /** At once, as virtual time wants it. */
    @Override
    <T> CompletionStage<T> stage(CompletionStage<T> stage) {
      return CompletableFuture.completedFuture(stage.toCompletableFuture().join());
    }
  }
}
