package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Wherever memory runs out on the engine's thread, every run of the workflow ends STOPPED. */
class OutOfMemoryTest {
  private final Timekeeper time = Timekeeper.virtual();
  private final MemoryBackend cloud = MemoryBackend.builder().time(time).anyImage().build();
  private int left = Integer.MAX_VALUE;

  /** Something that needs memory: from some time on there is none, for once. */
  private void allocate() {
    if (--left == 0) {
      throw new OutOfMemoryError("planted by the test");
    }
  }

  private static ShareRequest share(int run) {
    List<String> ids = IntStream.range(0, 3).mapToObj(i -> "id-" + run + "-" + i).toList();
    return ShareRequest.share(ids, ids);
  }

  /** Runs two at once, which both must end, and then another. */
  private boolean run(ShareWorkflow.Builder builder, String what, int number) {
    left = number;
    try (ShareWorkflow workflow = builder.build()) {
      List<ShareReport> reports =
          Stream.of(workflow.start(share(1)), workflow.start(share(2)))
              .map(ShareRun::report)
              .toList()
              .stream()
              .map(report -> report.join())
              .toList();
      boolean struck = left <= 0;
      left = Integer.MAX_VALUE;
      boolean stopped = reports.stream().anyMatch(r -> r.ending() == Ending.STOPPED);
      if (struck && reports.stream().noneMatch(ShareReport::allDone)) {
        for (ShareReport report : reports) {
          assertEquals(Ending.STOPPED, report.ending(), what + number + ": " + report);
          Reason reason = report.reason().orElseThrow();
          assertEquals(Reason.Kind.INTERNAL, reason.kind(), what + number);
          assertTrue(reason.message().contains("OutOfMemoryError: planted"), reason.message());
          assertEquals(9, report.counts().total());
        }
      }
      assertTrue(!struck || stopped || reports.stream().allMatch(ShareReport::allDone));
      assertTrue(workflow.run(share(3)).allDone(), what + number + ": the workflow goes on");
      return struck;
    }
  }

  private ShareWorkflow.Builder workflow(MemberBackend backend) {
    return ShareWorkflow.builder(backend).seed(1);
  }

  @Test
  void inABackend() {
    MemberBackend backend = new Allocating();
    int number = 1;
    while (run(workflow(backend), "call ", number)) {
      number++;
    }
    assertTrue(number > 8, "calls: " + number);
  }

  @Test
  void inAListener() {
    int number = 1;
    while (run(workflow(cloud).listener(event -> allocate()), "event ", number)) {
      number++;
    }
    assertTrue(number > 8, "events: " + number);
  }

  @Test
  void inAListenerThatNeverHasAny() {
    try (ShareWorkflow workflow =
        workflow(cloud)
            .listener(
                event -> {
                  throw new OutOfMemoryError("planted by the test");
                })
            .build()) {
      assertEquals(Ending.STOPPED, workflow.run(share(1)).ending());
    }
  }

  /** The engine reads the clock wherever it does something, such as moving pairs of the table. */
  @Test
  void inTheEngine() {
    int number = 1;
    while (run(workflow(cloud).time(new AllocatingTime()), "reading ", number)) {
      number++;
    }
    assertTrue(number > 100, "readings: " + number);
  }

  private final class Allocating implements MemberBackend {
    @Override
    public CompletionStage<Job> submit(ShareRequest slice) {
      allocate();
      return cloud.submit(slice);
    }

    @Override
    public CompletionStage<Job> job(String id) {
      allocate();
      return cloud.job(id);
    }

    @Override
    public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
      allocate();
      return cloud.members(image);
    }

    @Override
    public Timekeeper time() {
      return time;
    }
  }

  /** The time of the test; inside of tasks reading it needs memory. */
  private final class AllocatingTime implements Timekeeper {
    private boolean inTask;

    private void read() {
      if (inTask) {
        allocate();
      }
    }

    @Override
    public Instant now() {
      read();
      return time.now();
    }

    @Override
    public long nanoTime() {
      read();
      return time.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return time.schedule(
          delay,
          () -> {
            inTask = true;
            try {
              task.run();
            } finally {
              inTask = false;
            }
          });
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws InterruptedException {
      return time.await(stage);
    }
  }
}
