package io.imageshare.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.FlowPolicy;
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
import io.imageshare.memory.MemoryBackend.Call;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two runs of a workflow whose calls and jobs are refused at random, half of them for their
 * credentials: both end soon, and leave nothing behind that others wait for.
 */
@Timeout(60)
class RandomRefusalsTest {
  private static final int SEEDS = 200;
  private static final String FAILS = "fails";
  private static final List<String> IMAGES = Samples.ids("image-", 2);

  @Test
  void bothRunsEndAndTheNextIsDone() throws InterruptedException {
    for (long seed = 0; seed < SEEDS; seed++) {
      new Scenario(seed).run();
    }
  }

  private static final class Scenario {
    private final long seed;
    private final Random random;
    private final Timekeeper time = Timekeeper.virtual();
    private final List<String> projects;
    private final boolean decides;
    private final double refused;
    private boolean isOver;

    Scenario(long seed) {
      this.seed = seed;
      random = new Random(seed);
      projects = Samples.ids("project-", 2 + random.nextInt(3));
      decides = random.nextInt(4) > 0;
      refused = random.nextDouble() * 0.4;
    }

    void run() throws InterruptedException {
      ShareWorkflow.Builder builder =
          ShareWorkflow.builder(new Refusing(cloud()))
              .flow(FlowPolicy.defaults().openJobs(1 + random.nextInt(2)))
              .limits(new BatchLimits(1 + random.nextInt(2), 1 + random.nextInt(3), 10))
              .seed(seed);
      if (random.nextBoolean()) {
        builder.journal(new SharedJournal(time).seenBy("me", KillSwitch.never()));
      }
      try (ShareWorkflow workflow = builder.build()) {
        ShareRequest request =
            decides ? ShareRequest.accept(IMAGES, projects) : ShareRequest.share(IMAGES, projects);
        ShareRun one = workflow.start(request);
        ShareRun two = workflow.start(request);
        if (random.nextInt(3) == 0) {
          time.sleep(Duration.ofMillis(random.nextInt(6000)));
          one.cancel();
        }
        check(time.await(one.report()));
        check(time.await(two.report()));
        isOver = true;
        // What lost its place for an open job would have none now.
        ShareReport next = workflow.run(ShareRequest.unshare(IMAGES, projects));
        assertEquals(Ending.FINISHED, next.ending(), this + ": " + next);
      }
    }

    private void check(ShareReport report) {
      String told = this + ": " + report;
      assertNotEquals(Ending.DEADLINE, report.ending(), told);
      assertFalse(told.contains("unexpected exception"), told);
    }

    private MemoryBackend cloud() {
      MemoryBackend.Builder cloud =
          MemoryBackend.builder()
              .time(time)
              .images(IMAGES)
              .latency(Duration.ofMillis(random.nextInt(200)))
              .seed(seed);
      for (String image : decides ? IMAGES : List.<String>of()) {
        projects.forEach(id -> cloud.member(image, Recipient.project(id), MemberStatus.PENDING));
      }
      return cloud.build();
    }

    private Reason reason() {
      Reason.Kind[] all = Reason.Kind.values();
      Reason.Kind any = all[random.nextInt(all.length)];
      return new Reason(random.nextBoolean() ? Reason.Kind.UNAUTHENTICATED : any, "X.1", "planted");
    }

    @Override
    public String toString() {
      return "seed " + seed;
    }

    private final class Refusing extends ForwardingBackend {
      Refusing(MemberBackend cloud) {
        super(cloud);
      }

      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return !isOver && random.nextDouble() < refused
            ? CompletableFuture.completedFuture(Job.running(FAILS))
            : super.submit(slice);
      }

      @Override
      public CompletionStage<Job> job(String id) {
        return id.equals(FAILS)
            ? CompletableFuture.completedFuture(Job.failed(id, reason()))
            : super.job(id);
      }

      @Override
      <T> CompletionStage<T> call(
          Call.Kind kind,
          @Nullable ShareRequest slice,
          String id,
          Supplier<CompletionStage<T>> call) {
        if (isOver || random.nextDouble() >= refused) {
          return call.get();
        }
        Reason reason = reason();
        boolean hasEffect = reason.kind() == Reason.Kind.LOST && random.nextBoolean();
        CompletionStage<?> before =
            hasEffect ? call.get() : CompletableFuture.completedFuture(true);
        CompletableFuture<T> answer = new CompletableFuture<>();
        before.whenComplete(
            (value, e) ->
                time.schedule(
                    Duration.ofMillis(random.nextInt(500)),
                    () -> answer.completeExceptionally(new BackendException(reason))));
        return answer;
      }
    }
  }
}
