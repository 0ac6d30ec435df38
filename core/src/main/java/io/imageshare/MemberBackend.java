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
import java.util.function.Supplier;

/**
 * The SPI: a client of a service that shares images.
 *
 * <p>A backend never waits for a job, never sleeps, never blocks the calling thread, and never
 * repeats a call, except once after renewing credentials and once on a documented second endpoint:
 * waiting and repeating are the engine's task. Job ids are opaque to the engine, so a backend may
 * encode what it needs in them.
 *
 * <p>A call that fails completes its stage with a {@link BackendException}; one that throws it
 * counts the same. Any other exception makes the call fail as {@link Reason.Kind#INTERNAL}. So does
 * null: as the stage, as the answer, or as a key, value or element in it.
 *
 * <p>Each call has a stage of its own. Once the engine waits for it no longer, as its time is over
 * or its run has ended, the stage is cancelled: what is not sent by then must not be sent, and what
 * is under way is in vain.
 *
 * <p>A backend may be called from any thread and by several workflows at the same time. {@code
 * BackendContract} in {@code imageshare-backend-memory} checks these rules.
 */
public interface MemberBackend extends AutoCloseable {

  /**
   * Submits one slice.
   *
   * <p>A pair that is already as asked (a member to add that is present, one to remove that is not)
   * is a success. A job that has ended in this answer is never polled.
   *
   * @param slice the slice, within {@link #limits()}
   * @return the job as the service reports it at first
   */
  CompletionStage<Job> submit(ShareRequest slice);

  /**
   * Polls a job.
   *
   * @param id the job's id as {@link #submit} gave it
   * @return the job as it is now; {@link Reason.Kind#INVALID} if the service no longer knows it
   */
  CompletionStage<Job> job(String id);

  /**
   * {@return every member of an image now with its status, all pages, as its owner sees them} A
   * recipient is a project if the service does not report its type. {@link Reason.Kind#UNSUPPORTED}
   * if this backend cannot list, and then the results of the jobs decide the outcomes.
   *
   * @param image the image's id
   */
  CompletionStage<Map<Recipient, MemberStatus>> members(String image);

  /**
   * {@return the ids of the images shared with a project that have a given status now, all pages,
   * as the project sees them} This list proves that images were accepted or rejected. By default
   * {@link Reason.Kind#UNSUPPORTED}, and then the results of the jobs decide the outcomes.
   *
   * @param recipient the project
   * @param status ACCEPTED or REJECTED
   */
  default CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return CompletableFuture.failedFuture(
        new BackendException(
            new Reason(
                Reason.Kind.UNSUPPORTED, "", "this backend cannot list the images of a project")));
  }

  /**
   * Descriptions of images, as their owner sees them. The engine makes this call once at the start
   * of a share, before it lists members. It skips submits that cannot work, and does not list an
   * image that is {@link Image.Sharing#UNSHARED} before it shares it. It is one call for all images
   * because services list hundreds of images in one page.
   *
   * @param images the images' ids
   * @return the descriptions by id. An image without a description, or a failed call, changes
   *     nothing. By default {@link Reason.Kind#UNSUPPORTED}
   */
  default CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return CompletableFuture.failedFuture(
        new BackendException(
            new Reason(Reason.Kind.UNSUPPORTED, "", "this backend cannot describe images")));
  }

  /**
   * This backend for one call, of which each request but the first waits for its turn. The engine
   * makes its listings through it: a list of several pages is one call, and each of its pages keeps
   * to {@link FlowPolicy} and to the limits that were learned. A backend that wraps another must
   * pass this on.
   *
   * @param turn asked, from any thread, before each further request. What it returns completes when
   *     the request may be made, and never if nobody waits for the call any more; the wait is part
   *     of {@link FlowPolicy#callTimeout}
   * @return by default this backend, whose calls are one request each
   */
  default MemberBackend inTurns(Supplier<CompletionStage<Void>> turn) {
    return this;
  }

  /**
   * {@return whose images this backend shares and where, as an endpoint and an account or project;
   * by default empty: this backend cannot tell} It holds no secret, and differs for different
   * accounts: a run that was begun for one is never resumed for another.
   */
  default String account() {
    return "";
  }

  /** {@return how much fits into one submit, by default {@link BatchLimits#defaults()}} */
  default BatchLimits limits() {
    return BatchLimits.defaults();
  }

  /** {@return the most recipients that one image may have, by default no limit} */
  default int membersPerImage() {
    return Integer.MAX_VALUE;
  }

  /**
   * {@return the timekeeper of this backend, by default a new {@link Timekeeper#system()}} A
   * workflow over it uses the same, unless its builder names another.
   */
  default Timekeeper time() {
    return Timekeeper.system();
  }

  /**
   * {@return the endpoint that this backend calls, such as {@code
   * https://ims.cn-north-4.myhuaweicloud.com}; by default empty: not told} It stands in reports and
   * logs, so it must hold no secret.
   */
  default String endpoint() {
    return "";
  }

  /**
   * Releases the resources of the backend. By default there are none. Workflows over it are closed
   * first.
   */
  @Override
  default void close() {}

  /**
   * A backend over a blocking client.
   *
   * @param backend the methods that may block
   * @param executor runs them; needs as many threads as {@link FlowPolicy#concurrentCalls()}, or is
   *     {@code Runnable::run} if they return at once, as those of a mock do. A call that it rejects
   *     fails as {@link Reason.Kind#UNAVAILABLE}; one that it comes to when nobody waits for it any
   *     more is not made
   * @return the backend; closing it closes {@code backend}, but not the executor
   */
  static MemberBackend blocking(BlockingMemberBackend backend, Executor executor) {
    return new BlockingAdapter(backend, executor);
  }
}

/** Runs the methods of a blocking backend on an executor. */
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
  public String account() {
    return backend.account();
  }

  @Override
  public BatchLimits limits() {
    return backend.limits();
  }

  @Override
  public int membersPerImage() {
    return backend.membersPerImage();
  }

  @Override
  public Timekeeper time() {
    return backend.time();
  }

  @Override
  public String endpoint() {
    return backend.endpoint();
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
      Reason reason =
          new Reason(Reason.Kind.UNAVAILABLE, "", "the executor rejected the call: " + e);
      answer.completeExceptionally(new BackendException(reason, Duration.ZERO, e));
    }
    return answer;
  }

  private static <T> void run(Callable<T> method, CompletableFuture<T> answer) {
    if (answer.isDone()) {
      return; // it was cancelled while it waited for a thread
    }
    try {
      answer.complete(method.call());
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }
}
