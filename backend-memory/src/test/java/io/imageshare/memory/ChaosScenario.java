package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Image;
import io.imageshare.Member;
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
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run through faults, all of it drawn from one seed. It is public for the tests of other
 * backends, which run it over the wire.
 */
public final class ChaosScenario {
  private static final BatchLimits MOST = new BatchLimits(30, 60, 30 * 60);
  private static final int MOST_DECIDING = 5;
  private static final List<MemberStatus> SAID =
      List.of(MemberStatus.PENDING, MemberStatus.ACCEPTED, MemberStatus.REJECTED);
  private static final List<Image.Obstacle> OBSTACLES =
      Arrays.stream(Image.Obstacle.values()).filter(o -> o != Image.Obstacle.NONE).toList();
  private static final PollPolicy POLL =
      PollPolicy.backoff(Duration.ofSeconds(1), 1.5, Duration.ofSeconds(10));

  final Timekeeper time;
  final Set<String> badImages = new HashSet<>();
  final Set<String> badProjects = new HashSet<>();
  final Set<String> barredImages = new HashSet<>();
  final Set<String> wholeImages = new HashSet<>();
  final Set<String> forbiddenImages = new HashSet<>();
  final Set<String> fullImages = new HashSet<>();
  final Set<Member> notGiven = new HashSet<>();
  final ShareRequest request;
  final FlowPolicy flow;
  final Unknowns unknowns;
  private boolean refusesListings;
  final MemoryBackend cloud;
  final boolean cutShort;
  private final Random random;

  /** Draws what goes wrong with one call or one image only; null: nothing does. */
  private final @Nullable Random local;

  /**
   * Draws the cloud, the request and how fast it may go.
   *
   * @param time the time of the cloud and of the engine
   * @param most the most images and projects there may be
   * @param callTimeout how long a call may stay unanswered
   */
  public ChaosScenario(long seed, Timekeeper time, BatchLimits most, Duration callTimeout) {
    this(new Random(seed), null, time, most, callTimeout);
  }

  /** One with faults that concern one call or one image only, besides those that pass. */
  public static ChaosScenario local(
      long seed, Timekeeper time, BatchLimits most, Duration callTimeout) {
    return new ChaosScenario(new Random(seed), new Random(~seed), time, most, callTimeout);
  }

  private ChaosScenario(
      Random random,
      @Nullable Random local,
      Timekeeper time,
      BatchLimits most,
      Duration callTimeout) {
    this.time = time;
    this.random = random;
    this.local = local;
    List<String> images = ids("image-", 1 + random.nextInt(most.images()));
    Action action =
        of(
            List.of(
                Action.SHARE,
                Action.SHARE,
                Action.SHARE,
                Action.UNSHARE,
                Action.ACCEPT,
                Action.REJECT));
    int mostProjects =
        isDecision(action) ? Math.min(MOST_DECIDING, most.recipients()) : most.recipients();
    List<String> projects = ids("project-", 1 + random.nextInt(mostProjects));
    ShareRequest asked =
        ShareRequest.builder().action(action).images(images).projects(projects).build();
    boolean bad = action != Action.UNSHARE && random.nextBoolean();
    choose(images, bad, badImages);
    choose(projects, bad, badProjects);
    choose(images, bad && action == Action.SHARE, barredImages);
    choose(images, bad && action == Action.ACCEPT, wholeImages);
    if (local != null && action == Action.SHARE) {
      // Three that share no image, while nothing was ever accepted, would speak for the rest.
      local
          .ints(local.nextInt(3), 0, images.size())
          .forEach(i -> forbiddenImages.add(images.get(i)));
      local.ints(local.nextInt(3), 0, images.size()).forEach(i -> fullImages.add(images.get(i)));
    }
    request = action == Action.ACCEPT && random.nextBoolean() ? asked.vault("vault-1") : asked;
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

  private static boolean isDecision(Action action) {
    return action == Action.ACCEPT || action == Action.REJECT;
  }

  /** Whether recipients say something, and not the owner. */
  boolean isDecision() {
    return isDecision(request.action());
  }

  /** One in virtual time. */
  static ChaosScenario virtual(long seed) {
    return new ChaosScenario(seed, Timekeeper.virtual(), MOST, Duration.ofSeconds(150));
  }

  /** The same with faults that concern one call or one image only. */
  static ChaosScenario virtualLocal(long seed) {
    return local(seed, Timekeeper.virtual(), MOST, Duration.ofSeconds(150));
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
            .telling(of(List.of(Unknowns.Telling.values())))
            .listLag(Duration.ofSeconds(of(0, 0, 0, 3)));
    refusesListings = local != null && local.nextBoolean();
    // Without a listing a job's word must do, and nothing could show that it lies. Nor could
    // anything show that an image which its job says nothing of is forbidden.
    return refusesListings
            || !forbiddenImages.isEmpty()
            || drawn.listing() == Unknowns.Listing.UNSUPPORTED
        ? drawn.partial(Unknowns.Partial.FAIL_IF_ANY)
        : drawn;
  }

  /** Recipients see their own images, whatever an owner sees. */
  boolean lists() {
    return isDecision() || unknowns.listing() != Unknowns.Listing.UNSUPPORTED;
  }

  private MemoryBackend cloud(List<String> images, List<String> projects) {
    double intensity = of(0, 5, 10, 20) / 100.0;
    Chaos chaos = random.nextInt(3) == 0 ? Chaos.mixed(intensity) : Chaos.passing(intensity);
    if (local != null) {
      chaos = local(Chaos.local((1 + local.nextInt(5)) / 10.0));
    }
    if (refusesListings || !lists()) {
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
    barredImages.removeAll(badImages);
    wholeImages.removeAll(badImages);
    barredImages.forEach(image -> builder.obstacle(of(OBSTACLES), image));
    builder.wholeImages(wholeImages.toArray(String[]::new));
    fullImages.removeAll(badImages);
    fullImages.removeAll(barredImages);
    builder.wholeImages(fullImages.toArray(String[]::new));
    for (String image : fullImages) {
      for (String stranger : ids("stranger-", 10)) {
        builder.member(image, Recipient.project(stranger), MemberStatus.ACCEPTED);
      }
    }
    forbiddenImages.removeAll(badImages);
    builder.forbiddenImages(forbiddenImages.toArray(String[]::new));
    for (String image : images) {
      projects.forEach(project -> give(builder, image, project));
    }
    return builder.build();
  }

  /** Listings are refused only where jobs tell the truth. */
  private Chaos local(Chaos chaos) {
    Map<Fault, Double> rates = new LinkedHashMap<>(chaos.rates());
    rates
        .keySet()
        .removeIf(
            fault ->
                !refusesListings
                    && fault instanceof Fault.Refused refused
                    && (refused.kind() == Call.Kind.MEMBERS || refused.kind() == Call.Kind.IMAGES));
    return new Chaos(rates, chaos.mixedNaming());
  }

  private void give(MemoryBackend.Builder builder, String image, String project) {
    Recipient recipient = Recipient.project(project);
    double there = request.action() == Action.SHARE ? 0.1 : 0.9;
    if (badImages.contains(image)
        || barredImages.contains(image)
        || fullImages.contains(image)
        || forbiddenImages.contains(image)
        || badProjects.contains(project)
        || random.nextDouble() >= there) {
      notGiven.add(new Member(image, recipient));
    } else {
      builder.member(image, recipient, isDecision() ? of(SAID) : MemberStatus.ACCEPTED);
    }
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
