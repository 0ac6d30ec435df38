package io.imageshare.internal.journal;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Reason;
import io.imageshare.ShareRequest;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectoryJournalTest {
  private static final Reason REASON = new Reason(Reason.Kind.LOST, "IMG.0018", "lost \"x\"\n");

  @TempDir Path path;

  private static <T extends @Nullable Object> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static String failure(CompletionStage<?> stage) {
    Throwable thrown = assertThrows(CompletionException.class, () -> get(stage));
    return String.valueOf(requireNonNull(thrown.getCause()).getMessage());
  }

  private static List<JournalEntry> lines() {
    return List.of(
        new JournalEntry.Begun(
            Instant.EPOCH,
            Instant.MAX,
            BatchLimits.defaults(),
            List.of(ShareRequest.unshare(List.of("i", "ü"), List.of("p")))),
        new JournalEntry.Owned("process 1", Instant.EPOCH),
        new JournalEntry.Intent(3, new Slice(List.of(0, 1, 2, 5, 7, 8), List.of(4)), Instant.EPOCH),
        new JournalEntry.Submitted(3, "job \"1\"", Instant.EPOCH),
        new JournalEntry.Ended(3, Job.Status.FAIL, REASON),
        new JournalEntry.Ended(3, Job.Status.SUCCESS, null),
        new JournalEntry.Lost(3, REASON),
        new JournalEntry.Refused(3, REASON),
        new JournalEntry.Settled(3, REASON, true),
        new JournalEntry.Served(3, List.of(new Slice(List.of(1), List.of(4)))),
        new JournalEntry.BadId(0, Side.RECIPIENTS, 4, REASON),
        new JournalEntry.BadPair(1, 4, REASON),
        new JournalEntry.Cancelled(Instant.EPOCH),
        new JournalEntry.Alive(Instant.EPOCH));
  }

  private static List<String> texts() {
    return lines().stream().map(JournalEntry::text).toList();
  }

  @Test
  void linesAreReadAsTheyWereWritten() {
    Journal journal = Journal.directory(path);
    get(journal.append("run", 0, texts().subList(0, 4)));
    get(journal.append("run", 4, texts().subList(4, texts().size())));
    assertEquals(lines(), JournalEntry.all("run", get(journal.read("run"))));
    assertEquals(List.of(), get(journal.read("other")));
  }

  @Test
  void everyTornEndIsDropped() throws IOException {
    Journal journal = Journal.directory(path);
    get(journal.append("run", 0, texts().subList(0, 3)));
    get(journal.release("run"));
    byte[] whole = Files.readAllBytes(path.resolve("run.jsonl"));
    int second = texts().get(0).getBytes(StandardCharsets.UTF_8).length + 1;
    for (int length = 0; length < whole.length; length++) {
      Files.write(path.resolve("run.jsonl"), Arrays.copyOf(whole, length));
      List<String> read = get(journal.read("run"));
      assertEquals(texts().subList(0, read.size()), read);
      assertEquals(length >= second, !read.isEmpty());
      get(journal.append("run", read.size(), List.of("next")));
      assertEquals("next", get(journal.read("run")).get(read.size()));
      long sized =
          read.stream().mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length + 1).sum();
      assertEquals(sized + 5, Files.size(path.resolve("run.jsonl")), "something is left behind");
      get(journal.release("run"));
    }
  }

  @Test
  void damageIsNamedByItsLine() {
    String line = texts().get(2);
    for (int at = 0; at < line.length(); at++) {
      String damaged =
          line.substring(0, at) + (char) (line.charAt(at) ^ 1) + line.substring(at + 1);
      List<String> lines = List.of(texts().get(0), texts().get(1), damaged);
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> JournalEntry.all("nightly", lines));
      assertTrue(
          String.valueOf(refused.getMessage())
              .startsWith("journal of run nightly, line 3: damaged"),
          refused.getMessage());
    }
    List<String> headless = List.of(line);
    assertThrows(IllegalStateException.class, () -> JournalEntry.all("nightly", headless));
  }

  @Test
  void newerFieldsAreToleratedAndNewerVersionsRefused() {
    String begun = texts().get(0);
    assertEquals(
        lines().get(0), JournalCodec.read(resealed(begun, "\"at\"", "\"color\":[\"new\"],\"at\"")));
    String newer = resealed(begun, "\"version\":2", "\"version\":3");
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> JournalCodec.read(newer));
    assertEquals(
        "version 3 of the journal; this release reads up to 2: resume it with the release that"
            + " wrote it, or a newer one",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "8 | \"Settled\" | \"Doubted\" | not known: kind Doubted; is it newer?",
        "8 | \"kind\" | \"type\" | damaged: kind: ",
        "8 | \"reason\" | \"cause\" | damaged: reason: ",
        "8 | \"again\" | \"once\" | damaged: again: ",
        "8 | \"flight\":3 | \"flight\":\"x\" | damaged: flight: ",
        "8 | \"flight\" | \"submission\" | damaged: flight: ",
        "8 | \"LOST\" | \"GONE\" | damaged: reason: ",
        "3 | 1970-01-01T00:00:00Z | noon | damaged: at: ",
        "2 | \"0-2,5,7-8\" | \"0-2,five\" | damaged: images: ",
        "2 | \"recipients\" | \"others\" | damaged: recipients: ",
        "9 | \"recipients\":\"4\" | \"recipients\":4.5 | damaged: except[0].recipients: ",
        "0 | \"requests\" | \"asked\" | damaged: requests: ",
        "0 | unshare | drop | damaged: requests[0]: ",
      })
  void aFieldThatIsWrongIsNamed(int line, String old, String now, String message) {
    String wrong = resealed(texts().get(line), old, now);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> JournalCodec.read(wrong), wrong);
    assertTrue(String.valueOf(refused.getMessage()).startsWith(message), refused.getMessage());
  }

  private static String resealed(String line, String old, String now) {
    String rest = line.substring(line.indexOf(',') + 1).replace(old, now);
    return "{\"sum\":\"" + JournalCodec.sum(rest) + "\"," + rest;
  }

  @Test
  void aRunHasOneOwnerWhoIsNamed() {
    Journal mine = Journal.directory(path);
    get(mine.append("run", 0, List.of("a")));
    Journal theirs = Journal.directory(path);
    String self = "process " + ProcessHandle.current().pid() + " since ";
    String refused = failure(theirs.append("run", 1, List.of("b")));
    assertTrue(refused.startsWith("run run is being written by " + self), refused);
    assertTrue(get(theirs.unfinished()).get(0).owner().startsWith(self));
    get(mine.release("run"));
    assertEquals("", get(theirs.unfinished()).get(0).owner());
    String late = failure(theirs.append("run", 0, List.of("b")));
    assertTrue(late.endsWith("line 1 is next, not 0; somebody else has written it"), late);
    assertEquals("", get(mine.unfinished()).get(0).owner(), "refused, it must not keep the lock");
    get(theirs.append("run", 1, List.of("b")));
    assertEquals(List.of("a", "b"), get(mine.read("run")));
  }

  @Test
  void aFinishedRunIsForgotten() throws IOException {
    Journal journal = Journal.directory(path.resolve("made"));
    assertEquals(List.of(), get(journal.unfinished()));
    get(journal.append("run", 0, List.of("a")));
    get(journal.append("other", 0, List.of("a")));
    get(journal.finish("run"));
    assertEquals("other", get(journal.unfinished()).get(0).run());
    get(journal.append("run", 0, List.of("again")));
    get(journal.finish("run"));
    get(journal.finish("other"));
    try (var files = Files.list(path.resolve("made"))) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aDeletedFileIsNoSafePlace() throws IOException {
    Journal journal = Journal.directory(path);
    get(journal.append("run", 0, List.of("a")));
    Files.delete(path.resolve("run.jsonl"));
    String failed = failure(journal.append("run", 1, List.of("b")));
    assertTrue(failed.contains("run.jsonl: it was deleted"), failed);
  }
}
