package io.imageshare;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The SPI: a service that shares images, or something that behaves like one.
 *
 * <p>A backend never waits for a job, never sleeps, never blocks the calling thread and never
 * repeats a call, except once after renewing credentials and once on a documented twin of an
 * endpoint: waiting and repeating are the engine's. What went wrong is a {@link BackendException}
 * that completes the stage; anything else, a thrown exception, a null stage or a null value counts
 * as {@link Reason.Kind#INTERNAL}. The first completion counts. Job ids are opaque, so an
 * implementer may put into them what it needs.
 *
 * <p>A backend may be called from any thread and by several workflows at once. Whether it keeps
 * these rules is what {@code BackendContract} in {@code imageshare-backend-memory} checks.
 */
public interface MemberBackend extends AutoCloseable {

  /**
   * Starts the work of one slice.
   *
   * <p>What is already as asked (a member to be added that is there, one to be removed that is not)
   * is a success. A job that has ended in this answer is never looked at again.
   *
   * @param slice what to do, within {@link #limits()}
   * @return the first look at its job
   */
  CompletionStage<Job> submit(ShareRequest slice);

  /**
   * A later look at a job.
   *
   * @param id the job's id as {@link #submit} gave it
   * @return how far it is now; {@link Reason.Kind#INVALID} when the service no longer knows it
   */
  CompletionStage<Job> job(String id);

  /**
   * Who has an image now, all pages of it, as its owner sees it.
   *
   * @param image the image's id
   * @return every recipient with its status, as a project where the service does not tell its type;
   *     {@link Reason.Kind#UNSUPPORTED} when this backend cannot list, and then the engine goes by
   *     the jobs' word
   */
  CompletionStage<Map<Recipient, MemberStatus>> members(String image);

  /**
   * Which of the images that were shared with a project have a status now, all pages of them, as
   * the project sees it. It is what proves that images were accepted or rejected.
   *
   * @param recipient the project
   * @param status ACCEPTED or REJECTED
   * @return the images' ids; by default {@link Reason.Kind#UNSUPPORTED}, as of a backend that
   *     cannot list, and then the engine goes by the jobs' word
   */
  default CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return CompletableFuture.failedFuture(
        new BackendException(
            new Reason(
                Reason.Kind.UNSUPPORTED, "", "this backend cannot list the images of a project")));
  }

  /**
   * What the service tells of images besides who has them, as their owner sees it. The engine asks
   * once before a share, for all images that it is about to write to, and then spares the writes
   * that cannot work; a service lists hundreds of images in one page, so that one call for all of
   * them costs less than one for each.
   *
   * @param images the images' ids
   * @return a description of each by its id; one that is missing is not known, and changes nothing,
   *     and neither does a failure. By default {@link Reason.Kind#UNSUPPORTED}
   */
  default CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return CompletableFuture.failedFuture(
        new BackendException(
            new Reason(Reason.Kind.UNSUPPORTED, "", "this backend cannot describe images")));
  }

  /**
   * How much fits into one call.
   *
   * @return the limits, by default {@link BatchLimits#defaults()}
   */
  default BatchLimits limits() {
    return BatchLimits.defaults();
  }

  /**
   * How many recipients one image may have.
   *
   * @return the number, by default no limit
   */
  default int membersPerImage() {
    return Integer.MAX_VALUE;
  }

  /**
   * The time this backend lives in; a workflow over it takes it unless told otherwise.
   *
   * @return by default a new {@link Timekeeper#system()}
   */
  default Timekeeper time() {
    return Timekeeper.system();
  }

  /** Releases what the backend holds. By default it holds nothing. */
  @Override
  default void close() {}

  /**
   * A backend over a blocking client.
   *
   * @param backend three straight methods that may block
   * @param executor where they run; as many threads as calls may be under way, or {@code
   *     Runnable::run} when they return at once, as those of a mock do; a call it rejects has had
   *     no effect, and fails as {@link Reason.Kind#UNAVAILABLE}
   * @return the backend; closing it closes {@code backend}, and leaves the executor alone
   */
  static MemberBackend blocking(BlockingMemberBackend backend, Executor executor) {
    return new BlockingAdapter(backend, executor);
  }
}

/** Workflow its methods where it is told to. */
final class BlockingAdapter implements MemberBackend {
  private final BlockingMemberBackend backend;
  private final Executor executor;

  BlockingAdapter(BlockingMemberBackend backend, Executor executor) {
    this.backend = requireNonNull(backend, "backend");
    this.executor = requireNonNull(executor, "executor");
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return call(() -> backend.submit(slice));
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return call(() -> backend.job(id));
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return call(() -> backend.members(image));
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return call(() -> backend.images(recipient, status));
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return call(() -> backend.describe(images));
  }

  @Override
  public void close() {
    backend.close();
  }

  private <T> CompletionStage<T> call(Callable<T> method) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      executor.execute(() -> run(method, answer));
    } catch (RejectedExecutionException e) {
      Reason reason = new Reason(Reason.Kind.UNAVAILABLE, "", "the executor took no call: " + e);
      answer.completeExceptionally(new BackendException(reason, Duration.ZERO, e));
    }
    return answer;
  }

  private static <T> void run(Callable<T> method, CompletableFuture<T> answer) {
    try {
      answer.complete(method.call());
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }
}
