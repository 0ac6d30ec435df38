package io.imageshare.memory;

import static java.util.Objects.requireNonNull;

import io.imageshare.BackendException;
import io.imageshare.BatchLimits;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One caller of one backend: calls it as the engine does, waits on its time, and clears up. */
final class Caller implements AutoCloseable {
  private final BackendContract.Subject subject;
  private final MemberBackend backend;
  private final Timekeeper time;
  private final List<Area> areas = new ArrayList<>();

  Caller(BackendContract.Subject subject) {
    this.subject = subject;
    this.backend = subject.open();
    // Once: by default each call gives another one.
    this.time = backend.time();
  }

  MemberBackend backend() {
    return backend;
  }

  Timekeeper time() {
    return time;
  }

  /** At most so many images and recipients of the subject's, with nothing shared among them. */
  Area area(int images, int recipients) {
    if (subject.images().isEmpty() || subject.recipients().isEmpty()) {
      throw new IllegalArgumentException(
          "subject: it offers no image or no recipient; at least one of each is needed");
    }
    Area area =
        new Area(subject.images(), subject.recipients())
            .part(images, Math.min(recipients, backend.membersPerImage()));
    areas.add(area);
    clear(area);
    return area;
  }

  /** An image the service does not know; skips the rest of the rule when it knows every image. */
  String unknownImage() {
    if (subject.unknownImage().isEmpty()) {
      throw new Skipped("the subject names no unknown image");
    }
    return subject.unknownImage();
  }

  /** Makes a call, again while it is throttled, and waits for its answer. */
  <T> Answer<T> answer(String call, Supplier<CompletionStage<T>> made) {
    long since = time.nanoTime();
    Answer<T> answer = await(ask(call, made));
    while (answer.refused(Reason.Kind.THROTTLED) && !spent(since)) {
      sleep(requireNonNull(answer.refusal()).retryAfter().plusSeconds(1));
      answer = await(ask(call, made));
    }
    return answer;
  }

  /** Makes a call from the timekeeper's thread, as the engine does. */
  <T> CompletableFuture<Answer<T>> ask(String call, Supplier<CompletionStage<T>> made) {
    CompletableFuture<Answer<T>> answer = new CompletableFuture<>();
    Timekeeper.Scheduled limit =
        time.schedule(
            subject.patience(),
            () ->
                answer.completeExceptionally(
                    breach(
                        "an answer to " + call + " within " + subject.patience(),
                        "none",
                        "the paths that leave the stage open, such as that of a failure")));
    time.schedule(
        Duration.ZERO,
        () -> {
          try {
            make(call, made.get(), answer);
          } catch (Throwable e) {
            answer.completeExceptionally(
                breach(
                    "a stage from " + call,
                    "it throws " + e,
                    "what runs before the stage is made; a failure belongs into the stage",
                    e));
          }
        });
    return answer.whenComplete((given, error) -> limit.cancel());
  }

  private static <T> void make(
      String call, @Nullable CompletionStage<T> stage, CompletableFuture<Answer<T>> answer) {
    if (stage == null) {
      answer.completeExceptionally(
          breach("a stage from " + call, "null", "what the method returns"));
      return;
    }
    stage.whenComplete(
        (value, error) -> {
          Throwable cause = unwrapped(error);
          if (cause instanceof BackendException refusal
              && refusal.reason().kind() != Reason.Kind.NOT_SENT) {
            answer.complete(new Answer<>(call, null, refusal));
          } else if (cause != null) {
            answer.completeExceptionally(
                breach(
                    "a BackendException of a kind that backends give from " + call,
                    cause.toString(),
                    "where the client's own exceptions become a Reason",
                    cause));
          } else if (value == null) {
            answer.completeExceptionally(
                breach(
                    "a value or a BackendException from " + call,
                    "the value null",
                    "answers without a body, and lookups that find nothing"));
          } else {
            answer.complete(new Answer<>(call, value, null));
          }
        });
  }

  private static @Nullable Throwable unwrapped(@Nullable Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  Answer<Job> look(String id) {
    return answer("job(" + id + ")", () -> backend.job(id));
  }

  Answer<Job> submit(ShareRequest slice) {
    return answer("submit", () -> backend.submit(slice));
  }

  Answer<Map<Recipient, MemberStatus>> list(String image) {
    return answer("members(" + image + ")", () -> backend.members(image));
  }

  /** A listing; skips the rest of the rule when the backend cannot give one. */
  Map<Recipient, MemberStatus> members(String image) {
    Answer<Map<Recipient, MemberStatus>> answer = list(image);
    if (answer.cannotList()) {
      throw new Skipped("members cannot be listed: " + answer.seen());
    }
    return answer.given();
  }

  /** All looks at a job until its end, the given one first. */
  List<Job> watch(Job first) {
    List<Job> looks = new ArrayList<>(List.of(first));
    if (!first.ended()) {
      Job last =
          until(
              () -> {
                Job look = look(first.id()).given();
                looks.add(look);
                return look;
              },
              Job::ended);
      if (!last.ended()) {
        throw breach(
            "job " + first.id() + " to end within " + subject.patience(),
            last.status().toString(),
            "how job reads the service's words for an end");
      }
    }
    return looks;
  }

  /** Watches the job of a slice that cannot but succeed; all looks, the given one first. */
  List<Job> succeeds(ShareRequest slice, Job first) {
    List<Job> looks = watch(first);
    Job last = looks.get(looks.size() - 1);
    if (last.status() != Job.Status.SUCCESS) {
      throw breach(
          slice.action() + " to succeed for " + slice.images() + " with " + slice.recipients(),
          last.status() + ", " + last.reason(),
          "how submit and job read the service's answers");
    }
    return looks;
  }

  List<Job> done(ShareRequest slice) {
    return succeeds(slice, submit(slice).given());
  }

  /** Shares the whole area, in slices within the limits. */
  void shareAll(Area area) {
    area.slices(backend.limits()).forEach(slice -> done(slice.share()));
  }

  private void clear(Area area) {
    for (Area slice : area.slices(backend.limits())) {
      Answer<Job> answer = submit(slice.unshare());
      // Whether it succeeds for what is not there is for a rule to say; here the listing counts.
      if (answer.refusal() == null) {
        watch(answer.given());
      }
    }
    try {
      shows(area, none -> false, "what becomes of an unshare");
    } catch (Skipped e) {
      // Nobody can look.
    }
  }

  /** Waits until the area's listings show exactly these of its pairs: a listing may lag. */
  void shows(Area area, Predicate<Member> shared, String lookAt) {
    for (String image : area.images()) {
      Set<Recipient> expected = area.recipients(r -> shared.test(new Member(image, r)));
      Set<Recipient> seen =
          until(() -> area.recipients(members(image).keySet()::contains), expected::equals);
      if (!seen.equals(expected)) {
        throw breach(
            "members(%s) to have %s out of %s".formatted(image, expected, area.recipients()),
            seen.toString(),
            lookAt);
      }
    }
  }

  /** Looks again, pausing longer and longer, until it is as wanted or patience ends. */
  <T> T until(Supplier<T> look, Predicate<T> wanted) {
    long since = time.nanoTime();
    T seen = look.get();
    for (long pause = 10; !wanted.test(seen) && !spent(since); pause = Math.min(2 * pause, 2000)) {
      sleep(Duration.ofMillis(pause));
      seen = look.get();
    }
    return seen;
  }

  private boolean spent(long since) {
    return time.nanoTime() - since >= subject.patience().toNanos();
  }

  void sleep(Duration duration) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    time.schedule(duration, () -> over.complete(true));
    await(over);
  }

  <T> T await(CompletableFuture<T> future) {
    try {
      return time.await(future);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the backend", e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof AssertionError breach) {
        throw breach;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      areas.forEach(this::clear);
    } finally {
      backend.close();
    }
  }

  static AssertionError breach(String expected, String seen, String lookAt) {
    return breach(expected, seen, lookAt, null);
  }

  static AssertionError breach(
      String expected, String seen, String lookAt, @Nullable Throwable cause) {
    return new AssertionError(
        "expected " + expected + "; seen: " + seen + "; look at " + lookAt, cause);
  }

  /** Some images and some recipients. */
  record Area(List<String> images, List<Recipient> recipients) {

    Area part(int images, int recipients) {
      return new Area(
          this.images.subList(0, Math.min(images, this.images.size())),
          this.recipients.subList(0, Math.min(recipients, this.recipients.size())));
    }

    /** One image with one recipient. */
    Area pair(int image, int recipient) {
      return new Area(List.of(images.get(image)), List.of(recipients.get(recipient)));
    }

    /** The largest part that fits into one call. */
    Area slice(BatchLimits limits) {
      int most = Math.min(limits.images(), Math.min(limits.pairs(), images.size()));
      return part(most, Math.min(limits.recipients(), limits.pairs() / most));
    }

    List<Area> slices(BatchLimits limits) {
      Area first = slice(limits);
      int wide = first.images.size();
      int high = first.recipients.size();
      List<Area> slices = new ArrayList<>();
      for (int i = 0; i < images.size(); i += wide) {
        for (int r = 0; r < recipients.size(); r += high) {
          slices.add(
              new Area(
                  images.subList(i, Math.min(i + wide, images.size())),
                  recipients.subList(r, Math.min(r + high, recipients.size()))));
        }
      }
      return slices;
    }

    ShareRequest share() {
      return asks(Action.SHARE);
    }

    ShareRequest unshare() {
      return asks(Action.UNSHARE);
    }

    private ShareRequest asks(Action action) {
      return new ShareRequest(action, new LinkedHashSet<>(images), new LinkedHashSet<>(recipients));
    }

    boolean has(Member pair) {
      return images.contains(pair.image()) && recipients.contains(pair.recipient());
    }

    Set<Recipient> recipients(Predicate<Recipient> chosen) {
      Set<Recipient> some = new LinkedHashSet<>(recipients);
      some.removeIf(chosen.negate());
      return some;
    }
  }

  /** What a call gave: a value, or a refusal. */
  record Answer<T>(String call, @Nullable T value, @Nullable BackendException refusal) {

    /** The value of a call that cannot but succeed. */
    T given() {
      if (value == null) {
        throw breach(call + " to succeed", seen(), "how the call is sent and its answer read");
      }
      return value;
    }

    boolean refused(Reason.Kind... kinds) {
      return refusal != null && Arrays.asList(kinds).contains(refusal.reason().kind());
    }

    boolean cannotList() {
      return refused(Reason.Kind.UNSUPPORTED, Reason.Kind.FORBIDDEN);
    }

    String seen() {
      return refusal == null ? String.valueOf(value) : "refused, " + refusal.reason();
    }
  }

  /** The subject cannot offer what the rest of a rule needs. */
  static final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final String reason;

    Skipped(String reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
