package io.imageshare.benchmarks;

import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.benchmarks.RunScore.Belief;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Models of the loops that people write with a client that only makes calls, in virtual time:
 * submit, then poll at once and every second until the job has ended. An exception counts as a
 * failure.
 */
final class PollingLoop {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final MemberBackend backend;
  private final Timekeeper time;
  private final int tries;
  private final Belief belief = new Belief();

  /**
   * A loop.
   *
   * @param tries how often a call that throws is made in all, a second apart
   */
  PollingLoop(MemberBackend backend, int tries) {
    this.backend = backend;
    this.time = backend.time();
    this.tries = tries;
  }

  Belief belief() {
    return belief;
  }

  /** One slice after the other, on several threads. */
  CompletableFuture<Boolean> threads(int threads, List<ShareRequest> slices) {
    Queue<ShareRequest> open = new ArrayDeque<>(slices);
    CompletableFuture<Boolean> all = worker(open);
    for (int i = 1; i < threads; i++) {
      all = all.thenCombine(worker(open), Boolean::logicalAnd);
    }
    return all;
  }

  private CompletableFuture<Boolean> worker(Queue<ShareRequest> open) {
    ShareRequest slice = open.poll();
    return slice == null
        ? CompletableFuture.completedFuture(true)
        : noteResult(slice, submit(slice).thenCompose(this::pollToTheEnd))
            .thenCompose(unused -> worker(open));
  }

  /** All submits one after the other, then all jobs, each polled to its end; on one thread. */
  CompletableFuture<Boolean> submitThenPoll(List<ShareRequest> slices) {
    Map<ShareRequest, CompletableFuture<Job>> submits = new HashMap<>();
    CompletableFuture<Boolean> steps = CompletableFuture.completedFuture(true);
    for (ShareRequest slice : slices) {
      steps =
          steps
              .thenCompose(unused -> submits.computeIfAbsent(slice, this::submit))
              .handle((job, failure) -> true);
    }
    for (ShareRequest slice : slices) {
      steps =
          steps.thenCompose(
              unused ->
                  noteResult(
                      slice, requireNonNull(submits.get(slice)).thenCompose(this::pollToTheEnd)));
    }
    return steps;
  }

  private CompletableFuture<Job> submit(ShareRequest slice) {
    return call(() -> backend.submit(slice));
  }

  private CompletableFuture<Boolean> noteResult(ShareRequest slice, CompletableFuture<Job> end) {
    return end.handle(
        (job, failure) -> {
          if (failure == null && job.status() == Job.Status.SUCCESS) {
            for (String image : slice.images()) {
              slice.recipients().forEach(r -> belief.done(new Member(image, r)));
            }
          }
          return true;
        });
  }

  private CompletableFuture<Job> pollToTheEnd(Job submitted) {
    return submitted.ended()
        ? CompletableFuture.completedFuture(submitted)
        : call(() -> backend.job(submitted.id())).thenCompose(this::pollLater);
  }

  private CompletableFuture<Job> pollLater(Job poll) {
    return poll.ended()
        ? CompletableFuture.completedFuture(poll)
        : afterASecond().thenCompose(unused -> pollToTheEnd(poll));
  }

  private CompletableFuture<Boolean> afterASecond() {
    CompletableFuture<Boolean> elapsed = new CompletableFuture<>();
    time.schedule(SECOND, () -> elapsed.complete(true));
    return elapsed;
  }

  private <T> CompletableFuture<T> call(Supplier<CompletionStage<T>> call) {
    return attempt(call, 1);
  }

  private <T> CompletableFuture<T> attempt(Supplier<CompletionStage<T>> call, int number) {
    CompletableFuture<T> answer = call.get().toCompletableFuture();
    return number >= tries
        ? answer
        : answer.exceptionallyCompose(
            failure -> afterASecond().thenCompose(unused -> attempt(call, number + 1)));
  }
}
