package io.imageshare.benchmarks;

import static java.util.Objects.requireNonNull;

import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.benchmarks.Score.Belief;
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
 * The loops people write with a client that only makes calls, as models in virtual time: submit,
 * then look at once and every second until the job has ended. What throws is noted as failed.
 */
final class Loop {
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
  Loop(MemberBackend backend, int tries) {
    this.backend = backend;
    this.time = backend.time();
    this.tries = tries;
  }

  Belief belief() {
    return belief;
  }

  /** One slice after the other, on so many threads. */
  CompletableFuture<Boolean> threads(int threads, List<ShareRequest> slices) {
    Queue<ShareRequest> left = new ArrayDeque<>(slices);
    CompletableFuture<Boolean> all = lane(left);
    for (int i = 1; i < threads; i++) {
      all = all.thenCombine(lane(left), Boolean::logicalAnd);
    }
    return all;
  }

  private CompletableFuture<Boolean> lane(Queue<ShareRequest> left) {
    ShareRequest slice = left.poll();
    return slice == null
        ? CompletableFuture.completedFuture(true)
        : note(slice, submit(slice).thenCompose(this::watch)).thenCompose(unused -> lane(left));
  }

  /** All submits, one after the other; then all jobs, each watched to its end. One thread. */
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
              unused -> note(slice, requireNonNull(submits.get(slice)).thenCompose(this::watch)));
    }
    return steps;
  }

  private CompletableFuture<Job> submit(ShareRequest slice) {
    return call(() -> backend.submit(slice));
  }

  private CompletableFuture<Boolean> note(ShareRequest slice, CompletableFuture<Job> end) {
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

  private CompletableFuture<Job> watch(Job submitted) {
    return submitted.ended()
        ? CompletableFuture.completedFuture(submitted)
        : call(() -> backend.job(submitted.id())).thenCompose(this::orLater);
  }

  private CompletableFuture<Job> orLater(Job look) {
    return look.ended()
        ? CompletableFuture.completedFuture(look)
        : later().thenCompose(unused -> watch(look));
  }

  private CompletableFuture<Boolean> later() {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    time.schedule(SECOND, () -> over.complete(true));
    return over;
  }

  private <T> CompletableFuture<T> call(Supplier<CompletionStage<T>> call) {
    return attempt(call, 1);
  }

  private <T> CompletableFuture<T> attempt(Supplier<CompletionStage<T>> call, int number) {
    CompletableFuture<T> answer = call.get().toCompletableFuture();
    return number >= tries
        ? answer
        : answer.exceptionallyCompose(
            failure -> later().thenCompose(unused -> attempt(call, number + 1)));
  }
}
