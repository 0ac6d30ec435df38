package io.imageshare.internal.journal;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Journal.Claim;
import io.imageshare.Reason;
import io.imageshare.RunBusyException;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.internal.table.Side;
import io.imageshare.internal.table.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            "endpoint project",
            Instant.EPOCH,
            Instant.MAX,
            BatchLimits.defaults(),
            List.of(ShareRequest.unshare(List.of("i", "ü"), List.of("p")))),
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
        new JournalEntry.Cancelled(Instant.EPOCH));
  }

  private static List<String> texts() {
    return lines().stream().map(JournalEntry::text).toList();
  }

  private static final Duration SILENT = Duration.ofMinutes(1);

  private static Claim claim(Journal journal, String run) {
    return get(journal.claim(run, SILENT));
  }

  private static List<String> claimable(Journal journal) {
    return get(journal.unfinished(SILENT, 100)).stream().map(Journal.Unfinished::run).toList();
  }

  @Test
  void entriesAreReadAsTheyWereWritten() {
    Journal journal = Journal.directory(path);
    Claim claim = claim(journal, "run");
    assertEquals(List.of(), claim.entries());
    get(journal.append("run", claim.epoch(), 0, texts().subList(0, 4)));
    get(journal.append("run", claim.epoch(), 4, texts().subList(4, texts().size())));
    get(journal.release("run", claim.epoch()));
    Claim next = claim(journal, "run");
    assertEquals(lines(), JournalEntry.all("run", next.entries()));
    assertTrue(next.epoch() > claim.epoch());
  }

  @Test
  void everyTornEndIsDropped() throws IOException {
    Journal journal = Journal.directory(path);
    Claim first = claim(journal, "run");
    get(journal.append("run", first.epoch(), 0, texts().subList(0, 3)));
    get(journal.release("run", first.epoch()));
    Path file = path.resolve("run.jsonl");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      Claim claim = claim(journal, "run");
      List<String> read = claim.entries();
      assertEquals(texts().subList(0, read.size()), read);
      get(journal.append("run", claim.epoch(), read.size(), List.of("next")));
      get(journal.release("run", claim.epoch()));
      Claim again = claim(journal, "run");
      assertEquals("next", again.entries().get(read.size()));
      assertEquals(read.size() + 1, again.entries().size(), "something is left behind");
      get(journal.release("run", again.epoch()));
    }
  }

  @Test
  void damageIsNamedByItsLine() {
    String line = texts().get(1);
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
    String newer = resealed(begun, "\"version\":3", "\"version\":4");
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> JournalCodec.read(newer));
    assertEquals(
        "version 4 of the journal; this release reads up to 3: resume it with the release that"
            + " wrote it, or a newer one",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "7 | \"Settled\" | \"Doubted\" | not known: kind Doubted; is it newer?",
        "7 | \"kind\" | \"type\" | damaged: kind: ",
        "7 | \"reason\" | \"cause\" | damaged: reason: ",
        "7 | \"again\" | \"once\" | damaged: again: ",
        "7 | \"flight\":3 | \"flight\":\"x\" | damaged: flight: ",
        "7 | \"flight\" | \"submission\" | damaged: flight: ",
        "7 | \"LOST\" | \"GONE\" | damaged: reason: ",
        "2 | 1970-01-01T00:00:00Z | noon | damaged: at: ",
        "1 | \"0-2,5,7-8\" | \"0-2,five\" | damaged: images: ",
        "1 | \"recipients\" | \"others\" | damaged: recipients: ",
        "8 | \"recipients\":\"4\" | \"recipients\":4.5 | damaged: except[0].recipients: ",
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
    Claim claim = claim(mine, "run");
    get(mine.append("run", claim.epoch(), 0, List.of("{\"a\":1}")));
    Journal theirs = Journal.directory(path);
    RunBusyException busy = busy(theirs.claim("run", SILENT));
    String self = "process " + ProcessHandle.current().pid() + " since ";
    assertTrue(busy.owner().startsWith(self), busy.owner());
    assertEquals(SILENT, busy.freeIn());
    assertEquals(List.of(), claimable(theirs), "a lock is a sign of life");
    get(mine.release("run", claim.epoch()));
    assertEquals(List.of("run"), claimable(theirs));
    Claim second = claim(theirs, "run");
    assertEquals(List.of("{\"a\":1}"), second.entries());
    assertTrue(
        busy(mine.append("run", claim.epoch(), 1, List.of("late"))).owner().startsWith(self));
    busy(mine.finish("run", claim.epoch(), "late"));
    get(mine.release("run", claim.epoch()));
    get(theirs.append("run", second.epoch(), 1, List.of("b")));
  }

  private static RunBusyException busy(CompletionStage<?> stage) {
    CompletionException thrown = assertThrows(CompletionException.class, () -> get(stage));
    return assertInstanceOf(RunBusyException.class, thrown.getCause());
  }

  @Test
  void whatIsDoneTwiceIsThereOnce() {
    Journal journal = Journal.directory(path);
    Claim claim = claim(journal, "run");
    for (int times = 0; times < 2; times++) {
      assertFalse(get(journal.append("run", claim.epoch(), 0, List.of("a", "b"))));
    }
    get(journal.append("run", claim.epoch(), 2, List.of()));
    assertTrue(
        failure(journal.append("run", claim.epoch(), 3, List.of("d"))).contains("2 is next"));
    get(journal.append("run", claim.epoch(), 2, List.of("c")));
    get(journal.release("run", claim.epoch()));
    Claim next = claim(journal, "run");
    assertEquals(List.of("a", "b", "c"), next.entries());
    for (int times = 0; times < 2; times++) {
      get(journal.finish("run", next.epoch(), "{}"));
    }
    busy(journal.append("run", next.epoch(), 3, List.of()));
  }

  @Test
  void aFinishedRunLeavesItsReportAndNothingElse() throws IOException {
    Journal journal = Journal.directory(path.resolve("made"));
    assertEquals(List.of(), claimable(journal));
    assertEquals(Optional.empty(), get(journal.report("run")));
    long last = 0;
    for (String report : List.of("{\n}\n", "{\"second\":true}")) {
      Claim claim = claim(journal, "run");
      assertEquals(List.of(), claim.entries());
      assertTrue(claim.epoch() > last, "an epoch is never used again");
      last = claim.epoch();
      assertFalse(get(journal.append("run", last, 0, List.of("a"))), "cancelled before it began");
      assertTrue(get(journal.cancel("run")));
      assertTrue(get(journal.append("run", last, 1, List.of())));
      get(journal.finish("run", last, report));
      assertEquals(Optional.of(report), get(journal.report("run")));
      assertFalse(get(journal.cancel("run")));
      assertEquals(List.of(), claimable(journal));
    }
    assertEquals(List.of("run.report"), names(path.resolve("made")));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aProcessThatDiesBetweenItsReportAndItsEndHasFinished() throws IOException {
    Journal journal = Journal.directory(path);
    Claim claim = claim(journal, "run");
    get(journal.append("run", claim.epoch(), 0, List.of("a")));
    byte[] before = Files.readAllBytes(path.resolve("run.jsonl"));
    get(journal.finish("run", claim.epoch(), "{}"));
    Files.write(path.resolve("run.jsonl"), before);
    Claim next = claim(journal, "run");
    assertEquals(List.of(), next.entries());
    get(journal.release("run", next.epoch()));
    assertEquals(List.of("run.report"), names(path));
  }

  @Test
  void reportsAreKeptForSoLong() throws IOException {
    Timekeeper time = Timekeeper.virtual();
    Journal journal = new DirectoryJournal(path, Duration.ofDays(30)).onCallingThread(time);
    Files.writeString(path.resolve("mine.report"), "no report of a run");
    Files.setLastModifiedTime(path.resolve("mine.report"), FileTime.from(Instant.EPOCH));
    for (String run : List.of("old", "young", "new")) {
      Claim claim = claim(journal, run);
      get(journal.append(run, claim.epoch(), 0, List.of("a")));
      get(journal.finish(run, claim.epoch(), "{}"));
      int days = run.equals("old") ? 31 : 29;
      Files.setLastModifiedTime(
          path.resolve(run + ".report"), FileTime.from(time.now().minus(Duration.ofDays(days))));
      try {
        time.sleep(Duration.ofHours(2));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertEquals(List.of("mine.report", "new.report", "young.report"), names(path));
    assertThrows(
        IllegalArgumentException.class, () -> Journal.directory(path, Duration.ofDays(-1)));
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    assumeTrue(path.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path made = path.resolve("a").resolve("made");
    Journal journal = Journal.directory(made);
    for (String run : List.of("finished", "unfinished")) {
      Claim claim = claim(journal, run);
      get(journal.append(run, claim.epoch(), 0, List.of("a")));
      get(journal.cancel(run));
      if (run.equals("finished")) {
        get(journal.finish(run, claim.epoch(), "{}"));
      }
    }
    assertEquals("rwx------", permissions(made));
    assertEquals(4, names(made).size());
    for (String name : names(made)) {
      assertEquals("rw-------", permissions(made.resolve(name)), name);
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run.jsonl", "run.lock", "run.report", "run.cancel"})
  void linksAreNotFollowed(String name) throws IOException {
    Path outside = Files.writeString(path.resolve("precious"), "");
    Path directory = Files.createDirectory(path.resolve("journal"));
    Files.createSymbolicLink(directory.resolve(name), outside);
    Journal journal = Journal.directory(directory);
    try {
      Claim claim = claim(journal, "run");
      get(journal.append("run", claim.epoch(), 0, List.of("a")));
      get(journal.cancel("run"));
      get(journal.finish("run", claim.epoch(), "{}"));
    } catch (CompletionException e) {
      assertInstanceOf(IOException.class, e.getCause());
    }
    assertEquals("", Files.readString(outside));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run.jsonl", "run.lock"})
  void whatIsNoJournalIsNotTouched(String name) throws IOException {
    Files.writeString(path.resolve(name), "my notes, without a line feed");
    Journal journal = Journal.directory(path);
    String refused = failure(journal.claim("run", SILENT));
    assertTrue(refused.contains(name + " is no "), refused);
    assertEquals("my notes, without a line feed", Files.readString(path.resolve(name)));
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.createFile(path.resolve("file"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Journal.directory(file));
    assertEquals(
        "path: " + file + " is no directory; name one, or a place where one can be made",
        e.getMessage());
  }

  @Test
  void aDeletedFileIsNoSafePlace() throws IOException {
    Journal journal = Journal.directory(path);
    Claim claim = claim(journal, "run");
    get(journal.append("run", claim.epoch(), 0, List.of("a")));
    Files.delete(path.resolve("run.jsonl"));
    for (int times = 0; times < 2; times++) {
      String failed = failure(journal.append("run", claim.epoch(), 1, List.of("b")));
      assertTrue(failed.contains("run.jsonl: it was deleted"), failed);
    }
  }
}
