package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** One run through faults, all of it drawn from one seed. */
final class ChaosScenario {
  final long seed;
  final Timekeeper time = Timekeeper.virtual();
  final Set<String> badImages = new HashSet<>();
  final Set<String> badProjects = new HashSet<>();
  final ShareRequest request;
  final FlowPolicy flow;
  final Unknowns unknowns;
  final MemoryBackend cloud;
  final boolean cutShort;
  private final Random random;

  ChaosScenario(long seed) {
    this.seed = seed;
    random = new Random(seed);
    List<String> images = ids("image-", 1 + random.nextInt(30));
    List<String> projects = ids("project-", 1 + random.nextInt(60));
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
            .openJobs(of(1, 3, 20));
    cloud = cloud(images, projects);
    cutShort = random.nextInt(8) == 0;
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

  /** Runs it to its report, and lets time pass until nothing happens any more. */
  ShareReport run() throws InterruptedException {
    ShareWorkflow workflow =
        ShareWorkflow.builder(cloud)
            .limits(new BatchLimits(of(1, 5, 50), of(3, 20, 100), of(15, 100, 1000)))
            .flow(flow)
            .poll(PollPolicy.backoff(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(10)))
            .seed(random.nextLong())
            .build();
    ShareRun run = workflow.start(request);
    if (cutShort) {
      time.sleep(Duration.ofMillis(random.nextInt(20_000)));
      if (random.nextBoolean()) {
        run.cancel();
      } else {
        workflow.close();
      }
    }
    ShareReport report = run.report().join();
    time.sleep(Duration.ofHours(2));
    return report;
  }

  /** The submits whose answer was lost, and when the caller could know it. */
  List<MemoryBackend.Call> lost() {
    List<MemoryBackend.Call> lost = new ArrayList<>();
    for (MemoryBackend.Call call : cloud.calls()) {
      if (call.kind() == MemoryBackend.Call.Kind.SUBMIT && isLost(call)) {
        lost.add(call);
      }
    }
    return lost;
  }

  private static boolean isLost(MemoryBackend.Call call) {
    return call.faults().stream()
        .anyMatch(
            fault ->
                fault instanceof Fault.LostAnswer
                    || fault instanceof Fault.LostRequest
                    || fault instanceof Fault.NeverAnswered);
  }
}
