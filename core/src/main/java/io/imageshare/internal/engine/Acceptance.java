package io.imageshare.internal.engine;

import static com.google.common.collect.Comparators.max;
import static com.google.common.collect.Comparators.min;

import io.imageshare.MemberStatus;
import io.imageshare.Progress;
import io.imageshare.Reason;
import io.imageshare.ShareReport.Ending;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow.ImageMembers;
import io.imageshare.Timekeeper;
import io.imageshare.internal.report.RunResult;
import io.imageshare.internal.run.Listings;
import io.imageshare.internal.table.PairTable;
import io.imageshare.internal.table.Verdict;
import io.imageshare.internal.time.TimedFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Waits until recipients have accepted images, by reading who has them; on the caller's thread.
 *
 * <p>People decide, after seconds or after days, and nobody knows which. So it waits a part of the
 * time that it has waited so far: an answer comes that part too late at most, and a wait of days
 * takes few more reads than one of hours.
 */
final class Acceptance {
  private static final int PART = 4;
  private static final Duration SHORTEST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Timekeeper time;
  private final TimedFuture<?> closed;
  private final Function<Set<String>, List<ImageMembers>> reader;
  private final PairTable table;
  private final Listings listings;

  /** Why images could not be read the last time. */
  private final Map<String, Reason> unread = new HashMap<>();

  private @Nullable Reason stopped;
  private long reads;

  /**
   * @param closed completes when nothing is to be waited for any more
   * @param reader reads who has some images, in their order
   */
  Acceptance(
      ShareRequest request,
      Timekeeper time,
      TimedFuture<?> closed,
      Function<Set<String>, List<ImageMembers>> reader) {
    this.time = time;
    this.closed = closed;
    this.reader = reader;
    table = new PairTable(List.of(request));
    listings = new Listings(table);
  }

  RunResult await(String id, Duration within, String endpoint) {
    long began = time.nanoTime();
    Ending ending = Ending.FINISHED;
    try {
      ending = awaitAll(began, within);
    } catch (InterruptedException e) {
      ending = Ending.CANCELLED;
      Thread.currentThread().interrupt();
    }
    Duration took = Duration.ofNanos(time.nanoTime() - began);
    settleRest(ending, took);
    Progress stats =
        new Progress(
            table.total(), table.done(), table.failed(), table.unknown(), 0, 0, 0, reads, null);
    return new RunResult(id, ending, stopped, table, List.of(), stats, took, endpoint);
  }

  private Ending awaitAll(long began, Duration within) throws InterruptedException {
    while (!closed.isDone()) {
      read();
      Duration waited = Duration.ofNanos(time.nanoTime() - began);
      if (stopped != null) {
        return Ending.STOPPED;
      } else if (!table.hasPending()) {
        return Ending.FINISHED;
      } else if (waited.compareTo(within) >= 0) {
        return Ending.DEADLINE;
      }
      Duration part = max(SHORTEST, min(LONGEST, waited.dividedBy(PART)));
      pause(min(part, within.minus(waited)));
    }
    return Ending.CLOSED;
  }

  private void pause(Duration pause) throws InterruptedException {
    try {
      closed.get(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return; // it is not closed
    }
  }

  private void read() {
    int[] open = IntStream.range(0, table.images()).filter(table::hasPending).toArray();
    Set<String> images = new LinkedHashSet<>();
    for (int image : open) {
      images.add(table.image(image));
    }
    Iterator<ImageMembers> read = reader.apply(images).iterator();
    for (int image : open) {
      settle(image, read.next());
    }
    reads += open.length;
  }

  private void settle(int image, ImageMembers members) {
    Reason reason = members.reason();
    if (reason != null) {
      unread.put(members.image(), reason);
      switch (reason.kind()) {
        case INVALID, INVALID_IMAGE, FORBIDDEN, UNSUPPORTED -> fail(image, reason);
        case UNAUTHENTICATED -> stopped = reason;
        default -> {} // it may be read the next time
      }
      return;
    }
    unread.remove(members.image());
    Map<Object, MemberStatus> byKey = Listings.byKey(members.members());
    for (int recipient = 0; recipient < table.recipients(); recipient++) {
      MemberStatus status = listings.status(byKey, image, recipient);
      if (status == null) {
        fail(image, recipient, Reason.Kind.NOT_SENT, "it is not shared; share it first");
      } else if (status == MemberStatus.ACCEPTED) {
        table.settle(image, recipient, new Verdict.Done(/* already= */ reads == 0, status));
      } else if (status == MemberStatus.REJECTED) {
        fail(image, recipient, Reason.Kind.INVALID_RECIPIENT, "the recipient has rejected it");
      }
    }
  }

  private void fail(int image, Reason reason) {
    for (int recipient = 0; recipient < table.recipients(); recipient++) {
      table.settle(image, recipient, new Verdict.Failed(reason));
    }
  }

  private void fail(int image, int recipient, Reason.Kind kind, String message) {
    table.settle(image, recipient, new Verdict.Failed(new Reason(kind, "", message)));
  }

  /** What is not decided may yet be. */
  private void settleRest(Ending ending, Duration took) {
    Reason undecided =
        new Reason(
            Reason.Kind.LOST,
            "",
            "the recipient has not decided after %d s; the wait ended: %s"
                .formatted(took.toSeconds(), ending));
    table
        .all()
        .forEach(
            (image, recipient) -> {
              Reason reason = unread.getOrDefault(table.image(image), undecided);
              table.settle(image, recipient, new Verdict.Unknown(reason, ""));
            });
  }
}
