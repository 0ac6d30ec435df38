package io.imageshare.http;

import io.imageshare.BatchLimits;
import io.imageshare.RetryPolicy;
import io.imageshare.Timekeeper;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.http.HttpBackend.MemberList;
import io.imageshare.memory.ChaosScenario;
import io.imageshare.memory.ChaosTruth;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.SocketFault;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whole runs over the wire, through faults of the cloud and of the sockets, each from one seed, and
 * compared with the cloud's own state as in the in-memory test; every other seed has faults that
 * concern one call or one image, too. A seed that fails names itself; {@code -Dimageshare.seed=N}
 * replays it alone, {@code -Dimageshare.httpSeeds=N} tries that many. A seed draws the same each
 * time; the timing of threads and sockets differs.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HttpChaosTest {
  private static final BatchLimits MOST = new BatchLimits(8, 10, 8 * 10);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
  // Longer than any call takes, so that the limit of its requests always comes first.
  private static final Duration CALL_TIMEOUT = Duration.ofMinutes(10);
  // Longer than the slowest job and a series of polls that stall.
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  // So often that no call is ever given up because of passing faults.
  private static final RetryPolicy RETRY = RetryPolicy.defaults().attempts(12).budget(10_000);
  // Runs mostly wait for timers.
  private static final int AT_ONCE = 25;

  @Test
  void theReportIsTrueForEveryPairOverTheWire() throws Exception {
    Seeds.tryAll(Seeds.COUNT, AT_ONCE, HttpChaosTest::check);
  }

  private static void check(long seed) throws Exception {
    Timekeeper time = new AcceleratedTime();
    ChaosScenario scenario =
        seed % 2 == 0
            ? new ChaosScenario(seed, time, MOST, CALL_TIMEOUT)
            : ChaosScenario.local(seed, time, MOST, CALL_TIMEOUT);
    Random random = new Random(~seed);
    ChaosTruth truth;
    try (ImsServer server = server(scenario.cloud(), random);
        HttpBackend backend =
            backend(server, clock(time), scenario.flow().concurrentCalls(), random)) {
      truth = scenario.run(new ObservedBackend(backend, faults(server, random)), RETRY, PATIENCE);
    }
    do {
      time.sleep(Duration.ofSeconds(1));
    } while (isBusy(scenario.cloud()));
    truth.check();
  }

  private static boolean isBusy(MemoryBackend cloud) {
    Set<String> stuck =
        cloud.calls().stream()
            .filter(call -> call.faults().stream().anyMatch(Fault.StuckJob.class::isInstance))
            .map(MemoryBackend.Call::job)
            .collect(Collectors.toSet());
    return cloud.jobs().stream().anyMatch(job -> !job.ended() && !stuck.contains(job.id()));
  }

  private static ImsServer server(MemoryBackend cloud, Random random) {
    ImsServer.Builder server =
        ImsServer.builder(cloud).token("test-token").accessKey(Fixtures.AK, Fixtures.SK);
    if (random.nextBoolean()) {
      server.errors(of(random, ErrorShape.values()));
    }
    if (random.nextInt(4) == 0) {
      server.unpublished(
          of(random, "/v1/cloudimages/job/{job_id}", "/v1/{project_id}/jobs/{job_id}"));
    }
    if (random.nextInt(4) == 0) {
      server.unpublished(
          of(
              random,
              "/v2/images/{image_id}/members",
              "/v1/{project_id}/cloudimages/{image_id}/members"));
    }
    return server.build();
  }

  /** The clock by which the server checks the dates of signatures. */
  private static Clock clock(Timekeeper time) {
    return new Clock() {
      @Override
      public Instant instant() {
        return time.now();
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private static HttpBackend backend(
      ImsServer server, Clock clock, int concurrentCalls, Random random) {
    return HttpBackend.builder()
        .endpoint(server.endpoint())
        .projectId("owner-project")
        .credentials(Credentials.token(() -> "test-token"))
        .recipients(project -> Credentials.accessKey(Fixtures.AK, Fixtures.SK))
        .clock(clock)
        .jobQuery(of(random, JobQuery.values()))
        .memberList(of(random, MemberList.values()))
        .requestTimeout(REQUEST_TIMEOUT.dividedBy(AcceleratedTime.SPEED))
        .concurrentCalls(concurrentCalls)
        .build();
  }

  /** Lets a fault strike the next request, by chance. */
  private static Runnable faults(ImsServer server, Random random) {
    int percent = of(random, 0, 5, 10, 20);
    return () -> {
      if (random.nextInt(100) < percent) {
        server.inject(
            of(
                random,
                new SocketFault.ResetBeforeReading(),
                new SocketFault.ResetAfterEffect(),
                new SocketFault.Stall(true),
                new SocketFault.Stall(false),
                new SocketFault.HalfAnswer(),
                new SocketFault.Garbage(),
                new SocketFault.Page(of(random, 200, 400, 403, 404, 405, 499, 501)),
                new SocketFault.Page(of(random, 411, 421, 425, 460, 500, 502, 503, 504)),
                new SocketFault.Dribble(Duration.ofMillis(10)),
                new SocketFault.Dribble(Duration.ofSeconds(1))));
      }
    };
  }

  @SafeVarargs
  private static <T> T of(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
