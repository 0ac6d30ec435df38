package io.imageshare.memory;

import static io.imageshare.memory.Samples.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.FlowPolicy;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls without an answer are cancelled when nobody waits for them any more. */
@Timeout(60)
class AbandonedCallsTest {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  private final Timekeeper time = Timekeeper.virtual();
  private final List<CompletableFuture<?>> reads = new ArrayList<>();
  private final List<CompletableFuture<?>> writes = new ArrayList<>();
  private boolean answersReads;
  private boolean failsToCancel;

  private static final class Uncancellable<T> extends CompletableFuture<T> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      throw new IllegalStateException("it cannot be cancelled");
    }
  }

  private final MemberBackend silent =
      new MemberBackend() {
        @Override
        public CompletionStage<Job> submit(ShareRequest slice) {
          CompletableFuture<Job> answer =
              failsToCancel ? new Uncancellable<>() : new CompletableFuture<>();
          writes.add(answer);
          return answer;
        }

        @Override
        public CompletionStage<Job> job(String id) {
          throw new AssertionError("there is no job");
        }

        @Override
        public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
          CompletableFuture<Map<Recipient, MemberStatus>> answer = new CompletableFuture<>();
          if (answersReads) {
            answer.complete(Map.of());
          }
          reads.add(answer);
          return answer;
        }

        @Override
        public Timekeeper time() {
          return time;
        }
      };

  private ShareWorkflow workflow() {
    return ShareWorkflow.builder(silent)
        .flow(FlowPolicy.defaults().callTimeout(CALL_TIMEOUT))
        .deadline(Duration.ofMinutes(10))
        .build();
  }

  private static ShareRequest request() {
    return ShareRequest.share(ids("image-", 1), ids("project-", 1));
  }

  @Test
  void aReadWhoseTimeIsOver() throws Exception {
    try (ShareWorkflow workflow = workflow()) {
      ShareRun run = workflow.start(request());
      time.sleep(CALL_TIMEOUT.minusMillis(1));
      assertEquals(1, reads.size());
      assertFalse(reads.get(0).isDone());
      time.sleep(Duration.ofSeconds(1));
      assertTrue(reads.get(0).isCancelled());
      run.cancel();
      run.report().join();
    }
  }

  @Test
  void theReadsOfARunThatIsOver() throws Exception {
    ShareRun other;
    try (ShareWorkflow workflow = workflow()) {
      workflow.start(request());
      other = workflow.start(request());
      time.sleep(Duration.ofSeconds(1));
      assertEquals(1, reads.size(), "the first call goes alone");
      assertFalse(reads.get(0).isDone());
    }
    assertTrue(reads.get(0).isCancelled());
    assertTrue(other.report().isDone());
  }

  @Test
  void aWriteWhoseTimeIsOver() throws Exception {
    answersReads = true;
    try (ShareWorkflow workflow = workflow()) {
      workflow.start(request());
      time.sleep(CALL_TIMEOUT.minusMillis(1));
      assertFalse(writes.get(0).isDone());
      time.sleep(Duration.ofSeconds(1));
      assertTrue(writes.get(0).isCancelled());
    }
  }

  @Test
  void oneThatFailsToCancelStopsNoRun() throws Exception {
    answersReads = true;
    failsToCancel = true;
    try (ShareWorkflow workflow = workflow()) {
      ShareRun run = workflow.start(request());
      ShareRun other = workflow.start(request());
      time.sleep(CALL_TIMEOUT.plusSeconds(1));
      assertFalse(run.report().isDone());
      run.cancel();
      assertEquals(ShareReport.Ending.CANCELLED, run.report().join().ending());
      assertFalse(other.report().isDone());
    }
  }

  @Test
  void theWriteOfARunThatIsOver() throws Exception {
    answersReads = true;
    ShareRun run;
    try (ShareWorkflow workflow = workflow()) {
      run = workflow.start(request());
      time.sleep(Duration.ofSeconds(1));
      assertFalse(writes.get(0).isDone());
    }
    assertTrue(writes.get(0).isCancelled());
    assertEquals(1, run.report().join().counts().unknown());
  }
}
