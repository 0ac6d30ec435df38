package io.imageshare.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.Unknowns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Responses of the simulated service with something wrong in them, each from one seed. A document
 * that is still valid cannot be told from a true one; any other must end in a clear error. A seed
 * that fails names itself; {@code -Dimageshare.seed=N} replays it alone.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class MalformedResponsesTest {
  private static final int RESPONSES = 40 * Seeds.COUNT;
  private static final int RUNS = Seeds.COUNT / 2;
  private static final List<String> IMAGES =
      IntStream.range(0, 3).mapToObj(n -> new UUID(11, n).toString()).toList();

  @Test
  void eachIsReadCorrectlyOrFailsClearly() throws Exception {
    List<SampleResponse> real = SampleResponse.all();
    AtomicInteger read = new AtomicInteger();
    List<MalformedResponseServer> servers = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      servers.add(new MalformedResponseServer());
    }
    BlockingQueue<MalformedResponseServer> idle = new LinkedBlockingQueue<>(servers);
    Seeds.tryAll(
        RESPONSES,
        servers.size(),
        seed -> {
          MalformedResponseServer server = idle.take();
          try {
            read.addAndGet(server.check(seed, real) ? 1 : 0);
          } finally {
            idle.add(server);
          }
        });
    for (MalformedResponseServer server : servers) {
      server.close();
    }
    assertTrue(Seeds.isReplay() || read.get() > RESPONSES / 10, "only " + read + " could be read");
  }

  @Test
  void noneMakesAReportUntrue() throws Exception {
    AtomicInteger wrong = new AtomicInteger();
    Seeds.tryAll(RUNS, 8, seed -> wrong.addAndGet(run(seed)));
    assertTrue(Seeds.isReplay() || wrong.get() > 3 * RUNS, "only " + wrong + " were wrong");
  }

  /** Runs a request, and gives how many answers were wrong. */
  private static int run(long seed) throws Exception {
    Random random = new Random(seed);
    Timekeeper time = new AcceleratedTime();
    List<String> projects =
        IntStream.range(0, 4)
            .mapToObj(n -> "%016x%016x".formatted(random.nextLong(), random.nextLong()))
            .toList();
    ShareRequest request =
        random.nextInt(3) > 0
            ? ShareRequest.share(IMAGES, projects)
            : ShareRequest.unshare(IMAGES, projects);
    MemoryBackend cloud = cloud(time, request, random);
    try (ImsServer server = ImsServer.start(cloud);
        CorruptingProxy relay = new CorruptingProxy(server.endpoint(), random);
        HttpBackend backend =
            Fixtures.backend(relay.endpoint())
                .jobQuery(JobQuery.SHOW_JOB)
                .requestTimeout(Duration.ofMillis(300))
                .build();
        ShareWorkflow workflow =
            ShareWorkflow.builder(backend)
                .time(time)
                .flow(FlowPolicy.defaults().callsPerSecond(100).callTimeout(Duration.ofMinutes(10)))
                .poll(PollPolicy.fixed(Duration.ofSeconds(1)).patience(Duration.ofMinutes(3)))
                .deadline(Duration.ofMinutes(20))
                .seed(seed)
                .build()) {
      ShareReport report = workflow.run(request);
      check(request, report, cloud.members(), relay);
      return relay.count();
    }
  }

  /** Every other pair is there already, and some jobs do only a part of theirs. */
  private static MemoryBackend cloud(Timekeeper time, ShareRequest request, Random random) {
    MemoryBackend.Builder cloud =
        MemoryBackend.builder()
            .time(time)
            .owner(Fixtures.PROJECT)
            .images(IMAGES)
            .unknowns(Unknowns.defaults().results(Unknowns.Detail.PER_PAIR))
            .chaos(Chaos.none().rate(new Fault.PartialFail(), 0.3))
            .jobsTake(Duration.ofSeconds(2))
            .seed(random.nextLong());
    for (String image : IMAGES) {
      for (Recipient recipient : request.recipients()) {
        if (random.nextBoolean()) {
          cloud.member(image, recipient, MemberStatus.ACCEPTED);
        }
      }
    }
    return cloud.build();
  }

  private static void check(
      ShareRequest request, ShareReport report, Set<Member> there, CorruptingProxy relay) {
    List<Outcome> outcomes = report.outcomes().toList();
    assertEquals(request.pairs(), outcomes.size());
    for (Outcome outcome : outcomes) {
      Member member = outcome.member();
      if (outcome instanceof Outcome.Done) {
        // No project's id is like another's: a listing can lack one by a mishap, but not gain one.
        assertTrue(
            request.action() == Action.SHARE
                ? there.contains(member)
                : !there.contains(member) || relay.denied(member.image(), member.recipient().id()),
            "not true: " + outcome);
      }
      // What the engine makes of an exception that is none of the backend's own, and of a fault.
      assertFalse(outcome.toString().contains("the backend failed: "), outcome.toString());
      assertFalse(outcome.toString().contains("unexpected exception: "), outcome.toString());
    }
  }
}
