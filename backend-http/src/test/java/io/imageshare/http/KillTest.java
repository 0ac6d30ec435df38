package io.imageshare.http;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.Journal;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that shares or accepts over HTTP is killed, another goes on and is killed, until one
 * comes to the end. {@code -Dimageshare.kills=N} kills that many shares so, {@code
 * -Dimageshare.seed=N} replays one.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
class KillTest {
  private static final ShareRequest SHARE =
      ShareRequest.share(ids("image-", 4), ids("project-", 6));
  private static final ShareRequest ACCEPT =
      ShareRequest.accept(ids("image-", 4), ids("project-", 6));
  private static final String ELSEWHERE = "project-4";
  private static final Member NOT_GIVEN = new Member("image-1", Recipient.project(ELSEWHERE));

  /** In so many runs, recipients accept in the last. */
  private static final int ONE_IN = 5;

  /** Longer than a process needs to begin, so that it finds jobs of the one before under way. */
  private static final Duration JOB = Duration.ofMillis(1500);

  /** They wait most of the time. */
  private static final int SHARES_AT_ONCE = 5;

  /** No run comes to its end with fewer calls, and so none is spared. */
  private static final int FEWEST_CALLS = 12;

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  @Test
  void aRunResumesAfterAKillAtAnyMoment(@TempDir Path directory) throws Exception {
    String one = System.getProperty("imageshare.seed", "");
    LongStream seeds =
        one.isEmpty()
            ? LongStream.range(0, Integer.getInteger("imageshare.kills", 5))
            : LongStream.of(Long.parseLong(one));
    ExecutorService threads = Executors.newFixedThreadPool(SHARES_AT_ONCE);
    try {
      List<Share> shares =
          seeds.mapToObj(seed -> new Share(seed, directory.resolve("seed-" + seed))).toList();
      for (Future<Void> share : threads.invokeAll(shares)) {
        share.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** One share, over the lives of several processes. */
  private static final class Share implements Callable<Void> {
    private final long seed;
    private final Path journal;
    private final Random random;
    private final ShareRequest request;
    private final String refused;
    private final Set<Member> expected;
    private final MemoryBackend cloud;

    /** The jobs whose id was in the journal when a process died. */
    private final Set<String> known = new HashSet<>();

    /** Those of them that the last process left. */
    private Set<String> left = Set.of();

    Share(long seed, Path journal) {
      this.seed = seed;
      this.journal = journal;
      random = new Random(seed);
      boolean accepts = seed % ONE_IN == ONE_IN - 1;
      request = accepts ? ACCEPT : SHARE;
      refused = accepts ? "[IMG.0027]" : "[IMG.0108]";
      boolean bad = random.nextBoolean();
      expected = new HashSet<>(pairs());
      if (bad) {
        expected.removeIf(
            member ->
                accepts ? member.equals(NOT_GIVEN) : member.recipient().id().equals(ELSEWHERE));
      }
      MemoryBackend.Builder builder =
          MemoryBackend.builder().owner(Fixtures.PROJECT).images(request.images()).jobsTake(JOB);
      if (accepts) {
        expected.forEach(m -> builder.member(m.image(), m.recipient(), MemberStatus.PENDING));
      } else if (bad) {
        builder.badProjects(ELSEWHERE);
      }
      cloud = builder.seed(seed).build();
      Stream.of(new Fault.LostAnswer(), new Fault.PartialFail(), new Fault.Unavailable())
          .filter(fault -> random.nextInt(3) == 0)
          .forEach(cloud::inject);
    }

    private List<Member> pairs() {
      return request.images().stream()
          .flatMap(image -> request.recipients().stream().map(r -> new Member(image, r)))
          .toList();
    }

    /** The pairs that are as asked. */
    private Set<Member> done() throws InterruptedException {
      if (request.action() == ShareRequest.Action.SHARE) {
        return Set.copyOf(cloud.members());
      }
      Set<Member> accepted = new HashSet<>();
      for (String image : request.images()) {
        Fixtures.get(cloud.members(image))
            .forEach(
                (recipient, status) -> {
                  if (status == MemberStatus.ACCEPTED) {
                    accepted.add(new Member(image, recipient));
                  }
                });
      }
      return accepted;
    }

    @Override
    public @Nullable Void call() {
      try (ImsServer server =
          ImsServer.builder(cloud).accessKey(Fixtures.AK, Fixtures.SK).build()) {
        boolean killed = kill(server, 1 + random.nextInt(FEWEST_CALLS));
        while (killed) {
          noteKnown();
          killed = kill(server, 1 + random.nextInt(4 * FEWEST_CALLS));
        }
        assertEquals(expected, done());
        checkJobs();
      } catch (Throwable e) {
        fail("seed " + seed + ": " + e, e);
      }
      return null;
    }

    /** Runs a process and kills it after some calls; false if it came to its end before. */
    private boolean kill(ImsServer server, int calls) throws Exception {
      List<String> options =
          List.of(
              "-XX:+UseSerialGC", "-Xshare:auto", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
      int last = server.requests().size() + calls;
      Process process =
          ChildJvm.start(
              KillTest.class,
              options,
              server.endpoint().toString(),
              journal.toString(),
              request.action().name());
      try {
        while (server.requests().size() < last) {
          if (process.waitFor(5, MILLISECONDS)) {
            checkEnd(process);
            return false;
          }
        }
        return true;
      } finally {
        process.destroyForcibly().waitFor();
      }
    }

    private void checkEnd(Process process) throws IOException {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      List<String> said = text.lines().toList();
      assertEquals(3, said.size(), text);
      long failed = request.pairs() - expected.size();
      String all = ", %d pairs: %d done, %d failed, 0 unknown";
      assertTrue(
          said.get(0).contains(all.formatted(request.pairs(), expected.size(), failed)), text);
      assertEquals(failed == 0 ? "[]" : refused, said.get(1));
      left.forEach(
          job -> assertTrue(said.get(2).contains(job), () -> job + " is forgotten: " + text));
      try (Stream<Path> files = Files.list(journal)) {
        assertTrue(
            files.allMatch(file -> file.toString().endsWith(".report")),
            "a finished run is still in the journal");
      }
    }

    private void noteKnown() throws IOException {
      StringBuilder lines = new StringBuilder();
      if (Files.isDirectory(journal)) {
        try (Stream<Path> files = Files.list(journal)) {
          for (Path file : files.toList()) {
            lines.append(Files.readString(file));
          }
        }
      }
      left =
          cloud.jobs().stream()
              .map(Job::id)
              .filter(id -> lines.indexOf(id) >= 0)
              .collect(Collectors.toSet());
      known.addAll(left);
    }

    /** No pair was sent again while a job that has it was under way and in the journal. */
    private void checkJobs() {
      List<Call> submits =
          cloud.calls().stream().filter(call -> call.kind() == Call.Kind.SUBMIT).toList();
      for (Job job : cloud.jobs()) {
        Call made = submits.stream().filter(c -> c.job().equals(job.id())).findAny().orElseThrow();
        Instant end = requireNonNull(job.end(), "still under way");
        for (Call later : submits.subList(submits.indexOf(made) + 1, submits.size())) {
          assertTrue(
              !known.contains(job.id()) || !later.begun().isBefore(end) || !meet(made, later),
              () -> "sent again while its job was under way: " + later);
        }
      }
    }

    private static boolean meet(Call one, Call other) {
      ShareRequest first = requireNonNull(one.slice());
      ShareRequest second = requireNonNull(other.slice());
      return !Collections.disjoint(first.images(), second.images())
          && !Collections.disjoint(first.recipients(), second.recipients());
    }
  }

  /** A process that shares or accepts, or goes on with what is left. */
  public static void main(String[] arguments) {
    ShareRequest request = arguments[2].equals(ACCEPT.action().name()) ? ACCEPT : SHARE;
    try (MemberBackend backend =
            Fixtures.backend(URI.create(arguments[0]))
                .recipients(project -> Credentials.accessKey(Fixtures.AK, Fixtures.SK))
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .journal(Journal.directory(Path.of(arguments[1])))
                .limits(new BatchLimits(2, 3, 6))
                .flow(FlowPolicy.defaults().callsPerSecond(100))
                .poll(PollPolicy.fixed(Duration.ofMillis(100)))
                .build()) {
      List<ShareRun> left = workflow.resume();
      ShareRun run = left.isEmpty() ? workflow.start(request) : left.get(0);
      ShareReport report = run.report().join();
      System.out.println(report.toString().lines().findFirst().orElseThrow());
      System.out.println(report.failed().map(f -> f.reason().code()).distinct().toList());
      System.out.println(report.jobs().stream().map(seen -> seen.job().id()).toList());
    }
  }
}
