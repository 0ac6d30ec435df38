package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Image;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The runs of the golden logs: what is asked, of what cloud, and by what workflow. */
final class GoldenRun {
  private static final BatchLimits MOST = new BatchLimits(20, 30, 600);
  private static final Duration DAY = Duration.ofDays(1);

  /** What is special about a run. */
  enum Family {
    PLAIN,
    CHAOS,
    HUNTS,
    DECISIONS,
    RESUMED
  }

  private interface Workflows {
    ShareWorkflow.Builder over(MemberBackend backend);
  }

  private final Random random;
  private final int seed;
  private final Timekeeper time = Timekeeper.virtual();

  private GoldenRun(Family family, int seed) {
    random = new Random((family.name() + "-" + seed).hashCode());
    this.seed = seed;
  }

  /** Runs it, and writes it down. */
  static List<String> lines(Family family, int seed) throws InterruptedException {
    GoldenRun run = new GoldenRun(family, seed);
    return switch (family) {
      case PLAIN -> run.plain();
      case CHAOS -> run.chaos();
      case HUNTS -> run.hunts();
      case DECISIONS -> run.decisions();
      case RESUMED -> run.resumed();
    };
  }

  private int of(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .time(time)
        .latency(Duration.ofMillis(of(0, 40, 400)))
        .seed(random.nextLong());
  }

  private Workflows workflows() {
    BatchLimits limits = new BatchLimits(of(3, 5, 50), of(4, 10, 100), of(20, 60, 1000));
    FlowPolicy flow =
        FlowPolicy.defaults()
            .callsPerSecond(of(2, 10, 100))
            .concurrentCalls(of(1, 4, 16))
            .openJobs(of(1, 3, 20));
    PollPolicy poll =
        of(
            List.of(
                PollPolicy.adaptive(),
                PollPolicy.adaptive(),
                PollPolicy.fixed(Duration.ofSeconds(1)),
                PollPolicy.backoff(Duration.ofMillis(500), 1.5, Duration.ofSeconds(10))));
    long draws = random.nextLong();
    return backend ->
        ShareWorkflow.builder(backend).limits(limits).flow(flow).poll(poll).seed(draws);
  }

  /** Gives some of the pairs beforehand. */
  private void give(
      MemoryBackend.Builder cloud, ShareRequest request, double rate, List<MemberStatus> said) {
    for (String image : request.images()) {
      for (Recipient recipient : request.recipients()) {
        if (random.nextDouble() < rate) {
          cloud.member(image, recipient, of(said));
        }
      }
    }
  }

  private List<String> images() {
    return ids("image-", 8 + random.nextInt(13));
  }

  private List<String> projects() {
    return ids("project-", 12 + random.nextInt(19));
  }

  /** Nothing goes wrong; two are of several requests, two are for other recipients. */
  private List<String> plain() throws InterruptedException {
    List<String> images = images();
    ShareRequest.Builder asked =
        ShareRequest.builder()
            .action(seed % 4 == 1 ? Action.UNSHARE : Action.SHARE)
            .images(images)
            .projects(projects());
    if (seed % 4 == 2) {
      asked.recipients(ids("account-", 2).stream().map(Recipient::domain).toList());
      asked.recipients(List.of(Recipient.organization("organization-0")));
    }
    ShareRequest request = asked.build();
    MemoryBackend.Builder cloud = cloud().images(images);
    double there = request.action() == Action.UNSHARE ? .9 : of(0, 1, 5) / 10.0;
    give(cloud, request, there, List.of(MemberStatus.PENDING, MemberStatus.ACCEPTED));
    List<ShareRequest> requests =
        seed % 4 == 3
            ? List.of(request, ShareRequest.share(images.subList(0, 3), ids("more-", 9)))
            : List.of(request);
    return whole(cloud.build(), requests, workflows());
  }

  /** Faults by chance, and how fast it goes; three of them are cut short. */
  private List<String> chaos() throws InterruptedException {
    if (seed >= 4) {
      List<String> images = images();
      ShareRequest request = ShareRequest.share(images, projects());
      MemoryBackend.Builder cloud = cloud().images(images).badProjects("project-7");
      double intensity = of(4, 7, 10) / 10.0;
      cloud.chaos(seed % 2 == 0 ? Chaos.passing(intensity) : Chaos.mixed(intensity));
      return whole(cloud.build(), List.of(request), workflows());
    }
    ChaosScenario drawn = drawn();
    Duration deadline = seed == 1 ? Duration.ofSeconds(20) : DAY;
    GoldenLog log = new GoldenLog(drawn.cloud);
    ShareWorkflow workflow =
        workflow(log, KillSwitch.never(), drawn::workflow).deadline(deadline).build();
    ShareRun run = workflow.start(drawn.request);
    time.sleep(Duration.ofSeconds(8));
    if (seed == 2) {
      log.note("cancel");
      run.cancel();
    } else if (seed == 3) {
      log.note("close");
      workflow.close();
    }
    return rest(log, run);
  }

  /** The first of the scenarios, from some seed on, that is large enough to mean something. */
  private ChaosScenario drawn() {
    for (long next = 100L * seed; ; next++) {
      ChaosScenario drawn = new ChaosScenario(next, time, MOST, Duration.ofSeconds(150));
      if (drawn.request.pairs() >= 60) {
        return drawn;
      }
    }
  }

  /** Bad ids on both sides, images that are full, images that cannot be shared. */
  private List<String> hunts() throws InterruptedException {
    List<String> images = images();
    List<String> projects = projects();
    ShareRequest request = ShareRequest.share(images, projects);
    List<Image.Obstacle> obstacles =
        Arrays.stream(Image.Obstacle.values()).filter(o -> o != Image.Obstacle.NONE).toList();
    MemoryBackend.Builder cloud =
        cloud()
            .images(images.subList(of(0, 1, 2), images.size()))
            .badProjects(of(projects), of(projects))
            .unknowns(
                Unknowns.defaults()
                    .naming(of(List.of(Unknowns.Naming.values())))
                    .checks(of(List.of(Unknowns.Checks.values())))
                    .listing(
                        of(
                            List.of(
                                Unknowns.Listing.REFUSES_UNKNOWN,
                                Unknowns.Listing.EMPTY_FOR_UNKNOWN)))
                    .readding(of(List.of(Unknowns.Already.values()))));
    if (seed % 2 == 1) {
      cloud.membersPerImage(of(5, 10));
      cloud.wholeImages(images.get(3));
    }
    if (seed % 4 >= 2) {
      cloud.obstacle(of(obstacles), images.get(4));
      cloud.obstacle(of(obstacles), images.get(5));
    }
    if (seed % 4 == 3) {
      cloud.owner(of(projects));
    }
    return whole(cloud.build(), List.of(request), workflows());
  }

  /** Recipients accept or reject: what was shared with them, and what was not. */
  private List<String> decisions() throws InterruptedException {
    ShareRequest request = decision(2 + random.nextInt(4));
    MemoryBackend.Builder cloud = cloud().images(request.images());
    give(
        cloud,
        request,
        .9,
        List.of(
            MemberStatus.PENDING,
            MemberStatus.PENDING,
            MemberStatus.ACCEPTED,
            MemberStatus.REJECTED));
    if (seed % 4 == 0) {
      cloud.wholeImages("image-1", "image-2");
    }
    MemoryBackend built = cloud.build();
    if (seed % 3 == 0) {
      built.inject(new Fault.LostAnswer());
      built.inject(new Fault.Unavailable(), 2);
      built.inject(new Fault.PartialFail());
    }
    return whole(built, List.of(request), workflows());
  }

  private ShareRequest decision(int projects) {
    List<String> images = images();
    return seed % 2 == 1
        ? ShareRequest.reject(images, ids("project-", projects))
        : seed % 8 == 0
            ? ShareRequest.accept(images, ids("project-", projects)).vault("vault-1")
            : ShareRequest.accept(images, ids("project-", projects));
  }

  /** Closed or killed in the middle, some of them twice, and resumed. */
  private List<String> resumed() throws InterruptedException {
    ShareRequest request =
        seed % 4 == 2
            ? decision(3)
            : seed % 4 == 3
                ? ShareRequest.unshare(images(), projects())
                : ShareRequest.share(images(), projects());
    MemoryBackend.Builder cloud =
        cloud()
            .images(request.images())
            .jobsTake(draws -> Duration.ofSeconds(4 + draws.nextInt(20)));
    if (seed % 4 == 1) {
      cloud.badProjects("project-3", "project-8");
    }
    give(cloud, request, request.action() == Action.SHARE ? .1 : .9, List.of(MemberStatus.PENDING));
    MemoryBackend built = cloud.build();
    if (seed >= 4) {
      built.inject(new Fault.LostAnswer());
      built.inject(new Fault.Unavailable());
      built.inject(new Fault.LostRequest());
      built.inject(new Fault.HollowSuccess());
    }
    Workflows workflows = workflows();
    SharedJournal journal = new SharedJournal(time);
    GoldenLog log = new GoldenLog(built);
    for (int life = 0; life < 1 + seed % 2; life++) {
      KillSwitch killSwitch = new KillSwitch(Long.MAX_VALUE / 2);
      ShareWorkflow workflow =
          workflow(log, killSwitch, workflows).journal(journal.seenBy("first", killSwitch)).build();
      if (life == 0) {
        workflow.start("nightly", request);
      } else {
        resume(log, workflow);
      }
      time.sleep(Duration.ofMillis(1500 + random.nextInt(9000)));
      if (seed % 8 < 4) {
        log.note("close");
        workflow.close();
      } else {
        log.note("crash");
        killSwitch.kill();
      }
      time.sleep(Duration.ofMillis(of(700, 7000)));
    }
    ShareWorkflow last =
        workflow(log, KillSwitch.never(), workflows)
            .journal(journal.seenBy("last", KillSwitch.never()))
            .build();
    return rest(log, resume(log, last));
  }

  private static ShareRun resume(GoldenLog log, ShareWorkflow workflow) {
    log.note("resume");
    List<ShareRun> runs = workflow.resume();
    if (runs.size() != 1) {
      throw new IllegalStateException("to be resumed: " + runs.size());
    }
    return runs.get(0);
  }

  private List<String> whole(MemoryBackend cloud, List<ShareRequest> requests, Workflows workflows)
      throws InterruptedException {
    GoldenLog log = new GoldenLog(cloud);
    return rest(log, workflow(log, KillSwitch.never(), workflows).build().start(requests));
  }

  private static ShareWorkflow.Builder workflow(
      GoldenLog log, KillSwitch killSwitch, Workflows workflows) {
    return workflows.over(log.backend(killSwitch)).listener(log.listener(killSwitch));
  }

  /** Waits for the report, and for what may come after it. */
  private List<String> rest(GoldenLog log, ShareRun run) throws InterruptedException {
    ShareReport report = run.report().join();
    time.sleep(Duration.ofHours(1));
    return log.lines(report);
  }
}
