package io.imageshare.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Journal;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One journal directory, two processes. */
@Timeout(60)
class JournalOwnerTest {
  private static final Duration SILENT = Duration.ofMinutes(1);

  @Test
  void theLockHoldsWhileItsProcessLivesAndNotAfterItWasKilled(@TempDir Path path) throws Exception {
    Process owner = ChildJvm.start(JournalOwnerTest.class, List.of(), path.toString());
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(owner.getInputStream(), UTF_8))) {
      assertEquals("begun", said.readLine());
      Journal journal = Journal.directory(path);
      String named = "process " + owner.pid() + " since ";
      assertEquals(List.of(), journal.unfinished(SILENT, 10).toCompletableFuture().join());
      String refused =
          assertThrows(
                  CompletionException.class,
                  () -> journal.claim("run", SILENT).toCompletableFuture().join())
              .toString();
      assertTrue(refused.contains("run run is being written by " + named), refused);

      owner.destroyForcibly().waitFor();
      assertEquals("", journal.unfinished(SILENT, 10).toCompletableFuture().join().get(0).owner());
      Journal.Claim claim = journal.claim("run", SILENT).toCompletableFuture().join();
      assertEquals(List.of("a"), claim.entries());
      journal.finish("run", claim.epoch(), "{}").toCompletableFuture().join();
    } finally {
      owner.destroyForcibly();
    }
  }

  /** Begins a run, says so, and lives until it is killed. */
  public static void main(String[] arguments) throws Exception {
    Journal journal = Journal.directory(Path.of(arguments[0]));
    Journal.Claim claim = journal.claim("run", SILENT).toCompletableFuture().join();
    journal.append("run", claim.epoch(), 0, List.of("a")).toCompletableFuture().join();
    System.out.println("begun");
    System.in.read();
  }
}
