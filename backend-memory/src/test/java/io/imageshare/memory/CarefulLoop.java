package io.imageshare.memory;

import static io.imageshare.Reason.Kind.INVALID;
import static io.imageshare.Reason.Kind.INVALID_IMAGE;
import static io.imageshare.Reason.Kind.INVALID_RECIPIENT;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.Lists;
import com.google.common.collect.Sets;
import io.imageshare.BackendException;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberBackend;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The loop that a careful engineer writes with a client that only makes calls, in virtual time:
 * list each image, submit what is missing, halve what is refused for an id until the bad one stands
 * alone, poll every second, and begin again until nothing is missing. Only a listing is taken for a
 * proof, so the next one also tells whether a submit without an answer took effect. Ten images go
 * this way together, independently of the others.
 */
public final class CarefulLoop {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int IMAGES = 10;
  private static final int RECIPIENTS = 100;
  private static final int ROUNDS = 50;
  private static final int TRIES = 200;

  private final MemberBackend backend;
  private final Timekeeper time;
  private final ShareRequest request;
  private final Set<Member> done = new HashSet<>();
  private final Set<Member> refused = new HashSet<>();
  private final Set<String> badImages = new HashSet<>();
  private final Set<Recipient> badRecipients = new HashSet<>();
  private final Queue<CompletableFuture<Boolean>> waiting = new ArrayDeque<>();
  private int free;
  private CompletableFuture<Boolean> search = over();

  /**
   * A loop.
   *
   * @param callsAtOnce so many calls may be unanswered; the others wait for their turn
   */
  public CarefulLoop(MemberBackend backend, ShareRequest request, int callsAtOnce) {
    this.backend = backend;
    this.time = backend.time();
    this.request = request;
    free = callsAtOnce;
  }

  /** Shares all pairs, and returns those that the listings show. */
  public Set<Member> share() throws InterruptedException {
    time.await(each(Lists.partition(List.copyOf(request.images()), IMAGES), i -> round(i, 1)));
    return done;
  }

  private CompletableFuture<Boolean> round(List<String> images, int number) {
    return each(images, this::list)
        .thenCompose(
            unused -> {
              List<String> open = images.stream().filter(i -> !missing(i).isEmpty()).toList();
              return open.isEmpty() || number == ROUNDS
                  ? over()
                  : submitMissing(open).thenCompose(ended -> round(open, number + 1));
            });
  }

  private CompletableFuture<Boolean> list(String image) {
    return call(() -> backend.members(image))
        .thenAccept(members -> members.keySet().forEach(r -> done.add(new Member(image, r))))
        .handle((unused, failure) -> failure != null && isForAnId(failure) && badImages.add(image));
  }

  private Set<Recipient> missing(String image) {
    return badImages.contains(image)
        ? Set.of()
        : Sets.filter(
            Sets.difference(request.recipients(), badRecipients),
            r -> !done.contains(new Member(image, r)) && !refused.contains(new Member(image, r)));
  }

  /** Submits what is missing, as one grid to make few calls, and waits for the jobs. */
  private CompletableFuture<Boolean> submitMissing(List<String> images) {
    Set<Recipient> recipients = new LinkedHashSet<>();
    images.forEach(image -> recipients.addAll(missing(image)));
    List<CompletableFuture<Boolean>> jobs = new ArrayList<>();
    return each(
            Lists.partition(List.copyOf(recipients), RECIPIENTS),
            part -> submit(slice(images, part), jobs, this::searchLater))
        .thenCompose(unused -> each(jobs, job -> job));
  }

  private static ShareRequest slice(Collection<String> images, Collection<Recipient> recipients) {
    return ShareRequest.builder().images(images).recipients(recipients).build();
  }

  /** What to do with a slice that is refused for one of its ids. */
  private interface Refused {
    CompletableFuture<Boolean> by(
        Reason.Kind kind, ShareRequest slice, List<CompletableFuture<Boolean>> jobs);
  }

  private CompletableFuture<Boolean> submit(
      ShareRequest slice, List<CompletableFuture<Boolean>> jobs, Refused refused) {
    return call(() -> backend.submit(slice))
        .thenCompose(
            job -> {
              jobs.add(pollToTheEnd(job));
              return over();
            })
        .exceptionallyCompose(
            failure ->
                isForAnId(failure)
                    ? refused.by(cause(failure).reason().kind(), slice, jobs)
                    : over());
  }

  /** One search after the other: each knows what those before it found. */
  private CompletableFuture<Boolean> searchLater(
      Reason.Kind kind, ShareRequest slice, List<CompletableFuture<Boolean>> jobs) {
    search =
        search.thenCompose(
            unused ->
                Sets.intersection(slice.images(), badImages).isEmpty()
                        && Sets.intersection(slice.recipients(), badRecipients).isEmpty()
                    ? halve(kind, slice, jobs)
                    : submitRest(slice.images(), slice.recipients(), jobs));
    return search;
  }

  private CompletableFuture<Boolean> halve(
      Reason.Kind kind, ShareRequest slice, List<CompletableFuture<Boolean>> jobs) {
    List<String> images = List.copyOf(slice.images());
    List<Recipient> recipients = List.copyOf(slice.recipients());
    if (kind == INVALID_IMAGE && images.size() == 1) {
      badImages.addAll(images);
    } else if (kind == INVALID_RECIPIENT && recipients.size() == 1) {
      badRecipients.addAll(recipients);
    } else if (slice.pairs() == 1) {
      refused.add(new Member(images.get(0), recipients.get(0)));
    } else if (kind == INVALID_IMAGE || (kind == INVALID && images.size() > recipients.size())) {
      int half = images.size() / 2;
      return submitRest(images.subList(0, half), recipients, jobs)
          .thenCompose(unused -> submitRest(images.subList(half, images.size()), recipients, jobs));
    } else {
      int half = recipients.size() / 2;
      return submitRest(images, recipients.subList(0, half), jobs)
          .thenCompose(
              unused -> submitRest(images, recipients.subList(half, recipients.size()), jobs));
    }
    return over();
  }

  private CompletableFuture<Boolean> submitRest(
      Collection<String> images,
      Collection<Recipient> recipients,
      List<CompletableFuture<Boolean>> jobs) {
    List<String> goodImages = images.stream().filter(i -> !badImages.contains(i)).toList();
    List<Recipient> good = recipients.stream().filter(r -> !badRecipients.contains(r)).toList();
    return goodImages.isEmpty() || good.isEmpty()
        ? over()
        : submit(slice(goodImages, good), jobs, this::halve);
  }

  private CompletableFuture<Boolean> pollToTheEnd(Job job) {
    return job.ended()
        ? over()
        : after(SECOND)
            .thenCompose(unused -> call(() -> backend.job(job.id())))
            .thenCompose(this::pollToTheEnd)
            .exceptionally(failure -> true);
  }

  private <T> CompletableFuture<T> call(Supplier<CompletionStage<T>> call) {
    CompletableFuture<Boolean> turn = new CompletableFuture<>();
    waiting.add(turn);
    CompletableFuture<T> answer =
        turn.thenCompose(unused -> attempt(call, 1))
            .whenComplete(
                (value, failure) -> {
                  free++;
                  nextCall();
                });
    nextCall();
    return answer;
  }

  private void nextCall() {
    if (free > 0 && !waiting.isEmpty()) {
      free--;
      waiting.remove().complete(true);
    }
  }

  private <T> CompletableFuture<T> attempt(Supplier<CompletionStage<T>> call, int number) {
    return call.get()
        .toCompletableFuture()
        .exceptionallyCompose(
            failure -> {
              Reason.Kind kind = cause(failure).reason().kind();
              boolean passes = kind == Reason.Kind.THROTTLED || kind == Reason.Kind.UNAVAILABLE;
              Duration asked = cause(failure).retryAfter();
              return passes && number < TRIES
                  ? after(asked.isZero() ? SECOND : asked)
                      .thenCompose(unused -> attempt(call, number + 1))
                  : CompletableFuture.failedFuture(failure);
            });
  }

  private static boolean isForAnId(Throwable failure) {
    return Set.of(INVALID, INVALID_IMAGE, INVALID_RECIPIENT)
        .contains(cause(failure).reason().kind());
  }

  private static BackendException cause(Throwable failure) {
    return failure instanceof BackendException refusal
        ? refusal
        : (BackendException) requireNonNull(failure.getCause());
  }

  private CompletableFuture<Boolean> after(Duration pause) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    time.schedule(pause, () -> over.complete(true));
    return over;
  }

  private static CompletableFuture<Boolean> over() {
    return CompletableFuture.completedFuture(true);
  }

  private static <T> CompletableFuture<Boolean> each(
      Collection<T> all, Function<T, CompletableFuture<Boolean>> step) {
    CompletableFuture<?>[] steps = all.stream().map(step).toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(steps).thenApply(unused -> true);
  }
}
