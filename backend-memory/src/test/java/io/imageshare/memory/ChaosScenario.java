package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.RetryPolicy;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One run through faults, all of it drawn from one seed. It is public for the tests of other
 * backends, which run it over the wire.
 */
public final class ChaosScenario {
  private static final BatchLimits MOST = new BatchLimits(30, 60, 30 * 60);
  private static final PollPolicy POLL =
      PollPolicy.backoff(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(10));

  final Timekeeper time;
  final Set<String> badImages = new HashSet<>();
  final Set<String> badProjects = new HashSet<>();
  final ShareRequest request;
  final FlowPolicy flow;
  final Unknowns unknowns;
  final MemoryBackend cloud;
  final boolean cutShort;
  private final Random random;

  /**
   * Draws the cloud, the request and how fast it may go.
   *
   * @param time the time of the cloud and of the engine
   * @param most the most images and projects there may be
   * @param callTimeout how long a call may stay unanswered
   */
  public ChaosScenario(long seed, Timekeeper time, BatchLimits most, Duration callTimeout) {
    this.time = time;
    random = new Random(seed);
    List<String> images = ids("image-", 1 + random.nextInt(most.images()));
    List<String> projects = ids("project-", 1 + random.nextInt(most.recipients()));
    request =
        ShareRequest.builder()
            .action(random.nextInt(4) == 0 ? Action.UNSHARE : Action.SHARE)
            .images(images)
            .projects(projects)
            .build();
    boolean bad = request.action() == Action.SHARE && random.nextBoolean();
    choose(images, bad, badImages);
    choose(projects, bad, badProjects);
    unknowns = unknowns();
    flow =
        FlowPolicy.defaults()
            .callsPerSecond(of(2, 10, 100, 1000))
            .concurrentCalls(of(1, 2, 8, 32))
            .openJobs(of(1, 3, 20))
            .callTimeout(callTimeout);
    cloud = cloud(images, projects);
    cutShort = random.nextInt(8) == 0;
  }

  /** One in virtual time. */
  static ChaosScenario virtual(long seed) {
    return new ChaosScenario(seed, Timekeeper.virtual(), MOST, Duration.ofSeconds(150));
  }

  private int of(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private void choose(List<String> ids, boolean any, Set<String> chosen) {
    for (int n = any ? random.nextInt(3) : 0; n > 0; n--) {
      chosen.add(of(ids));
    }
  }

  private Unknowns unknowns() {
    Unknowns drawn =
        Unknowns.defaults()
            .checks(of(List.of(Unknowns.Checks.values())))
            .naming(of(List.of(Unknowns.Naming.values())))
            .partial(of(List.of(Unknowns.Partial.values())))
            .results(of(List.of(Unknowns.Detail.values())))
            .listing(of(List.of(Unknowns.Listing.values())))
            .listLag(Duration.ofSeconds(of(0, 0, 0, 3)));
    // Without a listing a job's word must do, and nothing could show that it lies.
    return drawn.listing() == Unknowns.Listing.UNSUPPORTED
        ? drawn.partial(Unknowns.Partial.FAIL_IF_ANY)
        : drawn;
  }

  boolean lists() {
    return unknowns.listing() != Unknowns.Listing.UNSUPPORTED;
  }

  private MemoryBackend cloud(List<String> images, List<String> projects) {
    double intensity = of(0, 5, 10, 20) / 100.0;
    Chaos chaos = random.nextInt(3) == 0 ? Chaos.mixed(intensity) : Chaos.passing(intensity);
    if (!lists()) {
      chaos = chaos.rate(new Fault.HollowSuccess(), 0);
    }
    MemoryBackend.Builder builder =
        MemoryBackend.builder()
            .time(time)
            .images(images.stream().filter(image -> !badImages.contains(image)).toList())
            .badProjects(badProjects)
            .unknowns(unknowns)
            .chaos(chaos)
            .latency(Duration.ofMillis(of(0, 40, 400)))
            .seed(random.nextLong());
    double there = request.action() == Action.SHARE ? 0.1 : 0.9;
    for (String image : images) {
      for (String project : projects) {
        if (!badImages.contains(image)
            && !badProjects.contains(project)
            && random.nextDouble() < there) {
          builder.member(image, Recipient.project(project), MemberStatus.ACCEPTED);
        }
      }
    }
    return builder.build();
  }

  /** A workflow as the seed wants it; drawn once. */
  ShareWorkflow.Builder workflow(MemberBackend backend) {
    return ShareWorkflow.builder(backend)
        .limits(new BatchLimits(of(1, 5, 50), of(3, 20, 100), of(15, 100, 1000)))
        .flow(flow)
        .poll(POLL)
        .seed(random.nextLong());
  }

  public MemoryBackend cloud() {
    return cloud;
  }

  public FlowPolicy flow() {
    return flow;
  }

  /**
   * Runs it to its report.
   *
   * @param backend what leads to the cloud
   * @param retry how calls are repeated
   * @param patience how long a job is watched
   */
  public ChaosTruth run(MemberBackend backend, RetryPolicy retry, Duration patience)
      throws InterruptedException {
    CallLog log = new CallLog(backend, time);
    ShareWorkflow workflow = workflow(log).retry(retry).poll(POLL.patience(patience)).build();
    ShareRun run = workflow.start(request);
    if (cutShort) {
      time.sleep(Duration.ofMillis(random.nextInt(20_000)));
      if (random.nextBoolean()) {
        run.cancel();
      } else {
        workflow.close();
      }
    }
    return new ChaosTruth(this, run.report().join(), log);
  }
}
