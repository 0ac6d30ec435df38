package io.imageshare.examples;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.WantedState;
import io.imageshare.memory.MemoryBackend;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A full cycle on the simulated cloud, in virtual time: the owner makes a dry run and shares; all
 * projects accept except one that rejects, which the owner then removes.
 */
final class WholeCircle {
  private static final List<String> IMAGES =
      IntStream.range(0, 40).mapToObj("image-%02d"::formatted).toList();
  private static final List<String> PROJECTS =
      IntStream.range(0, 20).mapToObj("project-%02d"::formatted).toList();

  private final ShareWorkflow workflow;
  private final PrintStream out;

  private WholeCircle(ShareWorkflow workflow, PrintStream out) {
    this.workflow = workflow;
    this.out = out;
  }

  /** Runs the cycle. */
  public static void main(String[] args) throws InterruptedException {
    run(System.out);
  }

  static void run(PrintStream out) throws InterruptedException {
    Timekeeper time = Timekeeper.virtual();
    try (MemoryBackend cloud =
            MemoryBackend.builder()
                .time(time)
                .images(IMAGES)
                .latency(Duration.ofMillis(40))
                .seed(7)
                .build();
        ShareWorkflow workflow = ShareWorkflow.builder(cloud).seed(7).build()) {
      new WholeCircle(workflow, out).run(cloud);
    }
  }

  private void run(MemberBackend cloud) throws InterruptedException {
    List<String> willing = PROJECTS.subList(1, PROJECTS.size());
    ShareRequest share = ShareRequest.share(IMAGES, PROJECTS);
    out.println(workflow.plan(share));
    print(workflow.run(share));
    print(workflow.run(ShareRequest.accept(IMAGES, willing)));
    print(workflow.run(ShareRequest.reject(IMAGES, PROJECTS.subList(0, 1))));
    out.println("members by status: " + statuses(cloud));

    // region wanted
    WantedState wanted = WantedState.of(IMAGES, willing);
    workflow.run(workflow.changes(wanted)).forEach(this::print);
    // endregion
    out.println("remaining " + workflow.changes(wanted));
    out.println("members by status: " + statuses(cloud));
  }

  private void print(ShareReport report) {
    out.println(report);
  }

  /** The number of members by status, as the owner lists them. */
  private static Map<MemberStatus, Long> statuses(MemberBackend cloud) throws InterruptedException {
    List<MemberStatus> all = new ArrayList<>();
    for (String image : IMAGES) {
      Map<Recipient, MemberStatus> members = cloud.time().await(cloud.members(image));
      all.addAll(members.values());
    }
    return new TreeMap<>(all.stream().collect(groupingBy(status -> status, counting())));
  }
}
