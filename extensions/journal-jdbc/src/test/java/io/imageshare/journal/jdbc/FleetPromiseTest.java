package io.imageshare.journal.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.Member;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.journal.jdbc.Database.Note;
import io.imageshare.memory.ImsServer.Request;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promises of {@code docs/promises.md} that concern several processes, on PostgreSQL, over real
 * sockets and in real time. Four processes share runs; one is stopped for longer than the silence,
 * some are killed, the database is restarted and frozen; then it is looked at what was sent.
 *
 * <p>{@code -Dimageshare.kills=N} kills that many. {@code -Dimageshare.silence} and {@code .pause}
 * are in seconds; all other times follow the silence.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetPromiseTest {
  private static final int KILLS = Integer.getInteger("imageshare.kills", 2);

  /** So short that a busy machine loses runs, too: they are taken over, which is tried here. */
  private static final Duration SILENCE = seconds("imageshare.silence", 4);

  private static final Duration PAUSE = seconds("imageshare.pause", 0);

  /** It ends before runs are given up. */
  private static final Duration FREEZE = SILENCE.multipliedBy(7).dividedBy(8);

  private static final Duration PATIENCE = SILENCE.multipliedBy(10).plusMinutes(5);

  /** So many runs each process begins at first. */
  private static final int FIRST = 3;

  private static final Pattern RUN = Pattern.compile("\"(run-\\d+)-image-\\d+\"");

  private final MemoryBackend cloud =
      MemoryBackend.builder().anyImage().jobsTake(SILENCE.dividedBy(4)).build();
  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private final List<FleetProcess> all = new ArrayList<>();
  private final List<FleetProcess> alive = new ArrayList<>();
  private final List<String> runs = new ArrayList<>();
  private Database database;
  private Instant frozen = Instant.MAX;
  private Instant thawed = Instant.MAX;

  private static Duration seconds(String property, int fallback) {
    return Duration.ofSeconds(Integer.getInteger(property, fallback));
  }

  @BeforeAll
  void live(@TempDir Path directory) throws Exception {
    database = new Database(directory.resolve("db"));
    for (int n = 0; n < 4; n++) {
      start();
    }
    begin(FIRST, alive);
    FleetProcess paused = alive.remove(0);
    await("its jobs are under way", () -> paused.submits().size() >= FleetProcess.OPEN_JOBS);
    paused.signal("-STOP");
    Instant since = Instant.now();
    Random random = new Random(7);
    for (int kill = 0; kill < KILLS; kill++) {
      killAtSomeCall(alive.get(random.nextInt(alive.size())), 1 + random.nextInt(20));
    }
    String its = "unfinished AND owner ~ '^process %d( |$)'".formatted(paused.process().pid());
    await("its runs are others' now", () -> database.count(its) == 0);
    await("the pause is over", () -> since.plus(PAUSE).isBefore(Instant.now()));
    paused.signal("-CONT"); // while these runs are under way
    alive.add(paused);
    database.restart();
    begin(2, alive);
    freeze(); // with more to send than goes at once
    await("the runs have ended", () -> database.count("report IS NOT NULL") == runs.size());
    for (FleetProcess process : alive) {
      process.process().getOutputStream().close();
      await("it ends", () -> !process.process().isAlive());
      assertEquals(0, process.process().exitValue());
    }
  }

  private FleetProcess start() throws Exception {
    FleetProcess process = FleetProcess.start(database.url(), cloud, SILENCE);
    all.add(process);
    alive.add(process);
    return process;
  }

  /** Each process begins some more runs. */
  private void begin(int count, List<FleetProcess> processes) throws Exception {
    for (FleetProcess process : processes) {
      List<String> more =
          IntStream.range(runs.size(), runs.size() + count).mapToObj(n -> "run-" + n).toList();
      runs.addAll(more);
      process.begin(more);
    }
    String begun = "unfinished OR report IS NOT NULL";
    await("the runs have begun", () -> database.count(begun) == runs.size());
  }

  /** Another takes its place. */
  private void killAtSomeCall(FleetProcess process, int calls) throws Exception {
    begin(1, List.of(process));
    int last = process.server().requests().size() + calls;
    await(
        "it has made " + calls + " calls, or has nothing to do",
        () -> process.server().requests().size() >= last || database.count("unfinished") == 0);
    process.kill();
    alive.remove(process);
    start();
  }

  private void freeze() throws Exception {
    database.freeze();
    frozen = Instant.now();
    await("the freeze is over", () -> frozen.plus(FREEZE).isBefore(Instant.now()));
    thawed = Instant.now();
    database.thaw();
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    Instant begun = Instant.now();
    while (!condition.call()) {
      if (begun.plus(PATIENCE).isBefore(Instant.now())) {
        fail("not in " + PATIENCE + ": " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  @AfterAll
  void end() throws Exception {
    for (FleetProcess process : all) {
      process.kill();
      process.server().close();
    }
    threads.shutdownNow();
    if (database != null) {
      database.close();
    }
  }

  @Test
  void promise10AfterKillsNothingIsLostOrSubmittedAgain() {
    List<Member> sent =
        cloud.calls().stream()
            .map(Call::slice)
            .flatMap(slice -> slice == null ? Stream.of() : pairs(slice))
            .toList();
    Set<Member> asked = new HashSet<>();
    sent.forEach(pair -> assertTrue(asked.add(pair), pair + " was submitted again"));
    runs.stream()
        .flatMap(run -> pairs(FleetProcess.request(run)))
        .forEach(pair -> assertTrue(asked.remove(pair), pair + " was lost"));
    assertEquals(Set.of(), asked);
    assertEquals(Set.copyOf(sent), cloud.members());
  }

  private static Stream<Member> pairs(ShareRequest request) {
    return request.images().stream()
        .flatMap(image -> request.recipients().stream().map(to -> new Member(image, to)));
  }

  /** The log of the service is compared with what the database noted of the runs' owners. */
  @Test
  void promise16WhoLostItsRunSendsNoWriteOfIt() throws Exception {
    Map<String, List<Note>> notes =
        database.notes().stream().collect(Collectors.groupingBy(Note::run));
    for (FleetProcess process : all) {
      for (Request submit : process.submits()) {
        Matcher run = RUN.matcher(submit.body());
        assertTrue(run.find(), submit.body());
        String owner = owner(notes.getOrDefault(run.group(1), List.of()), submit.time());
        String sent = "process %d sent %s".formatted(process.process().pid(), submit);
        assertTrue(process.isNamed(owner), () -> sent + ", which was of \"" + owner + "\"");
      }
    }
    long lost = notes.values().stream().filter(FleetPromiseTest::hadSeveralOwners).count();
    assertTrue(lost >= FIRST, "only " + lost + " runs were taken over");
  }

  private static String owner(List<Note> notes, Instant at) {
    return notes.stream()
        .filter(note -> !note.at().isAfter(at))
        .reduce((earlier, later) -> later)
        .map(Note::owner)
        .orElse("");
  }

  private static boolean hadSeveralOwners(List<Note> notes) {
    return notes.stream().map(Note::owner).filter(owner -> !owner.isEmpty()).distinct().count() > 1;
  }

  /** All processes are dead. */
  @Test
  void promise17AReportIsNotLostWithItsProcess() {
    try (ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .journal(JdbcJournal.over(database.source(), threads).scope(FleetProcess.SCOPE))
            .build()) {
      for (String run : runs) {
        ShareReport report = workflow.report(run).orElseThrow();
        assertEquals(run, report.id());
        assertEquals(Ending.FINISHED, report.ending());
        assertTrue(report.allDone(), report::toString);
      }
      assertEquals(Optional.empty(), workflow.report("another"));
    }
  }

  /** What was confirmed before is sent within half the silence; the rest is for a busy machine. */
  @Test
  void nothingIsSentWhileTheDatabaseIsFrozen() {
    Instant leaseEnds = frozen.plus(SILENCE.multipliedBy(5).dividedBy(8));
    List<Instant> sent =
        all.stream().flatMap(process -> process.submits().stream()).map(Request::time).toList();
    assertEquals(
        List.of(),
        sent.stream().filter(at -> at.isAfter(leaseEnds) && at.isBefore(thawed)).toList());
    assertTrue(sent.stream().anyMatch(at -> at.isAfter(thawed)), "nothing was left to be sent");
  }
}
