package io.imageshare.examples;

import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
import io.imageshare.Member;
import io.imageshare.Outcome;
import io.imageshare.PollPolicy;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.Chaos;
import io.imageshare.memory.Fault;
import io.imageshare.memory.MemoryBackend;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Runs a request document on the simulated cloud with random faults, and shows the progress.
 *
 * <p>The cloud has every image. A project whose id begins with {@value #ELSEWHERE} is not in its
 * region, so that a request can contain pairs that must fail.
 *
 * <p>Exit codes: 0 if all pairs are done except those refused as invalid (an unknown image or
 * project); 1 if others are not done, or if the report disagrees with the cloud; 2 if the request
 * cannot be read.
 */
final class Share {
  static final String ELSEWHERE = "dead";

  /** With this seed most kinds of faults occur, and the large example takes about 16 s. */
  static final long SEED = 26;

  private final Timekeeper time;
  private final long seed;
  private final PrintStream out;
  private final Display display;

  Share(Timekeeper time, long seed, PrintStream out, Display display) {
    this.time = time;
    this.seed = seed;
    this.out = out;
    this.display = display;
  }

  /**
   * Shares.
   *
   * @param args the path of the request document, and optionally a seed for the faults
   */
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    ShareRequest request;
    long seed;
    try {
      request = ShareRequest.fromJson(Files.readString(Path.of(args[0])));
      if (request.action() != Action.SHARE && request.action() != Action.UNSHARE) {
        throw new IllegalArgumentException(
            "action: " + request.action() + "; the owner of this cloud shares and unshares");
      }
      seed = args.length < 2 ? SEED : Long.parseLong(args[1]);
    } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      System.err.println("usage: Share request.json [seed]\n" + e);
      System.exit(2);
      return;
    }
    Display display = new Display(System.out, Display.onTerminal());
    boolean clean = new Share(Timekeeper.system(), seed, System.out, display).run(request);
    // Only on failure, as the build runs this in its own process.
    if (!clean) {
      System.exit(1);
    }
  }

  /** Shares, and says whether all pairs are done except those refused as invalid. */
  boolean run(ShareRequest request) throws InterruptedException, ExecutionException {
    List<String> elsewhere =
        request.recipients().stream()
            .map(Recipient::id)
            .filter(id -> id.startsWith(ELSEWHERE))
            .toList();
    announce(request, elsewhere);
    MemoryBackend cloud = cloud(elsewhere);
    long started = time.nanoTime();
    try (ShareWorkflow workflow = workflow(cloud)) {
      ShareReport report = watch(workflow.start(request));
      Duration elapsed = Duration.ofNanos(time.nanoTime() - started);
      Summary summary = new Summary(report, elapsed);
      summary.lines().forEach(out::println);
      out.println("faults of the cloud: " + faults(cloud));
      return agrees(cloud.members(), report, request.action()) && summary.left() == 0;
    }
  }

  private void announce(ShareRequest request, List<String> elsewhere) {
    out.printf(
        "%s %d images with %d projects, %d pairs, on the simulated cloud; random faults from seed %d%n",
        request.action(),
        request.images().size(),
        request.recipients().size(),
        request.pairs(),
        seed);
    if (!elsewhere.isEmpty()) {
      out.printf("not in this region, so they must be refused: %s%n", String.join(", ", elsewhere));
    }
  }

  private MemoryBackend cloud(List<String> elsewhere) {
    Chaos chaos =
        Chaos.none()
            .rate(new Fault.Unavailable(), .03)
            .rate(new Fault.Throttled(), .02)
            .rate(new Fault.LostAnswer(), .06)
            .rate(new Fault.SlowJob(Duration.ofSeconds(2)), .1)
            .rate(new Fault.PartialFail(), .05)
            .rate(new Fault.ListLag(Duration.ofSeconds(1)), .1);
    return MemoryBackend.builder()
        .time(time)
        .anyImage()
        .badProjects(elsewhere)
        .latency(Duration.ofMillis(40))
        .chaos(chaos)
        .seed(seed)
        .build();
  }

  /** Smaller slices, a higher rate and less patience than by default, to show more in less time. */
  private ShareWorkflow workflow(MemoryBackend cloud) {
    // No job of this cloud takes 5 s; only after lost answers does the run wait as long as this.
    Duration patience = Duration.ofSeconds(6);
    return ShareWorkflow.builder(cloud)
        .limits(new BatchLimits(10, 40, 400))
        .flow(FlowPolicy.defaults().callsPerSecond(25))
        .poll(PollPolicy.backoff(Duration.ofSeconds(1), 1.5, patience).patience(patience))
        .seed(seed)
        .build();
  }

  private ShareReport watch(ShareRun run) throws InterruptedException, ExecutionException {
    CompletableFuture<ShareReport> report = run.report();
    while (!report.isDone()) {
      try {
        report.get(display.interval().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        display.show(run.progress());
      }
    }
    display.end(run.progress());
    return report.get();
  }

  private static String faults(MemoryBackend cloud) {
    Map<String, Long> counts =
        cloud.calls().stream()
            .flatMap(call -> call.faults().stream())
            .collect(
                Collectors.groupingBy(
                    fault -> fault.getClass().getSimpleName(),
                    TreeMap::new,
                    Collectors.counting()));
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(fault -> fault.getValue() + " " + fault.getKey())
            .collect(Collectors.joining(", "));
  }

  /** Whether the cloud has every pair that the report has as done, and none that failed. */
  private boolean agrees(Set<Member> members, ShareReport report, Action action) {
    List<Outcome> wrong =
        report
            .outcomes()
            .filter(outcome -> !(outcome instanceof Outcome.Unknown))
            .filter(
                outcome -> {
                  boolean shared = (outcome instanceof Outcome.Done) == (action == Action.SHARE);
                  return members.contains(outcome.member()) != shared;
                })
            .toList();
    long known = report.counts().total() - report.counts().unknown();
    out.printf(
        "The report agrees with the cloud for %d of %d pairs.%n", known - wrong.size(), known);
    wrong.stream().limit(3).forEach(outcome -> out.println("  but not for " + outcome));
    return wrong.isEmpty();
  }
}
