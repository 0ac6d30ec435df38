package io.imageshare.memory.internal.contract;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Joiner;
import com.google.common.base.Throwables;
import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import io.imageshare.memory.BackendContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A client of one backend: calls it as the engine does, waits on its time, and cleans up. */
final class ContractClient implements AutoCloseable {
  private final BackendContract.Subject subject;
  private final MemberBackend backend;
  private final Timekeeper time;
  private final List<Grid> grids = new ArrayList<>();

  ContractClient(BackendContract.Subject subject, MemberBackend backend) {
    this.subject = subject;
    this.backend = backend;
    // Once: by default each call returns a new one.
    this.time = backend.time();
  }

  MemberBackend backend() {
    return backend;
  }

  /** The backend for one listing or description, as the engine makes it; no turn is waited for. */
  MemberBackend inTurns() {
    return requireNonNull(
        backend.inTurns(() -> CompletableFuture.completedFuture(null)), "inTurns returned null");
  }

  BatchLimits limits() {
    BatchLimits limits = backend.limits();
    if (limits == null) {
      throw violation("limits() to say how much fits", "null", "what the limits are taken from");
    }
    return limits;
  }

  Timekeeper time() {
    return time;
  }

  /** At most so many of the subject's images and recipients, with nothing shared among them. */
  Grid grid(int images, int recipients) {
    Grid grid =
        new Grid(subject.images(), subject.recipients())
            .part(images, Math.min(recipients, backend.membersPerImage()));
    grids.add(grid);
    clear(grid);
    return grid;
  }

  /** One recipient more than fits, of an image that is full; skips the rule if there is none. */
  Grid oneTooMany() {
    int most = backend.membersPerImage();
    if (subject.recipients().size() <= most) {
      throw new RuleSkippedException("the subject has no more recipients than an image may have");
    }
    shareAll(grid(1, most));
    Grid more = new Grid(subject.images(), subject.recipients().subList(most, most + 1)).part(1, 1);
    grids.add(more);
    return more;
  }

  /** The recipients that an image has room for. */
  Grid full() {
    return new Grid(subject.images(), subject.recipients()).part(1, backend.membersPerImage());
  }

  /** An image the service does not know; skips the rest of the rule if it knows every image. */
  String unknownImage() {
    if (subject.unknownImage().isEmpty()) {
      throw new RuleSkippedException("the subject names no unknown image");
    }
    return subject.unknownImage();
  }

  /** Makes a call, repeats it while it is throttled, and waits for its result. */
  <T> CallResult<T> call(String name, Supplier<CompletionStage<T>> call) {
    long since = time.nanoTime();
    CallResult<T> result = await(start(name, call));
    while (result.refused(Reason.Kind.THROTTLED) && !isPatienceOver(since)) {
      sleep(requireNonNull(result.refusal()).retryAfter().plusSeconds(1));
      result = await(start(name, call));
    }
    return result;
  }

  /** Makes a call from the timekeeper's thread, as the engine does. */
  <T> CompletableFuture<CallResult<T>> start(String name, Supplier<CompletionStage<T>> call) {
    return start(name, call, task -> time.schedule(Duration.ZERO, task));
  }

  /** Makes a call as the caller does. */
  <T> CompletableFuture<CallResult<T>> start(
      String name, Supplier<CompletionStage<T>> call, Executor caller) {
    CompletableFuture<CallResult<T>> result = new CompletableFuture<>();
    Timekeeper.Scheduled limit =
        time.schedule(
            subject.patience(),
            () ->
                result.completeExceptionally(
                    violation(
                        "an answer to " + name + " within " + subject.patience(),
                        "none",
                        "the paths that leave the stage open, such as that of a failure")));
    caller.execute(
        () -> {
          try {
            complete(result, name, call.get());
          } catch (Throwable e) {
            result.completeExceptionally(
                violation(
                    "a stage from " + name,
                    "it throws " + seen(e),
                    "what runs before the stage is made; a failure belongs into the stage, and"
                        + " what is thrown counts as INTERNAL",
                    e));
          }
        });
    return result.whenComplete((value, error) -> limit.cancel());
  }

  private static <T> void complete(
      CompletableFuture<CallResult<T>> result, String name, @Nullable CompletionStage<T> stage) {
    if (stage == null) {
      result.completeExceptionally(
          violation("a stage from " + name, "null", "what the method returns"));
      return;
    }
    stage.whenComplete(
        (value, error) -> {
          Throwable cause = unwrapped(error);
          if (cause instanceof BackendException refusal
              && refusal.reason().kind() != Reason.Kind.NOT_SENT) {
            result.complete(new CallResult<>(name, null, refusal));
          } else if (cause != null) {
            result.completeExceptionally(
                violation(
                    "a BackendException of a kind that backends give from " + name,
                    seen(cause),
                    "where the client's own exceptions become a Reason",
                    cause));
          } else if (value == null) {
            result.completeExceptionally(
                violation(
                    "a value or a BackendException from " + name,
                    "the value null",
                    "answers without a body, and lookups that find nothing"));
          } else {
            AssertionError fault = fault(name, value);
            if (fault == null) {
              result.complete(new CallResult<>(name, value, null));
            } else {
              result.completeExceptionally(fault);
            }
          }
        });
  }

  /** What is wrong with an answer as such, if anything is. */
  private static @Nullable AssertionError fault(String name, Object answer) {
    try {
      return hasNull(answer)
          ? violation(
              "no null in the answer to " + name,
              answer.toString(),
              "entries that the service leaves incomplete; UNKNOWN is a status")
          : null;
    } catch (Throwable e) {
      return violation(
          "an answer to " + name + " that can be read",
          "it throws " + seen(e),
          "what is read only when the answer is used; read all of it before",
          e);
    }
  }

  private static boolean hasNull(Object answer) {
    if (answer instanceof Map<?, ?> map) {
      return map.entrySet().stream().anyMatch(e -> e.getKey() == null || e.getValue() == null);
    }
    return answer instanceof Set<?> set && set.stream().anyMatch(Objects::isNull);
  }

  /** What an exception says of itself, if it can. */
  static String seen(Throwable e) {
    try {
      return e.toString();
    } catch (Throwable again) {
      return e.getClass().getName();
    }
  }

  private static @Nullable Throwable unwrapped(@Nullable Throwable error) {
    return error == null
        ? null
        : Throwables.getCausalChain(error).stream()
            .filter(e -> !(e instanceof CompletionException || e instanceof ExecutionException))
            .findFirst()
            .orElse(error);
  }

  CallResult<Job> poll(String id) {
    return call("job(" + id + ")", () -> backend.job(id));
  }

  CallResult<Job> submit(ShareRequest slice) {
    return call("submit", () -> backend.submit(slice));
  }

  CallResult<Map<Recipient, MemberStatus>> list(String image) {
    return call("members(" + image + ")", () -> inTurns().members(image));
  }

  /** A listing; skips the rest of the rule if the backend does not offer one. */
  Map<Recipient, MemberStatus> members(String image) {
    CallResult<Map<Recipient, MemberStatus>> result = list(image);
    if (result.unavailable()) {
      throw new RuleSkippedException("members cannot be listed: " + result.seen());
    }
    return result.required();
  }

  CallResult<Set<String>> images(Recipient recipient, MemberStatus status) {
    return call(
        "images(%s, %s)".formatted(recipient, status), () -> inTurns().images(recipient, status));
  }

  CallResult<Map<String, Image>> describe(Set<String> images) {
    return call("describe(" + images + ")", () -> inTurns().describe(images));
  }

  /** Whether calls can be made as this recipient. */
  boolean speaksFor(Recipient recipient) {
    return !images(recipient, MemberStatus.ACCEPTED).unavailable();
  }

  /**
   * Submits a slice that must be refused as one of these kinds, at once or by its job.
   *
   * @param what what must be refused
   */
  void requireRefused(ShareRequest slice, String what, String lookAt, Reason.Kind... kinds) {
    CallResult<Job> result = submit(slice);
    boolean refused = result.refused(kinds);
    String seen = result.seen();
    if (result.refusal() == null) {
      Job end = last(pollToEnd(result.required()));
      refused = reasons(end).anyMatch(List.of(kinds)::contains);
      seen = end.toString();
    }
    if (!refused) {
      throw violation(
          what + " to be refused as " + Joiner.on(" or ").join(kinds) + ", by submit or its job",
          seen,
          lookAt);
    }
  }

  private static Stream<Reason.Kind> reasons(Job end) {
    return Stream.concat(
            Stream.ofNullable(end.reason()),
            end.results().stream().flatMap(result -> Stream.ofNullable(result.reason())))
        .map(Reason::kind);
  }

  /** Polls a job until its end; all polls, the given one first. */
  List<Job> pollToEnd(Job first) {
    List<Job> polls = new ArrayList<>(List.of(first));
    if (!first.ended()) {
      Job last =
          repeatUntil(
              () -> {
                Job job = poll(first.id()).required();
                polls.add(job);
                return job;
              },
              Job::ended);
      if (!last.ended()) {
        throw violation(
            "job " + first.id() + " to end within " + subject.patience(),
            last.status().toString(),
            "how job reads the service's words for an end");
      }
    }
    return polls;
  }

  static Job last(List<Job> polls) {
    return polls.get(polls.size() - 1);
  }

  /** Polls the job of a slice that must succeed; all polls, the given one first. */
  List<Job> requireSuccess(ShareRequest slice, Job first) {
    List<Job> polls = pollToEnd(first);
    Job last = last(polls);
    if (last.status() != Job.Status.SUCCESS) {
      throw violation(
          slice.action() + " to succeed for " + slice.images() + " with " + slice.recipients(),
          last.status() + ", " + last.reason(),
          "how submit and job read the service's answers");
    }
    return polls;
  }

  /** Submits a slice that must succeed, and polls its job to the end; all polls. */
  List<Job> run(ShareRequest slice) {
    return requireSuccess(slice, submit(slice).required());
  }

  /** Shares all pairs of a grid, in slices within the limits. */
  void shareAll(Grid grid) {
    grid.slices(limits()).forEach(slice -> run(slice.share()));
  }

  private void clear(Grid grid) {
    for (Grid slice : grid.slices(limits())) {
      CallResult<Job> result = submit(slice.unshare());
      // Whether an unshare of what is not shared succeeds is for a rule; here the listing counts.
      if (result.refusal() == null) {
        pollToEnd(result.required());
      }
    }
    try {
      requireListed(grid, none -> false, "what becomes of an unshare");
    } catch (RuleSkippedException e) {
      // Members cannot be listed.
    }
  }

  /** Waits until the listings show exactly these pairs of a grid: a listing may lag. */
  void requireListed(Grid grid, Predicate<Member> shared, String lookAt) {
    for (String image : grid.images()) {
      Set<Recipient> expected = grid.recipients(r -> shared.test(new Member(image, r)));
      Set<Recipient> seen =
          repeatUntil(() -> grid.recipients(members(image).keySet()::contains), expected::equals);
      if (!seen.equals(expected)) {
        throw violation(
            "members(%s) to have %s out of %s".formatted(image, expected, grid.recipients()),
            seen.toString(),
            lookAt);
      }
    }
  }

  /** Reads again, after longer and longer pauses, until the value is as wanted or patience ends. */
  <T> T repeatUntil(Supplier<T> reading, Predicate<T> wanted) {
    long since = time.nanoTime();
    T seen = reading.get();
    for (long pause = 10;
        !wanted.test(seen) && !isPatienceOver(since);
        pause = Math.min(2 * pause, 2000)) {
      sleep(Duration.ofMillis(pause));
      seen = reading.get();
    }
    return seen;
  }

  private boolean isPatienceOver(long since) {
    return time.nanoTime() - since >= subject.patience().toNanos();
  }

  void sleep(Duration duration) {
    CompletableFuture<Boolean> elapsed = new CompletableFuture<>();
    time.schedule(duration, () -> elapsed.complete(true));
    await(elapsed);
  }

  <T> T await(CompletableFuture<T> future) {
    try {
      return time.await(future);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the backend", e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof AssertionError violation) {
        throw violation;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      grids.forEach(this::clear);
    } finally {
      backend.close();
    }
  }

  static AssertionError violation(String expected, String seen, String lookAt) {
    return violation(expected, seen, lookAt, null);
  }

  static AssertionError violation(
      String expected, String seen, String lookAt, @Nullable Throwable cause) {
    return new AssertionError(
        "expected " + expected + "; seen: " + seen + "; look at " + lookAt, cause);
  }
}
